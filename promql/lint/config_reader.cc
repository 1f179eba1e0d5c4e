// SPDX-License-Identifier: Apache-2.0
#include "promql/lint/config_reader.h"

#include <algorithm>
#include <charconv>

#include "promql/lint/config_section.h"
#include "promql/model/go_text.h"

namespace warden::embedded {
extern const std::string_view kLintConfigSchema;
}

namespace promql::lint {
namespace {

// --- target

void SetVersion(Environment& out, ConfigErrors& errors, const ConfigNode& node) {
  if (const auto version = ParseVersion(node.text)) {
    out.target = *version;
  } else {
    errors.Add(node, "expected a version like 3.5, found " + Described(node));
  }
}

void SetFeatures(Environment& out, ConfigErrors& errors, const ConfigNode& node) {
  std::vector<std::string> names;
  Read(errors, node, names);
  for (const std::string& name : names) out.features.Enable(name);  // others concern no rule
}

void SetNames(Environment& out, ConfigErrors& errors, const ConfigNode& node) {
  static constexpr std::pair<std::string_view, bool> kWords[] = {{"utf8", false}, {"legacy", true}};
  out.legacy_names = ReadWord(errors, node, kWords);
}

constexpr Field<Environment> kTargetFields[] = {
    {"prometheus", SetVersion}, {"features", SetFeatures}, {"names", SetNames}};

// --- environment

void SetIntervalsByJob(Environment& out, ConfigErrors& errors, const ConfigNode& node) {
  if (!IsMap(errors, node, "scrape_interval_by_job")) return;
  for (const auto& [key, value] : Entries(errors, node)) {
    Read(errors, *value, out.scrape_interval_by_job[key->text]);
  }
}

// Names alone, or names and values.
void SetExternalLabels(Environment& out, ConfigErrors& errors, const ConfigNode& node) {
  auto& labels = out.external_labels.emplace();
  if (node.kind == ConfigNode::Kind::kMap) {
    for (const auto& [key, value] : Entries(errors, node)) {
      std::optional<std::string> text;
      if (value->kind != ConfigNode::Kind::kNull) Read(errors, *value, text.emplace());
      labels[key->text] = std::move(text);
    }
    return;
  }
  std::vector<std::string> names;
  if (node.kind != ConfigNode::Kind::kNull) Read(errors, node, names);
  for (std::string& name : names) labels[std::move(name)] = std::nullopt;
}

void SetMetricTypes(Environment& out, ConfigErrors& errors, const ConfigNode& node) {
  static constexpr std::pair<std::string_view, MetricType> kWords[] = {
      {"counter", MetricType::kCounter},
      {"gauge", MetricType::kGauge},
      {"histogram", MetricType::kHistogram},
      {"summary", MetricType::kSummary}};
  if (!IsMap(errors, node, "metric_types")) return;
  for (const auto& [key, value] : Entries(errors, node)) {
    if (const auto type = ReadWord(errors, *value, kWords)) out.metric_types[key->text] = *type;
  }
}

constexpr Field<Environment> kEnvironmentFields[] = {
    {"scrape_interval", Set<&Environment::scrape_interval>},
    {"scrape_interval_by_job", SetIntervalsByJob},
    {"evaluation_interval", Set<&Environment::evaluation_interval>},
    {"retention", Set<&Environment::retention>},
    {"lookback_delta", Set<&Environment::lookback_delta>},
    {"external_labels", SetExternalLabels},
    {"metric_types", SetMetricTypes}};

// --- run

void SetFailOn(RunDefaults& out, ConfigErrors& errors, const ConfigNode& node) {
  static constexpr std::pair<std::string_view, std::optional<Severity>> kWords[] = {
      {"error", Severity::kError},
      {"warning", Severity::kWarning},
      {"info", Severity::kInfo},
      {"hint", Severity::kHint},
      {"none", std::nullopt}};
  if (const auto word = ReadWord(errors, node, kWords)) {
    out.fail_on = *word;
    out.never_fail = !word->has_value();
  }
}

void SetSchema(SchemaChoice& out, ConfigErrors& errors, const ConfigNode& node) {
  using rulefile::Schema;
  static constexpr std::pair<std::string_view, Schema> kWords[] = {
      {"prometheus", Schema::kPrometheus},
      {"auto", Schema::kAuto},
      {"thanos", Schema::kThanos},
      {"mimir", Schema::kMimir},
      {"victoriametrics", Schema::kVictoriaMetrics}};
  out.schema = ReadWord(errors, node, kWords).value_or(Schema::kAuto);
}

constexpr Field<SchemaChoice> kSchemaFields[] = {{"paths", Set<&SchemaChoice::paths>},
                                                 {"schema", SetSchema}};

void SetSchemas(RunDefaults& out, ConfigErrors& errors, const ConfigNode& node) {
  ReadSections(errors, node, "schemas", kSchemaFields, out.schemas);
}

constexpr Field<RunDefaults> kRunFields[] = {{"paths", Set<&RunDefaults::paths>},
                                             {"exclude", Set<&RunDefaults::exclude>},
                                             {"schemas", SetSchemas},
                                             {"fail_on", SetFailOn},
                                             {"baseline", Set<&RunDefaults::baseline>},
                                             {"base", Set<&RunDefaults::base>},
                                             {"tests", Set<&RunDefaults::tests>}};

// --- the top

void SetMatch(Override& out, ConfigErrors& errors, const ConfigNode& node) {
  ReadScope(errors, node, out.scope);
}

constexpr Field<Override> kOverrideFields[] = {
    {"match", SetMatch}, {"checks", Set<&Override::checks>}, {"at_most", Set<&Override::at_most>}};

void SetTarget(Config& out, ConfigErrors& errors, const ConfigNode& node) {
  ReadSection(errors, node, "target", kTargetFields, out.environment);
}

void SetEnvironment(Config& out, ConfigErrors& errors, const ConfigNode& node) {
  ReadSection(errors, node, "environment", kEnvironmentFields, out.environment);
}

void SetRun(Config& out, ConfigErrors& errors, const ConfigNode& node) {
  ReadSection(errors, node, "run", kRunFields, out.run);
}

void SetPolicy(Config& out, ConfigErrors& errors, const ConfigNode& node) {
  ReadPolicy(errors, node, out.policy);
}

void SetOverrides(Config& out, ConfigErrors& errors, const ConfigNode& node) {
  ReadSections(errors, node, "overrides", kOverrideFields, out.overrides);
}

// Rules that others wrote: told, but never a reason to fail. First, so that overrides can say more.
void SetVendor(Config& out, ConfigErrors& errors, const ConfigNode& node) {
  Override vendor;
  Read(errors, node, vendor.scope.paths);
  vendor.at_most = Severity::kInfo;
  out.overrides.insert(out.overrides.begin(), std::move(vendor));
}

constexpr Field<Config> kConfigFields[] = {{"target", SetTarget}, {"environment", SetEnvironment},
                                           {"run", SetRun},       {"checks", Set<&Config::checks>},
                                           {"policy", SetPolicy}, {"overrides", SetOverrides},
                                           {"vendor", SetVendor}};

}  // namespace

std::optional<Version> ParseVersion(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  int parts[3] = {-1, -1, 0};
  for (int i = 0; i < 3 && !text.empty(); ++i) {
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, parts[i]);
    if (error != std::errc() || parts[i] < 0 || parts[i] > 999) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
    if (text.empty()) break;
    if (!text.starts_with('.') || text.size() == 1 || i == 2) return std::nullopt;
    text.remove_prefix(1);
  }
  if (parts[0] < 0 || parts[1] < 0 || parts[0] > 99 || parts[1] > 99) return std::nullopt;
  return Version(parts[0], parts[1]);
}

std::string Format(const ConfigProblem& problem) {
  std::string text = problem.file + ":";
  if (problem.line > 0) {
    text += std::to_string(problem.line) + ":" + std::to_string(problem.column) + ":";
  }
  text += " " + problem.message + "\n";
  if (problem.source_line.empty()) return text;
  std::string_view rest = problem.source_line;
  std::string shown = "  ";
  std::string caret = "  ";
  for (std::uint32_t column = 1; !rest.empty(); ++column) {
    const Rune rune = DecodeRune(rest);
    AppendRune(shown, IsPrint(rune.value) ? rune.value : U' ');
    if (column < problem.column) caret += ' ';
    rest.remove_prefix(rune.width);
  }
  return text + shown + "\n" + caret + "^\n";
}

std::expected<Config, std::vector<ConfigProblem>> ReadConfig(
    std::string_view text, std::string file, std::span<const std::string_view> ids) {
  ConfigErrors errors(file, text, ids);
  const auto node = ParseConfigNode(text);
  if (!node) {
    errors.Add(node.error().line, node.error().column, node.error().message);
    return std::unexpected(errors.Take());
  }
  Config config;
  config.file = std::move(file);
  ReadSection(errors, *node, "the file", kConfigFields, config);
  if (!errors.empty()) return std::unexpected(errors.Take());
  return config;
}

std::string_view ConfigSchema() { return warden::embedded::kLintConfigSchema; }

KnownKeys KnownConfigKeys() {
  KnownKeys known;
  AddKnown(known, "the file", kConfigFields);
  AddKnown(known, "target", kTargetFields);
  AddKnown(known, "environment", kEnvironmentFields);
  AddKnown(known, "run", kRunFields);
  AddKnown(known, "schemas", kSchemaFields);
  AddKnown(known, "overrides", kOverrideFields);
  AddKnownPolicyKeys(known);
  return known;
}

}  // namespace promql::lint
