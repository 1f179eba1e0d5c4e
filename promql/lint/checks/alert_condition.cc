// SPDX-License-Identifier: Apache-2.0
// Alerts that fire whenever their query returns anything, and it always does.
#include <algorithm>
#include <array>
#include <string>

#include "promql/analysis/alert.h"
#include "promql/analysis/facts.h"
#include "promql/lint/check.h"
#include "promql/lint/edits.h"
#include "promql/lint/selectors.h"

namespace promql::lint::checks {
namespace {

using analysis::Condition;
using analysis::Unwrapped;

// Labels that say where a series comes from, not what it tells.
bool IsPlace(std::string_view label) {
  constexpr auto kPlaces = std::to_array<std::string_view>(
      {"job", "instance", "namespace", "cluster", "__name__", "env", "environment", "region",
       "zone", "tenant", "datacenter", "dc", "service", "app", "team"});
  return std::ranges::find(kPlaces, label) != kPlaces.end();
}

class Judge {
 public:
  // Recording rules are followed a few steps: they may read each other.
  explicit Judge(const RuleContext& rule, int steps = 8) : rule_(rule), steps_(steps) {}

  // Whether `expr` may well return nothing while all is well: something in it chooses.
  bool MayBeEmpty(const Expr& expr) const {
    const Expr& inner = Unwrapped(expr);
    if (const VectorSelector* selector = inner.As<VectorSelector>()) return Chooses(*selector);
    if (const AggregateExpr* aggregate = inner.As<AggregateExpr>()) {
      return OfAggregate(*aggregate);
    }
    if (const BinaryExpr* binary = inner.As<BinaryExpr>()) return OfBinary(*binary);
    if (const Call* call = inner.As<Call>()) return OfCall(*call);
    if (const UnaryExpr* sign = inner.As<UnaryExpr>()) return MayBeEmpty(*sign->operand);
    if (const Subquery* subquery = inner.As<Subquery>()) return MayBeEmpty(*subquery->operand);
    return false;
  }

 private:
  // A recorded name of another file may be anything: `instance:up:down` is not ours to judge.
  bool Chooses(const VectorSelector& selector) const {
    const std::string_view metric = MetricOf(selector);
    if (metric == "ALERTS" || metric == "ALERTS_FOR_STATE") return true;
    const auto recording = rule_.project().Recording(metric);
    if (!recording.empty()) {
      return std::ranges::any_of(recording, [&](const RuleContext* other) {
        if (other->expr() == nullptr || steps_ == 0) return true;
        return Judge(*other, steps_ - 1).MayBeEmpty(*other->expr());
      });
    }
    if (metric.find(':') != std::string_view::npos) return true;
    return std::ranges::any_of(selector.matchers, [](const LabelMatcher& matcher) {
      return !IsPlace(matcher.name) && matcher.value != ".*" && matcher.value != ".+";
    });
  }

  // A sum of states is 0 when there are none of them, a count is not there.
  bool OfAggregate(const AggregateExpr& aggregate) const {
    const Expr& operand = Unwrapped(*aggregate.operand);
    const VectorSelector* selector = operand.As<VectorSelector>();
    const bool counts =
        aggregate.op == AggregateOp::kCount || aggregate.op == AggregateOp::kGroup;
    if (selector == nullptr || counts) return MayBeEmpty(operand);
    const std::string_view metric = MetricOf(*selector);
    const bool is_fact = metric.ends_with("_info") || metric.ends_with("_metadata") ||
                         metric == "ALERTS" || metric.find(':') != std::string_view::npos;
    return is_fact && Chooses(*selector);
  }

  bool OfBinary(const BinaryExpr& binary) const {
    if (IsComparison(binary.op)) return !binary.return_bool;
    switch (binary.op) {
      case BinaryOp::kOr:
        return MayBeEmpty(*binary.lhs) && MayBeEmpty(*binary.rhs);
      case BinaryOp::kAnd:
      case BinaryOp::kUnless:
        return true;
      default:
        return MayBeEmpty(*binary.lhs) || MayBeEmpty(*binary.rhs);
    }
  }

  bool OfCall(const Call& call) const {
    const std::string_view name = call.function->name;
    if (name == "absent" || name == "absent_over_time") return true;
    // Numbers made on purpose: a watchdog.
    if (name == "vector" || name == "time" || call.args.empty()) return true;
    return std::ranges::any_of(call.args, [&](const Expr* argument) {
      const Expr& inner = Unwrapped(*argument);
      const MatrixSelector* matrix = inner.As<MatrixSelector>();
      // A rate is 0, not missing, when nothing happens, whatever the matchers.
      if (matrix != nullptr) {
        const bool is_presence = name == "present_over_time" || name == "last_over_time";
        return is_presence && MayBeEmpty(*matrix->selector);
      }
      return MayBeEmpty(inner);
    });
  }

  const RuleContext& rule_;
  int steps_;
};

bool IsNumber(const Expr& expr) { return Unwrapped(expr).type == ValueType::kScalar; }

}  // namespace

void AlertNoCondition(const RuleContext& rule, Sink& sink) {
  if (!rule.is_alert() || IsNumber(*rule.expr())) return;
  for (const Condition& condition : analysis::SplitAlert(*rule.expr()).conditions) {
    if (!condition.comparisons.empty() || condition.is_absence) continue;
    if (!condition.also.empty() || !condition.unless.empty()) continue;
    if (Judge(rule).MayBeEmpty(*condition.observed)) continue;
    sink.Add({.at = rule.At(*condition.observed),
              .message = "nothing is compared: the alert fires for every series that this returns, "
                         "whatever its value",
              .details = "a sum, a rate or a metric that is always there returns 0 when all is well, "
                         "and 0 fires as well as 1",
              .advice = "compare with the value that is wrong, for example > 0"});
  }
}

// `> bool` returns 0 or 1 for every series, and both fire.
void AlertBool(const RuleContext& rule, Sink& sink) {
  if (!rule.is_alert()) return;
  for (const Condition& condition : analysis::SplitAlert(*rule.expr()).conditions) {
    if (condition.comparisons.empty()) continue;
    const analysis::Comparison& last = condition.comparisons.back();
    if (!last.returns_bool || !condition.also.empty()) continue;
    const BinaryExpr* binary = last.expr->As<BinaryExpr>();
    Draft draft;
    draft.at = rule.At(*last.expr);
    draft.message = "'bool' turns the comparison into 0 or 1, and an alert fires for both";
    draft.advice = "take 'bool' away";
    const Span between{binary->lhs->span.end, binary->rhs->span.start};
    const std::string_view text = rule.Written(between);
    if (const auto at = text.find("bool"); at != std::string_view::npos) {
      const auto begin = between.start + static_cast<std::uint32_t>(at);
      const bool has_space = at > 0 && text[at - 1] == ' ';
      if (auto edit = Replacement(rule, {begin - (has_space ? 1 : 0), begin + 4}, "")) {
        draft.fixes.push_back({"take 'bool' away", false, {std::move(*edit)}});
      }
    }
    sink.Add(std::move(draft));
  }
}

}  // namespace promql::lint::checks
