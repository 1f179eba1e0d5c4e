// SPDX-License-Identifier: Apache-2.0
#include "promql/analysis/label_rules.h"

#include <algorithm>

#include "promql/analysis/label_algebra.h"

namespace promql::analysis {
namespace {

constexpr ValueConstraint kNotEmpty[] = {{MatchOp::kNotEqual, {}}};

// Functions that neither touch labels nor drop the metric's name.
bool KeepsEverything(std::string_view function) {
  static constexpr std::string_view kKeeping[] = {
      "first_over_time", "last_over_time",     "sort",
      "sort_by_label",   "sort_by_label_desc", "sort_desc"};
  return std::ranges::find(kKeeping, function) != std::end(kKeeping);
}

bool IsPicking(AggregateOp op) {
  return op == AggregateOp::kTopk || op == AggregateOp::kBottomk || op == AggregateOp::kLimitk ||
         op == AggregateOp::kLimitRatio;
}

// Metrics that Prometheus makes itself, with labels that it always sets.
std::span<const std::string_view> LabelsOfMetric(std::string_view metric) {
  static constexpr std::string_view kAlerts[] = {"alertname", "alertstate"};
  if (metric == "ALERTS") return kAlerts;
  if (metric == "ALERTS_FOR_STATE") return std::span(kAlerts).first(1);
  return {};
}

// Whether it is worth asking if a matcher refuses every text but the empty one.
bool MayRefuseAll(const LabelMatcher& matcher) {
  if (matcher.op == MatchOp::kNotRegex) {
    return matcher.value.find_first_of("+*") != std::string_view::npos;
  }
  return matcher.op == MatchOp::kRegex && matcher.value.empty();
}

// Adds what one matcher says about its label.
void Restrict(LabelFact& fact, const LabelMatcher& matcher, ValueLogic& logic) {
  const bool is_exact_empty = matcher.op == MatchOp::kEqual && matcher.value.empty();
  if (!matcher.matches_empty) {
    fact.presence = Presence::kMust;
  } else if (is_exact_empty && fact.presence == Presence::kMay) {
    fact.presence = Presence::kCannot;
  } else if (fact.presence == Presence::kMay) {
    fact.reason = {};
  }
  fact.values.push_back({matcher.op, matcher.value});
  if (fact.presence == Presence::kMay && MayRefuseAll(matcher) &&
      logic.CanBeBoth(fact.values, kNotEmpty) == Answer::kNo) {
    fact.presence = Presence::kCannot;
    fact.reason = {Cause::kMatcher, matcher.span};
  }
}

LabelFact OfOperand(const LabelBranch& operand, std::string_view name, Reason kept) {
  LabelFact fact = operand.Of(name);
  if (fact.presence == Presence::kMay && fact.values.empty()) fact.reason = kept;
  return fact;
}

LabelBranch Grouped(const LabelBranch& operand, const AggregateExpr& aggregate, const Expr& expr) {
  LabelBranch result;
  result.source = operand.source;
  const Reason by{Cause::kBy, expr.span};
  if (!aggregate.without) {
    result.is_open = false;
    result.reason = by;
    for (const std::string_view name : Sorted(aggregate.grouping)) {
      result.labels.push_back(OfOperand(operand, name, by));
    }
    return result;
  }
  result.is_open = operand.is_open;
  result.reason = operand.reason;
  const Reason gone{Cause::kWithout, expr.span};
  for (const std::string_view name : aggregate.grouping) {
    // What was not there before is not lost here.
    const LabelFact before = operand.Of(name);
    result.labels.push_back(before.presence == Presence::kCannot ? before : Absent(name, gone));
  }
  result.labels.push_back(Absent(kName, {Cause::kNameDropped, expr.span}));
  std::ranges::copy(operand.labels, std::back_inserter(result.labels));
  Normalise(result);
  return result;
}

// Operators that older versions take for ones that keep the name.
bool HangsOnTheVersion(const Expr& expr) {
  const auto* binary = expr.As<BinaryExpr>();
  return binary != nullptr &&
         (binary->op == BinaryOp::kAtan2 || binary->op == BinaryOp::kTrimLower ||
          binary->op == BinaryOp::kTrimUpper);
}

}  // namespace

LabelFlow NoLabels(const Expr& expr) {
  return {.branches = {{.labels = {},
                        .is_open = false,
                        .reason = {Cause::kNoLabels, expr.span},
                        .source = expr.span}}};
}

LabelFlow WithoutName(LabelFlow flow, const Expr& expr, const RuleContext& context) {
  for (LabelBranch& branch : flow.branches) {
    LabelFact name = branch.Of(kName);
    if (name.presence == Presence::kCannot) continue;
    // Delayed removal drops it at the very end, unless an aggregation or a match asks for it
    // before.
    if (context.options.delayed_name_removal || HangsOnTheVersion(expr)) {
      name.presence = Presence::kMay;
      name.reason = {};
      name.values.clear();
      Set(branch, std::move(name));
    } else {
      Set(branch, Absent(kName, {Cause::kNameDropped, expr.span}));
    }
  }
  return flow;
}

LabelFlow SelectorLabels(const Expr& expr, const VectorSelector& selector,
                         const RuleContext& context) {
  LabelBranch branch;
  branch.source = expr.span;
  for (const LabelMatcher& matcher : selector.matchers) {
    branch.labels.push_back({.name = matcher.name,
                             .presence = Presence::kMay,
                             .reason = {Cause::kMatcher, matcher.span},
                             .values = {}});
    Restrict(branch.labels.back(), matcher, context.logic);
  }
  std::ranges::stable_sort(branch.labels, {}, &LabelFact::name);
  std::vector<LabelFact> merged;
  for (LabelFact& fact : branch.labels) {
    if (merged.empty() || merged.back().name != fact.name) {
      merged.push_back(std::move(fact));
    } else {
      merged.back() = Meet(merged.back(), fact);
    }
  }
  branch.labels = std::move(merged);
  for (const std::string_view label : LabelsOfMetric(selector.name)) {
    LabelFact fact = branch.Of(label);
    if (fact.presence != Presence::kMay) continue;
    fact.presence = Presence::kMust;
    fact.reason = {Cause::kMetric, expr.span};
    Set(branch, std::move(fact));
  }
  return {.branches = {std::move(branch)}};
}

LabelFlow AggregateLabels(const Expr& expr, const AggregateExpr& aggregate,
                          const LabelFlow& operand) {
  LabelFlow flow;
  for (const LabelBranch& branch : operand.branches) {
    flow.branches.push_back(Grouped(branch, aggregate, expr));
    if (aggregate.op != AggregateOp::kCountValues) continue;
    const auto label = StringIn(*aggregate.parameter);
    const bool is_removed =
        aggregate.without && label &&
        std::ranges::find(aggregate.grouping, *label) != aggregate.grouping.end();
    if (label && !is_removed) {
      Set(flow.branches.back(), {.name = *label,
                                 .presence = Presence::kMust,
                                 .reason = {Cause::kFunction, expr.span},
                                 .values = {}});
    }
  }
  return flow;
}

const Expr* PassedOn(const Expr& expr) {
  if (const auto* paren = expr.As<ParenExpr>()) return paren->inner;
  if (const auto* range = expr.As<MatrixSelector>()) return range->selector;
  if (const auto* subquery = expr.As<Subquery>()) return subquery->operand;
  if (const auto* unary = expr.As<UnaryExpr>()) {
    return unary->op == UnaryOp::kPlus ? unary->operand : nullptr;
  }
  if (const auto* aggregate = expr.As<AggregateExpr>()) {
    return IsPicking(aggregate->op) ? aggregate->operand : nullptr;
  }
  if (const auto* call = expr.As<Call>()) {
    return KeepsEverything(call->function->name) ? call->args[0] : nullptr;
  }
  if (const auto* binary = expr.As<BinaryExpr>()) {
    if (binary->op == BinaryOp::kUnless) return binary->lhs;
    if (!IsComparison(binary->op) || binary->return_bool) return nullptr;
    // A filter of a vector by a number.
    const bool is_left = binary->lhs->type == ValueType::kVector;
    const bool is_right = binary->rhs->type == ValueType::kVector;
    if (is_left != is_right) return is_left ? binary->lhs : binary->rhs;
  }
  return nullptr;
}

LabelFlow ApplyRule(const Expr& expr, const LabelFlow* lhs, const LabelFlow* rhs,
                    const RuleContext& context) {
  if (const auto* selector = expr.As<VectorSelector>()) {
    return SelectorLabels(expr, *selector, context);
  }
  if (const auto* call = expr.As<Call>()) return CallLabels(expr, *call, lhs, context);
  if (lhs == nullptr) return NoLabels(expr);
  if (const auto* aggregate = expr.As<AggregateExpr>()) {
    return AggregateLabels(expr, *aggregate, *lhs);
  }
  if (const auto* binary = expr.As<BinaryExpr>(); binary != nullptr && rhs != nullptr) {
    return BinaryLabels(expr, *binary, *lhs, *rhs, context);
  }
  // A sign, or arithmetic with a number, changes values only.
  return WithoutName(*lhs, expr, context);
}

}  // namespace promql::analysis
