// SPDX-License-Identifier: Apache-2.0
// Times and durations as template values, with the methods that Go's have.
#pragma once

#include "promql/template/go_time.h"
#include "promql/template/value.h"

namespace promql::tmpl {

extern const Type kTimeType, kTimePointerType;
extern const Type kDurationType, kDurationPointerType;
extern const Type kMonthType, kWeekdayType;

[[nodiscard]] Value TimeValue(const Time& time, Arena& arena);
// Of a value of kTimeType.
[[nodiscard]] const Time& AsTime(const Value& value);
[[nodiscard]] inline Value DurationValue(std::int64_t nanos) {
  return Value::Integer(kDurationType, nanos);
}

// 90 → 1m 30s: seconds for people, as both programs write them. Numbers, texts that are numbers and
// durations count as seconds; anything else is nothing.
[[nodiscard]] std::string HumanizeSeconds(double seconds);
struct SecondsResult {
  double value = 0;
  std::string error;  // empty when fine
};
[[nodiscard]] SecondsResult NumberOf(const Value& value);

}  // namespace promql::tmpl
