// SPDX-License-Identifier: Apache-2.0
#include "server/alert/webhook.h"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "server/alert/text.h"

namespace warden {
namespace {

using rapidjson::Value;

std::string_view View(const Value& value) { return {value.GetString(), value.GetStringLength()}; }

// Nesting of objects and arrays, found without building anything.
bool IsDeeperThan(std::string_view json, std::size_t limit) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > limit) return true;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return false;
}

std::string CleanText(std::string_view text, const WebhookLimits& limits) {
  if (text.size() > limits.text_bytes) text = CutOnCharacter(text, limits.text_bytes);
  return ToValidUtf8(text);
}

// Strings as they are, null as empty; anything else is no label value.
bool ReadLabels(const Value& value, const WebhookLimits& limits, promql::LabelSet& out) {
  if (!value.IsObject() || value.MemberCount() > limits.labels_per_alert) return false;
  std::vector<promql::LabelSet::Label> labels;
  labels.reserve(value.MemberCount());
  for (const auto& member : value.GetObject()) {
    if (!member.value.IsString() && !member.value.IsNull()) return false;
    labels.emplace_back(
        CleanText(View(member.name), limits),
        member.value.IsString() ? CleanText(View(member.value), limits) : std::string{});
  }
  out = promql::LabelSet::FromUnsorted(std::move(labels));
  return true;
}

// Year 1 is Go's zero time: unset. So is anything unreadable.
std::optional<Instant> ReadTime(const Value& value) {
  if (!value.IsString()) return std::nullopt;
  const auto at = ParseRfc3339(View(value));
  if (!at || *at < Instant{std::chrono::sys_days{std::chrono::year{2} / 1 / 1}})
    return std::nullopt;
  return at;
}

std::optional<AlertStatus> ReadStatus(const Value& value) {
  if (!value.IsString()) return std::nullopt;
  if (View(value) == "firing") return AlertStatus::kFiring;
  if (View(value) == "resolved") return AlertStatus::kResolved;
  return std::nullopt;
}

std::optional<Alert> ReadAlert(const Value& value, Instant now, const WebhookLimits& limits) {
  if (!value.IsObject()) return std::nullopt;
  Alert alert;
  std::optional<Instant> starts_at;
  std::optional<AlertStatus> status;
  for (const auto& member : value.GetObject()) {
    const auto name = View(member.name);
    if (name == "status") {
      status = ReadStatus(member.value);
    } else if (name == "labels") {
      if (!ReadLabels(member.value, limits, alert.labels)) return std::nullopt;
    } else if (name == "annotations") {
      if (!member.value.IsNull() && !ReadLabels(member.value, limits, alert.annotations))
        return std::nullopt;
    } else if (name == "startsAt") {
      starts_at = ReadTime(member.value);
    } else if (name == "endsAt") {
      alert.ends_at = ReadTime(member.value);
    } else if (name == "generatorURL" && member.value.IsString()) {
      alert.generator_url = CleanText(View(member.value), limits);
    }
  }
  if (!status || alert.labels.empty()) return std::nullopt;
  alert.status = *status;
  alert.starts_at = starts_at.value_or(now);
  if (alert.status == AlertStatus::kFiring) alert.ends_at.reset();
  if (alert.status == AlertStatus::kResolved && !alert.ends_at) alert.ends_at = now;
  alert.fingerprint = alert.labels.Fingerprint();
  return alert;
}

// Alertmanager sends regexp.QuoteMeta(receiver).
std::string UndoQuoting(std::string_view receiver) {
  static constexpr std::string_view kQuoted = "\\.+*?()|[]{}^$";
  std::string out;
  for (std::size_t i = 0; i < receiver.size(); ++i) {
    const bool escaped =
        receiver[i] == '\\' && i + 1 < receiver.size() && kQuoted.contains(receiver[i + 1]);
    if (escaped) ++i;
    out += receiver[i];
  }
  return out;
}

// Top-level fields except `alerts`; a field of another type than expected is left at its default.
void ReadField(std::string_view name, const Value& value, const WebhookLimits& limits,
               WebhookMessage& message) {
  if (name == "groupLabels") {
    ReadLabels(value, limits, message.group_labels);
  } else if (name == "commonLabels") {
    ReadLabels(value, limits, message.common_labels);
  } else if (name == "commonAnnotations") {
    ReadLabels(value, limits, message.common_annotations);
  } else if (name == "routeLabels") {
    ReadLabels(value, limits, message.route_labels);
  } else if (name == "truncatedAlerts") {
    if (value.IsUint64()) message.truncated_alerts = value.GetUint64();
  } else if (!value.IsString()) {
    return;
  } else if (name == "receiver") {
    message.receiver = UndoQuoting(CleanText(View(value), limits));
  } else if (name == "groupKey") {
    message.group_key = CleanText(View(value), limits);
  } else if (name == "externalURL") {
    message.external_url = CleanText(View(value), limits);
  } else if (name == "notification_reason") {
    message.notification_reason = CleanText(View(value), limits);
  } else if (name == "status") {
    message.status = ReadStatus(value).value_or(AlertStatus::kFiring);
  }
}

bool Fires(const Value* alert) {
  if (!alert->IsObject()) return false;
  const auto status = alert->FindMember("status");
  return status != alert->MemberEnd() && status->value == "firing";
}

// Those that are taken in, in their order. When there are too many, what fires goes first: whoever
// does not hear of an end hears of it later.
std::vector<const Value*> Chosen(const Value& alerts, std::size_t most) {
  std::vector<const Value*> chosen;
  chosen.reserve(alerts.Size());
  for (const auto& alert : alerts.GetArray()) chosen.push_back(&alert);
  if (chosen.size() > most) {
    std::ranges::stable_partition(chosen, Fires);
    chosen.resize(most);
  }
  return chosen;
}

}  // namespace

Result<WebhookMessage> ParseWebhook(std::string_view body, Instant now,
                                    const WebhookLimits& limits) {
  if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);
  if (IsDeeperThan(body, limits.depth)) {
    return Fail(ErrorCode::kInvalid,
                "body is nested deeper than " + std::to_string(limits.depth) + " levels");
  }
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(body.data(), body.size());
  if (document.HasParseError()) {
    return Fail(ErrorCode::kInvalid, std::string("body is not JSON: ") +
                                         rapidjson::GetParseError_En(document.GetParseError()) +
                                         " at byte " + std::to_string(document.GetErrorOffset()));
  }
  if (!document.IsObject()) return Fail(ErrorCode::kCorrupt, "body is JSON, but no object");

  WebhookMessage message;
  const Value* alerts = nullptr;
  for (const auto& member : document.GetObject()) {
    if (View(member.name) == "alerts") {
      alerts = &member.value;
    } else {
      ReadField(View(member.name), member.value, limits, message);
    }
  }
  if (alerts == nullptr || !alerts->IsArray())
    return Fail(ErrorCode::kCorrupt, "body has no list of alerts");
  const auto chosen = Chosen(*alerts, limits.alerts);
  message.excess_alerts = alerts->Size() - chosen.size();
  message.alerts.reserve(chosen.size());
  for (const Value* value : chosen) {
    if (auto alert = ReadAlert(*value, now, limits)) {
      message.alerts.push_back(std::move(*alert));
    } else {
      ++message.unusable_alerts;
    }
  }
  message.truncated_alerts += message.excess_alerts;
  if (message.alerts.empty() && message.unusable_alerts > 0) {
    return Fail(ErrorCode::kCorrupt, "none of the " + std::to_string(message.unusable_alerts) +
                                         " alerts has a status and labels");
  }
  return message;
}

std::string EncodeLabels(const promql::LabelSet& labels) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.StartObject();
  for (const auto& [name, value] : labels) {
    writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  }
  writer.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

promql::LabelSet DecodeLabels(std::string_view json) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(json.data(), json.size());
  if (document.HasParseError() || !document.IsObject()) return {};
  std::vector<promql::LabelSet::Label> labels;
  labels.reserve(document.MemberCount());
  for (const auto& member : document.GetObject()) {
    if (member.value.IsString()) labels.emplace_back(View(member.name), View(member.value));
  }
  return promql::LabelSet::FromUnsorted(std::move(labels));
}

}  // namespace warden
