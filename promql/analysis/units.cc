// SPDX-License-Identifier: Apache-2.0
#include "promql/analysis/units.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "promql/analysis/names.h"

namespace promql::analysis {
namespace {

constexpr Unit kUnknown{};
constexpr Unit kCounted{.dimension = Dimension::kCount};
constexpr Unit kSeconds{.dimension = Dimension::kTime};
constexpr Unit kInstant{.dimension = Dimension::kInstant};

struct NameEnd {
  std::string_view suffix;
  Unit unit;
};
constexpr Unit Of(Dimension dimension, double scale = 1) {
  return {.dimension = dimension, .scale = scale, .per_second = false};
}
constexpr auto kNameEnds = std::to_array<NameEnd>({
    {"_timestamp_seconds", kInstant},
    {"_timestamp", kInstant},
    {"_created", kInstant},
    {"_start_time_seconds", kInstant},
    {"_boot_time_seconds", kInstant},
    {"_mtime_seconds", kInstant},
    {"node_time_seconds", kInstant},
    {"_seconds", kSeconds},
    {"_milliseconds", Of(Dimension::kTime, 1e-3)},
    {"_millis", Of(Dimension::kTime, 1e-3)},
    {"_ms", Of(Dimension::kTime, 1e-3)},
    {"_microseconds", Of(Dimension::kTime, 1e-6)},
    {"_nanoseconds", Of(Dimension::kTime, 1e-9)},
    {"_minutes", Of(Dimension::kTime, 60)},
    {"_hours", Of(Dimension::kTime, 3600)},
    {"_days", Of(Dimension::kTime, 86400)},
    {"_bytes", Of(Dimension::kBytes)},
    {"_kilobytes", Of(Dimension::kBytes, 1e3)},
    {"_megabytes", Of(Dimension::kBytes, 1e6)},
    {"_gigabytes", Of(Dimension::kBytes, 1e9)},
    {"_kibibytes", Of(Dimension::kBytes, 1024)},
    {"_mebibytes", Of(Dimension::kBytes, 1048576)},
    {"_gibibytes", Of(Dimension::kBytes, 1073741824)},
    {"_ratio", Of(Dimension::kRatio)},
    {"_percent", Of(Dimension::kRatio, 0.01)},
    {"_percentage", Of(Dimension::kRatio, 0.01)},
    {"_pct", Of(Dimension::kRatio, 0.01)},
    {"_celsius", Of(Dimension::kTemperature)},
});

bool IsSame(const Unit& a, const Unit& b) {
  return a.dimension == b.dimension && a.per_second == b.per_second &&
         std::abs(a.scale - b.scale) <= 1e-9 * std::abs(a.scale);
}

bool IsNumber(const Unit& unit) { return unit.dimension == Dimension::kNumber; }

// A number that is more than a factor has lost its scale.
Unit Number(double value) {
  return {.dimension = Dimension::kNumber, .scale = value, .per_second = false};
}

// `value * factor` has units of a 1/factor-th; where that has no name, nothing is known.
Unit Scaled(Unit unit, double factor) {
  if (!std::isfinite(factor) || factor == 0) return kUnknown;
  if (unit.dimension == Dimension::kRatio) {
    if (unit.scale == 1 && factor == 100) return Of(Dimension::kRatio, 0.01);
    if (unit.is_percent() && (factor == 0.01 || std::abs(factor - 0.01) < 1e-12)) {
      return Of(Dimension::kRatio);
    }
    return kUnknown;
  }
  if (unit.dimension == Dimension::kTime || unit.dimension == Dimension::kBytes) {
    unit.scale /= factor;
    return Text(unit).empty() ? kUnknown : unit;
  }
  // Per minute and the like.
  return kUnknown;
}

Unit Product(const Unit& a, const Unit& b) {
  if (IsNumber(a) && IsNumber(b)) return Number(a.scale * b.scale);
  if (IsNumber(b)) return b.scale == 1 ? a : Scaled(a, b.scale);
  if (IsNumber(a)) return a.scale == 1 ? b : Scaled(b, a.scale);
  // A part of something is of its kind.
  if (a.dimension == Dimension::kRatio && a.scale == 1 && !a.per_second) return b;
  if (b.dimension == Dimension::kRatio && b.scale == 1 && !b.per_second) return a;
  return kUnknown;
}

Unit Quotient(const Unit& a, const Unit& b) {
  if (!a.is_known() || !b.is_known()) return kUnknown;
  if (IsNumber(b)) {
    if (IsNumber(a)) return Number(a.scale / b.scale);
    return b.scale == 1 ? a : Scaled(a, 1 / b.scale);
  }
  if (IsNumber(a)) return kUnknown;
  if (a.dimension == b.dimension && a.per_second == b.per_second) {
    if (IsSame(a, b)) return Of(Dimension::kRatio);
    return kUnknown;
  }
  // Seconds spent for each of what was counted: an average.
  const bool is_average = a.per_second == b.per_second && b.dimension == Dimension::kCount;
  if (is_average && (a.dimension == Dimension::kTime || a.dimension == Dimension::kBytes)) {
    return {.dimension = a.dimension, .scale = a.scale, .per_second = false};
  }
  return kUnknown;
}

Unit SumOf(BinaryOp op, const Unit& a, const Unit& b) {
  const bool is_difference = op == BinaryOp::kSub;
  if (a.dimension == Dimension::kInstant && b.dimension == Dimension::kInstant) {
    return is_difference ? kSeconds : kUnknown;
  }
  if (a.dimension == Dimension::kInstant && (IsSame(b, kSeconds) || IsNumber(b))) return kInstant;
  if (IsNumber(a) && IsNumber(b))
    return Number(is_difference ? a.scale - b.scale : a.scale + b.scale);
  // `1 - ratio` and `100 - percent` are ratios; other numbers are taken to be of the same kind.
  if (IsNumber(a)) return b;
  if (IsNumber(b)) return a;
  return IsSame(a, b) ? a : kUnknown;
}

Unit OfBinary(const BinaryExpr& binary, const Unit& a, const Unit& b) {
  if (binary.return_bool) return kUnknown;
  switch (binary.op) {
    case BinaryOp::kAdd:
    case BinaryOp::kSub:
      return SumOf(binary.op, a, b);
    case BinaryOp::kMul:
      return Product(a, b);
    case BinaryOp::kDiv:
      return Quotient(a, b);
    case BinaryOp::kMod:
      return a;
    case BinaryOp::kOr:
      if (IsNumber(a)) return b;
      return IsNumber(b) || IsSame(a, b) ? a : kUnknown;
    case BinaryOp::kAnd:
    case BinaryOp::kUnless:
      return a;
    default:
      break;
  }
  if (!IsComparison(binary.op)) return kUnknown;
  return binary.lhs->type == ValueType::kVector || binary.rhs->type != ValueType::kVector ? a : b;
}

bool IsMismatch(const BinaryExpr& binary, const Unit& a, const Unit& b) {
  const bool asks = IsComparison(binary.op) || binary.op == BinaryOp::kAdd ||
                    binary.op == BinaryOp::kSub || binary.op == BinaryOp::kOr;
  if (!asks || !a.is_known() || !b.is_known() || IsNumber(a) || IsNumber(b)) return false;
  if (IsSame(a, b)) return false;
  const bool has_instant = a.dimension == Dimension::kInstant || b.dimension == Dimension::kInstant;
  const bool has_seconds = IsSame(a, kSeconds) || IsSame(b, kSeconds);
  if (has_instant && has_seconds && !IsComparison(binary.op)) return false;
  // A count is whatever was counted; a ratio of unlike things may be one, too.
  if (a.dimension == Dimension::kCount || b.dimension == Dimension::kCount) return false;
  return true;
}

// Functions that give what they are given.
bool KeepsUnit(std::string_view function) {
  static constexpr auto kKeeping = std::to_array<std::string_view>({"abs",
                                                                    "avg_over_time",
                                                                    "ceil",
                                                                    "clamp",
                                                                    "clamp_max",
                                                                    "clamp_min",
                                                                    "delta",
                                                                    "double_exponential_smoothing",
                                                                    "first_over_time",
                                                                    "floor",
                                                                    "holt_winters",
                                                                    "idelta",
                                                                    "increase",
                                                                    "info",
                                                                    "label_join",
                                                                    "label_replace",
                                                                    "last_over_time",
                                                                    "mad_over_time",
                                                                    "max_over_time",
                                                                    "min_over_time",
                                                                    "predict_linear",
                                                                    "quantile_over_time",
                                                                    "round",
                                                                    "scalar",
                                                                    "sort",
                                                                    "sort_by_label",
                                                                    "sort_by_label_desc",
                                                                    "sort_desc",
                                                                    "stddev_over_time",
                                                                    "sum_over_time",
                                                                    "vector",
                                                                    "histogram_quantile"});
  return std::ranges::find(kKeeping, function) != kKeeping.end();
}

bool IsPerSecond(std::string_view function) {
  return function == "rate" || function == "irate" || function == "deriv";
}

bool Counts(std::string_view function) {
  static constexpr auto kCounting =
      std::to_array<std::string_view>({"changes", "count_over_time", "resets", "histogram_count"});
  return std::ranges::find(kCounting, function) != kCounting.end();
}

Unit PerSecond(Unit unit) {
  if (!unit.is_known() || unit.per_second || IsNumber(unit)) return kUnknown;
  if (unit.dimension == Dimension::kInstant || unit.dimension == Dimension::kRatio) return kUnknown;
  unit.per_second = true;
  return unit;
}

}  // namespace

std::string Text(const Unit& unit) {
  struct Named {
    Dimension dimension;
    double scale;
    std::string_view name;
  };
  static constexpr auto kNamed = std::to_array<Named>({
      {Dimension::kTime, 1, "seconds"},
      {Dimension::kTime, 1e-3, "milliseconds"},
      {Dimension::kTime, 1e-6, "microseconds"},
      {Dimension::kTime, 1e-9, "nanoseconds"},
      {Dimension::kTime, 60, "minutes"},
      {Dimension::kTime, 3600, "hours"},
      {Dimension::kTime, 86400, "days"},
      {Dimension::kTime, 604800, "weeks"},
      {Dimension::kBytes, 1, "bytes"},
      {Dimension::kBytes, 0.125, "bits"},
      {Dimension::kBytes, 1e3, "kB"},
      {Dimension::kBytes, 1e6, "MB"},
      {Dimension::kBytes, 1e9, "GB"},
      {Dimension::kBytes, 1e12, "TB"},
      {Dimension::kBytes, 1024, "KiB"},
      {Dimension::kBytes, 1048576, "MiB"},
      {Dimension::kBytes, 1073741824, "GiB"},
      {Dimension::kBytes, 1099511627776, "TiB"},
      {Dimension::kRatio, 1, "ratio"},
      {Dimension::kRatio, 0.01, "percent"},
      {Dimension::kCount, 1, "count"},
      {Dimension::kTemperature, 1, "degrees Celsius"},
      {Dimension::kInstant, 1, "seconds since 1970"},
  });
  for (const Named& named : kNamed) {
    if (named.dimension != unit.dimension) continue;
    if (std::abs(named.scale - unit.scale) > 1e-9 * named.scale) continue;
    return std::string(named.name) + (unit.per_second ? " per second" : "");
  }
  return {};
}

namespace {

// `…_last_success_seconds` may be a point in time as well as a duration.
bool MayBeInstant(std::string_view name) {
  static constexpr auto kHints = std::to_array<std::string_view>(
      {"time_seconds", "last_", "next_", "expir", "not_after", "not_before", "since", "epoch"});
  return std::ranges::any_of(
      kHints, [&](std::string_view hint) { return name.find(hint) != std::string_view::npos; });
}

}  // namespace

Unit UnitOfName(std::string_view metric) {
  // Recorded names follow other rules: `job:latency_seconds:rate5m`.
  if (metric.find(':') != std::string_view::npos) return kUnknown;
  const HistogramPart part = HistogramPartOf(metric);
  if (part == HistogramPart::kCount || part == HistogramPart::kBucket) return kCounted;
  std::string_view name = WithoutHistogramSuffix(metric);
  const bool is_total = name.ends_with("_total");
  if (is_total) name.remove_suffix(std::string_view("_total").size());
  for (const NameEnd& end : kNameEnds) {
    if (!name.ends_with(end.suffix)) continue;
    return end.unit == kSeconds && MayBeInstant(name) ? kUnknown : end.unit;
  }
  return is_total ? kCounted : kUnknown;
}

namespace {

// The unit of what histogram_quantile() gives: that of the buckets' bounds.
Unit BucketUnit(const Tree& tree, Tree::Id id) {
  for (Tree::Id at = id + 1 - tree.SubtreeSize(id); at <= id; ++at) {
    const auto* selector = tree.nodes()[at]->As<VectorSelector>();
    if (selector == nullptr) continue;
    if (HistogramPartOf(selector->name) != HistogramPart::kBucket) return kUnknown;
    return UnitOfName(WithoutHistogramSuffix(selector->name));
  }
  return kUnknown;
}

Unit OfCall(const Tree& tree, const Call& call, const auto& known) {
  const std::string_view name = call.function->name;
  if (name == "time" || name == "timestamp") return kInstant;
  if (Counts(name)) return kCounted;
  if (call.args.empty()) return kUnknown;
  if (name == "histogram_quantile") return BucketUnit(tree, tree.IdOf(*call.args[1]));
  const Expr& data = name == "quantile_over_time" ? *call.args[1] : *call.args[0];
  if (IsPerSecond(name)) return PerSecond(known(data));
  return KeepsUnit(name) ? known(data) : kUnknown;
}

Unit OfAggregate(const AggregateExpr& aggregate, const auto& known) {
  switch (aggregate.op) {
    case AggregateOp::kCount:
    case AggregateOp::kCountValues:
      return kCounted;
    case AggregateOp::kGroup:
    case AggregateOp::kStdvar:
      return kUnknown;
    case AggregateOp::kSum: {
      // A sum of ratios is none.
      const Unit unit = known(*aggregate.operand);
      const bool adds_up = unit.dimension != Dimension::kRatio &&
                           unit.dimension != Dimension::kTemperature &&
                           unit.dimension != Dimension::kInstant;
      return adds_up ? unit : kUnknown;
    }
    default:
      return known(*aggregate.operand);
  }
}

}  // namespace

Units::Units(const Tree& tree) : tree_(&tree) {
  units_.reserve(tree.size());
  const auto known = [&](const Expr& expr) -> const Unit& { return units_[tree.IdOf(expr)]; };
  for (const Expr* expr : tree.nodes()) {
    Unit unit;
    if (const auto* number = expr->As<NumberLiteral>()) {
      unit = number->has_unit ? kSeconds : Number(number->value);
    } else if (const auto* paren = expr->As<ParenExpr>()) {
      unit = known(*paren->inner);
    } else if (const auto* unary = expr->As<UnaryExpr>()) {
      unit = known(*unary->operand);
      if (IsNumber(unit) && unary->op == UnaryOp::kMinus) unit.scale = -unit.scale;
    } else if (const auto* selector = expr->As<VectorSelector>()) {
      unit = UnitOfName(selector->name);
    } else if (const auto* matrix = expr->As<MatrixSelector>()) {
      unit = known(*matrix->selector);
    } else if (const auto* subquery = expr->As<Subquery>()) {
      unit = known(*subquery->operand);
    } else if (const auto* call = expr->As<Call>()) {
      unit = OfCall(tree, *call, known);
    } else if (const auto* aggregate = expr->As<AggregateExpr>()) {
      unit = OfAggregate(*aggregate, known);
    } else if (const auto* binary = expr->As<BinaryExpr>()) {
      const Unit& left = known(*binary->lhs);
      const Unit& right = known(*binary->rhs);
      if (IsMismatch(*binary, left, right)) mismatches_.push_back({expr, left, right});
      unit = OfBinary(*binary, left, right);
    }
    units_.push_back(unit);
  }
}

}  // namespace promql::analysis
