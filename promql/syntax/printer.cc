// SPDX-License-Identifier: Apache-2.0
#include "promql/syntax/printer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "promql/syntax/characters.h"
#include "promql/syntax/lexer.h"
#include "promql/syntax/number.h"
#include "promql/syntax/quote.h"

namespace promql {
namespace {

bool IsPlainLabelName(std::string_view name) {
  return !name.empty() && IsAlpha(name[0]) && std::ranges::all_of(name, IsAlphaNumeric);
}

void AppendLabelName(std::string_view name, std::string& out) {
  if (IsPlainLabelName(name)) {
    out += name;
  } else {
    AppendQuoted(name, out);
  }
}

// A number of seconds as a duration; what is finer than a nanosecond is cut off.
void AppendSeconds(double seconds, std::string& out) {
  const double nanos = seconds * 1e9;
  constexpr double kLimit = 9223372036854775807.0;
  const std::int64_t whole = nanos >= kLimit    ? std::numeric_limits<std::int64_t>::max()
                             : nanos <= -kLimit ? -std::numeric_limits<std::int64_t>::max()
                                                : static_cast<std::int64_t>(nanos);
  if (seconds < 0 && whole / 1'000'000 == 0) out.push_back('-');
  AppendDurationNanos(whole, out);
}

void AppendLiteral(double value, bool has_unit, std::string& out) {
  if (has_unit) {
    AppendSeconds(value, out);
  } else {
    AppendNumber(value, out);
  }
}

void AppendAt(const TimeShift& shift, std::string& out) {
  if (shift.at_ms) {
    out += " @ ";
    AppendMillis(*shift.at_ms, out);
  } else if (shift.at_bound != AtBound::kNone) {
    out += shift.at_bound == AtBound::kStart ? " @ start()" : " @ end()";
  }
}

void AppendOffset(const TimeShift& shift, std::string& out) {
  if (!shift.offset.is_set()) return;
  out += " offset ";
  if (shift.offset.expr == nullptr && shift.offset.nanoseconds < 0 &&
      shift.offset.nanoseconds / 1'000'000 == 0) {
    out.push_back('-');
  }
  AppendDuration(shift.offset, out);
}

void AppendExtended(const VectorSelector& selector, std::string& out) {
  if (selector.anchored) {
    out += " anchored";
  } else if (selector.smoothed) {
    out += " smoothed";
  }
}

// Name and matchers, these sorted by their texts.
void AppendSelection(const VectorSelector& selector, std::string& out) {
  out += selector.name;
  const auto is_name = [&](const LabelMatcher& m) {
    return m.name == "__name__" && m.op == MatchOp::kEqual && m.value == selector.name &&
           !m.value.empty();
  };
  std::vector<std::string> texts;
  for (const LabelMatcher& matcher : selector.matchers) {
    if (!is_name(matcher)) AppendMatcher(matcher, texts.emplace_back());
  }
  if (texts.empty()) return;
  std::ranges::sort(texts);
  char separator = '{';
  for (const std::string& text : texts) {
    out.push_back(separator);
    out += text;
    separator = ',';
  }
  out.push_back('}');
}

class Printer {
 public:
  // With a source, literals and matchers are taken from it as they stand there.
  Printer(std::string& out, std::size_t limit, std::string_view source = {})
      : out_(out), limit_(limit), source_(source) {}

  void Print(const Expr& expr) {
    if (out_.size() > limit_) return;
    std::visit([&](const auto& node) { PrintNode(expr, node); }, expr.node);
  }

 private:
  // The words of a literal, if they are to be taken from the source and stand together.
  bool AppendWritten(const Expr& literal) {
    const std::string_view words = source_.substr(0, literal.span.end).substr(literal.span.start);
    if (literal.As<StringLiteral>() == nullptr &&
        words.find_first_of(" \t\r\n#") != std::string_view::npos)
      return false;
    out_ += words;
    return true;
  }

  void PrintNode(const Expr& expr, const NumberLiteral& number) {
    if (source_.empty() || !AppendWritten(expr)) AppendLiteral(number.value, number.has_unit, out_);
  }

  void PrintNode(const Expr& expr, const StringLiteral& string) {
    if (source_.empty() || !AppendWritten(expr)) AppendQuoted(string.value, out_);
  }

  void PrintNode(const Expr&, const ParenExpr& paren) {
    out_.push_back('(');
    Print(*paren.inner);
    out_.push_back(')');
  }

  void PrintNode(const Expr&, const UnaryExpr& unary) {
    out_.push_back(unary.op == UnaryOp::kMinus ? '-' : '+');
    Print(*unary.operand);
  }

  void PrintNode(const Expr& expr, const BinaryExpr&) {
    const OperatorRow row(expr);
    Print(row.first());
    for (const Expr* node : row.operators()) {
      if (out_.size() > limit_) return;
      PrintRight(*node->As<BinaryExpr>());
    }
  }

  void PrintRight(const BinaryExpr& binary) {
    out_.push_back(' ');
    AppendOperator(binary, out_);
    out_.push_back(' ');
    Print(*binary.rhs);
  }

  void PrintNode(const Expr&, const AggregateExpr& aggregate) {
    out_ += Text(aggregate.op);
    AppendGrouping(aggregate, out_);
    out_.push_back('(');
    if (aggregate.parameter != nullptr) {
      Print(*aggregate.parameter);
      out_ += ", ";
    }
    Print(*aggregate.operand);
    out_.push_back(')');
  }

  void PrintNode(const Expr&, const Call& call) {
    out_ += call.function->name;
    out_.push_back('(');
    for (std::size_t i = 0; i < call.args.size(); ++i) {
      if (i > 0) out_ += ", ";
      Print(*call.args[i]);
    }
    out_.push_back(')');
  }

  void PrintNode(const Expr&, const VectorSelector& selector) {
    PrintSelection(selector);
    AppendSelectorSuffix(selector, nullptr, out_);
  }

  void PrintNode(const Expr&, const MatrixSelector& matrix) {
    const VectorSelector& selector = *matrix.selector->As<VectorSelector>();
    PrintSelection(selector);
    AppendSelectorSuffix(selector, &matrix.range, out_);
  }

  void PrintSelection(const VectorSelector& selector) {
    if (source_.empty()) return AppendSelection(selector, out_);
    out_ += selector.name;
    const auto matchers = WrittenMatchers(selector);
    if (matchers.empty() && !selector.name.empty()) return;
    out_.push_back('{');
    for (std::size_t i = 0; i < matchers.size(); ++i) {
      if (i > 0) out_ += ", ";
      AppendMatcherAsWritten(matchers[i], source_, out_);
    }
    out_.push_back('}');
  }

  void PrintNode(const Expr&, const Subquery& subquery) {
    Print(*subquery.operand);
    AppendSubquerySuffix(subquery, out_);
  }

  std::string& out_;
  std::size_t limit_;  // printing stops behind this size
  std::string_view source_;
};

void AppendFill(std::string_view word, double value, std::string& out) {
  out.append(" ").append(word).append(" (");
  AppendCompactNumber(value, out);
  out.push_back(')');
}

}  // namespace

void AppendMatcher(const LabelMatcher& matcher, std::string& out) {
  AppendLabelName(matcher.name, out);
  out += Text(matcher.op);
  AppendQuoted(matcher.value, out);
}

void AppendMatcherAsWritten(const LabelMatcher& matcher, std::string_view source,
                            std::string& out) {
  // Its words without the space and comments between them.
  const std::string words =
      "{" + std::string(source.substr(matcher.span.start, matcher.span.end - matcher.span.start)) +
      "\n}";
  Lexer lexer(words);
  static_cast<void>(lexer.Next());  // the brace
  for (Token token = lexer.Next();
       token.type > TokenType::kError && token.type != TokenType::kRightBrace;
       token = lexer.Next()) {
    out.append(words, token.span.start, token.span.end - token.span.start);
  }
}

std::span<const LabelMatcher> WrittenMatchers(const VectorSelector& selector) {
  return selector.matchers.first(selector.matchers.size() - (selector.name.empty() ? 0 : 1));
}

void AppendSelectorSuffix(const VectorSelector& selector, const DurationValue* range,
                          std::string& out) {
  if (range != nullptr) {
    out.push_back('[');
    AppendDuration(*range, out);
    out.push_back(']');
    AppendExtended(selector, out);
    AppendAt(selector.shift, out);
  } else {
    AppendAt(selector.shift, out);
    AppendExtended(selector, out);
  }
  AppendOffset(selector.shift, out);
}

void AppendLabelList(std::span<const std::string_view> labels, std::string& out) {
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (i > 0) out += ", ";
    AppendLabelName(labels[i], out);
  }
}

void AppendGrouping(const AggregateExpr& aggregate, std::string& out) {
  if (!aggregate.without && aggregate.grouping.empty()) return;
  out += aggregate.without ? " without (" : " by (";
  AppendLabelList(aggregate.grouping, out);
  out += ") ";
}

void AppendOperator(const BinaryExpr& binary, std::string& out) {
  out += Text(binary.op);
  if (binary.return_bool) out += " bool";
  const VectorMatching* matching = binary.matching();
  if (matching == nullptr) return;
  const bool grouped = matching->cardinality != MatchCardinality::kOneToOne;
  if (!matching->labels.empty() || matching->on || grouped) {
    out += matching->on ? " on (" : " ignoring (";
    AppendLabelList(matching->labels, out);
    out.push_back(')');
  }
  if (grouped) {
    out +=
        matching->cardinality == MatchCardinality::kManyToOne ? " group_left (" : " group_right (";
    AppendLabelList(matching->include, out);
    out.push_back(')');
  }
  if (matching->fill_left && matching->fill_left == matching->fill_right) {
    return AppendFill("fill", *matching->fill_left, out);
  }
  if (matching->fill_left) AppendFill("fill_left", *matching->fill_left, out);
  if (matching->fill_right) AppendFill("fill_right", *matching->fill_right, out);
}

void AppendDuration(const DurationExpr& duration, std::string& out) {
  using enum DurationExpr::Op;
  const auto infix = [&](std::string_view op) {
    if (duration.lhs != nullptr) {
      AppendDuration(*duration.lhs, out);
      out.append(" ").append(op).append(" ");
    } else if (duration.op == kSub) {
      out += op;
    }
    AppendDuration(*duration.rhs, out);
  };
  const auto call = [&](std::string_view name) {
    out += name;
    AppendDuration(*duration.lhs, out);
    out += ", ";
    AppendDuration(*duration.rhs, out);
    out.push_back(')');
  };
  if (duration.in_parens) out.push_back('(');
  switch (duration.op) {
    case kLiteral:
      AppendLiteral(duration.seconds, duration.has_unit, out);
      break;
    case kStep:
      out += "step()";
      break;
    case kRange:
      out += "range()";
      break;
    case kMin:
      call("min_of(");
      break;
    case kMax:
      call("max_of(");
      break;
    case kAdd:
      infix("+");
      break;
    case kSub:
      infix("-");
      break;
    case kMul:
      infix("*");
      break;
    case kDiv:
      infix("/");
      break;
    case kMod:
      infix("%");
      break;
    case kPow:
      infix("^");
      break;
  }
  if (duration.in_parens) out.push_back(')');
}

void AppendDuration(const DurationValue& duration, std::string& out) {
  if (duration.expr != nullptr) {
    AppendDuration(*duration.expr, out);
  } else {
    AppendDurationNanos(duration.nanoseconds, out);
  }
}

void AppendSubquerySuffix(const Subquery& subquery, std::string& out) {
  out.push_back('[');
  AppendDuration(subquery.range, out);
  out.push_back(':');
  if (subquery.step.is_set()) AppendDuration(subquery.step, out);
  out.push_back(']');
  AppendAt(subquery.shift, out);
  AppendOffset(subquery.shift, out);
}

void AppendPrinted(const Expr& expr, std::string& out) {
  Printer(out, std::numeric_limits<std::size_t>::max()).Print(expr);
}

bool AppendAsWritten(const Expr& expr, std::string_view source, std::size_t width,
                     std::string& out) {
  const std::size_t limit = out.size() + width;
  Printer(out, limit, source).Print(expr);
  return out.size() <= limit;
}

bool AppendPrintedUpTo(const Expr& expr, std::size_t width, std::string& out) {
  // Each operator takes a character at least.
  if (const auto* binary = expr.As<BinaryExpr>(); binary != nullptr && binary->row > width)
    return false;
  const std::size_t limit = out.size() + width;
  Printer(out, limit).Print(expr);
  return out.size() <= limit;
}

std::string Print(const Expr& expr) {
  std::string out;
  // The canonical form is rarely much longer than what was written.
  const std::size_t written = expr.span.end - expr.span.start;
  out.reserve(written + written / 4 + 16);
  AppendPrinted(expr, out);
  return out;
}

}  // namespace promql
