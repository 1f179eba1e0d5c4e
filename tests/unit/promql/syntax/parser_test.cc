// SPDX-License-Identifier: Apache-2.0
#include "promql/syntax/parser.h"

#include <gtest/gtest.h>

#include <string>

#include "promql/syntax/printer.h"

namespace promql {
namespace {

ParseOptions WithAll() {
  ParseOptions options;
  options.features = Features::All();
  return options;
}

bool Parses(const std::string& text, const ParseOptions& options = {}) {
  return ParseExpression(text, options).has_value();
}

std::string FirstError(const std::string& text, const ParseOptions& options = {}) {
  const auto expression = ParseExpression(text, options);
  return expression ? "" : expression.error().front().message;
}

Expression Parsed(const std::string& text, const ParseOptions& options = WithAll()) {
  auto expression = ParseExpression(text, options);
  if (!expression) throw std::runtime_error(text + ": " + expression.error().front().message);
  return std::move(*expression);
}

TEST(Parser, BuildsTheTreeWithSpans) {
  const std::string text = "sum by (job) (rate(foo{a=\"b\"}[5m] offset 1h)) > bool 0.5";
  const Expression expression = Parsed(text);
  EXPECT_EQ(expression.type(), ValueType::kVector);
  const auto* comparison = expression.root().As<BinaryExpr>();
  ASSERT_NE(comparison, nullptr);
  EXPECT_TRUE(comparison->return_bool);
  EXPECT_EQ(expression.root().span, (Span{0, 56}));
  const auto* sum = comparison->lhs->As<AggregateExpr>();
  ASSERT_NE(sum, nullptr);
  EXPECT_EQ(comparison->lhs->span, (Span{0, 45}));
  ASSERT_EQ(sum->grouping.size(), 1U);
  EXPECT_EQ(sum->grouping[0], "job");
  const auto* rate = sum->operand->As<Call>();
  ASSERT_NE(rate, nullptr);
  EXPECT_EQ(rate->function->name, "rate");
  const auto* matrix = rate->args[0]->As<MatrixSelector>();
  ASSERT_NE(matrix, nullptr);
  EXPECT_EQ(rate->args[0]->span, (Span{19, 43}));
  EXPECT_EQ(matrix->range.nanoseconds, 300'000'000'000);
  const auto* selector = matrix->selector->As<VectorSelector>();
  ASSERT_NE(selector, nullptr);
  EXPECT_EQ(selector->shift.offset.nanoseconds, 3'600'000'000'000);
  ASSERT_EQ(selector->matchers.size(), 2U);
  EXPECT_EQ(selector->matchers[0].span, (Span{23, 28}));
  EXPECT_EQ(selector->matchers[1].name, "__name__");
}

TEST(Parser, KeepsTheTreeWhenMovedAndTheTextIsGone) {
  auto text = std::make_unique<std::string>("foo{a=\"long enough not to be inline\"}");
  Expression first = Parsed(*text);
  text.reset();
  const Expression second = std::move(first);
  EXPECT_EQ(Print(second.root()), "foo{a=\"long enough not to be inline\"}");
}

TEST(Parser, BindsOperatorsLikePrometheus) {
  const auto grouped = [](const std::string& text) {
    const Expression expression = Parsed(text);
    const auto* binary = expression.root().As<BinaryExpr>();
    return Print(*binary->lhs) + " | " + Print(*binary->rhs);
  };
  EXPECT_EQ(grouped("a + b * c"), "a | b * c");
  EXPECT_EQ(grouped("a * b + c"), "a * b | c");
  EXPECT_EQ(grouped("a - b - c"), "a - b | c");
  EXPECT_EQ(grouped("a ^ b ^ c"), "a | b ^ c");
  EXPECT_EQ(grouped("a or b and c"), "a | b and c");
  EXPECT_EQ(grouped("a and b unless c"), "a and b | c");
  EXPECT_EQ(grouped("a == b + c"), "a | b + c");
  EXPECT_EQ(grouped("a >/ b < c"), "a >/ b | c");
  EXPECT_EQ(grouped("-a * b"), "-a | b");
  EXPECT_EQ(grouped("a offset -1 ^ 2"), "a offset -1s | 2");
}

TEST(Parser, SignBindsLooserThanPower) {
  const Expression expression = Parsed("-2 ^ 2");
  const auto* sign = expression.root().As<UnaryExpr>();
  ASSERT_NE(sign, nullptr);
  EXPECT_EQ(Print(*sign->operand), "2 ^ 2");
  EXPECT_NE(Parsed("-2").root().As<NumberLiteral>(), nullptr);
}

TEST(Parser, RefusesWhatNeedsAFeature) {
  for (const char* text : {"limitk(1, foo)", "mad_over_time(foo[5m])", "foo anchored",
                           "rate(foo[5m] smoothed)", "a + fill(0) b", "step()"}) {
    EXPECT_FALSE(Parses(text)) << text;
    EXPECT_TRUE(Parses(text, WithAll())) << text;
  }
}

TEST(Parser, KnowsFeaturesByPrometheusNames) {
  Features features;
  EXPECT_TRUE(features.Enable("promql-experimental-functions"));
  EXPECT_TRUE(features.Enable("promql-duration-expr"));
  EXPECT_FALSE(features.Enable("exemplar-storage"));
  EXPECT_TRUE(features.experimental_functions);
  EXPECT_FALSE(features.fill_modifiers);
}

TEST(Parser, RefusesFunctionsThatTheTargetLacks) {
  ParseOptions old = WithAll();
  old.target = Version(2, 53);
  EXPECT_TRUE(Parses("holt_winters(foo[5m], 0.5, 0.5)", old));
  EXPECT_EQ(FirstError("first_over_time(foo[5m])", old),
            "function `first_over_time` came with Prometheus 3.7");
  EXPECT_TRUE(Parses("first_over_time(foo[5m])"));
  EXPECT_EQ(FirstError("holt_winters(foo[5m], 0.5, 0.5)"),
            "function `holt_winters` was removed in Prometheus 3.0");
}

TEST(Parser, RefusesSyntaxThatTheTargetLacks) {
  ParseOptions old = WithAll();
  old.target = Version(2, 53);
  for (const char* text : {"a </ b", "a + fill(0) b", "rate(a[5m] anchored)", "limitk(1, a)",
                           "{\"a b\"}", "{\"a\"=\"b\"}", "sum by (\"a\") (b)"}) {
    EXPECT_NE(FirstError(text, old).find(" came with Prometheus "), std::string::npos) << text;
    EXPECT_TRUE(Parses(text, WithAll())) << text;
  }
  EXPECT_TRUE(Parses("sum by (a) (rate(b[5m] @ end() offset -1h))", old));
}

TEST(Parser, NeedsOneMatcherThatRefusesTheEmptyString) {
  EXPECT_TRUE(Parses("{a=\"b\"}"));
  EXPECT_TRUE(Parses("{a=~\".+\"}"));
  EXPECT_TRUE(Parses("{a!=\"\"}"));
  EXPECT_TRUE(Parses("{a!~\".*\"}"));
  EXPECT_FALSE(Parses("{}"));
  EXPECT_FALSE(Parses("{a=\"\"}"));
  EXPECT_FALSE(Parses("{a=~\".*\"}"));
  EXPECT_FALSE(Parses("{a=~\"x|\"}"));
  EXPECT_FALSE(Parses("{a!=\"b\"}"));
  EXPECT_FALSE(Parses("{a!~\".+\"}"));
}

TEST(Parser, KeepsMatchingOnlyBetweenVectors) {
  const auto matching_of = [](const std::string& text) {
    const Expression expression = Parsed(text);
    return expression.root().As<BinaryExpr>()->matching() != nullptr;
  };
  EXPECT_TRUE(matching_of("a + on() b"));
  EXPECT_FALSE(matching_of("a + on() 1"));
  EXPECT_FALSE(matching_of("a + b"));
  EXPECT_EQ(Parsed("a and b").root().As<BinaryExpr>()->cardinality(),
            MatchCardinality::kManyToMany);
}

TEST(Parser, GoesOnAfterBadMatchersAndLabels) {
  const auto errors = ParseExpression("sum by (1, a) (foo{a, b=\"c\", d=~\"[\"})").error();
  ASSERT_EQ(errors.size(), 3U);
  EXPECT_EQ(errors[0].span, (Span{8, 9}));
  EXPECT_EQ(errors[1].span, (Span{20, 21}));
  EXPECT_EQ(errors[2].span, (Span{29, 35}));
}

TEST(Parser, EndsHostileInputWithAnError) {
  const auto repeated = [](const std::string& text, int count) {
    std::string all;
    for (int i = 0; i < count; ++i) all += text;
    return all;
  };
  EXPECT_TRUE(Parses(repeated("(", 300) + "1" + repeated(")", 300)));
  EXPECT_EQ(FirstError(repeated("(", 100'000)), "the expression nests too deeply");
  EXPECT_EQ(FirstError(repeated("-", 100'000)), "the expression nests too deeply");
  EXPECT_EQ(FirstError(repeated("1^", 100'000) + "1"), "the expression nests too deeply");
  EXPECT_EQ(FirstError("foo[" + repeated("-", 100'000)), "the expression nests too deeply");
  EXPECT_EQ(FirstError("foo[" + repeated("(", 100'000)), "the expression nests too deeply");
  EXPECT_TRUE(Parses("1" + repeated("+1", 4000)));
  EXPECT_EQ(FirstError("1" + repeated("+1", 100'000)),
            "the expression has too many operators in a row");
  EXPECT_EQ(FirstError("foo[1" + repeated("+1", 100'000) + "]"),
            "the duration has too many operators in a row");
  EXPECT_EQ(FirstError("foo" + repeated("[1:1]", 100'000)), "the expression nests too deeply");
  EXPECT_EQ(FirstError(std::string(1 << 21, ' ')), "the expression is longer than 1048576 bytes");
  EXPECT_FALSE(Parses("{a=~\"" + repeated("(", 100'000) + "\"}"));
}

TEST(Parser, PrintsLongRowsOfOperators) {
  std::string text = "1";
  for (int i = 0; i < 4000; ++i) text += " + 1";
  const Expression expression = Parsed(text);
  EXPECT_EQ(Print(expression.root()), text);
  EXPECT_GT(PrintPretty(expression.root()).size(), text.size());
}

TEST(Selector, ListsMatchersInOrderWithTheNameLast) {
  const auto selector = ParseSelector("foo{b=\"1\",a!~\"x\"}");
  ASSERT_TRUE(selector);
  ASSERT_EQ(selector->matchers().size(), 3U);
  EXPECT_EQ(selector->matchers()[0].name, "b");
  EXPECT_EQ(selector->matchers()[1].op, MatchOp::kNotRegex);
  EXPECT_EQ(selector->matchers()[2].value, "foo");
}

TEST(Selector, TakesWhatAnExpressionMayNotBe) {
  EXPECT_TRUE(ParseSelector("{}"));
  EXPECT_TRUE(ParseSelector("{a=~\".*\"}"));
  EXPECT_TRUE(ParseSelector("foo{__name__=\"bar\"}"));
  EXPECT_FALSE(ParseSelector(""));
  EXPECT_FALSE(ParseSelector("foo[5m]"));
  EXPECT_FALSE(ParseSelector("sum(foo)"));
  EXPECT_FALSE(ParseSelector("foo offset 5m"));
}

}  // namespace
}  // namespace promql
