// SPDX-License-Identifier: Apache-2.0
// The functions of notification texts.
#include "promql/template/alertmanager.h"

#include <optional>
#include <vector>

#include "promql/template/escape.h"
#include "promql/template/json.h"
#include "promql/template/text_functions.h"
#include "promql/template/time_value.h"

namespace promql::tmpl {
namespace {

Value KeepText(Call& call, std::string_view text) { return Value::String(call.arena.Copy(text)); }

Value Title(Call& call) { return KeepText(call, ToTitle(call.Text(0), TitleRest::kLower)); }
Value Trim(Call& call) { return Value::String(TrimSpace(call.Text(0))); }
Value SafeUrl(Call& call) { return Value::Text(kUrlType, call.Text(0)); }

Value Join(Call& call) { return JoinTexts(call, call.args[1].AsSlice(), call.Text(0)); }

Value UrlUnescape(Call& call) {
  const auto text = QueryUnescape(call.Text(0));
  return text ? KeepText(call, *text)
              : call.Fail("bad escape in \"" + std::string(call.Text(0)) + "\"");
}

Value Base64Encode(Call& call) { return KeepText(call, Base64UrlEncode(call.Text(0))); }
Value Base64Decode(Call& call) {
  const auto text = Base64UrlDecode(call.Text(0));
  return text ? KeepText(call, *text) : call.Fail("no base64 in the URL alphabet");
}

Value Json(Call& call) {
  const auto text = ToJson(call.args[0]);
  return text ? KeepText(call, *text) : call.Fail("JSON cannot hold this value");
}

// Times.

Time ClockOf(const Call& call) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(call.environment.now);
  const auto rest = std::chrono::nanoseconds(call.environment.now - seconds);
  return {seconds.time_since_epoch().count(), static_cast<std::int32_t>(rest.count()),
          &TimeZone::SystemLocal()};
}

Value Date(Call& call) {
  std::string text;
  AppendTime(AsTime(call.args[1]), call.Text(0), text);
  return KeepText(call, text);
}

Value InTimeZone(Call& call) {
  const TimeZone* const zone = TimeZone::Find(call.Text(0));
  if (zone == nullptr) return call.Fail("unknown time zone " + std::string(call.Text(0)));
  Time time = AsTime(call.args[1]);
  time.zone = zone;
  return TimeValue(time, call.arena);
}

Value Now(Call& call) { return TimeValue(ClockOf(call), call.arena); }
Value Since(Call& call) { return DurationValue(Subtract(ClockOf(call), AsTime(call.args[0]))); }

Value HumanizeDuration(Call& call) {
  const SecondsResult seconds = NumberOf(call.args[0]);
  return seconds.error.empty() ? KeepText(call, HumanizeSeconds(seconds.value))
                               : call.Fail(seconds.error);
}

Value ToDate(Call& call) {
  return TimeValue(ParseTime(call.Text(0), call.Text(1)).value_or(Time{}), call.arena);
}
Value MustToDate(Call& call) {
  const auto time = ParseTime(call.Text(0), call.Text(1));
  if (!time)
    return call.Fail("\"" + std::string(call.Text(1)) + "\" does not fit the layout " +
                     std::string(call.Text(0)));
  return TimeValue(*time, call.arena);
}

// Lists and maps.

Value StringSlice(Call& call) { return Value::Slice(kStringListType, call.args, call.arena); }
Value List(Call& call) { return Value::Slice(kListType, call.args, call.arena); }

Value Append(Call& call) {
  const auto more = call.args.subspan(1);
  if (more.empty()) return call.args[0];
  const auto before = call.args[0].AsSlice();
  const auto all = call.arena.Array<Value>(before.size() + more.size());
  std::ranges::copy(before, all.begin());
  std::ranges::copy(more, all.begin() + static_cast<std::ptrdiff_t>(before.size()));
  return Value::Slice(kListType, all.data(), all.size(), all.size());
}

Value Dict(Call& call) {
  if (call.args.size() % 2 != 0) return call.Fail("keys and values do not come in pairs");
  std::vector<MapEntry> entries;
  for (std::size_t i = 0; i < call.args.size(); i += 2) {
    if (call.args[i].type() != &kStringType) return call.Fail("keys must be strings");
    entries.push_back({call.Text(i), call.args[i + 1]});
  }
  return Value::Map(kMapType, entries, call.arena);
}

// The finished value of a label of the route that led here; empty when there is none.
Value RouteLabel(Call& call) {
  const Value data = Indirect(call.root);
  if (data.type() != &kNotificationType) return Value::String("");
  const auto& fields = kNotificationType.fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name != "RouteLabels") continue;
    const Value* const found = data.AsStruct()[i].Find(call.Text(0));
    if (found != nullptr) return *found;
  }
  return Value::String("");
}

const Function kFunctions[] = {
    {.name = "append",
     .call = Append,
     .result = &kListType,
     .parameter_count = 2,
     .is_variadic = true,
     .parameters = {&kListType, &kAnyType},
     .since = {0, 32}},
    {.name = "base64decode",
     .call = Base64Decode,
     .result = &kStringType,
     .parameter_count = 1,
     .parameters = {&kStringType}},
    {.name = "base64encode",
     .call = Base64Encode,
     .result = &kStringType,
     .parameter_count = 1,
     .parameters = {&kStringType}},
    {.name = "date",
     .call = Date,
     .result = &kStringType,
     .parameter_count = 2,
     .parameters = {&kStringType, &kTimeType},
     .since = {0, 28}},
    {.name = "dict",
     .call = Dict,
     .result = &kMapType,
     .parameter_count = 1,
     .is_variadic = true,
     .parameters = {&kAnyType},
     .since = {0, 32}},
    {.name = "humanizeDuration",
     .call = HumanizeDuration,
     .result = &kStringType,
     .parameter_count = 1,
     .parameters = {&kAnyType},
     .since = {0, 28}},
    {.name = "join",
     .call = Join,
     .result = &kStringType,
     .parameter_count = 2,
     .parameters = {&kStringType, &kStringListType}},
    {.name = "list",
     .call = List,
     .result = &kListType,
     .parameter_count = 1,
     .is_variadic = true,
     .parameters = {&kAnyType},
     .since = {0, 32}},
    {.name = "match",
     .call = MatchText,
     .result = &kBoolType,
     .parameter_count = 2,
     .parameters = {&kStringType, &kStringType}},
    {.name = "mustToDate",
     .call = MustToDate,
     .result = &kTimeType,
     .parameter_count = 2,
     .parameters = {&kStringType, &kStringType},
     .since = {0, 34}},
    {.name = "now", .call = Now, .result = &kTimeType, .since = {0, 33}},
    {.name = "reReplaceAll",
     .call = ReplaceAllText,
     .result = &kStringType,
     .parameter_count = 3,
     .parameters = {&kStringType, &kStringType, &kStringType}},
    {.name = "routeLabels",
     .call = RouteLabel,
     .result = &kStringType,
     .parameter_count = 1,
     .parameters = {&kStringType},
     .since = {0, 34}},
    {.name = "safeHtml",
     .call = SafeHtml,
     .result = &kHtmlType,
     .parameter_count = 1,
     .parameters = {&kStringType}},
    {.name = "safeUrl",
     .call = SafeUrl,
     .result = &kUrlType,
     .parameter_count = 1,
     .parameters = {&kStringType}},
    {.name = "since",
     .call = Since,
     .result = &kDurationType,
     .parameter_count = 1,
     .parameters = {&kTimeType},
     .since = {0, 28}},
    {.name = "stringSlice",
     .call = StringSlice,
     .result = &kStringListType,
     .parameter_count = 1,
     .is_variadic = true,
     .parameters = {&kStringType},
     .since = {0, 20}},
    {.name = "title",
     .call = Title,
     .result = &kStringType,
     .parameter_count = 1,
     .parameters = {&kStringType}},
    {.name = "toDate",
     .call = ToDate,
     .result = &kTimeType,
     .parameter_count = 2,
     .parameters = {&kStringType, &kStringType},
     .since = {0, 34}},
    {.name = "toJson",
     .call = Json,
     .result = &kStringType,
     .parameter_count = 1,
     .parameters = {&kAnyType},
     .since = {0, 30}},
    {.name = "toLower",
     .call = LowerText,
     .result = &kStringType,
     .parameter_count = 1,
     .parameters = {&kStringType}},
    {.name = "toUpper",
     .call = UpperText,
     .result = &kStringType,
     .parameter_count = 1,
     .parameters = {&kStringType}},
    {.name = "trimSpace",
     .call = Trim,
     .result = &kStringType,
     .parameter_count = 1,
     .parameters = {&kStringType},
     .since = {0, 26}},
    {.name = "tz",
     .call = InTimeZone,
     .result = &kTimeType,
     .parameter_count = 2,
     .parameters = {&kStringType, &kTimeType},
     .since = {0, 28}},
    {.name = "urlUnescape",
     .call = UrlUnescape,
     .result = &kStringType,
     .parameter_count = 1,
     .parameters = {&kStringType},
     .since = {0, 30}},
};

}  // namespace

const Dialect& AlertmanagerDialect() {
  static const Dialect dialect("alertmanager", kFunctions, {});
  return dialect;
}

}  // namespace promql::tmpl
