// SPDX-License-Identifier: Apache-2.0
#include "promql/report/report.h"

#include <algorithm>
#include <array>
#include <set>
#include <unordered_map>

#include "promql/report/reporters.h"

namespace promql::report {

std::span<const Reporter> AllReporters() {
  static constexpr auto kReporters = std::to_array<Reporter>({
#define REPORTER(name, function, summary) {name, function, summary},
#include "promql/report/reporters.def"
#undef REPORTER
  });
  return kReporters;
}

const Reporter* FindReporter(std::string_view name) {
  const auto found = std::ranges::find(AllReporters(), name, &Reporter::name);
  return found == AllReporters().end() ? nullptr : &*found;
}

Counts Count(const Report& report) {
  Counts counts;
  std::set<std::string_view> files;
  for (const Finding& finding : report.findings) {
    switch (finding.severity) {
      case Severity::kError:
        ++counts.errors;
        break;
      case Severity::kWarning:
        ++counts.warnings;
        break;
      case Severity::kInfo:
        ++counts.infos;
        break;
      case Severity::kHint:
        ++counts.hints;
        break;
    }
    if (std::ranges::any_of(finding.fixes, &lint::Fix::is_safe)) ++counts.fixable;
    if (report.gate.Fails(finding)) ++counts.failing;
    files.insert(finding.file);
  }
  counts.files = files.size();
  return counts;
}

std::vector<const Finding*> WorstFirst(const Report& report) {
  std::vector<const Finding*> sorted;
  sorted.reserve(report.findings.size());
  for (const Finding& finding : report.findings) sorted.push_back(&finding);
  std::ranges::stable_sort(sorted, [](const Finding* a, const Finding* b) {
    return a->severity != b->severity ? a->severity > b->severity : a->confidence > b->confidence;
  });
  return sorted;
}

std::vector<std::string> UniqueFingerprints(const Report& report) {
  std::unordered_map<std::string_view, std::size_t> seen;
  std::vector<std::string> unique;
  unique.reserve(report.findings.size());
  for (const Finding& finding : report.findings) {
    const std::size_t number = ++seen[finding.fingerprint];
    unique.push_back(finding.fingerprint + ":" + std::to_string(number));
  }
  return unique;
}

std::string DocumentationUrl(const Report& report, std::string_view id) {
  if (report.home.empty()) return {};
  std::string url = report.home + "/blob/main/promql/lint/CHECKS.md#";
  for (const char c : id) {  // GitHub's name of a heading: without what is no letter, digit or dash
    if (c != '/') url.push_back(c);
  }
  return url;
}

std::string Counted(std::size_t count, std::string_view noun) {
  std::string text = std::to_string(count) + " ";
  text += noun;
  if (count != 1) text += "s";
  return text;
}

std::string CountedFindings(const Counts& counts) {
  const std::pair<std::size_t, std::string_view> all[] = {{counts.errors, "error"},
                                                          {counts.warnings, "warning"},
                                                          {counts.infos, "info"},
                                                          {counts.hints, "hint"}};
  std::vector<std::string> parts;
  for (const auto& [count, noun] : all) {
    if (count > 0) parts.push_back(Counted(count, noun));
  }
  if (parts.empty()) return "no findings";
  std::string text = parts[0];
  for (std::size_t i = 1; i < parts.size(); ++i) {
    text += (i + 1 == parts.size() ? " and " : ", ") + parts[i];
  }
  return text;
}

}  // namespace promql::report
