// SPDX-License-Identifier: Apache-2.0
// The form over several lines: a node wider than the limit is broken around its children, each one
// level deeper.
#include <string>

#include "promql/syntax/printer.h"

namespace promql {
namespace {

// No more lines are broken behind such an indentation: long rows of operators would fill the memory
// with blanks.
constexpr std::size_t kDeepest = 400;

class PrettyPrinter {
 public:
  PrettyPrinter(std::size_t width, std::string& out) : width_(width), out_(out) {}

  void Print(const Expr& expr, std::size_t level) {
    const std::size_t before = out_.size();
    // A subquery that fits stands at the margin: Prometheus does not indent it.
    if (expr.As<Subquery>() == nullptr) Indent(level);
    const std::size_t start = out_.size();
    if (!IsBreakable(expr) || level >= kDeepest) return AppendPrinted(expr, out_);
    if (AppendPrintedUpTo(expr, width_, out_)) return;
    out_.resize(start);
    if (expr.As<BinaryExpr>() != nullptr) out_.resize(before);
    std::visit([&](const auto& node) { Break(node, level); }, expr.node);
  }

 private:
  void Indent(std::size_t level) { out_.append(level * 2, ' '); }

  static bool IsBreakable(const Expr& expr) {
    return expr.As<NumberLiteral>() == nullptr && expr.As<StringLiteral>() == nullptr &&
           expr.As<VectorSelector>() == nullptr && expr.As<MatrixSelector>() == nullptr;
  }

  void Close(std::size_t level) {
    out_.push_back('\n');
    Indent(level);
    out_.push_back(')');
  }

  void Break(const ParenExpr& paren, std::size_t level) {
    out_ += "(\n";
    Print(*paren.inner, level + 1);
    Close(level);
  }

  // The operand stands on the same line as its sign.
  void Break(const UnaryExpr& unary, std::size_t level) {
    out_.push_back(unary.op == UnaryOp::kMinus ? '-' : '+');
    const std::size_t start = out_.size();
    Print(*unary.operand, level);
    out_.erase(start, out_.find_first_not_of(' ', start) - start);
  }

  // The operands stand one level deeper than the operator.
  void Break(const BinaryExpr& binary, std::size_t level) {
    Print(*binary.lhs, level + 1);
    out_.push_back('\n');
    Indent(level);
    AppendOperator(binary, out_);
    out_.push_back('\n');
    Print(*binary.rhs, level + 1);
  }

  void Break(const AggregateExpr& aggregate, std::size_t level) {
    out_ += Text(aggregate.op);
    AppendGrouping(aggregate, out_);
    out_ += "(\n";
    if (aggregate.parameter != nullptr) {
      Print(*aggregate.parameter, level + 1);
      out_ += ",\n";
    }
    Print(*aggregate.operand, level + 1);
    Close(level);
  }

  void Break(const Call& call, std::size_t level) {
    out_ += call.function->name;
    out_ += "(\n";
    for (std::size_t i = 0; i < call.args.size(); ++i) {
      if (i > 0) out_ += ",\n";
      Print(*call.args[i], level + 1);
    }
    Close(level);
  }

  void Break(const Subquery& subquery, std::size_t level) {
    Print(*subquery.operand, level);
    AppendSubquerySuffix(subquery, out_);
  }

  template <class Leaf>
  void Break(const Leaf&, std::size_t) {}

  std::size_t width_;
  std::string& out_;
};

}  // namespace

std::string PrintPretty(const Expr& expr, std::size_t width) {
  std::string out;
  PrettyPrinter(width, out).Print(expr, 0);
  return out;
}

}  // namespace promql
