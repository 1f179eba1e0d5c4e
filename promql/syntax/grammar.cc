// SPDX-License-Identifier: Apache-2.0
#include "promql/syntax/grammar.h"

#include <algorithm>
#include <array>
#include <utility>

#include "promql/model/go_text.h"
#include "promql/syntax/characters.h"
#include "promql/syntax/number.h"
#include "promql/syntax/quote.h"

namespace promql {

using enum TokenType;

namespace {

std::string VersionText(Version version) {
  return std::to_string(version.major()) + "." + std::to_string(version.minor());
}

}  // namespace

int Precedence(TokenType op) {
  constexpr std::array<std::uint8_t, 18> kLevels = {
      4, 4, 5, 5, 5, kPowerPrecedence, 5, 3, 3, 3, 3, 3, 3, 3, 3, 2, 1, 2};
  return kLevels[static_cast<std::size_t>(op) - static_cast<std::size_t>(kAdd)];
}

void Grammar::Lex() {
  token_ = lexer_.Next();
  has_token_ = true;
  switch (token_.type) {
    case kError:
      Fail(token_.span, lexer_.error());
      break;
    case kRightBrace:
    case kRightParen:
    case kRightBracket:
    case kDuration:
    case kNumber:
      last_closing_ = token_.span.end;
      break;
    default:
      break;
  }
}

std::nullptr_t Grammar::Unexpected(std::string_view context, std::string_view expected) {
  const Token& token = Peek();
  if (token.type == kError) return nullptr;
  std::string message = "unexpected " + Describe(token, lexer_.text());
  if (!context.empty()) message.append(" in ").append(context);
  if (!expected.empty()) message.append(", expected ").append(expected);
  Fail(token.span, std::move(message));
  return nullptr;
}

void Grammar::NeedVersion(Span span, Version since, std::string_view what) {
  if (options_.target >= since) return;
  Fail(span, std::string(what) + " came with Prometheus " + VersionText(since));
}

bool Grammar::Expect(TokenType type, std::string_view context, std::string_view expected) {
  if (Peek().type != type) {
    Unexpected(context, expected);
    return false;
  }
  Take();
  return true;
}

bool Grammar::SkipTo(TokenType a, TokenType b) {
  while (true) {
    const TokenType type = Peek().type;
    if (type == a || type == b) return true;
    if (type == kEnd || type == kError) return false;
    Take();
  }
}

bool Grammar::Nesting::TooDeep() {
  if (grammar_.nesting_ <= grammar_.options_.max_nesting) return false;
  grammar_.Fail(grammar_.Peek().span, "the expression nests too deeply");
  return true;
}

Expr* Grammar::NewExpr(Span span, ValueType type, const Expr::Node& node,
                       std::uint32_t height_below) {
  if (height_below >= options_.max_height) {
    Fail(span, "the expression nests too deeply");
    return nullptr;
  }
  return arena_.New<Expr>(span, height_below + 1, type, node);
}

std::string_view Grammar::Unquoted(const Token& string) {
  const std::string_view text = TextOf(string);
  if (!HasEscapes(text)) return text.substr(1, text.size() - 2);
  char* value = arena_.Array<char>(text.size());
  return {value, Unquote(text, value)};
}

const Expr* Grammar::WholeExpression() {
  if (Peek().type == kEnd) {
    Fail({0, 0}, "no expression found");
    return nullptr;
  }
  const Expr* root = Binary(kLowestPrecedence);
  if (root == nullptr) return nullptr;
  return Peek().type == kEnd ? root : Unexpected("", "an operator or the end of the expression");
}

Expr* Grammar::Binary(int min_precedence) {
  Nesting nesting(*this);
  if (nesting.TooDeep()) return nullptr;
  Expr* lhs = Unary();
  while (lhs != nullptr && IsBinaryOperator(Peek().type)) {
    const TokenType op = Peek().type;
    const int precedence = Precedence(op);
    if (precedence < min_precedence) break;
    const Token token = Take();
    if (op == kTrimUpper || op == kTrimLower)
      NeedVersion(token.span, {3, 11}, "`" + std::string(TextOf(token)) + "`");
    BinaryExpr binary;
    binary.op = static_cast<BinaryOp>(static_cast<int>(op) - static_cast<int>(kAdd));
    binary.lhs = lhs;
    if (!BinaryModifiers(binary)) return nullptr;
    binary.rhs = Binary(op == kPow ? precedence : precedence + 1);
    if (binary.rhs == nullptr) return nullptr;
    lhs = NewBinary(binary);
  }
  return lhs;
}

Expr* Grammar::NewBinary(BinaryExpr binary) {
  const Span span{binary.lhs->span.start, binary.rhs->span.end};
  if (!options_.features.fill_modifiers && binary.written_matching != nullptr &&
      binary.written_matching->has_fill()) {
    Fail(span,
         "fill modifiers are experimental: they need the feature promql-binop-fill-modifiers");
  }
  const bool scalar =
      binary.lhs->type == ValueType::kScalar && binary.rhs->type == ValueType::kScalar;
  std::uint32_t height_below = std::max(binary.lhs->height, binary.rhs->height);
  if (const auto* before = binary.lhs->As<BinaryExpr>()) {
    binary.row = before->row + 1;
    height_below = std::max(binary.lhs->height - 1, binary.rhs->height);
    if (binary.row > options_.max_operators) {
      Fail(span, "the expression has too many operators in a row");
      return nullptr;
    }
  }
  return NewExpr(span, scalar ? ValueType::kScalar : ValueType::kVector, binary, height_below);
}

// [bool] [on|ignoring (labels) [group_left|group_right [(labels)]]] [fill …]
bool Grammar::BinaryModifiers(BinaryExpr& binary) {
  if (Peek().type == kBool) {
    Take();
    binary.return_bool = true;
  }
  const TokenType first = Peek().type;
  const bool matches = first == kOn || first == kIgnoring;
  if (!matches && (first < kFill || first > kFillRight)) return true;
  VectorMatching* matching = arena_.New<VectorMatching>();
  binary.written_matching = matching;
  if (!matches) return FillModifiers(*matching);
  matching->on = Take().type == kOn;
  const auto labels = GroupingLabels();
  if (!labels) return false;
  matching->labels = *labels;
  const TokenType group = Peek().type;
  if (group == kGroupLeft || group == kGroupRight) {
    Take();
    matching->cardinality =
        group == kGroupLeft ? MatchCardinality::kManyToOne : MatchCardinality::kOneToMany;
    if (Peek().type == kLeftParen) {
      const auto include = GroupingLabels();
      if (!include) return false;
      matching->include = *include;
    }
  }
  return FillModifiers(*matching);
}

bool Grammar::FillModifiers(VectorMatching& matching) {
  const TokenType first = Peek().type;
  if (first < kFill || first > kFillRight) return true;
  NeedVersion(Take().span, {3, 10}, "the fill modifier");
  const auto value = FillValue();
  if (!value) return false;
  if (first == kFill) {
    matching.fill_left = matching.fill_right = value;
    return true;
  }
  (first == kFillLeft ? matching.fill_left : matching.fill_right) = value;
  const TokenType other = first == kFillLeft ? kFillRight : kFillLeft;
  if (Peek().type != other) return true;
  Take();
  const auto second = FillValue();
  if (!second) return false;
  (other == kFillLeft ? matching.fill_left : matching.fill_right) = second;
  return true;
}

std::optional<double> Grammar::FillValue() {
  constexpr std::string_view kContext = "the fill modifier";
  if (!Expect(kLeftParen, kContext, "`(`")) return std::nullopt;
  double sign = 1;
  if (Peek().type == kAdd || Peek().type == kSub) sign = Take().type == kSub ? -1 : 1;
  if (Peek().type != kNumber && Peek().type != kDuration) {
    Unexpected(kContext, "a number");
    return std::nullopt;
  }
  const double value = LiteralSeconds(Take());
  if (!Expect(kRightParen, kContext, "`)`")) return std::nullopt;
  return sign * value;
}

Expr* Grammar::Unary() {
  if (Peek().type != kAdd && Peek().type != kSub) return Postfix(Primary());
  const Token sign = Take();
  Expr* operand = Binary(kPowerPrecedence);
  if (operand == nullptr) return nullptr;
  const Span span{sign.span.start, operand->span.end};
  if (auto* number = std::get_if<NumberLiteral>(&operand->node)) {
    if (sign.type == kSub) number->value = -number->value;
    operand->span = span;
    return operand;
  }
  const UnaryOp op = sign.type == kSub ? UnaryOp::kMinus : UnaryOp::kPlus;
  return NewExpr(span, operand->type, UnaryExpr{op, operand}, operand->height);
}

Expr* Grammar::Postfix(Expr* operand) {
  while (operand != nullptr) {
    switch (Peek().type) {
      case kLeftBracket:
        operand = Brackets(operand);
        break;
      case kOffset:
        operand = Offset(operand);
        break;
      case kAt:
        operand = At(operand);
        break;
      case kAnchored:
      case kSmoothed:
        operand = Extended(operand, Take());
        break;
      default:
        return operand;
    }
  }
  return nullptr;
}

Expr* Grammar::Primary() {
  const TokenType type = Peek().type;
  switch (type) {
    case kNumber:
    case kDuration: {
      const Token token = Take();
      return NewExpr(token.span, ValueType::kScalar,
                     NumberLiteral{LiteralSeconds(token), type == kDuration}, 0);
    }
    case kString: {
      const Token token = Take();
      return NewExpr(token.span, ValueType::kString, StringLiteral{Unquoted(token)}, 0);
    }
    case kLeftParen:
      return Paren();
    case kLeftBrace:
      return BracedSelector();
    default:
      break;
  }
  if (!IsMetricName(type)) return Unexpected("", "an expression");
  const Token name = Take();
  const TokenType next = Peek().type;
  if (next == kLeftParen && (type == kIdentifier || IsFunctionKeyword(type)))
    return FunctionCall(name);
  if (IsAggregation(type) && (next == kLeftParen || next == kBy || next == kWithout))
    return Aggregation(name);
  return NamedSelector(name);
}

Expr* Grammar::Paren() {
  const Token open = Take();
  const Expr* inner = Binary(kLowestPrecedence);
  if (inner == nullptr) return nullptr;
  const Span close = Peek().span;
  if (!Expect(kRightParen, "", "an operator or `)`")) return nullptr;
  return NewExpr({open.span.start, close.end}, inner->type, ParenExpr{inner}, inner->height);
}

namespace {

std::uint32_t TallestOf(std::span<const Expr* const> args) {
  std::uint32_t height = 0;
  for (const Expr* arg : args) height = std::max(height, arg->height);
  return height;
}

bool StartsExpression(TokenType type) {
  switch (type) {
    case kNumber:
    case kDuration:
    case kString:
    case kLeftParen:
    case kLeftBrace:
    case kAdd:
    case kSub:
      return true;
    default:
      return IsMetricName(type);
  }
}

}  // namespace

// `(` is the next token. The call ends with its closing parenthesis.
std::optional<std::span<const Expr* const>> Grammar::Arguments() {
  Take();
  ArenaList<const Expr*> args(arena_);
  const auto argument = [&] {
    const Expr* arg = Binary(kLowestPrecedence);
    if (arg != nullptr) args.Add(arg);
    return arg != nullptr;
  };
  if (Peek().type != kRightParen && !argument()) return std::nullopt;
  while (Peek().type == kComma) {
    const Token comma = Take();
    if (!StartsExpression(Peek().type)) {
      Fail(comma.span, "an argument must follow the comma");
    } else if (!argument()) {
      return std::nullopt;
    }
  }
  if (!Expect(kRightParen, "the arguments", "`,` or `)`")) return std::nullopt;
  return args.items();
}

Expr* Grammar::FunctionCall(const Token& name) {
  const auto args = Arguments();
  if (!args) return nullptr;
  const Function* function = FindFunction(TextOf(name));
  if (std::string why = WhyNotCallable(function); !why.empty()) {
    Fail(name.span, "function `" + std::string(TextOf(name)) + "` " + why);
  }
  const ValueType type = function != nullptr ? function->return_type : ValueType::kNone;
  return NewExpr({name.span.start, last_closing_}, type, Call{function, *args}, TallestOf(*args));
}

// Empty when the function may be called.
std::string Grammar::WhyNotCallable(const Function* function) const {
  if (function == nullptr) return "is unknown";
  if (options_.target < function->since)
    return "came with Prometheus " + VersionText(function->since);
  if (!function->IsIn(options_.target))
    return "was removed in Prometheus " + VersionText(function->removed);
  if (!function->experimental || options_.features.experimental_functions) return "";
  return "is experimental: it needs the feature promql-experimental-functions";
}

Expr* Grammar::Aggregation(const Token& op) {
  AggregateExpr aggregate;
  aggregate.op = static_cast<AggregateOp>(static_cast<int>(op.type) - static_cast<int>(kAvg));
  const auto modifier = [&] {
    aggregate.without = Take().type == kWithout;
    const auto labels = GroupingLabels();
    if (labels) aggregate.grouping = *labels;
    return labels.has_value();
  };
  const auto is_modifier = [&] { return Peek().type == kBy || Peek().type == kWithout; };
  const bool modifier_first = is_modifier();
  if (modifier_first && !modifier()) return nullptr;
  if (Peek().type != kLeftParen) return Unexpected("the aggregation", "`(`");
  const auto args = Arguments();
  if (!args) return nullptr;
  std::uint32_t end = last_closing_;
  if (!modifier_first && is_modifier()) {
    if (!modifier()) return nullptr;
    end = last_closing_;
  }
  return NewAggregate(op, aggregate, *args, end);
}

Expr* Grammar::NewAggregate(const Token& op, AggregateExpr aggregate,
                            std::span<const Expr* const> args, std::uint32_t end) {
  const Span span{op.span.start, end};
  const auto name = [&] { return "`" + std::string(Text(aggregate.op)) + "` "; };
  const bool takes_parameter = ParameterType(aggregate.op) != ValueType::kNone;
  const std::size_t wanted = takes_parameter ? 2 : 1;
  if (IsExperimental(aggregate.op) && options_.target < Version(2, 54)) {
    NeedVersion(op.span, {2, 54}, "`" + std::string(Text(aggregate.op)) + "`");
  } else if (args.empty()) {
    Fail(span, "the aggregation has no arguments");
  } else if (IsExperimental(aggregate.op) && !options_.features.experimental_functions) {
    Fail(span, name() + "is experimental: it needs the feature promql-experimental-functions");
  } else if (args.size() != wanted) {
    Fail(span, name() + "takes " + std::to_string(wanted) +
                   (wanted == 1 ? " argument" : " arguments") + ", got " +
                   std::to_string(args.size()));
  } else {
    aggregate.operand = args.back();
    if (takes_parameter) aggregate.parameter = args.front();
  }
  return NewExpr(span, ValueType::kVector, aggregate, TallestOf(args));
}

std::optional<std::span<const std::string_view>> Grammar::GroupingLabels() {
  if (!Expect(kLeftParen, "the label list", "`(`")) return std::nullopt;
  ArenaList<std::string_view> labels(arena_);
  while (Peek().type != kRightParen) {
    const bool good = GroupingLabel(labels);
    const TokenType next = Peek().type;
    if (!good || (next != kComma && next != kRightParen)) {
      if (good) Unexpected("the label list", "`,` or `)`");
      if (!SkipTo(kComma, kRightParen)) return std::nullopt;
    }
    if (Peek().type == kComma) Take();
  }
  Take();
  return labels.items();
}

// False when the next token is no label.
bool Grammar::GroupingLabel(ArenaList<std::string_view>& labels) {
  if (IsLabelName(Peek().type)) {
    labels.Add(TextOf(Take()));
    return true;
  }
  if (Peek().type != kString) {
    Unexpected("the label list", "a label name");
    return false;
  }
  const Token token = Take();
  NeedVersion(token.span, kQuotedNames, "a quoted label name");
  const std::string_view label = Unquoted(token);
  if (label.empty() || !IsValidUtf8(label)) Fail(token.span, "bad label name " + Quote(label));
  labels.Add(label);
  return true;
}

}  // namespace promql
