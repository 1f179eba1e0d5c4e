// SPDX-License-Identifier: Apache-2.0
#include "promql/syntax/check.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "promql/model/go_text.h"
#include "promql/syntax/characters.h"

namespace promql {
namespace {

class Checker {
 public:
  Checker(std::string_view text, SyntaxErrors& errors) : text_(text), errors_(errors) {}

  void Check(const Expr& expr) {
    std::visit([&](const auto& node) { CheckNode(expr, node); }, expr.node);
  }

 private:
  void Fail(Span span, std::string message) { errors_.push_back({span, std::move(message)}); }

  // `where` is called for the beginning of the message.
  template <class Where>
  void Expect(const Expr& expr, ValueType wanted, const Where& where) {
    Check(expr);
    if (expr.type == wanted) return;
    Fail(expr.span, where() + " must be of type " + std::string(LongText(wanted)) + ", got " +
                        std::string(LongText(expr.type)));
  }

  void CheckNode(const Expr&, const NumberLiteral&) {}
  void CheckNode(const Expr&, const StringLiteral&) {}
  void CheckNode(const Expr&, const ParenExpr& paren) { Check(*paren.inner); }
  void CheckNode(const Expr&, const MatrixSelector& matrix) { Check(*matrix.selector); }

  void CheckNode(const Expr& expr, const UnaryExpr& unary) {
    Check(*unary.operand);
    if (IsNumeric(*unary.operand)) return;
    Fail(expr.span, "a sign is only allowed before a scalar or an instant vector, got " +
                        std::string(LongText(unary.operand->type)));
  }

  void CheckNode(const Expr& expr, const Subquery& subquery) {
    Check(*subquery.operand);
    if (subquery.operand->type == ValueType::kVector) return;
    Fail(expr.span, "a subquery is only allowed on an instant vector, got " +
                        std::string(LongText(subquery.operand->type)));
  }

  void CheckNode(const Expr&, const AggregateExpr& aggregate) {
    Expect(*aggregate.operand, ValueType::kVector,
           [] { return std::string("what is aggregated"); });
    const ValueType parameter = ParameterType(aggregate.op);
    if (parameter != ValueType::kNone)
      Expect(*aggregate.parameter, parameter,
             [] { return std::string("the parameter of the aggregation"); });
  }

  static bool IsNumeric(const Expr& expr) {
    return expr.type == ValueType::kScalar || expr.type == ValueType::kVector;
  }

  // The operator with its modifiers. Ends before the last character, as Prometheus has it.
  Span OperatorSpan(const BinaryExpr& binary) const {
    Span span{binary.lhs->span.end, binary.rhs->span.start - 1};
    while (span.start < span.end && IsSpace(text_[span.start])) ++span.start;
    while (span.end > span.start && IsSpace(text_[span.end])) --span.end;
    return span;
  }

  void CheckNode(const Expr& expr, const BinaryExpr&) {
    const OperatorRow row(expr);
    Check(row.first());
    for (const Expr* node : row.operators()) {
      const auto& binary = *node->As<BinaryExpr>();
      Check(*binary.rhs);
      CheckOperator(*node, binary);
    }
  }

  void CheckOperator(const Expr& expr, const BinaryExpr& binary) {
    const bool vectors =
        binary.lhs->type == ValueType::kVector && binary.rhs->type == ValueType::kVector;
    const bool scalars =
        binary.lhs->type == ValueType::kScalar && binary.rhs->type == ValueType::kScalar;
    if (binary.return_bool && !IsComparison(binary.op)) {
      Fail(OperatorSpan(binary), "`bool` is only allowed on comparisons");
    }
    if (IsComparison(binary.op) && !binary.return_bool && scalars) {
      Fail(OperatorSpan(binary), "a comparison between scalars needs `bool`");
    }
    const VectorMatching* matching = binary.written_matching;
    if (matching != nullptr) CheckIncluded(binary, *matching);
    for (const Expr* side : {binary.lhs, binary.rhs}) {
      if (!IsNumeric(*side)) {
        Fail(side->span, "operands must be scalars or instant vectors, got " +
                             std::string(LongText(side->type)));
      }
    }
    if (!vectors && matching != nullptr) {
      if (!matching->labels.empty())
        Fail(expr.span, "vector matching is only allowed between instant vectors");
      if (matching->has_fill())
        Fail(expr.span, "fill modifiers are only allowed between instant vectors");
    } else if (vectors && matching != nullptr && IsSetOperator(binary.op)) {
      const std::string op = "`" + std::string(Text(binary.op)) + "`";
      if (binary.cardinality() != MatchCardinality::kManyToMany) {
        Fail(expr.span, "no grouping is allowed for " + op + ": it always matches many to many");
      }
      if (matching->has_fill()) Fail(expr.span, "fill modifiers are not allowed for " + op);
    }
    const bool a_scalar =
        binary.lhs->type == ValueType::kScalar || binary.rhs->type == ValueType::kScalar;
    if (a_scalar && IsSetOperator(binary.op)) {
      Fail(expr.span,
           "`" + std::string(Text(binary.op)) + "` is only allowed between instant vectors");
    }
  }

  void CheckIncluded(const BinaryExpr& binary, const VectorMatching& matching) {
    if (!matching.on || matching.include.empty()) return;
    std::vector<std::string_view> included(matching.include.begin(), matching.include.end());
    std::ranges::sort(included);
    for (const std::string_view label : matching.labels) {
      if (!std::ranges::binary_search(included, label)) continue;
      Fail(OperatorSpan(binary),
           "label " + Quote(label) + " must not stand in `on` and in the group modifier");
    }
  }

  void CheckNode(const Expr& expr, const Call& call) {
    const Function& function = *call.function;
    CheckCount(expr, call);
    const bool is_info = function.name == "info";
    if (is_info && call.args.size() > 1) CheckInfoLabels(expr, *call.args[1]);
    for (std::size_t i = 0; i < call.args.size(); ++i) {
      if (i >= function.arguments() && function.variadic == 0) break;
      selector_may_be_empty_ = is_info && i == 1 && call.args[i]->As<VectorSelector>() != nullptr;
      Expect(*call.args[i], function.ArgumentType(i), [&] {
        return "argument " + std::to_string(i + 1) + " of `" + std::string(function.name) + "`";
      });
    }
  }

  void CheckCount(const Expr& expr, const Call& call) {
    const Function& function = *call.function;
    const auto complain = [&](std::string_view bound, std::size_t count) {
      Fail(expr.span, "`" + std::string(function.name) + "` takes " + std::string(bound) +
                          std::to_string(count) + (count == 1 ? " argument" : " arguments") +
                          ", got " + std::to_string(call.args.size()));
    };
    const std::size_t least = function.min_arguments();
    if (function.variadic == 0) {
      if (call.args.size() != least) complain("", least);
    } else if (call.args.size() < least) {
      complain("at least ", least);
    } else if (function.variadic > 0 &&
               call.args.size() > least + static_cast<std::size_t>(function.variadic)) {
      complain("at most ", least + static_cast<std::size_t>(function.variadic));
    }
  }

  // The second argument of info() looks like a selector but is a list of label matchers.
  void CheckInfoLabels(const Expr& call, const Expr& labels) {
    if (labels.type != ValueType::kVector) {
      Fail(call.span, "argument 2 of `info` must be a list of label matchers, got " +
                          std::string(LongText(labels.type)));
    }
    const auto* selector = labels.As<VectorSelector>();
    if (selector == nullptr) {
      Fail(labels.span,
           "argument 2 of `info` must be a list of label matchers, as in `{data=~\".+\"}`");
    } else if (!selector->name.empty()) {
      Fail(labels.span, "argument 2 of `info` must be label matchers without a metric name");
    }
  }

  void CheckNode(const Expr& expr, const VectorSelector& selector) {
    const bool may_be_empty = std::exchange(selector_may_be_empty_, false);
    if (!selector.name.empty()) {
      for (const LabelMatcher& matcher : selector.matchers.first(selector.matchers.size() - 1)) {
        if (matcher.name != "__name__") continue;
        Fail(expr.span, "the metric name is set twice: " + Quote(selector.name) + " and " +
                            Quote(matcher.value));
        return;  // of thousands each would say the same, at full length
      }
      return;
    }
    if (may_be_empty || !std::ranges::all_of(selector.matchers, &LabelMatcher::matches_empty))
      return;
    Fail(expr.span,
         "the selector picks every series: at least one matcher must not match the empty string");
  }

  std::string_view text_;
  SyntaxErrors& errors_;
  bool selector_may_be_empty_ = false;  // for the very next selector
};

}  // namespace

void CheckTypes(const Expr& root, std::string_view text, SyntaxErrors& errors) {
  Checker(text, errors).Check(root);
}

}  // namespace promql
