// SPDX-License-Identifier: Apache-2.0
#include "promql/syntax/format.h"

#include <algorithm>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "promql/syntax/ast.h"
#include "promql/syntax/equal.h"
#include "promql/syntax/grammar.h"
#include "promql/syntax/lexer.h"
#include "promql/syntax/parser.h"
#include "promql/syntax/printer.h"

namespace promql {
namespace {

int Precedence(BinaryOp op) {
  return Precedence(
      static_cast<TokenType>(static_cast<int>(op) + static_cast<int>(TokenType::kAdd)));
}

// The operands of the operators of one precedence, `a + b - c`, and these operators.
struct Operands {
  const Expr* first = nullptr;
  std::vector<const BinaryExpr*> operators;
};

Operands Split(const Expr& expr) {
  const OperatorRow row(expr);
  const int precedence = Precedence(expr.As<BinaryExpr>()->op);
  Operands operands;
  for (const Expr* node : row.operators()) {
    const auto* binary = node->As<BinaryExpr>();
    if (operands.operators.empty()) operands.first = binary->lhs;
    if (Precedence(binary->op) == precedence) {
      operands.operators.push_back(binary);
    } else {
      operands.operators.clear();
    }
  }
  return operands;
}

// What begins a line inside `expr`, from its own words on.
void CollectInside(const Expr& expr, std::vector<const Expr*>& inside) {
  if (const auto* paren = expr.As<ParenExpr>()) {
    inside.push_back(paren->inner);
  } else if (const auto* unary = expr.As<UnaryExpr>()) {
    CollectInside(*unary->operand, inside);
  } else if (const auto* subquery = expr.As<Subquery>()) {
    CollectInside(*subquery->operand, inside);
  } else if (const auto* aggregate = expr.As<AggregateExpr>()) {
    if (aggregate->parameter != nullptr) inside.push_back(aggregate->parameter);
    inside.push_back(aggregate->operand);
  } else if (const auto* call = expr.As<Call>()) {
    inside.insert(inside.end(), call->args.begin(), call->args.end());
  } else if (expr.As<BinaryExpr>() != nullptr) {
    const Operands operands = Split(expr);
    inside.push_back(operands.first);
    for (const BinaryExpr* binary : operands.operators) inside.push_back(binary->rhs);
  }
}

struct Comments {
  std::vector<std::string_view> before;    // on lines of their own
  std::optional<std::string_view> beside;  // at the end of the last line
  std::vector<std::string_view> after;     // on lines of their own
};

// Finds the expression that each comment belongs to.
class CommentMap {
 public:
  CommentMap(const Expr& root, std::string_view text) : text_(text) {
    Lexer lexer(text);
    std::vector<Span> comments;
    lexer.CollectComments(comments);
    for (Token token = lexer.Next(); token.type != TokenType::kEnd; token = lexer.Next())
      tokens_.push_back(token);
    for (const Span comment : comments) Attach(root, comment);
  }

  [[nodiscard]] const Comments* Of(const Expr& expr) const {
    const auto found = comments_.find(&expr);
    return found == comments_.end() ? nullptr : &found->second;
  }

  // Whether a line inside carries a comment, so that `expr` must be broken.
  [[nodiscard]] bool HasInside(const Expr& expr) const {
    if (comments_.empty()) return false;
    std::vector<const Expr*> inside;
    CollectInside(expr, inside);
    return std::ranges::any_of(
        inside, [&](const Expr* line) { return Of(*line) != nullptr || HasInside(*line); });
  }

 private:
  void Attach(const Expr& root, Span comment) {
    std::string_view text = text_.substr(comment.start, comment.end - comment.start);
    text = text.substr(0, text.find_last_not_of(" \t") + 1);
    const auto next =
        std::ranges::find_if(tokens_, [&](const Token& t) { return t.span.start > comment.start; });
    // The end of what the comment follows: a comma belongs to what is before it.
    std::uint32_t end = 0;
    bool same_line = false;
    if (next != tokens_.begin()) {
      auto previous = next - 1;
      same_line = text_.substr(previous->span.end, comment.start - previous->span.end)
                      .find_first_of("\r\n") == std::string_view::npos;
      if (previous->type == TokenType::kComma && previous != tokens_.begin()) --previous;
      end = previous->span.end;
    }
    const Expr* line = &root;
    // Where comments before `line` go: what stands first in an expression leaves them to that
    // expression.
    const Expr* owner = &root;
    while (true) {
      if (comment.start < line->span.start) break;
      if (same_line && End(*line) <= end) {
        Comments& comments = comments_[line];
        if (!comments.beside) {
          comments.beside = text;
        } else {
          comments.after.push_back(text);
        }
        return;
      }
      if (End(*line) <= comment.start) {
        comments_[line].after.push_back(text);
        return;
      }
      std::vector<const Expr*> inside;
      CollectInside(*line, inside);
      if (inside.empty()) break;
      const Expr* next_line = Towards(inside, comment, same_line, end);
      if (next_line->span.start != line->span.start) owner = next_line;
      line = next_line;
    }
    comments_[owner].before.push_back(text);
  }

  // The words `anchored` and `smoothed` are not in the span of what they stand behind.
  [[nodiscard]] std::uint32_t End(const Expr& expr) const {
    std::uint32_t end = expr.span.end;
    auto token =
        std::ranges::lower_bound(tokens_, end, {}, [](const Token& t) { return t.span.start; });
    for (; token != tokens_.end() &&
           (token->type == TokenType::kAnchored || token->type == TokenType::kSmoothed);
         ++token) {
      end = token->span.end;
    }
    return end;
  }

  // The line inside that a comment belongs to or stands in: the one around it, the one just before
  // it on the same line, the next one, or the last.
  const Expr* Towards(const std::vector<const Expr*>& inside, Span comment, bool same_line,
                      std::uint32_t end) const {
    for (const Expr* line : inside) {
      if (line->span.start < comment.start && End(*line) > comment.start) return line;
      if (same_line && End(*line) == end) return line;
      if (line->span.start >= comment.end) return line;
    }
    return inside.back();
  }

  std::string_view text_;
  std::vector<Token> tokens_;
  std::unordered_map<const Expr*, Comments> comments_;
};

class Formatter {
 public:
  Formatter(const Expression& expression, std::size_t width)
      : text_(expression.text()), width_(width), comments_(expression.root(), expression.text()) {}

  std::string Format(const Expr& root) {
    WriteLine(root, 0, "");
    return std::move(out_);
  }

 private:
  void NewLine(std::size_t level) {
    out_.push_back('\n');
    out_.append(level * 2, ' ');
  }

  // An expression with its comments, behind the indentation of its first line. `separator` follows
  // the expression.
  void WriteLine(const Expr& expr, std::size_t level, std::string_view separator) {
    const Comments* comments = comments_.Of(expr);
    if (comments != nullptr) {
      for (const std::string_view comment : comments->before) {
        out_ += comment;
        NewLine(level);
      }
    }
    Write(expr, level, separator.size());
    out_ += separator;
    if (comments == nullptr) return;
    if (comments->beside) out_.append(" ").append(*comments->beside);
    for (const std::string_view comment : comments->after) {
      NewLine(level);
      out_ += comment;
    }
  }

  void Write(const Expr& expr, std::size_t level, std::size_t reserved) {
    const std::size_t start = out_.size();
    const std::size_t line_start = out_.rfind('\n') + 1;  // npos + 1 is 0
    const std::size_t used = start - line_start + reserved;
    const std::size_t room = used < width_ ? width_ - used : 0;
    if (!comments_.HasInside(expr) &&
        (level >= kDeepest || AppendAsWritten(expr, text_, room, out_)))
      return;
    out_.resize(start);
    std::visit([&](const auto& node) { Break(expr, node, level); }, expr.node);
  }

  void Open(std::size_t level) {
    out_.push_back('(');
    NewLine(level + 1);
  }
  void Close(std::size_t level) {
    NewLine(level);
    out_.push_back(')');
  }

  void Break(const Expr&, const ParenExpr& paren, std::size_t level) {
    Open(level);
    WriteLine(*paren.inner, level + 1, "");
    Close(level);
  }

  void Break(const Expr&, const UnaryExpr& unary, std::size_t level) {
    out_.push_back(unary.op == UnaryOp::kMinus ? '-' : '+');
    Write(*unary.operand, level, 0);
  }

  // Operands one level deeper than their operators.
  void Break(const Expr& expr, const BinaryExpr&, std::size_t level) {
    const Operands operands = Split(expr);
    out_.append(2, ' ');
    WriteLine(*operands.first, level + 1, "");
    for (const BinaryExpr* binary : operands.operators) {
      NewLine(level);
      AppendOperator(*binary, out_);
      NewLine(level + 1);
      WriteLine(*binary->rhs, level + 1, "");
    }
  }

  void Break(const Expr&, const AggregateExpr& aggregate, std::size_t level) {
    out_ += Text(aggregate.op);
    AppendGrouping(aggregate, out_);
    Open(level);
    if (aggregate.parameter != nullptr) {
      WriteLine(*aggregate.parameter, level + 1, ",");
      NewLine(level + 1);
    }
    WriteLine(*aggregate.operand, level + 1, "");
    Close(level);
  }

  void Break(const Expr&, const Call& call, std::size_t level) {
    out_ += call.function->name;
    if (call.args.empty()) {
      out_ += "()";
      return;
    }
    Open(level);
    for (const Expr* arg : call.args) {
      const bool last = arg == call.args.back();
      WriteLine(*arg, level + 1, last ? "" : ",");
      if (!last) NewLine(level + 1);
    }
    Close(level);
  }

  void Break(const Expr&, const Subquery& subquery, std::size_t level) {
    Write(*subquery.operand, level, 0);
    AppendSubquerySuffix(subquery, out_);
  }

  void Break(const Expr&, const VectorSelector& selector, std::size_t level) {
    WriteMatchers(selector, level);
    AppendSelectorSuffix(selector, nullptr, out_);
  }

  void Break(const Expr&, const MatrixSelector& matrix, std::size_t level) {
    const auto& selector = *matrix.selector->As<VectorSelector>();
    WriteMatchers(selector, level);
    AppendSelectorSuffix(selector, &matrix.range, out_);
  }

  // One matcher a line.
  void WriteMatchers(const VectorSelector& selector, std::size_t level) {
    out_ += selector.name;
    const auto matchers = WrittenMatchers(selector);
    if (matchers.empty()) return;
    out_.push_back('{');
    for (const LabelMatcher& matcher : matchers) {
      NewLine(level + 1);
      AppendMatcherAsWritten(matcher, text_, out_);
      out_.push_back(',');
    }
    NewLine(level);
    out_.push_back('}');
  }

  void Break(const Expr& expr, const NumberLiteral&, std::size_t) { AppendWhole(expr); }
  void Break(const Expr& expr, const StringLiteral&, std::size_t) { AppendWhole(expr); }
  void AppendWhole(const Expr& leaf) { AppendAsWritten(leaf, text_, std::string::npos / 2, out_); }

  static constexpr std::size_t kDeepest = 400;  // no line is broken behind such an indentation

  std::string_view text_;
  std::size_t width_;
  CommentMap comments_;
  std::string out_;
};

}  // namespace

std::expected<std::string, SyntaxErrors> FormatExpression(std::string_view text, std::size_t width,
                                                          const ParseOptions& options) {
  const auto expression = ParseExpression(text, options);
  if (!expression) return std::unexpected(expression.error());
  std::string formatted = Formatter(*expression, width).Format(expression->root());
  const auto again = ParseExpression(formatted, options);
  if (!again || !IsSameTree(expression->root(), again->root())) return std::string(text);
  return formatted;
}

}  // namespace promql
