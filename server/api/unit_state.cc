// SPDX-License-Identifier: Apache-2.0
#include "server/api/unit_state.h"

#include <charconv>
#include <cmath>

#include "server/api/body.h"

namespace warden::api {
namespace {

using finops::Mean;
using finops::PatternUsage;
using finops::UnitModels;
using finops::UnitThresholds;
using rapidjson::Value;

std::unexpected<Error> Damaged() { return Fail(ErrorCode::kCorrupt, "what was kept is damaged"); }

template <class Key>
void WriteMeans(Json& json, std::string_view name, const std::map<Key, Mean>& means) {
  json.Key(name).Object();
  for (const auto& [key, mean] : means) {
    json.Key(std::to_string(key)).Array().Double(mean.sum).Int(mean.points).EndArray();
  }
  json.EndObject();
}

template <class Key>
bool ReadMeans(const Value& all, const char* name, std::map<Key, Mean>& means) {
  const auto found = all.FindMember(name);
  if (found == all.MemberEnd() || !found->value.IsObject()) return false;
  for (const auto& [key, value] : found->value.GetObject()) {
    Key number = 0;
    const auto text = View(key);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_pair = value.IsArray() && value.Size() == 2 && value[0].IsNumber() &&
                         value[1].IsInt64() && value[1].GetInt64() > 0;
    if (error != std::errc{} || end != text.data() + text.size() || !is_pair) return false;
    means[number] = {value[0].GetDouble(), value[1].GetInt64()};
  }
  return true;
}

bool ReadCosts(const Value& all, std::vector<double>& costs) {
  const auto found = all.FindMember("costs");
  if (found == all.MemberEnd() || !found->value.IsArray()) return false;
  if (found->value.Size() > finops::kCostWindow) return false;
  for (const auto& cost : found->value.GetArray()) {
    if (!cost.IsNumber()) return false;
    costs.push_back(cost.GetDouble());
  }
  return true;
}

bool ReadPatterns(const Value& all, std::map<std::string, PatternUsage>& patterns) {
  const auto found = all.FindMember("patterns");
  if (found == all.MemberEnd() || !found->value.IsObject()) return false;
  if (found->value.MemberCount() > finops::kMostPatterns) return false;
  for (const auto& [name, value] : found->value.GetObject()) {
    const bool is_usage = value.IsArray() && value.Size() == 3 && value[0].IsNumber() &&
                          value[1].IsInt64() && value[2].IsInt64();
    if (!is_usage) return false;
    patterns[std::string(View(name))] = {
        value[0].GetDouble(), Instant{Duration{value[1].GetInt64()}}, value[2].GetInt64()};
  }
  return true;
}

}  // namespace

std::string EncodeThresholds(const UnitThresholds& thresholds) {
  Json json;
  json.Object()
      .Field("cost_target", thresholds.cost_target)
      .Field("cost_warning", thresholds.cost_warning)
      .Field("growth_baseline", thresholds.growth_baseline)
      .Field("growth_drop", thresholds.growth_drop)
      .Field("fatigue_warning", thresholds.fatigue_warning)
      .EndObject();
  return json.Take();
}

Result<UnitThresholds> DecodeThresholds(std::string_view text) {
  const auto document = ReadJson(text);
  if (!document) return Damaged();
  Fields fields(*document);
  UnitThresholds thresholds;
  const auto read = [&fields](const char* name, double& into) {
    into = fields.Number(name).value_or(into);
  };
  read("cost_target", thresholds.cost_target);
  read("cost_warning", thresholds.cost_warning);
  read("growth_baseline", thresholds.growth_baseline);
  read("growth_drop", thresholds.growth_drop);
  read("fatigue_warning", thresholds.fatigue_warning);
  if (fields.error()) return Damaged();
  return thresholds;
}

std::string EncodeModels(const UnitModels& models) {
  Json json;
  json.Object().Key("costs").Array();
  for (const double cost : models.costs) json.Double(cost);
  json.EndArray();
  WriteMeans(json, "engagement", models.engagement);
  WriteMeans(json, "growth", models.growth);
  json.Key("patterns").Object();
  for (const auto& [name, usage] : models.patterns) {
    json.Key(name).Array().Double(usage.uses);
    json.Int(usage.at.time_since_epoch().count()).Int(usage.last_count).EndArray();
  }
  json.EndObject().EndObject();
  return json.Take();
}

Result<UnitModels> DecodeModels(std::string_view text) {
  const auto document = ReadJson(text);
  if (!document || !document->IsObject()) return Damaged();
  UnitModels models;
  const bool is_whole =
      ReadCosts(*document, models.costs) && ReadMeans(*document, "engagement", models.engagement) &&
      ReadMeans(*document, "growth", models.growth) && ReadPatterns(*document, models.patterns);
  if (!is_whole) return Damaged();
  return models;
}

void ShowThresholds(Json& json, const UnitThresholds& thresholds) {
  json.Object().Key("cost_per_post").Object();
  json.Field("target", thresholds.cost_target)
      .Field("warning_threshold", std::round(thresholds.cost_warning * 1e8) / 1e6)
      .Field("critical_multiplier", finops::kCriticalCostMultiplier)
      .EndObject();
  json.Key("viral_coefficient").Object();
  json.Field("baseline", thresholds.growth_baseline)
      .Field("drop_threshold", thresholds.growth_drop)
      .Field("critical_drop", finops::kCriticalGrowthDrop)
      .EndObject();
  json.Key("pattern_fatigue").Object();
  json.Field("warning_threshold", thresholds.fatigue_warning)
      .Field("critical_threshold", finops::kCriticalFatigue)
      .EndObject()
      .EndObject();
}

void ShowModels(Json& json, const UnitModels& models) {
  json.Object().Key("statistical_model").Object();
  json.Field("data_points", models.costs.size())
      .Field("window_size", finops::kCostWindow)
      .Field("current_mean", models.CostMean().value())
      .Field("current_std", models.CostDeviation())
      .EndObject();
  json.Key("trend_model").Object().Key("hourly_averages").Object();
  for (const auto& [hour, mean] : models.engagement)
    json.Field(std::to_string(hour % 24), mean.value());
  json.EndObject()
      .Field("lookback_hours", static_cast<std::int64_t>(finops::kTrendLookback.count()))
      .EndObject();
  json.Key("seasonal_model").Object();
  json.Field("pattern_count", models.GrowthPoints())
      .Field("period_hours", finops::kSeasonHours)
      .EndObject();
  json.Key("fatigue_model").Object();
  json.Field("tracked_patterns", models.patterns.size())
      .Field("decay_factor", finops::kUsageDecay)
      .EndObject()
      .EndObject();
}

void ShowAnomaly(Json& json, const finops::UnitAnomaly& anomaly, const std::string& persona,
                 const finops::UnitMetrics& metrics) {
  struct Words {
    const char* metric;
    const char* percent;  // what UnitAnomaly::percent is called
  };
  constexpr Words kWords[] = {{"cost_per_post", "percent_increase"},
                              {"viral_coefficient", "current_percent"},
                              {"pattern_fatigue", "fatigue_percent"}};
  const auto& words = kWords[static_cast<std::size_t>(anomaly.metric)];
  json.Object()
      .Field("metric_name", words.metric)
      .Field("current_value", anomaly.current)
      .Field("baseline", anomaly.baseline)
      .Field("severity", finops::Name(anomaly.severity))
      .Field("confidence", anomaly.confidence);
  json.Key("context").Object().Field("persona_id", persona);
  if (anomaly.metric == finops::UnitMetric::kFatigue) {
    json.Field("pattern_name", metrics.pattern.value_or(""))
        .Field("fatigue_score", anomaly.current);
  } else {
    json.Field(words.percent, anomaly.percent);
  }
  json.EndObject().EndObject();
}

}  // namespace warden::api
