// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string>

#include "promql/syntax/parser.h"
#include "server/config/choice.h"
#include "server/config/read_tolerance.h"
#include "server/config/sections.h"

namespace warden {
namespace {

constexpr auto kAtLeastStep = std::chrono::seconds(1);
constexpr std::size_t kMostSeries = 1'000'000;

// Detectors, then domain checks.
constexpr auto kTypes = [] {
  std::array<std::string_view, kDetectorNames.size() + kDomainCheckNames.size()> types;
  const auto rest = std::ranges::copy(kDetectorNames, types.begin()).out;
  std::ranges::transform(kDomainCheckNames, rest, &DomainCheckName::name);
  return types;
}();

void SetKind(DetectorConfig& out, Reader& reader, const YamlNode& node) {
  const auto at = FindChoice(reader, node, kTypes);
  if (!at) return;
  if (*at < kDetectorNames.size())
    out.kind = static_cast<DetectorKind>(*at);
  else
    out.domain = &kDomainCheckNames[*at - kDetectorNames.size()];
}

void SetDirection(DetectorConfig& out, Reader& reader, const YamlNode& node) {
  ReadDirection(reader, node, out.direction);
}

// A key of whatever has a Tolerance or a calendar.
template <auto Part, auto Read, class T>
void SetPart(T& out, Reader& reader, const YamlNode& node) {
  Read(reader, node, out.*Part);
}
template <auto Member, auto Read, class T>
void SetTolerance(T& out, Reader& reader, const YamlNode& node) {
  Read(reader, node, out.tolerance.*Member);
}
template <auto Member, class T>
void SetTolerance(T& out, Reader& reader, const YamlNode& node) {
  ReadValue(reader, node, out.tolerance.*Member);
}

constexpr Choice<bool> kSharing[] = {{"series", false}, {"watch", true}};
constexpr Choice<WatchKind> kWatchKinds[] = {{"anomaly", WatchKind::kAnomaly},
                                             {"forecast", WatchKind::kForecast}};
constexpr Choice<RaiseIn> kRaiseIns[] = {{"promwarden", RaiseIn::kPromwarden},
                                         {"alertmanager", RaiseIn::kAlertmanager}};
constexpr Choice<ChartStyle> kChartStyles[] = {
    {"light", ChartStyle::kLight}, {"dark", ChartStyle::kDark}, {"none", ChartStyle::kNone}};

template <auto Member, const auto& Choices, class T>
void SetChoice(T& out, Reader& reader, const YamlNode& node) {
  ReadChoice(reader, node, Choices, out.*Member);
}

constexpr Field<DetectorConfig> kDetectorFields[] = {
    {"type", SetKind},
    {"period", Set<&DetectorConfig::period>},
    {"threshold", Set<&DetectorConfig::threshold>},
    {"direction", SetDirection},
    {"alpha", Set<&DetectorConfig::alpha>},
    {"beta", Set<&DetectorConfig::beta>},
    {"gamma", Set<&DetectorConfig::gamma>},
    {"window", Set<&DetectorConfig::window>},
    {"lower_percentile", Set<&DetectorConfig::lower_percentile>},
    {"upper_percentile", Set<&DetectorConfig::upper_percentile>},
    {"min_points", Set<&DetectorConfig::min_points>},
};

void CheckDetector(Reader& reader, const YamlNode& node, const SeenKeys& seen,
                   const DetectorConfig& detector) {
  const auto complain = [&](const char* key, bool is_wrong, const char* message) {
    const YamlNode* at = seen.Find(key);
    if (is_wrong) reader.Error(at != nullptr ? *at : node, message);
  };
  const auto is_share = [](const std::optional<double>& value) {
    return !value || (*value > 0 && *value < 1);
  };
  complain("period", detector.period < 2 || detector.period > 100'000,
           "`period` is a number of points from 2 to 100000");
  complain("window", detector.window < 2 || detector.window > 100'000,
           "`window` is a number of points from 2 to 100000");
  complain("threshold", detector.threshold <= 0, "`threshold` is more than 0");
  complain("alpha", !is_share(detector.alpha), "`alpha` lies between 0 and 1");
  complain("beta", !is_share(detector.beta), "`beta` lies between 0 and 1");
  complain("gamma", !is_share(detector.gamma), "`gamma` lies between 0 and 1");
  const bool is_ordered = detector.lower_percentile >= 0 &&
                          detector.lower_percentile < detector.upper_percentile &&
                          detector.upper_percentile <= 100;
  complain("upper_percentile", !is_ordered,
           "percentiles lie between 0 and 100, the lower one below the upper one");
  const YamlNode* threshold = seen.Find("threshold");
  if (threshold != nullptr && detector.is_auto()) {
    reader.Notice(*threshold,
                  "auto has no threshold: what alerts may cost is said by `alert_budget` or "
                  "`sensitivity`, or name another detector as `type`");
  }
  CheckDomain(reader, seen, detector.direction, detector);
}

// A detector is written as its name, or as keys and values with its parameters.
template <class T>
void SetDetector(T& out, Reader& reader, const YamlNode& node) {
  out.detector = {};
  SeenKeys seen;
  if (node.kind == YamlNode::Kind::kScalar && !node.IsLooseNull()) {
    SetKind(out.detector, reader, node);
  } else {
    seen = ReadSection(reader, node, "detector", kDetectorFields, out.detector);
    CheckDetector(reader, node, seen, out.detector);
  }
  if (out.detector.domain != nullptr && seen.Find("min_points") == nullptr)
    out.detector.min_points = 0;  // by the step: see FinishDomain
}

constexpr std::int64_t kMostSteps = 11'000;

// What a domain check has unless it is said depends on the step; it must be able to speak.
template <class T>
void FinishDomain(Reader& reader, const YamlNode& node, const SeenKeys& seen, T& out) {
  DetectorConfig& detector = out.detector;
  if (detector.domain == nullptr || out.step < kAtLeastStep) return;
  if (detector.min_points == 0) detector.min_points = DomainPoints(out.step);
  if (!detector.domain->has_baseline) return;
  const YamlNode* history = seen.Find("history");
  if (history == nullptr) out.history = std::min(kDomainHistory, kMostSteps * out.step);
  const auto steps = static_cast<std::size_t>(out.history / out.step);
  if (steps <= detector.min_points) {
    reader.Error(history != nullptr ? *history : node,
                 "`history` holds " + std::to_string(steps) + " steps, and " +
                     std::string(detector.domain->name) + " says nothing before it has seen " +
                     std::to_string(detector.min_points) + " (`min_points`)");
  }
}

template <class T>
void CheckSpan(Reader& reader, const YamlNode& node, const SeenKeys& seen, const T& out) {
  const YamlNode* step = seen.Find("step");
  const YamlNode* history = seen.Find("history");
  if (out.step < kAtLeastStep) {
    return reader.Error(step != nullptr ? *step : node, "`step` is at least 1s");
  }
  if (out.history < 2 * out.step || out.history / out.step > kMostSteps) {
    reader.Error(history != nullptr ? *history : node,
                 "`history` must hold from 2 to 11000 steps: Prometheus answers no more");
  }
}

constexpr Field<AnomalyQuery> kQueryFields[] = {
    {"matchers", Set<&AnomalyQuery::matchers>}, {"query", Set<&AnomalyQuery::query>},
    {"history", Set<&AnomalyQuery::history>},   {"step", Set<&AnomalyQuery::step>},
    {"detector", SetDetector<AnomalyQuery>},
};

constexpr Field<AnomalyConfig> kAnomalyFields[] = {
    {"enabled", Set<&AnomalyConfig::is_enabled>},
    {"budget", Set<&AnomalyConfig::budget>},
    {"history", Set<&AnomalyConfig::history>},
    {"step", Set<&AnomalyConfig::step>},
    {"detector", SetDetector<AnomalyConfig>},
    {"alert_budget", SetTolerance<&Tolerance::alerts_per_day, ReadAlertBudget>},
    {"sensitivity", SetTolerance<&Tolerance::alerts_per_day, ReadSensitivity>},
    {"direction", SetTolerance<&Tolerance::direction, ReadDirection>},
    {"min_deviation", SetTolerance<&Tolerance::min_deviation>},
    {"min_relative_deviation", SetTolerance<&Tolerance::min_relative_deviation>},
    {"data_range", SetPart<&AnomalyConfig::tolerance, ReadRange>},
    {"time_zone", SetPart<&AnomalyConfig::calendar, ReadZone>},
    {"holidays", SetPart<&AnomalyConfig::calendar, ReadHolidays>},
    {"queries", SetList<&AnomalyConfig::queries>},
    {"chart", SetChoice<&AnomalyConfig::chart, kChartStyles>},
    {"expressions", Set<&AnomalyConfig::uses_expressions>},
    {"deployments", Set<&AnomalyConfig::deployments>},
    {"max_siblings", Set<&AnomalyConfig::max_siblings>},
};

constexpr Field<SeverityMapping> kSeverityFields[] = {
    {"critical", Set<&SeverityMapping::critical>},
    {"high", Set<&SeverityMapping::high>},
    {"medium", Set<&SeverityMapping::medium>},
    {"low", Set<&SeverityMapping::low>},
};

void SetSeverity(WatchConfig& out, Reader& reader, const YamlNode& node) {
  ReadSection(reader, node, "severity", kSeverityFields, out.severity);
}

constexpr Field<WatchConfig> kWatchFields[] = {
    {"name", Set<&WatchConfig::name>},
    {"query", Set<&WatchConfig::query>},
    {"kind", SetChoice<&WatchConfig::kind, kWatchKinds>},
    {"threshold", Set<&WatchConfig::threshold>},
    {"horizon", Set<&WatchConfig::horizon>},
    {"raise_in", SetChoice<&WatchConfig::raise_in, kRaiseIns>},
    {"interval", Set<&WatchConfig::interval>},
    {"history", Set<&WatchConfig::history>},
    {"step", Set<&WatchConfig::step>},
    {"timeout", Set<&WatchConfig::timeout>},
    {"detector", SetDetector<WatchConfig>},
    {"alert_budget", SetTolerance<&Tolerance::alerts_per_day, ReadAlertBudget>},
    {"sensitivity", SetTolerance<&Tolerance::alerts_per_day, ReadSensitivity>},
    {"direction", SetTolerance<&Tolerance::direction, ReadDirection>},
    {"min_deviation", SetTolerance<&Tolerance::min_deviation>},
    {"min_relative_deviation", SetTolerance<&Tolerance::min_relative_deviation>},
    {"data_range", SetPart<&WatchConfig::tolerance, ReadRange>},
    {"time_zone", SetPart<&WatchConfig::calendar, ReadZone>},
    {"holidays", SetPart<&WatchConfig::calendar, ReadHolidays>},
    {"alert_budget_per", SetChoice<&WatchConfig::shares_budget, kSharing>},
    {"for", Set<&WatchConfig::pending_for>},
    {"maintenance", Set<&WatchConfig::maintenance>},
    {"max_series", Set<&WatchConfig::max_series>},
    {"max_alerts_per_hour", Set<&WatchConfig::max_alerts_per_hour>},
    {"bands", Set<&WatchConfig::exports_bands>},
    {"severity", SetSeverity},
    {"fire_after", Set<&WatchConfig::fire_after>},
    {"resolve_after", Set<&WatchConfig::resolve_after>},
    {"labels", Set<&WatchConfig::labels>},
    {"annotations", Set<&WatchConfig::annotations>},
};

// A forecast has a threshold and a horizon, and nothing of a detector's.
void CheckKind(Reader& reader, const YamlNode& node, const SeenKeys& seen, const WatchConfig& out) {
  const bool is_forecast = out.kind == WatchKind::kForecast;
  if (is_forecast && !out.threshold)
    reader.Error(node, "a watch of the kind forecast needs a `threshold`");
  if (is_forecast && out.horizon / out.step > 2000)
    reader.Error(node, "`horizon` is at most 2000 steps");
  if (is_forecast && out.horizon < out.step) reader.Error(node, "`horizon` is at least one step");
  const auto notice = [&](std::initializer_list<const char*> keys, const char* message) {
    for (const char* key : keys) {
      if (const YamlNode* at = seen.Find(key)) reader.Notice(*at, std::string(key) + message);
    }
  };
  if (is_forecast) {
    notice({"detector", "alert_budget", "sensitivity", "alert_budget_per", "min_deviation",
            "min_relative_deviation", "data_range", "holidays", "time_zone"},
           " means nothing to a forecast");
  } else {
    notice({"threshold", "horizon"}, " is for watches of the kind forecast");
  }
}

// Parsed as Prometheus does, and of a kind that has a value at every moment.
void CheckQuery(Reader& reader, const SeenKeys& seen, const char* key, const std::string& query) {
  const YamlNode* at = seen.Find(key);
  if (at == nullptr || query.empty()) return;
  promql::ParseOptions options;
  options.features = promql::Features::All();  // whatever the server may have switched on
  const auto parsed = promql::ParseExpression(query, options);
  if (!parsed) {
    const auto& first = parsed.error().front();
    return reader.Error(*at, "not a PromQL expression, at character " +
                                 std::to_string(first.span.start + 1) + " of it: " + first.message);
  }
  if (parsed->type() != promql::ValueType::kVector && parsed->type() != promql::ValueType::kScalar)
    reader.Error(*at, "the query must give an instant vector or a scalar, as for a range query");
}

}  // namespace

void ReadValue(Reader& reader, const YamlNode& node, AnomalyQuery& out) {
  const SeenKeys seen = ReadSection(reader, node, "queries", kQueryFields, out);
  if (out.query.empty()) reader.Error(node, "an entry of `queries` needs `query`");
  CheckQuery(reader, seen, "query", out.query);
  if (out.matchers.empty())
    reader.Error(node, "an entry of `queries` needs `matchers`: which alerts it is for");
  FinishDomain(reader, node, seen, out);
  CheckSpan(reader, node, seen, out);
}

void ReadValue(Reader& reader, const YamlNode& node, AnomalyConfig& out) {
  out = {};
  const SeenKeys seen = ReadSection(reader, node, "anomaly", kAnomalyFields, out);
  FinishDomain(reader, node, seen, out);
  CheckSpan(reader, node, seen, out);
  CheckTolerance(reader, seen, out.tolerance, out.detector);
  CheckQuery(reader, seen, "deployments", out.deployments);
  constexpr std::size_t kMostSiblings = 1000;
  if (out.max_siblings > kMostSiblings)
    reader.Error(*seen.Find("max_siblings"),
                 "`max_siblings` is at most " + std::to_string(kMostSiblings));
  if (out.budget > std::chrono::seconds(30)) {
    reader.Error(*seen.Find("budget"), "`budget` is at most 30s: notifications wait for it");
  }
}

void ReadValue(Reader& reader, const YamlNode& node, WatchConfig& out) {
  const SeenKeys seen = ReadSection(reader, node, "watches", kWatchFields, out);
  if (out.name.empty()) reader.Error(node, "a watch needs a `name`");
  if (out.query.empty()) reader.Error(node, "a watch needs a `query`");
  CheckQuery(reader, seen, "query", out.query);
  if (out.interval < kAtLeastStep)
    reader.Error(*seen.Find("interval"), "`interval` is at least 1s");
  if (out.timeout < kAtLeastStep) reader.Error(*seen.Find("timeout"), "`timeout` is at least 1s");
  if (out.fire_after == 0 || out.resolve_after == 0)
    reader.Error(node, "`fire_after` and `resolve_after` are at least 1");
  CheckQuery(reader, seen, "maintenance", out.maintenance);
  const bool has_detector = out.kind == WatchKind::kAnomaly;
  if (has_detector) FinishDomain(reader, node, seen, out);
  CheckTolerance(reader, seen, out.tolerance, has_detector ? out.detector : DetectorConfig{});
  const YamlNode* most = seen.Find("max_series");
  if (out.max_series == 0 || out.max_series > kMostSeries)
    reader.Error(*most, "`max_series` is 1 to " + std::to_string(kMostSeries));
  CheckSpan(reader, node, seen, out);
  CheckKind(reader, node, seen, out);
}

void AddWatchKeys(KnownKeys& known) {
  AddKnownKeys(known, "anomaly", kAnomalyFields);
  AddKnownKeys(known, "queries", kQueryFields);
  AddKnownKeys(known, "detector", kDetectorFields);
  AddKnownKeys(known, "watches", kWatchFields);
  AddKnownKeys(known, "severity", kSeverityFields);
}

}  // namespace warden
