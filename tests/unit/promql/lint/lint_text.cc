// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/promql/lint/lint_text.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "promql/lint/check.h"
#include "promql/lint/config_reader.h"
#include "promql/lint/linter.h"
#include "promql/lint/route.h"
#include "promql/lint/rule_tests.h"
#include "promql/rulefile/read.h"

namespace promql::lint {
namespace {

// A list of rules becomes the rules of group `g`.
std::string WholeFile(std::string_view input) {
  if (!input.starts_with("- alert") && !input.starts_with("- record")) return std::string(input);
  std::string file = "groups:\n- name: g\n  rules:\n";
  for (std::size_t at = 0; at < input.size();) {
    const std::size_t end = std::min(input.find('\n', at), input.size() - 1) + 1;
    file += "  ";
    file += input.substr(at, end - at);
    at = end;
  }
  return file;
}

LintResult Run(const std::string& content, const Config& config, std::string_view check,
               const Beside& beside = {}) {
  Project project(config);
  Surroundings known;
  if (!beside.tests.empty()) {
    RuleTests tests;
    if (tests.Add(beside.tests)) known.tests = std::make_shared<const RuleTests>(tests);
  }
  if (auto route = ReadRoute(beside.alertmanager)) {
    known.route = std::make_shared<const Route>(*std::move(route));
  }
  if (!beside.removed.empty()) {
    known.no_longer_recorded.emplace(beside.removed.substr(0, beside.removed.find('\n')));
  }
  project.Add(std::move(known));
  rulefile::ReadOptions options;
  options.expressions.features = config.environment.features;
  options.expressions.target = config.environment.target;
  project.Add(rulefile::ReadRuleFile("rules.yml", content, options));
  project.Index();
  LintOptions run;
  run.today = std::chrono::sys_days(std::chrono::year(2026) / 6 / 1);
  if (!check.starts_with("comment/")) run.only = {std::string(check)};
  return Lint(project, run);
}

std::string Applied(const std::string& content, const Fix& fix) {
  std::string text = content;
  std::vector<Edit> edits = fix.edits;
  std::ranges::sort(edits, std::greater{}, &Edit::begin);
  for (const Edit& edit : edits) text.replace(edit.begin, edit.end - edit.begin, edit.text);
  return text;
}

void PrintSource(const Finding& finding, std::string& out) {
  for (const SourceLine& line : finding.source) {
    out += "  | " + line.text + '\n';
    const bool is_first = line.number == finding.place.line;
    const std::uint32_t from = is_first ? finding.place.column : 1;
    const auto width = static_cast<std::uint32_t>(line.text.size() + 1);
    const std::uint32_t to =
        line.number == finding.place.end_line ? finding.place.end_column : width;
    if (from >= to && !is_first) continue;
    out += "  | " + std::string(from - 1, ' ') + std::string(std::max(to, from + 1) - from, '^') +
           '\n';
  }
}

std::expected<Config, std::vector<ConfigProblem>> ConfigOf(std::string_view text) {
  if (text.empty()) return Config{};
  std::vector<std::string_view> ids;
  for (const CheckInfo& check : AllChecks()) ids.push_back(check.id);
  return ReadConfig(text, "config", ids);
}

// The lines that the fix changes, old and new.
void PrintFix(const Finding& finding, const Fix& fix, const std::string& content,
              const Config& config, std::string& out) {
  out += fix.is_safe ? "  fix (safe): " : "  fix: ";
  out += fix.title + '\n';
  const std::string fixed = Applied(content, fix);
  std::size_t same = 0;
  while (same < std::min(content.size(), fixed.size()) && content[same] == fixed[same]) ++same;
  std::size_t tail = 0;
  while (tail < std::min(content.size(), fixed.size()) - same &&
         content[content.size() - 1 - tail] == fixed[fixed.size() - 1 - tail]) {
    ++tail;
  }
  const std::size_t start = same == 0 ? 0 : fixed.rfind('\n', same - 1) + 1;
  const std::size_t end = fixed.find('\n', fixed.size() - tail);
  std::string changed = fixed.substr(start, end == std::string::npos ? end : end - start);
  for (std::size_t at = 0; at < changed.size();) {
    const std::size_t line_end = std::min(changed.find('\n', at), changed.size());
    out += "  + " + changed.substr(at, line_end - at) + '\n';
    at = line_end + 1;
  }
  const auto file = rulefile::ReadRuleFile("rules.yml", fixed);
  if (file.is_refused() && !rulefile::ReadRuleFile("rules.yml", content).is_refused()) {
    out += "  DEFECT: the fix breaks the file\n";
  }
  if (!fix.is_safe) return;
  const auto again = Run(fixed, config, finding.id).findings;
  if (std::ranges::any_of(again, [&](const Finding& other) {
        return other.fingerprint == finding.fingerprint && other.message == finding.message;
      })) {
    out += "  DEFECT: the fix mends nothing\n";
  }
}

}  // namespace

std::string SaidOf(std::string_view input, std::string_view config_text, std::string_view check,
                   const Beside& beside) {
  const auto read = ConfigOf(config_text);
  if (!read) return Format(read.error().front()) + '\n';
  const Config& config = *read;
  const std::string content = WholeFile(input);
  std::string out;
  for (const Finding& finding : Run(content, config, check, beside).findings) {
    if (finding.id != check) continue;
    out += std::to_string(finding.place.line) + ':' + std::to_string(finding.place.column) + ' ' +
           std::string(Text(finding.severity)) + ' ' + std::string(Text(finding.confidence)) +
           ": " + finding.message + '\n';
    PrintSource(finding, out);
    if (!finding.details.empty()) out += "  details: " + finding.details + '\n';
    if (!finding.advice.empty()) out += "  advice: " + finding.advice + '\n';
    for (const Related& other : finding.related) {
      out += "  see " + std::to_string(other.place.line) + ':' +
             std::to_string(other.place.column) + ": " + other.message + '\n';
    }
    for (const Fix& fix : finding.fixes) PrintFix(finding, fix, content, config, out);
  }
  return out;
}

}  // namespace promql::lint
