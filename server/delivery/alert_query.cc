// SPDX-License-Identifier: Apache-2.0
#include "server/delivery/alert_query.h"

#include <algorithm>
#include <cmath>

#include "promql/analysis/alert.h"
#include "promql/analysis/hash.h"
#include "promql/analysis/values.h"
#include "promql/syntax/parser.h"

namespace warden {
namespace {

namespace analysis = promql::analysis;

constexpr std::size_t kLongestExpression = 16'384;

std::optional<promql::Expression> Parsed(const std::string& text) {
  if (text.size() > kLongestExpression) return std::nullopt;
  promql::ParseOptions options;
  options.features = promql::Features::All();
  auto expression = promql::ParseExpression(text, options);
  if (!expression) return std::nullopt;
  return std::move(*expression);
}

// Also of `0.1 * 2`.
std::optional<double> Constant(const promql::Expr& threshold) {
  const analysis::Tree tree(threshold);
  const analysis::Values values(tree);
  const analysis::Interval& interval = values.OfRoot().proven.interval;
  const bool is_number = interval.is_exact() && std::isfinite(interval.lo);
  return is_number ? std::optional(interval.lo) : std::nullopt;
}

std::optional<AlertThreshold> Threshold(const analysis::Condition& condition) {
  const analysis::Comparison* comparison = condition.Threshold();
  if (comparison == nullptr) return std::nullopt;
  const auto number = Constant(*comparison->threshold);
  if (!number) return std::nullopt;
  return AlertThreshold{std::string(promql::Text(comparison->op)), *number};
}

// The first way to fire that compares something which there is.
const analysis::Condition* Observing(const analysis::AlertSplit& split) {
  const auto found = std::ranges::find_if(split.conditions, [](const auto& condition) {
    return !condition.is_absence && !condition.comparisons.empty() &&
           condition.observed->type == promql::ValueType::kVector;
  });
  return found == split.conditions.end() ? nullptr : &*found;
}

}  // namespace

std::optional<AlertQuery> AlertQueryOf(const std::string& expression,
                                       const promql::LabelSet& alert) {
  const auto parsed = Parsed(expression);
  if (!parsed) return std::nullopt;
  const analysis::AlertSplit split = analysis::SplitAlert(parsed->root());
  const analysis::Condition* condition = Observing(split);
  if (condition == nullptr) return std::nullopt;
  AlertQuery out{analysis::Narrowed(*condition->observed, parsed->text(), alert),
                 analysis::Narrowed(*condition->observed, parsed->text(), {}),
                 Threshold(*condition)};
  if (out.wide == out.query) out.wide.clear();
  return out;
}

std::optional<AlertThreshold> ThresholdOf(const std::string& expression, const std::string& query) {
  const auto parsed = Parsed(expression);
  const auto asked = Parsed(query);
  if (!parsed || !asked) return std::nullopt;
  for (const auto& condition : analysis::SplitAlert(parsed->root()).conditions) {
    if (analysis::IsEquivalent(*condition.observed, asked->root())) return Threshold(condition);
  }
  return std::nullopt;
}

}  // namespace warden
