// SPDX-License-Identifier: Apache-2.0
#include "promql/lint/choosing.h"

#include <algorithm>
#include <array>

#include "promql/analysis/tree.h"
#include "promql/lint/selectors.h"

namespace promql::lint {
namespace {

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

}  // namespace

bool MayBeEmptyWhenWell(const RuleContext& rule, const Expr& expr) {
  return Judge(rule).MayBeEmpty(expr);
}

}  // namespace promql::lint
