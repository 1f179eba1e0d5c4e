// SPDX-License-Identifier: Apache-2.0
// promwarden-lint coverage: what alerts watch and what they lack, as Markdown or JSON.
#include <algorithm>
#include <map>
#include <set>

#include "promql/cli/discover.h"
#include "promql/cli/file_io.h"
#include "promql/cli/rule_loader.h"
#include "promql/cli/verbs.h"
#include "promql/lint/rule_tests.h"
#include "promql/lint/selectors.h"
#include "promql/report/json_writer.h"
#include "promql/report/text.h"

namespace promql::cli {
namespace {

using lint::RuleContext;

struct AlertRow {
  std::string name;
  std::string file;
  std::uint32_t line = 0;
  std::string severity;
  std::string owner;
  bool has_runbook = false;
  bool is_tested = false;
  std::set<std::string_view> metrics;
};

std::string ValueOf(std::span<const rulefile::Label> fields, std::string_view name) {
  const auto found = std::ranges::find_if(
      fields, [&](const rulefile::Label& field) { return field.name.value == name; });
  return found == fields.end() ? std::string() : std::string(found->value.value);
}

AlertRow RowOf(const RuleContext& rule, const lint::Policy& policy, const lint::RuleTests& tests) {
  AlertRow row;
  row.name = rule.name();
  row.file = rule.file().path();
  row.line = rule.file().file().lines.LineAt(rule.rule().source.begin);
  row.severity = ValueOf(rule.rule().labels, policy.severity_label);
  if (row.severity.empty())
    row.severity = ValueOf(rule.group().group().labels, policy.severity_label);
  row.owner = rule.owner();
  row.has_runbook = !ValueOf(rule.rule().annotations, policy.runbook_annotation).empty();
  row.is_tested = tests.alerts.contains(row.name);
  if (rule.expr() != nullptr) {
    for (const lint::SelectorAt& selector : lint::SelectorsIn(*rule.expr())) {
      const std::string_view metric = lint::MetricOf(*selector.selector);
      if (!metric.empty()) row.metrics.insert(metric);
    }
  }
  return row;
}

using Counts = std::map<std::string, std::size_t, std::less<>>;

struct Coverage {
  std::vector<AlertRow> alerts;
  std::size_t records = 0;
  std::size_t tested_records = 0;
  [[nodiscard]] std::size_t Number(bool AlertRow::* of) const {
    return static_cast<std::size_t>(std::ranges::count(alerts, true, of));
  }
  [[nodiscard]] Counts By(std::string AlertRow::* of) const {
    Counts counts;
    for (const AlertRow& row : alerts) ++counts[row.*of];
    return counts;
  }
  [[nodiscard]] Counts ByMetric() const {
    Counts counts;
    for (const AlertRow& row : alerts) {
      for (const std::string_view metric : row.metrics) ++counts[std::string(metric)];
    }
    return counts;
  }
};

Coverage CoverageOf(const lint::Project& project, const lint::RuleTests& tests) {
  Coverage coverage;
  for (const auto& file : project.files()) {
    for (const lint::GroupContext& group : file->groups()) {
      for (const RuleContext& rule : group.rules()) {
        if (rule.is_alert()) {
          coverage.alerts.push_back(RowOf(rule, project.config().policy, tests));
        } else {
          ++coverage.records;
          coverage.tested_records += tests.metrics.contains(rule.name()) ? 1 : 0;
        }
      }
    }
  }
  return coverage;
}

void WriteCounts(report::JsonWriter& json, std::string_view key, const Counts& counts) {
  json.StartObject(key);
  for (const auto& [name, count] : counts) json.Field(name, std::uint64_t{count});
  json.EndObject();
}

std::string Json(const Coverage& coverage) {
  report::JsonWriter json(report::JsonWriter::Shape::kPretty);
  json.StartObject();
  json.StartObject("summary");
  json.Field("alerts", std::uint64_t{coverage.alerts.size()});
  json.Field("with_runbook", std::uint64_t{coverage.Number(&AlertRow::has_runbook)});
  json.Field("tested_alerts", std::uint64_t{coverage.Number(&AlertRow::is_tested)});
  json.Field("records", std::uint64_t{coverage.records});
  json.Field("tested_records", std::uint64_t{coverage.tested_records});
  json.EndObject();
  WriteCounts(json, "by_severity", coverage.By(&AlertRow::severity));
  WriteCounts(json, "by_owner", coverage.By(&AlertRow::owner));
  WriteCounts(json, "by_metric", coverage.ByMetric());
  json.StartArray("alerts");
  for (const AlertRow& row : coverage.alerts) {
    json.StartObject();
    json.Field("name", row.name);
    json.Field("file", row.file);
    json.Field("line", row.line);
    json.Field("severity", row.severity);
    json.Field("owner", row.owner);
    json.Field("runbook", row.has_runbook);
    json.Field("tested", row.is_tested);
    json.StartArray("metrics");
    for (const std::string_view metric : row.metrics) json.String(metric);
    json.EndArray();
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  return json.Take();
}

std::string Cell(std::string_view text) {
  std::string out;
  for (const char c : report::OneLine(text)) {
    if (std::string_view("|\\`*_[]<>&").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out.empty() ? "–" : out;
}

std::string Share(std::size_t part, std::size_t whole) {
  const std::size_t percent = whole == 0 ? 100 : part * 100 / whole;
  return std::to_string(part) + " of " + std::to_string(whole) + " (" + std::to_string(percent) +
         " %)";
}

void AppendCounts(std::string& out, std::string_view title, const Counts& counts) {
  out += "\n| " + std::string(title) + " | alerts |\n| --- | ---: |\n";
  std::vector<std::pair<std::string, std::size_t>> sorted(counts.begin(), counts.end());
  std::ranges::stable_sort(sorted, std::greater(), &std::pair<std::string, std::size_t>::second);
  for (const auto& [name, count] : sorted) {
    out += "| " + Cell(name) + " | " + std::to_string(count) + " |\n";
  }
}

std::string Markdown(const Coverage& coverage) {
  const std::size_t alerts = coverage.alerts.size();
  std::string out = "# Alert coverage\n\n";
  out +=
      "- alerts with a runbook: " + Share(coverage.Number(&AlertRow::has_runbook), alerts) + "\n";
  out +=
      "- alerts with a unit test: " + Share(coverage.Number(&AlertRow::is_tested), alerts) + "\n";
  out += "- recording rules with a unit test: " + Share(coverage.tested_records, coverage.records) +
         "\n";
  AppendCounts(out, "severity", coverage.By(&AlertRow::severity));
  AppendCounts(out, "owner", coverage.By(&AlertRow::owner));
  AppendCounts(out, "metric", coverage.ByMetric());
  out += "\n| alert | severity | owner | runbook | test |\n| --- | --- | --- | --- | --- |\n";
  for (const AlertRow& row : coverage.alerts) {
    out += "| " + Cell(row.name) + " | " + Cell(row.severity) + " | " + Cell(row.owner) + " | " +
           (row.has_runbook ? "yes" : "no") + " | " + (row.is_tested ? "yes" : "no") + " |\n";
  }
  return out;
}

class CoverageVerb final : public Verb {
 public:
  CLI::App* Declare(CLI::App& program) override {
    CLI::App* const verb = program.add_subcommand(
        "coverage", "Say what alerts watch: by severity, owner, runbook, unit test and metric");
    flags_.Declare(*verb);
    verb->add_option("--format", format_, "markdown (the default) or json")
        ->check(CLI::IsMember({"markdown", "json"}));
    return verb;
  }

  int Run() override {
    const LoadedConfig loaded = LoadConfig(flags_);
    if (loaded.exit_code != kSuccess) return loaded.exit_code;
    LoadedRules rules = LoadRules(flags_, *loaded.config);
    static const lint::RuleTests kNone;
    const auto& known = rules.project->surroundings().tests;
    const lint::RuleTests& tests = known ? *known : kNone;
    for (const report::Unread& unread : rules.unread) {
      Complain("could not read " + unread.file + ": " + unread.message);
    }
    const Coverage coverage = CoverageOf(*rules.project, tests);
    const bool is_written = WriteStdout(format_ == "json" ? Json(coverage) : Markdown(coverage));
    return is_written && rules.unread.empty() ? kSuccess : kCannotRun;
  }

 private:
  RuleFlags flags_;
  std::string format_ = "markdown";
};

}  // namespace

std::unique_ptr<Verb> MakeCoverageVerb() { return std::make_unique<CoverageVerb>(); }

}  // namespace promql::cli
