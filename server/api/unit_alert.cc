// SPDX-License-Identifier: Apache-2.0
// POST /anomaly/alert: an alert that somebody else has made. It enters through intake like any
// other and takes the way that the routes say; the answer, in the shape of the system this one
// succeeds, says which of the wanted channels stand at its end.
#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "server/alert/text.h"
#include "server/api/access.h"
#include "server/api/api.h"
#include "server/api/body.h"
#include "server/api/json.h"
#include "server/api/request_limiter.h"
#include "server/config/destinations.h"
#include "server/triage/route.h"

namespace warden::api {
namespace {

using rapidjson::Value;

constexpr std::string_view kSource = "anomaly-api";
constexpr std::size_t kMostFields = 64;
constexpr std::size_t kLongestText = 4096;

struct Wanted {
  Alert alert;
  std::vector<std::string> channels;
};

std::string Clean(std::string_view text) { return ToValidUtf8(CutOnCharacter(text, kLongestText)); }

// `Cost per post` → `Cost_per_post`.
std::string LabelName(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    const bool is_digit = c >= '0' && c <= '9';
    if (is_digit && name.empty()) name = "_";
    name += is_letter || is_digit ? c : '_';
  }
  return name.empty() ? "_" : name;
}

// Texts tell alerts apart and become labels; numbers change from one to the next and become
// annotations. A label without a value is none.
void AddField(std::string_view name, const Value& value, Alert& alert) {
  if (value.IsString()) {
    if (value.GetStringLength() > 0) alert.labels.Set(LabelName(name), Clean(View(value)));
  } else if (value.IsInt64()) {
    alert.annotations.Set(LabelName(name), std::to_string(value.GetInt64()));
  } else if (value.IsNumber()) {
    Json number;
    number.Double(value.GetDouble());
    alert.annotations.Set(LabelName(name), number.Take());
  } else if (value.IsBool()) {
    alert.annotations.Set(LabelName(name), value.GetBool() ? "true" : "false");
  }
}

Result<Alert> ReadAlert(const Value& data, Instant now) {
  Fields fields(data);
  const auto title = fields.Text("title");
  const auto message = fields.Text("message");
  const auto severity = fields.Text("severity").value_or("warning");
  const auto timestamp = fields.Text("timestamp");
  const auto status = fields.Text("status").value_or("firing");
  if (fields.error()) return Fail(ErrorCode::kInvalid, "alert_data: " + fields.error()->message);
  if (!title || title->empty()) return Fail(ErrorCode::kInvalid, "alert_data needs a `title`");
  if (data.MemberCount() > kMostFields)
    return Fail(ErrorCode::kInvalid, "alert_data has more than 64 fields");
  if (status != "firing" && status != "resolved")
    return Fail(ErrorCode::kInvalid, "`status` of alert_data is firing or resolved");
  const auto at = timestamp ? ParseRfc3339(*timestamp) : now;
  if (!at) return Fail(ErrorCode::kInvalid, "`timestamp` of alert_data is not RFC 3339");
  Alert alert;
  for (const auto& [name, value] : data.GetObject()) {
    const std::set<std::string_view> known{"title", "message", "severity", "timestamp", "status"};
    if (!known.contains(View(name))) AddField(View(name), value, alert);
  }
  alert.labels.Set("alertname", Clean(*title));
  alert.labels.Set("severity", Clean(severity));
  alert.annotations.Set("summary", Clean(message.value_or(*title)));
  alert.status = status == "firing" ? AlertStatus::kFiring : AlertStatus::kResolved;
  alert.starts_at = std::min(*at, now);
  if (alert.status == AlertStatus::kResolved) alert.ends_at = now;
  alert.fingerprint = alert.labels.Fingerprint();
  return alert;
}

Result<Wanted> ReadBody(std::string_view text, Instant now) {
  const auto body = ReadJson(text);
  if (!body) return std::unexpected(body.error());
  const bool has_data = body->IsObject() && body->HasMember("alert_data");
  if (!has_data || !(*body)["alert_data"].IsObject())
    return Fail(ErrorCode::kInvalid, "the body needs `alert_data`, an object");
  auto alert = ReadAlert((*body)["alert_data"], now);
  if (!alert) return std::unexpected(alert.error());
  Wanted wanted{*std::move(alert), {"slack", "discord", "telegram", "webhook"}};
  const auto channels = body->FindMember("channels");
  if (channels == body->MemberEnd() || channels->value.IsNull()) return wanted;
  if (!channels->value.IsArray() || channels->value.Size() > kMostFields)
    return Fail(ErrorCode::kInvalid, "`channels` must be a list of names");
  wanted.channels.clear();
  for (const auto& channel : channels->value.GetArray()) {
    if (!channel.IsString()) return Fail(ErrorCode::kInvalid, "`channels` must be a list of names");
    const std::string name = ToValidUtf8(View(channel));
    if (std::ranges::find(wanted.channels, name) == wanted.channels.end())
      wanted.channels.push_back(name);
  }
  return wanted;
}

// Kinds of channels that the alert's routes lead to.
std::set<std::string> KindsOf(const Config& config, const Alert& alert) {
  std::set<std::string> kinds;
  for (const auto* route : MatchRoutes(config.route, alert.labels)) {
    for (const auto& integration : IntegrationsOf(config, route->receiver)) {
      if (alert.status == AlertStatus::kFiring || integration.send_resolved)
        kinds.insert(integration.destination.kind);
    }
  }
  return kinds;
}

ServerResponse Answer(const std::vector<std::string>& channels, const std::set<std::string>& kinds,
                      bool is_news) {
  std::int64_t sent = 0;
  Json results;
  results.Object();
  for (const auto& channel : channels) {
    results.Key(channel).Object();
    const bool is_there = kinds.contains(channel);
    if (is_there && is_news) {
      ++sent;
      results.Field("status", "success");
    } else {
      results.Field("status", "skipped")
          .Field("reason", is_there ? "nothing new: told already" : "no route leads there");
    }
    results.EndObject();
  }
  results.EndObject();
  return JsonResponse(200, R"({"alerts_sent":)" + std::to_string(sent) + R"(,"channel_results":)" +
                               results.Take() + "}\n");
}

void Send(const Parts& parts, const ServerRequest& request, Respond respond) {
  auto wanted = ReadBody(request.body, parts.clock.Now());
  if (!wanted) return respond(FailureOf(wanted.error()));
  WebhookMessage message;
  message.source = kSource;
  message.receiver = "promwarden";
  message.group_key =
      std::string(kSource) + "/" + promql::FingerprintText(wanted->alert.fingerprint);
  message.external_url = "promwarden";
  message.status = wanted->alert.status;
  auto kinds = KindsOf(*parts.config(), wanted->alert);
  message.alerts.push_back(std::move(wanted->alert));
  parts.intake.Submit(std::move(message),
                      [channels = std::move(wanted->channels), kinds = std::move(kinds),
                       respond = std::move(respond)](const Result<Receipt>& result) mutable {
                        if (!result) return respond(ComeAgain(result.error().message));
                        respond(Answer(channels, kinds, result->firing + result->resolved > 0));
                      });
}

}  // namespace

void AddUnitAlertRoute(const std::shared_ptr<const Parts>& parts,
                       const std::shared_ptr<RequestLimiter>& limiter) {
  AddRoute(parts,
           {.method = "POST",
            .path = "/anomaly/alert",
            .handler = [parts](const ServerRequest& request,
                               Respond respond) { Send(*parts, request, std::move(respond)); },
            .admit = Limited(parts, limiter, OperatorsOnly(parts))});
}

}  // namespace warden::api
