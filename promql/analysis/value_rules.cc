// SPDX-License-Identifier: Apache-2.0
#include "promql/analysis/value_rules.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace promql::analysis {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kPi = std::numbers::pi;

constexpr Interval OrNan(Interval interval) {
  interval.may_be_nan = true;
  return interval;
}

struct FixedRange {
  std::string_view function;
  Interval interval;
  std::string_view text;
  bool has_likely_nan = true;  // else NaN and infinity come from odd samples only
};

constexpr Interval kNotNegative = OrNan(Interval::Between(0, kInfinity));
constexpr Interval kCounted = {
    .lo = 1, .hi = kInfinity, .hi_is_open = true, .is_integer = true, .may_be_nan = false};
constexpr Interval kCountedFromZero = {
    .lo = 0, .hi = kInfinity, .hi_is_open = true, .is_integer = true, .may_be_nan = false};

// Functions whose values do not hang on those of their arguments. Sorted by name.
constexpr auto kFixed = std::to_array<FixedRange>({
    {"absent", Interval::Integers(1, 1), "absent() is 1 where it is anything"},
    {"absent_over_time", Interval::Integers(1, 1), "absent_over_time() is 1 where it is anything"},
    {"acos", OrNan(Interval::Between(0, kPi)), "acos() is between 0 and π"},
    {"acosh", kNotNegative, "acosh() is never negative"},
    {"asin", OrNan(Interval::Between(-kPi / 2, kPi / 2)), "asin() is between -π/2 and π/2"},
    {"atan", OrNan(Interval::Between(-kPi / 2, kPi / 2)), "atan() is between -π/2 and π/2"},
    {"changes", kCountedFromZero, "changes() counts"},
    {"cos", OrNan(Interval::Between(-1, 1)), "cos() is between -1 and 1"},
    {"cosh", OrNan(Interval::Between(1, kInfinity)), "cosh() is at least 1"},
    {"count_over_time", kCounted, "count_over_time() counts samples: at least one"},
    {"day_of_month", Interval::Integers(1, 31), "day_of_month() is between 1 and 31"},
    {"day_of_week", Interval::Integers(0, 6), "day_of_week() is between 0 (Sunday) and 6"},
    {"day_of_year", Interval::Integers(1, 366), "day_of_year() is between 1 and 366"},
    {"days_in_month", Interval::Integers(28, 31), "days_in_month() is between 28 and 31"},
    {"exp", kNotNegative, "exp() is never negative"},
    {"histogram_count", kNotNegative, "histogram_count() is never negative"},
    {"histogram_fraction", OrNan(Interval::Between(0, 1)),
     "histogram_fraction() is between 0 and 1"},
    {"histogram_stddev", kNotNegative, "histogram_stddev() is never negative"},
    {"histogram_stdvar", kNotNegative, "histogram_stdvar() is never negative"},
    {"hour", Interval::Integers(0, 23), "hour() is between 0 and 23"},
    {"increase", kNotNegative, "increase() of a counter is never negative", false},
    {"irate", kNotNegative, "irate() of a counter is never negative", false},
    {"mad_over_time", kNotNegative, "mad_over_time() is never negative", false},
    {"minute", Interval::Integers(0, 59), "minute() is between 0 and 59"},
    {"month", Interval::Integers(1, 12), "month() is between 1 and 12"},
    {"pi", Interval::Between(kPi, kPi), "pi() is a constant"},
    {"present_over_time", Interval::Integers(1, 1),
     "present_over_time() is 1 where it is anything"},
    {"rate", kNotNegative, "rate() of a counter is never negative", false},
    {"resets", kCountedFromZero, "resets() counts"},
    {"sin", OrNan(Interval::Between(-1, 1)), "sin() is between -1 and 1"},
    {"sqrt", kNotNegative, "sqrt() is never negative"},
    {"stddev_over_time", kNotNegative, "stddev_over_time() is never negative", false},
    {"stdvar_over_time", kNotNegative, "stdvar_over_time() is never negative", false},
    {"tanh", OrNan(Interval::Between(-1, 1)), "tanh() is between -1 and 1"},
    {"time", Interval::Between(0, kInfinity), "time() is seconds since 1970"},
});
static_assert(std::ranges::is_sorted(kFixed, {}, &FixedRange::function));

// Functions whose values are some of those of their first vector, or lie between them.
constexpr auto kPassing = std::to_array<std::string_view>(
    {"avg_over_time", "first_over_time", "info", "label_join", "label_replace", "last_over_time",
     "max_over_time", "min_over_time", "quantile_over_time", "sort", "sort_by_label",
     "sort_by_label_desc", "sort_desc"});
static_assert(std::ranges::is_sorted(kPassing));

bool IsAveraging(std::string_view function) {
  return function == "avg_over_time" || function == "quantile_over_time";
}

double Sign(double value) { return value > 0 ? 1 : value < 0 ? -1 : 0; }

struct Rising {
  std::string_view function;
  double (*map)(double);
  bool gives_integers = false;
};
constexpr auto kRising =
    std::to_array<Rising>({{"asinh", [](double x) { return std::asinh(x); }},
                           {"ceil", [](double x) { return std::ceil(x); }, true},
                           {"deg", [](double x) { return x * 180 / kPi; }},
                           {"floor", [](double x) { return std::floor(x); }, true},
                           {"ln", [](double x) { return std::log(x); }},
                           {"log10", [](double x) { return std::log10(x); }},
                           {"log2", [](double x) { return std::log2(x); }},
                           {"rad", [](double x) { return x * kPi / 180; }},
                           {"sgn", Sign, true},
                           {"sinh", [](double x) { return std::sinh(x); }}});

Evidence Or(const Evidence& evidence, std::string_view text, const Expr& expr) {
  return evidence.text.empty() ? Evidence{text, expr.span} : evidence;
}

ValueBound Absolute(const ValueBound& operand, const Expr& expr) {
  const Interval& a = operand.interval;
  if (a.has_no_number() || a.lo >= 0) return operand;
  ValueBound bound{a, {"abs() is never negative", expr.span}};
  bound.interval.hi = std::max(-a.lo, a.hi);
  bound.interval.hi_is_open = false;
  bound.interval.lo = a.hi < 0 ? -a.hi : 0;
  bound.interval.lo_is_open = false;
  return bound;
}

// max(low, min(high, value)): NaN stays, and with high below low nothing comes out.
ValueBound Clamped(const Expr& expr, const ValueBound& operand, const Interval& low,
                   const Interval& high) {
  const Interval& a = operand.interval;
  if (a.has_no_number() || low.may_be_nan || high.may_be_nan || low.has_no_number() ||
      high.has_no_number()) {
    return {};
  }
  if (low.lo > high.hi)
    return {Interval::Nothing(), {"the bounds are the wrong way round", expr.span}};
  Interval clamped = a;
  if (low.lo > a.lo) {
    clamped.lo = low.lo;
    clamped.lo_is_open = false;
  }
  if (high.lo <= clamped.lo) {
    clamped.lo = high.lo;
    clamped.lo_is_open = false;
  }
  if (high.hi < a.hi) {
    clamped.hi = high.hi;
    clamped.hi_is_open = false;
  }
  if (low.hi >= clamped.hi) {
    clamped.hi = low.hi;
    clamped.hi_is_open = false;
  }
  clamped.is_integer = a.is_integer && low.is_integer && high.is_integer;
  return {clamped, {"clamp() keeps it within bounds", expr.span}};
}

ValueBound Rounded(const Expr& expr, std::span<const ValueBound> arguments) {
  const bool is_to_one = arguments.size() < 2 || arguments[1].interval == Interval::Exactly(1);
  if (!is_to_one) return {};
  // Halves go up.
  Interval rounded = Mapped(arguments[0].interval, [](double x) { return std::floor(x + 0.5); });
  rounded.is_integer = true;
  return {rounded, Or(arguments[0].evidence, "round() gives integers", expr)};
}

ValueBound Added(const ValueBound& operand) {
  const Interval& a = operand.interval;
  if (a.has_no_number()) return operand;
  if (a.lo == 0 && a.hi == 0) return operand;  // however many
  Interval sum{.is_integer = a.is_integer, .may_be_nan = true};
  if (a.lo >= 0) {
    sum.lo = a.lo;
    sum.lo_is_open = a.lo_is_open && a.lo == 0;
    sum.may_be_nan = a.may_be_nan;
  } else if (a.hi <= 0) {
    sum.hi = a.hi;
    sum.may_be_nan = a.may_be_nan;
  } else {
    return {sum, {}};
  }
  return {sum, operand.evidence};
}

// An average may round beyond an open end; it is no integer, and between infinities nothing at all.
Interval Between(Interval a) {
  const bool has_infinity =
      (a.lo == -kInfinity && !a.lo_is_open) || (a.hi == kInfinity && !a.hi_is_open);
  a.may_be_nan = a.may_be_nan || has_infinity;
  a.lo_is_open = a.hi_is_open = false;
  a.is_integer = a.is_integer && a.lo == a.hi;
  return a;
}

ValueBound Quantile(const Expr& expr, const Interval& phi, const ValueBound& values) {
  if (phi.lo >= 0 && phi.hi <= 1 && !phi.may_be_nan) {
    return {Between(values.interval), values.evidence};
  }
  if (!phi.is_exact() || values.interval.is_nothing()) return {};
  return {
      Interval::Between(phi.lo < 0 ? -kInfinity : kInfinity, phi.lo < 0 ? -kInfinity : kInfinity),
      {"a quantile outside 0 to 1 is infinite", expr.span}};
}

std::optional<ValueBound> FromTables(const Expr& expr, const Call& call,
                                     std::span<const ValueBound> arguments, Trust trust) {
  const std::string_view name = call.function->name;
  const auto fixed = std::ranges::lower_bound(kFixed, name, {}, &FixedRange::function);
  if (fixed != kFixed.end() && fixed->function == name) {
    ValueBound bound{fixed->interval, {fixed->text, expr.span}};
    if (trust == Trust::kLikely && !fixed->has_likely_nan) {
      bound.interval.may_be_nan = false;
      bound.interval.hi_is_open = true;
    }
    return bound;
  }
  const auto rising = std::ranges::find(kRising, name, &Rising::function);
  if (rising != kRising.end()) {
    ValueBound bound{Mapped(arguments[0].interval, rising->map), arguments[0].evidence};
    if (rising->gives_integers) bound.interval.is_integer = true;
    if (name == "sgn" && bound.evidence.text.empty()) {
      bound.evidence = {"sgn() is -1, 0 or 1", expr.span};
    }
    return bound;
  }
  return std::nullopt;
}

struct Convention {
  std::string_view suffix;
  Interval interval;
  std::string_view text;
};
constexpr Interval kUsual = {
    .lo = 0, .hi = kInfinity, .hi_is_open = true, .is_integer = false, .may_be_nan = false};
constexpr auto kConventions = std::to_array<Convention>({
    {"_ratio", Interval::Between(0, 1), "a metric named …_ratio is between 0 and 1"},
    {"_info", Interval::Integers(1, 1), "a metric named …_info is 1"},
    {"_success", Interval::Integers(0, 1), "a metric named …_success is 0 or 1"},
    {"_up", Interval::Integers(0, 1), "a metric named …_up is 0 or 1"},
    {"_total", kUsual, "a counter is never negative"},
    {"_bucket", kUsual, "a histogram's bucket is never negative"},
    {"_count", kUsual, "a count is never negative"},
    {"_bytes", kUsual, "a number of bytes is never negative"},
});

}  // namespace

ValueBound SelectorValues(const Expr& expr, const VectorSelector& selector, Trust trust) {
  if (selector.name == "up") return {Interval::Integers(0, 1), {"up is 0 or 1", expr.span}};
  if (selector.name == "ALERTS") return {Interval::Integers(1, 1), {"ALERTS is 1", expr.span}};
  if (trust == Trust::kProven) return {};
  for (const Convention& convention : kConventions) {
    if (selector.name.ends_with(convention.suffix) &&
        selector.name.find(':') == std::string_view::npos) {
      return {convention.interval, {convention.text, expr.span}};
    }
  }
  return {};
}

ValueBound AggregateValues(const Expr& expr, const AggregateExpr& aggregate,
                           const ValueBound& operand, const ValueBound& parameter) {
  if (operand.interval.is_nothing()) return operand;
  switch (aggregate.op) {
    case AggregateOp::kCount:
      return {kCounted, {"count() counts elements: at least one", expr.span}};
    case AggregateOp::kCountValues:
      return {kCounted, {"count_values() counts elements: at least one", expr.span}};
    case AggregateOp::kGroup:
      return {Interval::Integers(1, 1), {"group() is 1 where it is anything", expr.span}};
    case AggregateOp::kStddev:
      return {kNotNegative, {"stddev() is never negative", expr.span}};
    case AggregateOp::kStdvar:
      return {kNotNegative, {"stdvar() is never negative", expr.span}};
    case AggregateOp::kSum:
      return Added(operand);
    case AggregateOp::kAvg: {
      ValueBound bound{Between(operand.interval), operand.evidence};
      if (operand.interval.lo < 0 && operand.interval.hi > 0) bound.interval.may_be_nan = true;
      return bound;
    }
    case AggregateOp::kQuantile:
      return Quantile(expr, parameter.interval, operand);
    case AggregateOp::kTopk:
    case AggregateOp::kBottomk:
    case AggregateOp::kLimitk:
      if (parameter.interval.hi < 1) {
        return {Interval::Nothing(), {"fewer than one element is asked for", expr.span}};
      }
      return operand;
    default:
      return operand;
  }
}

ValueBound CallValues(const Expr& expr, const Call& call, std::span<const ValueBound> arguments,
                      Trust trust) {
  const std::string_view name = call.function->name;
  if (name == "absent" || name == "absent_over_time" || call.args.empty()) {
    return FromTables(expr, call, arguments, trust).value_or(ValueBound{});
  }
  const std::size_t data =
      call.function->argument_letters[0] == 's' && call.args.size() > 1 ? call.args.size() - 1 : 0;
  if (arguments[data].interval.is_nothing() && name != "scalar") return arguments[data];
  if (const auto bound = FromTables(expr, call, arguments, trust)) return *bound;
  if (name == "quantile_over_time") return Quantile(expr, arguments[0].interval, arguments[1]);
  if (name == "histogram_quantile") return Quantile(expr, arguments[0].interval, {});
  if (std::ranges::binary_search(kPassing, name)) {
    if (!IsAveraging(name)) return arguments[0];
    return {Between(arguments[0].interval), arguments[0].evidence};
  }
  if (name == "vector") return arguments[0];
  if (name == "scalar") {
    ValueBound bound = arguments[0];
    bound.interval.may_be_nan = true;
    return bound;
  }
  if (name == "abs") return Absolute(arguments[0], expr);
  if (name == "round") return Rounded(expr, arguments);
  if (name == "sum_over_time") return Added(arguments[0]);
  if (name == "clamp") {
    return Clamped(expr, arguments[0], arguments[1].interval, arguments[2].interval);
  }
  if (name == "clamp_min") {
    return Clamped(expr, arguments[0], arguments[1].interval,
                   Interval::Between(kInfinity, kInfinity));
  }
  if (name == "clamp_max") {
    return Clamped(expr, arguments[0], Interval::Between(-kInfinity, -kInfinity),
                   arguments[1].interval);
  }
  return {};
}

bool KeepsElements(const Call& call) {
  static constexpr auto kLosing = std::to_array<std::string_view>(
      {"absent", "absent_over_time", "clamp", "histogram_avg", "histogram_count",
       "histogram_fraction", "histogram_quantile", "histogram_quantiles", "histogram_stddev",
       "histogram_stdvar", "histogram_sum", "info"});
  if (call.args.empty()) return true;
  const std::string_view letters = call.function->argument_letters;
  return letters.find('m') == std::string_view::npos &&
         std::ranges::find(kLosing, call.function->name) == kLosing.end();
}

std::optional<ArgumentFact> WrongArgument(const Expr& expr) {
  const auto fact = [&](const Expr& argument, std::string_view text) {
    return ArgumentFact{&expr, &argument, text};
  };
  const Expr* quantile = nullptr;
  if (const auto* aggregate = expr.As<AggregateExpr>()) {
    const auto number =
        aggregate->parameter != nullptr ? NumberIn(*aggregate->parameter) : std::nullopt;
    if (!number) return std::nullopt;
    if (aggregate->op == AggregateOp::kQuantile) {
      quantile = aggregate->parameter;
    } else if (aggregate->op == AggregateOp::kLimitRatio) {
      if (!(*number >= -1 && *number <= 1)) {
        return fact(*aggregate->parameter, "a ratio is between -1 and 1: this one is cut to that");
      }
    } else if (!(*number >= 1)) {
      return fact(*aggregate->parameter, "fewer than one element is asked for: nothing comes out");
    }
  } else if (const auto* call = expr.As<Call>()) {
    const std::string_view name = call->function->name;
    if (name == "histogram_quantile" || name == "quantile_over_time") quantile = call->args[0];
    if (name == "clamp") {
      const auto low = NumberIn(*call->args[1]);
      const auto high = NumberIn(*call->args[2]);
      if (low && high && *low > *high) {
        return fact(*call->args[1], "the lower bound is above the upper one: nothing comes out");
      }
    }
  }
  const auto phi = quantile != nullptr ? NumberIn(*quantile) : std::nullopt;
  if (!phi || (*phi >= 0 && *phi <= 1)) return std::nullopt;
  if (std::isnan(*phi)) return fact(*quantile, "a quantile is between 0 and 1: this one gives NaN");
  return fact(*quantile, *phi > 1 ? "a quantile is between 0 and 1: this one gives +Inf"
                                  : "a quantile is between 0 and 1: this one gives -Inf");
}

}  // namespace promql::analysis
