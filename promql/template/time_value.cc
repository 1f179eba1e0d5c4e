// SPDX-License-Identifier: Apache-2.0
#include "promql/template/time_value.h"

#include <cmath>
#include <string>

#include "promql/template/function.h"
#include "promql/template/number.h"

namespace promql::tmpl {
namespace {

constexpr std::int64_t kMinute = 60 * kNanosPerSecond;
constexpr std::int64_t kHour = 60 * kMinute;
// Years, months and days beyond these say nothing that Go could show either.
constexpr std::int64_t kMostYears = 1'000'000'000;

Value KeepText(Call& call, const std::string& text) { return Value::String(call.arena.Copy(text)); }

const Time& Receiver(const Call& call) { return AsTime(call.args[0]); }
const Time& Other(const Call& call) { return AsTime(call.args[1]); }

template <auto Member>
Value CivilPart(Call& call) {
  return Value::Int(InItsZone(Receiver(call)).*Member);
}

Value TimeFormat(Call& call) {
  std::string text;
  AppendTime(Receiver(call), call.Text(1), text);
  return KeepText(call, text);
}
Value TimeString(Call& call) {
  std::string text;
  AppendTime(Receiver(call), text);
  return KeepText(call, text);
}
Value TimeGoString(Call& call) {
  std::string text;
  AppendGoTime(Receiver(call), text);
  return KeepText(call, text);
}
// Beyond the range of 64 bits the numbers wrap, as in Go.
std::int64_t UnixIn(const Time& time, std::uint64_t units_per_second) {
  const auto nanos_per_unit =
      static_cast<std::int64_t>(kNanosPerSecond / static_cast<std::int64_t>(units_per_second));
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(time.seconds) * units_per_second +
                                   static_cast<std::uint64_t>(time.nanos / nanos_per_unit));
}
template <std::uint64_t kUnitsPerSecond>
Value TimeUnix(Call& call) {
  return Value::Integer(kInt64Type, UnixIn(Receiver(call), kUnitsPerSecond));
}
Value InZone(Call& call, const TimeZone& zone) {
  Time time = Receiver(call);
  time.zone = &zone;
  return TimeValue(time, call.arena);
}
Value TimeUtc(Call& call) { return InZone(call, TimeZone::Utc()); }
Value TimeLocal(Call& call) { return InZone(call, TimeZone::SystemLocal()); }
Value TimeAdd(Call& call) {
  return TimeValue(Add(Receiver(call), call.args[1].AsInt()), call.arena);
}
Value TimeSub(Call& call) { return DurationValue(Subtract(Receiver(call), Other(call))); }
Value TimeTruncate(Call& call) {
  return TimeValue(Truncate(Receiver(call), call.args[1].AsInt()), call.arena);
}
Value TimeRound(Call& call) {
  return TimeValue(Round(Receiver(call), call.args[1].AsInt()), call.arena);
}
Value TimeAddDate(Call& call) {
  const Time& time = Receiver(call);
  CivilTime civil = InItsZone(time);
  const auto clamp = [&call](std::size_t index, std::int64_t most) {
    return std::clamp(call.args[index].AsInt(), -most, most);
  };
  // Months and days stay within int once whole years are taken out of them.
  const std::int64_t months = civil.month - 1 + clamp(2, kMostYears * 12);
  const std::int64_t days = clamp(3, kMostYears * 365);
  civil.year += clamp(1, kMostYears) + months / 12;
  civil.month = static_cast<int>(months % 12) + 1;
  // Days behind the date: first the rest within an int, then whole eras of 400 years.
  civil.year += days / 146097 * 400;
  civil.day += static_cast<int>(days % 146097);
  return TimeValue(FromCivil(civil, time.nanos, *time.zone), call.arena);
}
Value TimeAfter(Call& call) { return Value::Bool(Compare(Receiver(call), Other(call)) > 0); }
Value TimeBefore(Call& call) { return Value::Bool(Compare(Receiver(call), Other(call)) < 0); }
Value TimeEqual(Call& call) { return Value::Bool(Compare(Receiver(call), Other(call)) == 0); }
Value TimeCompare(Call& call) { return Value::Int(Compare(Receiver(call), Other(call))); }
Value TimeIsZero(Call& call) { return Value::Bool(Compare(Receiver(call), Time{}) == 0); }
Value TimeMonth(Call& call) { return Value::Integer(kMonthType, InItsZone(Receiver(call)).month); }
Value TimeWeekday(Call& call) {
  return Value::Integer(kWeekdayType, InItsZone(Receiver(call)).weekday);
}
Value TimeNanosecond(Call& call) { return Value::Int(Receiver(call).nanos); }
Value TimeIsDst(Call& call) {
  const Time& time = Receiver(call);
  const std::int64_t winter =
      std::min(time.zone->At(1704067200).offset, time.zone->At(1719792000).offset);
  return Value::Bool(time.zone->At(time.seconds).offset > winter);
}

const Function kTimeMethods[] = {
    {.name = "Add",
     .call = TimeAdd,
     .result = &kTimeType,
     .parameter_count = 1,
     .parameters = {&kDurationType}},
    {.name = "AddDate",
     .call = TimeAddDate,
     .result = &kTimeType,
     .parameter_count = 3,
     .parameters = {&kIntType, &kIntType, &kIntType}},
    {.name = "After",
     .call = TimeAfter,
     .result = &kBoolType,
     .parameter_count = 1,
     .parameters = {&kTimeType}},
    {.name = "Before",
     .call = TimeBefore,
     .result = &kBoolType,
     .parameter_count = 1,
     .parameters = {&kTimeType}},
    {.name = "Clock"},
    {.name = "Compare",
     .call = TimeCompare,
     .result = &kIntType,
     .parameter_count = 1,
     .parameters = {&kTimeType}},
    {.name = "Date"},
    {.name = "Day", .call = CivilPart<&CivilTime::day>, .result = &kIntType},
    {.name = "Equal",
     .call = TimeEqual,
     .result = &kBoolType,
     .parameter_count = 1,
     .parameters = {&kTimeType}},
    {.name = "Format",
     .call = TimeFormat,
     .result = &kStringType,
     .parameter_count = 1,
     .parameters = {&kStringType}},
    {.name = "GoString", .call = TimeGoString, .result = &kStringType},
    {.name = "Hour", .call = CivilPart<&CivilTime::hour>, .result = &kIntType},
    {.name = "ISOWeek"},
    {.name = "IsDST", .call = TimeIsDst, .result = &kBoolType},
    {.name = "IsZero", .call = TimeIsZero, .result = &kBoolType},
    {.name = "Local", .call = TimeLocal, .result = &kTimeType},
    {.name = "Minute", .call = CivilPart<&CivilTime::minute>, .result = &kIntType},
    {.name = "Month", .call = TimeMonth, .result = &kMonthType},
    {.name = "Nanosecond", .call = TimeNanosecond, .result = &kIntType},
    {.name = "Round",
     .call = TimeRound,
     .result = &kTimeType,
     .parameter_count = 1,
     .parameters = {&kDurationType}},
    {.name = "Second", .call = CivilPart<&CivilTime::second>, .result = &kIntType},
    {.name = "String", .call = TimeString, .result = &kStringType},
    {.name = "Sub",
     .call = TimeSub,
     .result = &kDurationType,
     .parameter_count = 1,
     .parameters = {&kTimeType}},
    {.name = "Truncate",
     .call = TimeTruncate,
     .result = &kTimeType,
     .parameter_count = 1,
     .parameters = {&kDurationType}},
    {.name = "UTC", .call = TimeUtc, .result = &kTimeType},
    {.name = "Unix", .call = TimeUnix<1>, .result = &kInt64Type},
    {.name = "UnixMicro", .call = TimeUnix<1'000'000>, .result = &kInt64Type},
    {.name = "UnixMilli", .call = TimeUnix<1'000>, .result = &kInt64Type},
    {.name = "UnixNano", .call = TimeUnix<1'000'000'000>, .result = &kInt64Type},
    {.name = "Weekday", .call = TimeWeekday, .result = &kWeekdayType},
    {.name = "Year", .call = CivilPart<&CivilTime::year>, .result = &kIntType},
    {.name = "YearDay", .call = CivilPart<&CivilTime::year_day>, .result = &kIntType},
    {.name = "Zone"},
    {.name = "ZoneBounds"},
};

template <std::int64_t kUnit>
Value DurationIn(Call& call) {
  const std::int64_t nanos = call.args[0].AsInt();
  const std::int64_t whole = nanos / kUnit;
  return Value::Float(static_cast<double>(whole) +
                      static_cast<double>(nanos % kUnit) / static_cast<double>(kUnit));
}
template <std::int64_t kUnit>
Value DurationWhole(Call& call) {
  return Value::Integer(kInt64Type, call.args[0].AsInt() / kUnit);
}
Value DurationRound(Call& call) {
  return DurationValue(RoundDuration(call.args[0].AsInt(), call.args[1].AsInt()));
}
Value DurationTruncate(Call& call) {
  return DurationValue(TruncateDuration(call.args[0].AsInt(), call.args[1].AsInt()));
}
Value DurationAbs(Call& call) {
  const std::int64_t nanos = call.args[0].AsInt();
  return DurationValue(nanos == INT64_MIN ? INT64_MAX : std::abs(nanos));
}
Value DurationString(Call& call) {
  std::string text;
  AppendDuration(call.args[0].AsInt(), text);
  return KeepText(call, text);
}

const Function kDurationMethods[] = {
    {.name = "Abs", .call = DurationAbs, .result = &kDurationType},
    {.name = "Hours", .call = DurationIn<kHour>, .result = &kFloatType},
    {.name = "Microseconds", .call = DurationWhole<1000>, .result = &kInt64Type},
    {.name = "Milliseconds", .call = DurationWhole<1'000'000>, .result = &kInt64Type},
    {.name = "Minutes", .call = DurationIn<kMinute>, .result = &kFloatType},
    {.name = "Nanoseconds", .call = DurationWhole<1>, .result = &kInt64Type},
    {.name = "Round",
     .call = DurationRound,
     .result = &kDurationType,
     .parameter_count = 1,
     .parameters = {&kDurationType}},
    {.name = "Seconds", .call = DurationIn<kNanosPerSecond>, .result = &kFloatType},
    {.name = "String", .call = DurationString, .result = &kStringType},
    {.name = "Truncate",
     .call = DurationTruncate,
     .result = &kDurationType,
     .parameter_count = 1,
     .parameters = {&kDurationType}},
};

Value MonthString(Call& call) {
  return Value::String(MonthName(static_cast<int>(call.args[0].AsInt())));
}
Value WeekdayString(Call& call) {
  return Value::String(WeekdayName(static_cast<int>(call.args[0].AsInt())));
}
const Function kMonthMethods[] = {{.name = "String", .call = MonthString, .result = &kStringType}};
const Function kWeekdayMethods[] = {
    {.name = "String", .call = WeekdayString, .result = &kStringType}};

const Type kUint64Type{.name = "uint64", .kind = Kind::kUint, .named = true};

void AppendTimeText(const Value& value, std::string& out) {
  AppendTime(AsTime(Indirect(value)), out);
}
void AppendTimeGoText(const Value& value, std::string& out) {
  AppendGoTime(AsTime(Indirect(value)), out);
}
void AppendDurationText(const Value& value, std::string& out) {
  AppendDuration(Indirect(value).AsInt(), out);
}
const Type kLocationPointerType{
    .name = "*time.Location", .kind = Kind::kPointer, .element = &kAnyType};
// Nanoseconds, seconds since year 1 and the zone, which is nil for UTC.
std::array<Value, 3> HiddenTimeParts(const Value& value) {
  static const Value kSomewhere = Value::Nil();
  const Time& time = AsTime(value);
  const bool is_utc = time.zone == &TimeZone::Utc();
  return {Value::Integer(kUint64Type, time.nanos),
          Value::Integer(kInt64Type, time.seconds - Time{}.seconds),
          Value::Opaque(kLocationPointerType, is_utc ? nullptr : &kSomewhere)};
}
// A range over a month counts from 0, which has no name.
void AppendMonthText(const Value& value, std::string& out) {
  const std::int64_t month = value.AsInt();
  out += month >= 1 && month <= 12 ? std::string(MonthName(static_cast<int>(month)))
                                   : "%!Month(" + std::to_string(month) + ")";
}
void AppendWeekdayText(const Value& value, std::string& out) {
  out += WeekdayName(static_cast<int>(value.AsInt()));
}

std::string FourDigits(double value) {
  std::string text;
  AppendFloat(value, 'g', 4, text);
  return text;
}

}  // namespace

const Type kTimeType{.name = "time.Time",
                     .kind = Kind::kStruct,
                     .named = true,
                     .methods = kTimeMethods,
                     .append_text = AppendTimeText,
                     .append_go_text = AppendTimeGoText,
                     .hidden_parts = HiddenTimeParts};
const Type kTimePointerType{.name = "*time.Time",
                            .kind = Kind::kPointer,
                            .element = &kTimeType,
                            .append_text = AppendTimeText,
                            .append_go_text = AppendTimeGoText};
const Type kDurationType{.name = "time.Duration",
                         .kind = Kind::kInt,
                         .named = true,
                         .methods = kDurationMethods,
                         .append_text = AppendDurationText};
const Type kDurationPointerType{.name = "*time.Duration",
                                .kind = Kind::kPointer,
                                .element = &kDurationType,
                                .append_text = AppendDurationText};
const Type kMonthType{.name = "time.Month",
                      .kind = Kind::kInt,
                      .named = true,
                      .methods = kMonthMethods,
                      .append_text = AppendMonthText};
const Type kWeekdayType{.name = "time.Weekday",
                        .kind = Kind::kInt,
                        .named = true,
                        .methods = kWeekdayMethods,
                        .append_text = AppendWeekdayText};

Value TimeValue(const Time& time, Arena& arena) {
  return Value::Opaque(kTimeType, arena.New<Time>(time));
}

const Time& AsTime(const Value& value) {
  static const Time kYearOne;
  const auto* const time = static_cast<const Time*>(value.AsOpaque());
  return time == nullptr ? kYearOne : *time;
}

std::string HumanizeSeconds(double seconds) {
  if (std::isnan(seconds) || std::isinf(seconds)) return FourDigits(seconds);
  if (seconds == 0) return FourDigits(seconds) + "s";
  if (std::abs(seconds) < 1) {
    std::string_view prefix;
    for (const std::string_view next : {"m", "u", "n", "p", "f", "a", "z", "y"}) {
      if (std::abs(seconds) >= 1) break;
      prefix = next;
      seconds *= 1000;
    }
    return FourDigits(seconds) + std::string(prefix) + "s";
  }
  std::string text = seconds < 0 ? "-" : "";
  seconds = std::abs(seconds);
  const std::int64_t whole = ToInt64(seconds);
  const std::int64_t days = whole / 86400;
  const std::int64_t hours = whole / 3600 % 24;
  const std::int64_t minutes = whole / 60 % 60;
  if (days != 0) text += std::to_string(days) + "d ";
  if (days != 0 || hours != 0) text += std::to_string(hours) + "h ";
  if (days == 0 && hours == 0 && minutes == 0) return text + FourDigits(seconds) + "s";
  return text + std::to_string(minutes) + "m " + std::to_string(whole % 60) + "s";
}

SecondsResult NumberOf(const Value& value) {
  const Type* const type = value.type();
  if (type == &kFloatType) return {value.AsFloat(), {}};
  if (type == &kIntType || type == &kInt64Type) return {static_cast<double>(value.AsInt()), {}};
  if (type == &kDurationType) {
    const std::int64_t nanos = value.AsInt();
    const std::int64_t whole = nanos / kNanosPerSecond;
    return {static_cast<double>(whole) + static_cast<double>(nanos % kNanosPerSecond) / 1e9, {}};
  }
  if (type == &kStringType) {
    const ParsedFloat parsed = ParseFloat(value.AsString());
    if (parsed.result == FloatResult::kOk) return {parsed.value, {}};
    return {0, "\"" + std::string(value.AsString()) + "\" is no number"};
  }
  return {0, "a value of type " + (type == nullptr ? "nil" : std::string(type->name)) +
                 " is no number"};
}

}  // namespace promql::tmpl
