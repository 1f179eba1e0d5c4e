// SPDX-License-Identifier: Apache-2.0
// /anomaly/…: the unit checks under the names, and in the shapes, that the system this one succeeds
// had. All of it runs on the worker, which therefore owns thresholds and models; what is answered
// with success is in the store.
#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

#include "server/api/access.h"
#include "server/api/api.h"
#include "server/api/body.h"
#include "server/api/json.h"
#include "server/api/request_limiter.h"
#include "server/api/unit_state.h"
#include "server/base/log.h"

namespace warden::api {
namespace {

using finops::UnitMetrics;
using finops::UnitModel;
using finops::UnitModels;
using finops::UnitThresholds;

constexpr std::string_view kThresholdsBlob = "anomaly/thresholds";
constexpr std::string_view kModelsBlob = "anomaly/models";
constexpr double kLeast = 1e-9;            // that is divided by
constexpr std::size_t kLongestName = 200;  // of a pattern, in bytes

// What the routes share; the worker's.
struct Units {
  UnitThresholds thresholds;
  UnitModels models;
  bool is_loaded = false;
};

// What is damaged begins anew; an error: it cannot be read now.
template <class T>
Result<void> Load(Store& store, std::string_view blob, Result<T> (*decode)(std::string_view),
                  T& into) {
  const auto stored = store.FindBlob(blob);
  if (!stored) return std::unexpected(stored.error());
  if (!*stored) return {};
  if (auto decoded = decode(**stored)) {
    into = *std::move(decoded);
  } else {
    Log(LogLevel::kWarn, "begins anew", {{"what", blob}, {"err", decoded.error().message}});
  }
  return {};
}

// At the first request: whoever wrote before everything was read would write over it.
Result<void> LoadOnce(Store& store, Units& units) {
  if (units.is_loaded) return {};
  auto loaded = Load(store, kThresholdsBlob, DecodeThresholds, units.thresholds);
  if (loaded) loaded = Load(store, kModelsBlob, DecodeModels, units.models);
  units.is_loaded = loaded.has_value();
  return loaded;
}

Result<void> Save(const Parts& parts, std::string_view blob, const std::string& value) {
  return parts.writer.Run(
      [&](Transaction& transaction) { return transaction.PutBlob(blob, value); });
}

// ---- detect ----

Result<UnitMetrics> ReadMetrics(Fields& fields) {
  UnitMetrics metrics;
  metrics.cost = fields.Number("cost_per_post");
  metrics.growth = fields.Number("viral_coefficient");
  metrics.engagement = fields.Number("engagement_rate");
  metrics.pattern = fields.Text("pattern_name");
  metrics.usage_count = fields.Count("pattern_usage_count");
  if (fields.error()) return std::unexpected(*fields.error());
  if (metrics.pattern && (metrics.pattern->empty() || metrics.pattern->size() > kLongestName))
    return Fail(ErrorCode::kInvalid, "`pattern_name` must have 1 to 200 bytes");
  if (!metrics.cost && !metrics.growth && !metrics.engagement && !metrics.pattern) {
    return Fail(ErrorCode::kInvalid,
                "nothing to judge: cost_per_post, viral_coefficient, engagement_rate and "
                "pattern_name are all missing");
  }
  return metrics;
}

ServerResponse Detect(const Parts& parts, Units& units, const ServerRequest& request) {
  const auto body = ReadJson(request.body);
  if (!body) return FailureOf(body.error());
  Fields fields(*body);
  const std::string persona = fields.Text("persona_id").value_or("system");
  const auto metrics = ReadMetrics(fields);
  if (!metrics) return FailureOf(metrics.error());
  const Instant now = parts.clock.Now();
  UnitModels models = units.models;
  models.Take(*metrics, now);
  const auto fatigue = metrics->pattern ? models.Fatigue(*metrics->pattern, now) : std::nullopt;
  const auto found = finops::CheckUnit(*metrics, fatigue, units.thresholds);
  // The verdict does not depend on whether it can be remembered.
  const bool is_kept = Save(parts, kModelsBlob, EncodeModels(models)).has_value();
  if (is_kept) units.models = std::move(models);
  Json json;
  json.Object().Field("anomalies_detected", found.size()).Key("anomalies").Array();
  for (const auto& anomaly : found) ShowAnomaly(json, anomaly, persona, *metrics);
  json.EndArray().Field("models_updated", is_kept).EndObject();
  return JsonResponse(200, json.Take() + "\n");
}

// ---- thresholds ----

struct ThresholdName {
  std::string_view name;
  double UnitThresholds::* member;
  bool is_share;  // written as 0.25 or as 25; else as it is
};
constexpr ThresholdName kThresholdNames[] = {
    {"cost_baseline", &UnitThresholds::cost_target, false},
    {"cost_threshold", &UnitThresholds::cost_warning, true},
    {"viral_baseline", &UnitThresholds::growth_baseline, false},
    {"viral_drop_threshold", &UnitThresholds::growth_drop, true},
    {"fatigue_threshold", &UnitThresholds::fatigue_warning, true},
};

Result<void> Set(UnitThresholds& thresholds, std::string_view name, double value) {
  const auto* known = std::ranges::find(kThresholdNames, name, &ThresholdName::name);
  if (known == std::end(kThresholdNames)) {
    std::string names;
    for (const auto& each : kThresholdNames)
      names += (names.empty() ? "" : ", ") + std::string(each.name);
    return Fail(ErrorCode::kInvalid,
                "no threshold `" + std::string(name) + "`; there are " + names);
  }
  if (known->is_share && value > 1) value /= 100;
  if (!(value >= kLeast) || value > (known->is_share ? 1 : kLargest)) {
    return Fail(ErrorCode::kInvalid, "`" + std::string(name) + "` must be " +
                                         (known->is_share ? "a share up to 1, or percent up to 100"
                                                          : "from 1e-9 to 1e12"));
  }
  thresholds.*known->member = value;
  return {};
}

// From the query, and from a JSON object when there is a body.
Result<UnitThresholds> ReadThresholds(UnitThresholds thresholds, const ServerRequest& request) {
  for (const auto& [name, text] : request.query) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
      return Fail(ErrorCode::kInvalid, "`" + name + "` must be a number");
    if (auto set = Set(thresholds, name, value); !set) return std::unexpected(set.error());
  }
  if (request.body.empty()) return thresholds;
  const auto body = ReadJson(request.body);
  if (!body) return std::unexpected(body.error());
  if (!body->IsObject()) return Fail(ErrorCode::kInvalid, "the body must be a JSON object");
  for (const auto& [name, value] : body->GetObject()) {
    if (!value.IsNumber())
      return Fail(ErrorCode::kInvalid, "`" + std::string(View(name)) + "` must be a number");
    if (auto set = Set(thresholds, View(name), value.GetDouble()); !set)
      return std::unexpected(set.error());
  }
  return thresholds;
}

ServerResponse Thresholds(const Units& units) {
  Json json;
  ShowThresholds(json, units.thresholds);
  return JsonResponse(200, json.Take() + "\n");
}

ServerResponse SetThresholds(const Parts& parts, Units& units, const ServerRequest& request) {
  const auto thresholds = ReadThresholds(units.thresholds, request);
  if (!thresholds) return FailureOf(thresholds.error());
  if (auto saved = Save(parts, kThresholdsBlob, EncodeThresholds(*thresholds)); !saved)
    return FailureOf(saved.error());
  units.thresholds = *thresholds;
  return Thresholds(units);
}

// ---- models ----

ServerResponse Stats(const Units& units) {
  Json json;
  ShowModels(json, units.models);
  return JsonResponse(200, json.Take() + "\n");
}

// A list of names, bare or as `models`; nothing: all.
Result<std::vector<UnitModel>> ReadModelNames(std::string_view body) {
  constexpr std::vector<UnitModel> (*all)() = [] {
    return std::vector{UnitModel::kStatistical, UnitModel::kTrend, UnitModel::kSeasonal,
                       UnitModel::kFatigue};
  };
  if (body.empty()) return all();
  const auto document = ReadJson(body);
  if (!document) return std::unexpected(document.error());
  const rapidjson::Value* names = &*document;
  if (names->IsObject()) {
    const auto found = names->FindMember("models");
    if (found == names->MemberEnd()) return all();
    names = &found->value;
  }
  if (names->IsNull()) return all();
  if (!names->IsArray()) return Fail(ErrorCode::kInvalid, "`models` must be a list of names");
  std::vector<UnitModel> models;
  for (const auto& name : names->GetArray()) {
    const auto known = name.IsString() ? std::ranges::find(finops::kUnitModels, View(name))
                                       : finops::kUnitModels.end();
    if (known == finops::kUnitModels.end())
      return Fail(ErrorCode::kInvalid, "models are statistical, trend, seasonal and fatigue");
    const auto model = static_cast<UnitModel>(known - finops::kUnitModels.begin());
    if (std::ranges::find(models, model) == models.end()) models.push_back(model);
  }
  return models;
}

ServerResponse ResetModels(const Parts& parts, Units& units, const ServerRequest& request) {
  const auto names = ReadModelNames(request.body);
  if (!names) return FailureOf(names.error());
  UnitModels models = units.models;
  for (const auto model : *names) models.Reset(model);
  if (auto saved = Save(parts, kModelsBlob, EncodeModels(models)); !saved)
    return FailureOf(saved.error());
  units.models = std::move(models);
  Json json;
  json.Object().Key("models_reset").Object();
  for (const auto model : *names)
    json.Field(finops::kUnitModels[static_cast<std::size_t>(model)], "reset");
  json.EndObject().Field("timestamp", parts.clock.Now()).EndObject();
  return JsonResponse(200, json.Take() + "\n");
}

}  // namespace

void AddUnitRoutes(const std::shared_ptr<const Parts>& parts,
                   const std::shared_ptr<RequestLimiter>& limiter) {
  const auto units = std::make_shared<Units>();
  const auto look = Limited(parts, limiter);
  const auto change = Limited(parts, limiter, OperatorsOnly(parts));
  const auto add = [&](const char* method, const char* path, const Admit& admit, auto handle) {
    AddRoute(parts, {.method = method,
                     .path = path,
                     .handler = OnWorker(parts,
                                         [parts, units, handle](const ServerRequest& request) {
                                           if (auto loaded = LoadOnce(parts->store, *units);
                                               !loaded)
                                             return ComeAgain(loaded.error().message);
                                           return handle(*parts, *units, request);
                                         }),
                     .admit = admit});
  };
  add("POST", "/anomaly/detect", change, Detect);
  add("GET", "/anomaly/thresholds", look,
      [](const Parts&, const Units& all, const ServerRequest&) { return Thresholds(all); });
  add("PUT", "/anomaly/thresholds", change, SetThresholds);
  add("GET", "/anomaly/models/stats", look,
      [](const Parts&, const Units& all, const ServerRequest&) { return Stats(all); });
  add("POST", "/anomaly/models/reset", change, ResetModels);
}

}  // namespace warden::api
