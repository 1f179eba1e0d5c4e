// SPDX-License-Identifier: Apache-2.0
// Selectors with their matchers, and the modifiers behind them.
#include <cmath>
#include <limits>

#include "promql/syntax/characters.h"
#include "promql/syntax/grammar.h"
#include "promql/syntax/number.h"
#include "promql/syntax/quote.h"
#include "promql/syntax/regex_check.h"

namespace promql {

using enum TokenType;

namespace {

constexpr std::string_view kNameLabel = "__name__";
constexpr std::string_view kContext = "the label matchers";

// As Go converts on the machines that Prometheus runs on: what does not fit is the smallest
// integer.
std::int64_t ToInt64(double value) {
  constexpr double kLimit = 9223372036854775808.0;
  if (!(value >= -kLimit && value < kLimit)) return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(value);
}

LabelMatcher NameMatcher(std::string_view name, Span span) {
  return {kNameLabel, name, MatchOp::kEqual, name.empty(), span};
}

}  // namespace

const Expr* Grammar::WholeSelector() {
  const Expr* selector = nullptr;
  if (Peek().type == kLeftBrace) {
    selector = BracedSelector();
  } else if (IsMetricName(Peek().type)) {
    selector = NamedSelector(Take());
  } else {
    return Unexpected("", "a metric selector");
  }
  if (selector == nullptr) return nullptr;
  return Peek().type == kEnd ? selector : Unexpected("", "the end of the metric selector");
}

Expr* Grammar::NamedSelector(const Token& name) {
  VectorSelector selector;
  selector.name = TextOf(name);
  ArenaList<LabelMatcher> matchers(arena_);
  Span span = name.span;
  if (Peek().type == kLeftBrace) {
    Span braces;
    if (!Matchers(matchers, braces)) return nullptr;
    span.end = braces.end;
  }
  matchers.Add(NameMatcher(selector.name, name.span));
  selector.matchers = matchers.items();
  return NewExpr(span, ValueType::kVector, selector, 0);
}

Expr* Grammar::BracedSelector() {
  VectorSelector selector;
  ArenaList<LabelMatcher> matchers(arena_);
  Span span;
  if (!Matchers(matchers, span)) return nullptr;
  selector.matchers = matchers.items();
  return NewExpr(span, ValueType::kVector, selector, 0);
}

// `{` is the next token. After a bad matcher the rest is still read, up to the closing brace.
bool Grammar::Matchers(ArenaList<LabelMatcher>& matchers, Span& span) {
  span.start = Take().span.start;
  while (Peek().type != kRightBrace) {
    const bool good = OneMatcher(matchers);
    const TokenType next = Peek().type;
    if (!good || (next != kComma && next != kRightBrace)) {
      if (good) Unexpected(kContext, "`,` or `}`");
      if (!SkipTo(kComma, kRightBrace)) return false;
    }
    if (Peek().type == kComma) Take();
  }
  span.end = Take().span.end;
  return true;
}

// `name op "value"`, or `"metric name"` alone. False when the tokens are of another form.
bool Grammar::OneMatcher(ArenaList<LabelMatcher>& matchers) {
  const auto complain = [&](std::string_view expected) {
    Unexpected(kContext, expected);
    return false;
  };
  const TokenType first = Peek().type;
  if (first != kIdentifier && first != kString) return complain("a label name or `}`");
  const Token label = Take();
  if (first == kString) NeedVersion(label.span, kQuotedNames, "a quoted name");
  const std::string_view name = first == kString ? Unquoted(label) : TextOf(label);
  const TokenType op_type = Peek().type;
  if (op_type != kAssign && op_type != kNotEqual && op_type != kRegexMatch &&
      op_type != kRegexNotMatch) {
    if (first == kIdentifier) return complain("one of `=`, `!=`, `=~` and `!~`");
    matchers.Add(NameMatcher(name, label.span));
    return true;
  }
  const Token op = Take();
  if (Peek().type != kString) return complain("a string");
  LabelMatcher matcher;
  if (NewMatcher(label, name, op, Take(), matcher)) matchers.Add(matcher);
  return true;
}

bool Grammar::NewMatcher(const Token& label, std::string_view name, const Token& op,
                         const Token& value, LabelMatcher& out) {
  out.name = name;
  out.value = Unquoted(value);
  out.span = {label.span.start, value.span.end};
  const bool empty = out.value.empty();
  switch (op.type) {
    case kAssign:
      out.op = MatchOp::kEqual;
      out.matches_empty = empty;
      return true;
    case kNotEqual:
      out.op = MatchOp::kNotEqual;
      out.matches_empty = !empty;
      return true;
    default:
      break;
  }
  out.op = op.type == kRegexMatch ? MatchOp::kRegex : MatchOp::kNotRegex;
  const auto facts = CheckRegex(out.value);
  if (!facts) {
    Fail(out.span, facts.error());
    return false;
  }
  out.matches_empty = facts->matches_empty == (out.op == MatchOp::kRegex);
  return true;
}

// The selector inside, made anew so that it can be changed: a modifier behind the range belongs to
// it.
VectorSelector& Grammar::CopySelector(MatrixSelector& matrix) {
  Expr* copy = arena_.New<Expr>(*matrix.selector);
  matrix.selector = copy;
  return std::get<VectorSelector>(copy->node);
}

// The shift that a modifier behind `operand` sets; null and a complaint when there is none.
TimeShift* Grammar::ShiftOf(Expr* operand, std::string_view modifier) {
  if (auto* selector = std::get_if<VectorSelector>(&operand->node)) return &selector->shift;
  if (auto* subquery = std::get_if<Subquery>(&operand->node)) return &subquery->shift;
  if (auto* matrix = std::get_if<MatrixSelector>(&operand->node)) {
    if (matrix->selector->As<VectorSelector>() != nullptr) return &CopySelector(*matrix).shift;
    Fail(operand->span, "a range is only allowed behind a selector");
    return nullptr;
  }
  Fail(operand->span, std::string(modifier) + " is only allowed behind a selector or a subquery");
  return nullptr;
}

Expr* Grammar::Offset(Expr* operand) {
  Take();
  const DurationExpr* duration = OffsetDuration();
  if (duration == nullptr) return nullptr;
  TimeShift* shift = ShiftOf(operand, "`offset`");
  if (shift == nullptr) return operand;
  if (shift->offset.is_set()) {
    Fail(operand->span, "`offset` may be set only once");
  } else {
    shift->offset = ToValue(*duration);
  }
  operand->span.end = duration->span.end;
  return operand;
}

Expr* Grammar::At(Expr* operand) {
  constexpr std::string_view kAtContext = "`@`";
  constexpr std::string_view kTimestamp = "a timestamp, `start()` or `end()`";
  Take();
  std::optional<double> seconds;
  AtBound bound = AtBound::kNone;
  const TokenType first = Peek().type;
  if (first == kStart || first == kStop) {
    Take();
    bound = first == kStart ? AtBound::kStart : AtBound::kEnd;
    if (!Expect(kLeftParen, kAtContext, "`(`") || !Expect(kRightParen, kAtContext, "`)`"))
      return nullptr;
  } else {
    double sign = 1;
    if (first == kAdd || first == kSub) sign = Take().type == kSub ? -1 : 1;
    if (Peek().type != kNumber && Peek().type != kDuration)
      return Unexpected(kAtContext, kTimestamp);
    seconds = sign * LiteralSeconds(Take());
    constexpr double kLimit = 9223372036854775808.0;
    if (!(*seconds < kLimit && *seconds > -kLimit))
      Fail(operand->span, "the timestamp of `@` is out of bounds");
  }
  TimeShift* shift = ShiftOf(operand, kAtContext);
  if (shift == nullptr) return operand;
  if (shift->has_at()) {
    Fail(operand->span, "`@` may be set only once");
    return operand;
  }
  shift->at_bound = bound;
  if (seconds) shift->at_ms = ToInt64(std::round(*seconds * 1000));
  operand->span.end = last_closing_;
  return operand;
}

Expr* Grammar::Extended(Expr* operand, const Token& word) {
  const bool anchored = word.type == kAnchored;
  const std::string name = anchored ? "`anchored`" : "`smoothed`";
  if (options_.target < Version(3, 7)) {
    NeedVersion(word.span, {3, 7}, name);
    return operand;
  }
  if (!options_.features.extended_range_selectors) {
    Fail(operand->span,
         name + " is experimental: it needs the feature promql-extended-range-selectors");
    return operand;
  }
  VectorSelector* selector = std::get_if<VectorSelector>(&operand->node);
  if (auto* matrix = std::get_if<MatrixSelector>(&operand->node)) {
    if (matrix->selector->As<VectorSelector>() == nullptr) return operand;
    selector = &CopySelector(*matrix);
  }
  if (selector == nullptr) {
    Fail(operand->span, name + " is only allowed behind a selector");
    return operand;
  }
  (anchored ? selector->anchored : selector->smoothed) = true;
  if (selector->anchored && selector->smoothed)
    Fail(operand->span, "`anchored` and `smoothed` exclude each other");
  return operand;
}

}  // namespace promql
