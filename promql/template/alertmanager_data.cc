// SPDX-License-Identifier: Apache-2.0
// The types of notification data and their methods.
#include <algorithm>
#include <string>
#include <vector>

#include "promql/template/alertmanager.h"
#include "promql/template/function.h"
#include "promql/template/prometheus.h"
#include "promql/template/text_functions.h"
#include "promql/template/time_value.h"

namespace promql::tmpl {
namespace {

constexpr std::string_view kAlertName = "alertname";

constexpr Field kPairFields[] = {{"Name", "", &kStringType}, {"Value", "", &kStringType}};
constexpr Field kAlertFields[] = {{"Status", "status", &kStringType},
                                  {"Labels", "labels", &kLabelsType},
                                  {"Annotations", "annotations", &kLabelsType},
                                  {"StartsAt", "startsAt", &kTimeType},
                                  {"EndsAt", "endsAt", &kTimeType},
                                  {"GeneratorURL", "generatorURL", &kStringType},
                                  {"Fingerprint", "fingerprint", &kStringType}};
constexpr Field kNotificationFields[] = {
    {"Receiver", "receiver", &kStringType},
    {"Status", "status", &kStringType},
    {"Alerts", "alerts", &kAlertsType},
    {"NotificationReason", "notification_reason", &kStringType},
    {"GroupLabels", "groupLabels", &kLabelsType},
    {"CommonLabels", "commonLabels", &kLabelsType},
    {"CommonAnnotations", "commonAnnotations", &kLabelsType},
    {"RouteLabels", "routeLabels", &kLabelsType},
    {"ExternalURL", "externalURL", &kStringType}};

// The entries of a label map, alertname first.
std::vector<MapEntry> Sorted(const Value& labels) {
  const auto entries = labels.AsMap();
  std::vector<MapEntry> sorted(entries.begin(), entries.end());
  const auto first = std::ranges::find(sorted, kAlertName, &MapEntry::key);
  if (first != sorted.end()) std::rotate(sorted.begin(), first, std::next(first));
  return sorted;
}

Value SortedPairs(Call& call) {
  std::vector<Value> pairs;
  for (const auto& [name, value] : Sorted(call.args[0])) {
    const Value fields[] = {Value::String(name), value};
    pairs.push_back(Value::Struct(kPairType, fields, call.arena));
  }
  return Value::Slice(kPairsType, pairs, call.arena);
}

Value LabelNames(Call& call) {
  std::vector<Value> names;
  for (const auto& entry : Sorted(call.args[0])) names.push_back(Value::String(entry.key));
  return Value::Slice(kNamesType, names, call.arena);
}

Value LabelValues(Call& call) {
  std::vector<Value> values;
  for (const auto& entry : Sorted(call.args[0])) values.push_back(entry.value);
  return Value::Slice(kNamesType, values, call.arena);
}

Value RemoveLabels(Call& call) {
  std::vector<MapEntry> kept;
  for (const MapEntry& entry : call.args[0].AsMap()) {
    const auto has_its_name = [&entry](const Value& name) { return name.AsString() == entry.key; };
    if (std::ranges::none_of(call.args[1].AsSlice(), has_its_name)) kept.push_back(entry);
  }
  return Value::Map(kLabelsType, kept, call.arena);
}

void AppendPair(std::string_view name, std::string_view value, bool is_first, std::string& out) {
  if (!is_first) out += ", ";
  out += name;
  out += '=';
  out += value;
}

void AppendLabelsText(const Value& labels, std::string& out) {
  bool is_first = true;
  for (const auto& [name, value] : Sorted(labels)) {
    AppendPair(name, value.AsString(), is_first, out);
    is_first = false;
  }
}

void AppendPairsText(const Value& pairs, std::string& out) {
  bool is_first = true;
  for (const Value& pair : pairs.AsSlice()) {
    AppendPair(pair.AsStruct()[0].AsString(), pair.AsStruct()[1].AsString(), is_first, out);
    is_first = false;
  }
}

template <auto Append>
Value StringOf(Call& call) {
  std::string text;
  Append(call.args[0], text);
  return Value::String(call.arena.Copy(text));
}

template <std::size_t kField>
Value PairParts(Call& call) {
  std::vector<Value> parts;
  for (const Value& pair : call.args[0].AsSlice()) parts.push_back(pair.AsStruct()[kField]);
  return Value::Slice(kNamesType, parts, call.arena);
}

Value JoinNames(Call& call) { return JoinTexts(call, call.args[0].AsSlice(), call.Text(1)); }

Value WithStatus(Call& call, std::string_view status) {
  std::vector<Value> alerts;
  for (const Value& alert : call.args[0].AsSlice()) {
    if (alert.AsStruct()[0].AsString() == status) alerts.push_back(alert);
  }
  return Value::Slice(kAlertListType, alerts, call.arena);
}
Value Firing(Call& call) { return WithStatus(call, "firing"); }
Value Resolved(Call& call) { return WithStatus(call, "resolved"); }

const Function kLabelsMethods[] = {
    {.name = "Names", .call = LabelNames, .result = &kNamesType},
    {.name = "Remove",
     .call = RemoveLabels,
     .result = &kLabelsType,
     .parameter_count = 1,
     .parameters = {&kStringListType}},
    {.name = "SortedPairs", .call = SortedPairs, .result = &kPairsType},
    {.name = "String", .call = StringOf<AppendLabelsText>, .result = &kStringType},
    {.name = "Values", .call = LabelValues, .result = &kNamesType},
};
const Function kPairsMethods[] = {
    {.name = "Names", .call = PairParts<0>, .result = &kNamesType},
    {.name = "String", .call = StringOf<AppendPairsText>, .result = &kStringType},
    {.name = "Values", .call = PairParts<1>, .result = &kNamesType},
};
const Function kNamesMethods[] = {
    {.name = "Join",
     .call = JoinNames,
     .result = &kStringType,
     .parameter_count = 1,
     .parameters = {&kStringType}},
};
const Function kAlertsMethods[] = {
    {.name = "Firing", .call = Firing, .result = &kAlertListType},
    {.name = "Resolved", .call = Resolved, .result = &kAlertListType},
};

const Type kPairListType{.name = "[]template.Pair", .kind = Kind::kSlice, .element = &kPairType};

Value AlertValue(const NotificationAlert& alert, Arena& arena) {
  const Value fields[] = {Value::String(alert.status),
                          LabelMap(kLabelsType, &alert.labels, arena),
                          LabelMap(kLabelsType, &alert.annotations, arena),
                          TimeValue(alert.starts_at, arena),
                          TimeValue(alert.ends_at, arena),
                          Value::String(alert.generator_url),
                          Value::String(alert.fingerprint)};
  return Value::Struct(kAlertType, fields, arena);
}

// Members of a webhook body, checked; the first mistake is kept.
class BodyReader {
 public:
  explicit BodyReader(std::string& error) : error_(error) {}

  std::string Text(const Value& object, std::string_view key) {
    const Value member = Member(object, key, Kind::kString);
    return member.IsValid() ? std::string(member.AsString()) : std::string{};
  }

  LabelSet Labels(const Value& object, std::string_view key) {
    std::vector<LabelSet::Label> labels;
    const Value member = Member(object, key, Kind::kMap);
    if (!member.IsValid()) return {};
    for (const auto& [name, value] : member.AsMap()) {
      if (value.kind() == Kind::kString) {
        labels.emplace_back(name, value.AsString());
      } else if (!value.IsNil()) {
        Fail(std::string(key) + "." + std::string(name) + " is no string");
      } else {
        labels.emplace_back(name, "");
      }
    }
    return LabelSet::FromUnsorted(std::move(labels));
  }

  Time TimeAt(const Value& object, std::string_view key) {
    const std::string text = Text(object, key);
    if (text.empty()) return {};
    const auto time = ParseJsonTime(text);
    if (!time) Fail(std::string(key) + " is no time: " + text);
    return time.value_or(Time{});
  }

  // No value when it is missing or null.
  Value Member(const Value& object, std::string_view key, Kind kind) {
    const Value* const member = object.Find(key);
    if (member == nullptr || member->IsNil()) return {};
    if (member->kind() == kind) return *member;
    Fail(std::string(key) + " has the wrong type");
    return {};
  }

  void Fail(std::string message) {
    if (error_.empty()) error_ = std::move(message);
  }

 private:
  std::string& error_;
};

}  // namespace

const Type kLabelsType{.name = "template.KV",
                       .kind = Kind::kMap,
                       .named = true,
                       .element = &kStringType,
                       .underlying = &kStringMapType,
                       .methods = kLabelsMethods,
                       .append_text = AppendLabelsText};
const Type kPairType{
    .name = "template.Pair", .kind = Kind::kStruct, .named = true, .fields = kPairFields};
const Type kPairsType{.name = "template.Pairs",
                      .kind = Kind::kSlice,
                      .named = true,
                      .element = &kPairType,
                      .underlying = &kPairListType,
                      .methods = kPairsMethods,
                      .append_text = AppendPairsText};
const Type kNamesType{.name = "template.Strings",
                      .kind = Kind::kSlice,
                      .named = true,
                      .element = &kStringType,
                      .underlying = &kStringListType,
                      .methods = kNamesMethods};
const Type kAlertType{
    .name = "template.Alert", .kind = Kind::kStruct, .named = true, .fields = kAlertFields};
const Type kAlertListType{.name = "[]template.Alert", .kind = Kind::kSlice, .element = &kAlertType};
const Type kAlertsType{.name = "template.Alerts",
                       .kind = Kind::kSlice,
                       .named = true,
                       .element = &kAlertType,
                       .underlying = &kAlertListType,
                       .methods = kAlertsMethods};
const Type kNotificationType{
    .name = "template.Data", .kind = Kind::kStruct, .named = true, .fields = kNotificationFields};
const Type kNotificationPointerType{
    .name = "*template.Data", .kind = Kind::kPointer, .element = &kNotificationType};

Value AlertmanagerValue(const Notification& notification, Arena& arena) {
  std::vector<Value> alerts;
  for (const NotificationAlert& alert : notification.alerts)
    alerts.push_back(AlertValue(alert, arena));
  const Value fields[] = {Value::String(notification.receiver),
                          Value::String(notification.status),
                          Value::Slice(kAlertsType, alerts, arena),
                          Value::String(notification.reason),
                          LabelMap(kLabelsType, &notification.group_labels, arena),
                          LabelMap(kLabelsType, &notification.common_labels, arena),
                          LabelMap(kLabelsType, &notification.common_annotations, arena),
                          LabelMap(kLabelsType, &notification.route_labels, arena),
                          Value::String(notification.external_url)};
  return Value::Pointer(kNotificationPointerType, Value::Struct(kNotificationType, fields, arena),
                        arena);
}

std::expected<Notification, std::string> NotificationFromWebhook(const Value& body) {
  if (!body.IsValid()) return Notification{};
  if (body.kind() != Kind::kMap) return std::unexpected("a webhook body is an object");
  std::string error;
  BodyReader read(error);
  Notification notification;
  notification.receiver = read.Text(body, "receiver");
  notification.status = read.Text(body, "status");
  notification.reason = read.Text(body, "notification_reason");
  notification.group_labels = read.Labels(body, "groupLabels");
  notification.common_labels = read.Labels(body, "commonLabels");
  notification.common_annotations = read.Labels(body, "commonAnnotations");
  notification.route_labels = read.Labels(body, "routeLabels");
  notification.external_url = read.Text(body, "externalURL");
  const Value alerts = read.Member(body, "alerts", Kind::kSlice);
  for (const Value& alert : alerts.IsValid() ? alerts.AsSlice() : std::span<Value>{}) {
    if (alert.kind() != Kind::kMap) {
      read.Fail("an alert is no object");
      break;
    }
    notification.alerts.push_back({.status = read.Text(alert, "status"),
                                   .labels = read.Labels(alert, "labels"),
                                   .annotations = read.Labels(alert, "annotations"),
                                   .starts_at = read.TimeAt(alert, "startsAt"),
                                   .ends_at = read.TimeAt(alert, "endsAt"),
                                   .generator_url = read.Text(alert, "generatorURL"),
                                   .fingerprint = read.Text(alert, "fingerprint")});
  }
  if (!error.empty()) return std::unexpected(error);
  return notification;
}

}  // namespace promql::tmpl
