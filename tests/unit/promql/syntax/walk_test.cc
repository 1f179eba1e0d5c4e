// SPDX-License-Identifier: Apache-2.0
#include "promql/syntax/walk.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "promql/syntax/equal.h"
#include "promql/syntax/parser.h"

namespace promql {
namespace {

TEST(Walk, VisitsEveryNodeInOrder) {
  const auto expression =
      ParseExpression("topk(5, -rate(a[5m]) / (b + c)) > max_over_time(d[1h:])");
  ASSERT_TRUE(expression);
  std::vector<std::string> texts;
  Walk(expression->root(), [&](const Expr& expr) {
    texts.emplace_back(expression->text().substr(expr.span.start, expr.span.end - expr.span.start));
  });
  const std::vector<std::string> want = {"topk(5, -rate(a[5m]) / (b + c))",
                                         "5",
                                         "-rate(a[5m])",
                                         "rate(a[5m])",
                                         "a[5m]",
                                         "a",
                                         "-rate(a[5m]) / (b + c)",
                                         "(b + c)",
                                         "b",
                                         "b + c",
                                         "c",
                                         "topk(5, -rate(a[5m]) / (b + c)) > max_over_time(d[1h:])",
                                         "max_over_time(d[1h:])",
                                         "d[1h:]",
                                         "d"};
  EXPECT_EQ(texts, want);
}

TEST(Walk, ListsChildren) {
  const auto expression = ParseExpression("a + b * c");
  ASSERT_TRUE(expression);
  int children = 0;
  ForEachChild(expression->root(), [&](const Expr&) { ++children; });
  EXPECT_EQ(children, 2);
}

bool Same(const std::string& a, const std::string& b) {
  ParseOptions options;
  options.features = Features::All();
  const auto one = ParseExpression(a, options);
  const auto other = ParseExpression(b, options);
  EXPECT_TRUE(one && other) << a << " | " << b;
  return one && other && IsSameTree(one->root(), other->root());
}

TEST(IsSameTree, LooksAtMeaningNotAtWriting) {
  EXPECT_TRUE(Same("sum(a)by(x)/b", "sum by (x) (a) / b  # c"));
  EXPECT_TRUE(Same("a[300s]", "a[5m]"));
  EXPECT_TRUE(Same("0x10", "16"));
  EXPECT_TRUE(Same("a{b='c'}", "a{b=\"c\",}"));
  EXPECT_TRUE(Same("1 + on() a", "1 + a"));
}

TEST(IsSameTree, FindsEveryDifference) {
  EXPECT_FALSE(Same("a + b", "b + a"));
  EXPECT_FALSE(Same("a + b + c", "a + (b + c)"));
  EXPECT_FALSE(Same("a + b", "a - b"));
  EXPECT_FALSE(Same("a == b", "a == bool b"));
  EXPECT_FALSE(Same("a + on(x) b", "a + ignoring(x) b"));
  EXPECT_FALSE(Same("a + on(x) group_left b", "a + on(x) group_right b"));
  EXPECT_FALSE(Same("a + fill(1) b", "a + fill(2) b"));
  EXPECT_FALSE(Same("a", "a offset 1s"));
  EXPECT_FALSE(Same("a @ 1", "a @ start()"));
  EXPECT_FALSE(Same("a[5m]", "a[6m]"));
  EXPECT_FALSE(Same("a[5m:]", "a[5m:1m]"));
  EXPECT_FALSE(Same("a[step()]", "a[range()]"));
  EXPECT_FALSE(Same("a anchored", "a smoothed"));
  EXPECT_FALSE(Same("a{b=\"c\"}", "a{b!=\"c\"}"));
  EXPECT_FALSE(Same("sum(a)", "sum without () (a)"));
  EXPECT_FALSE(Same("topk(1, a)", "topk(2, a)"));
  EXPECT_FALSE(Same("rate(a[5m])", "irate(a[5m])"));
  EXPECT_FALSE(Same("-a", "+a"));
  EXPECT_FALSE(Same("(a)", "a"));
  EXPECT_FALSE(Same("1", "1s"));
}

}  // namespace
}  // namespace promql
