// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "parse.h"
#include "promql/analysis/alert.h"
#include "promql/analysis/facts.h"
#include "promql/syntax/printer.h"

namespace promql::analysis {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

struct Pair {
  std::string_view a;
  std::string_view b;
};

TEST(Hash, TakesWhatMeansTheSameForEqual) {
  static constexpr auto kSame = std::to_array<Pair>({
      {R"(up{a="1",b="2"})", R"(up{b="2",a="1"})"},
      {R"(up{a="1",a="1"})", R"(up{a="1"})"},
      {R"({__name__="up"})", "up"},
      {"((up))", "up"},
      {"+up", "up"},
      {"a + b", "b + a"},
      {"a * on (x) b", "b * on (x) a"},
      {"a * on (x, y) group_left (z) b", "b * on (y, x) group_right (z) a"},
      {"a + fill_left(1) b", "b + fill_right(1) a"},
      {"x > 5", "5 < x"},
      {"x == bool y", "y == bool x"},
      {"1 >= bool 2", "2 <= bool 1"},
      {"sum by (a, b) (x)", "sum by (b, a) (x)"},
      {"sum(x)", "sum by () (x)"},
      {"a / ignoring () b", "a / b"},
      {"x[5m]", "x[300s]"},
      {"rate(x[5m]) > 0x10", "rate(x[5m]) > 16"},
      {"x > -(-5)", "x > 5"},
      {"x offset 1h", "x offset 60m"},
  });
  for (const auto& [a, b] : kSame) {
    EXPECT_TRUE(IsEquivalent(Parsed(a).root(), Parsed(b).root())) << a << " | " << b;
  }
}

TEST(Hash, KeepsWhatDiffersApart) {
  static constexpr auto kDifferent = std::to_array<Pair>({
      {R"(up{a="1"})", R"(up{a="2"})"},
      {R"(up{a="1"})", R"(up{a=~"1"})"},
      {R"(up{a="bc"})", R"(up{ab="c"})"},
      {"a - b", "b - a"},
      {"a / b", "b / a"},
      {"a and b", "b and a"},
      {"a or b", "b or a"},
      {"a > b", "b < a"},
      {"a + on (x) b", "a + on (y) b"},
      {"a + on (x) b", "a + ignoring (x) b"},
      {"a * on (x) group_left b", "b * on (x) group_left a"},
      {"a + fill_left(1) b", "b + fill_left(1) a"},
      {"x > 5", "x < 5"},
      {"x > 5", "x > bool 5"},
      {"sum by (a) (x)", "sum without (a) (x)"},
      {"sum(x)", "avg(x)"},
      {"topk(1, x)", "topk(2, x)"},
      {"x[5m]", "x[6m]"},
      {"x offset 1h", "x offset -1h"},
      {"x @ 1", "x @ 2"},
      {"x @ start()", "x @ end()"},
      {"x[1h:1m]", "x[1h:]"},
      {"-x", "x"},
      {"-5", "5"},
      {"rate(x[5m])", "irate(x[5m])"},
      {"a + (b + c)", "(a + b) + c"},
  });
  for (const auto& [a, b] : kDifferent) {
    EXPECT_FALSE(IsEquivalent(Parsed(a).root(), Parsed(b).root())) << a << " | " << b;
  }
}

TEST(Hash, FindsCommonParts) {
  const Expression expression = Parsed("rate(a[5m]) / (rate(a[5m]) + rate(b[5m]))");
  const Tree tree(expression.root());
  const Hashes hashes(tree);
  const auto& quotient = *expression.root().As<BinaryExpr>();
  const auto& sum = *Unwrapped(*quotient.rhs).As<BinaryExpr>();
  EXPECT_EQ(hashes.Of(*quotient.lhs), hashes.Of(*sum.lhs));
  EXPECT_NE(hashes.Of(*quotient.lhs), hashes.Of(*sum.rhs));
}

// One line for each condition: observed, comparisons, guards.
std::string Split(std::string_view text) {
  const Expression expression = Parsed(text);
  std::string out;
  for (const Condition& condition : SplitAlert(expression.root()).conditions) {
    if (!out.empty()) out += " | ";
    out += Print(*condition.observed);
    for (const Comparison& comparison : condition.comparisons) {
      const bool is_threshold = &comparison == condition.Threshold();
      out += " " + std::string(Text(comparison.op)) + (comparison.returns_bool ? "bool " : " ") +
             Print(*comparison.threshold) + (comparison.number ? "#" : "") +
             (is_threshold ? "!" : "");
    }
    for (const Expr* guard : condition.also) out += " also " + Print(*guard);
    for (const Expr* guard : condition.unless) out += " unless " + Print(*guard);
    if (condition.is_absence) out += " absence";
  }
  return out;
}

struct Case {
  std::string_view text;
  std::string_view want;
};

TEST(AlertSplit, FindsWhatIsObservedAndComparedWithWhat) {
  static constexpr auto kCases = std::to_array<Case>({
      {"x > 5", "x > 5#!"},
      {"5 < x", "x > 5#!"},
      {"(x) > (5)", "x > (5)#!"},
      {"x > -5", "x > -5#!"},
      {"x > bool 5", "x >bool 5#!"},
      {"x > vector(5)", "x > vector(5)#!"},
      {"vector(5) < x", "x > vector(5)#!"},
      {"x > scalar(y)", "x > scalar(y)!"},
      {"x > y", "x > y!"},
      {"x > on (a) group_left y * 0.9", "x > y * 0.9!"},
      {"x > 1 < 5", "x > 1# < 5#!"},
      {"1 < x < 5", "x > 1# < 5#!"},
      {"x > 1 < y", "x > 1#! < y"},
      {"x > 5 and y > 3", "x > 5#! also y > 3"},
      {"x > 5 and y and z", "x > 5#! also y also z"},
      {"x > 5 unless y", "x > 5#! unless y"},
      {"(x unless y) > 5", "x > 5#! unless y"},
      {"x > 5 or y > 3", "x > 5#! | y > 3#!"},
      {"(x or y) > 5", "x > 5#! | y > 5#!"},
      {"(x > 5 or y > 3) and z", "x > 5#! also z | y > 3#! also z"},
      {"up == 0", "up == 0#!"},
      {"x", "x"},
      {"absent(x)", "absent(x) absence"},
      {"absent(x) == 1", "absent(x) == 1#! absence"},
      {"count(up == 0) > 2", "count(up == 0) > 2#!"},
      {"a / b > 0.1", "a / b > 0.1#!"},
      {"a + 5", "a + 5"},
      {"0", "0"},
      {"time() > bool 5", "time() >bool 5#!"},
      {"5 < bool time()", "time() >bool 5#!"},
  });
  for (const Case& one : kCases) EXPECT_EQ(Split(one.text), one.want) << one.text;
}

TEST(AlertSplit, LeavesAnEndlessOrWhole) {
  std::string text = "x > 0";
  for (int i = 0; i < 5000; ++i) text += " or x > " + std::to_string(i);
  EXPECT_LE(SplitAlert(Parsed(text).root()).conditions.size(), 64U);
}

struct Narrowing {
  std::string_view text;
  LabelSet labels;
  std::string_view want;
};

std::string NarrowedText(const Narrowing& one) {
  const Expression expression = Parsed(one.text);
  return Narrowed(expression.root(), expression.text(), one.labels);
}

TEST(Narrowed, AsksForTheAlertsSeriesOnly) {
  const std::vector<Narrowing> cases = {
      {"up", {{"job", "a"}}, R"(up{job=~"a|"})"},
      {"up", {{"alertname", "Down"}}, "up"},
      {"up{}", {{"job", "a"}}, R"(up{job=~"a|"})"},
      {R"(up{job!=""})", {{"job", "a"}}, R"(up{job!="",job="a"})"},
      {R"(up{job=~"a|b"})", {{"job", "a"}}, R"(up{job="a",job=~"a|b"})"},
      {R"(up{job="a"})", {{"job", "a"}}, R"(up{job="a"})"},
      // The rule set another value.
      {R"(up{job="b"})", {{"job", "a"}}, R"(up{job="b"})"},
      {R"(up{job=~"b|c"})", {{"job", "a"}}, R"(up{job=~"b|c"})"},
      {R"({"my.metric", x="y"})",
       {{"job", "a.b"}},
       R"({__name__="my.metric",job=~"a\\.b|",x="y"})"},
      {"up", {{"my.label", "a"}}, R"(up{"my.label"=~"a|"})"},
      {"sum by (job) (rate(x[5m] offset 1h))",
       {{"job", "a"}, {"instance", "i"}},
       R"(sum by (job) (rate(x{job=~"a|"}[5m] offset 1h)))"},
      {"sum without (job) (x)",
       {{"job", "a"}, {"instance", "i"}},
       R"(sum without (job) (x{instance=~"i|"}))"},
      {"sum(x)", {{"job", "a"}}, "sum(x)"},
      {"sum by (job) (a) / sum by (job) (b)",
       {{"job", "a"}},
       R"(sum by (job) (a{job=~"a|"}) / sum by (job) (b{job=~"a|"}))"},
      {"max_over_time(sum by (job) (x)[1h:1m])",
       {{"job", "a"}},
       R"(max_over_time(sum by (job) (x{job=~"a|"})[1h:1m]))"},
      {"a * on (job) group_left (v) b",
       {{"job", "a"}, {"v", "1"}, {"z", "2"}},
       R"(a{job=~"a|",z=~"2|"} * on (job) group_left (v) b{job=~"a|",v=~"1|"})"},
      {"a unless on (job) b",
       {{"job", "a"}, {"z", "2"}},
       R"(a{job=~"a|",z=~"2|"} unless on (job) b{job=~"a|"})"},
      {"a * 2 + 1", {{"job", "a"}}, R"(a{job=~"a|"} * 2 + 1)"},
      {"histogram_quantile(0.9, sum by (le, job) (rate(x_bucket[5m])))",
       {{"job", "a"}, {"le", "5"}},
       R"(histogram_quantile(0.9, sum by (le, job) (rate(x_bucket{job=~"a|"}[5m]))))"},
  };
  for (const Narrowing& one : cases) EXPECT_EQ(NarrowedText(one), one.want) << one.text;
}

TEST(Narrowed, LeavesAloneWhatItWouldChange) {
  const LabelSet labels = {{"job", "a"}};
  static constexpr auto kTexts = std::to_array<std::string_view>({
      "topk(3, x)",
      "absent(x)",
      "absent_over_time(x[5m])",
      "scalar(x) * vector(1)",
      "count_values(\"job\", x)",
      "label_replace(x, \"job\", \"$1\", \"y\", \"(.*)\")",
      "label_join(x, \"job\", \"-\", \"y\")",
      "a / on (z) b",
      "a / ignoring (job) b",
      "a or on (z) b",
      "a + fill(0) b",
      "info(x)",
      "sum without (job) (x)",
      "vector(1)",
  });
  for (const std::string_view text : kTexts) {
    const Expression expression = Parsed(text);
    EXPECT_EQ(Narrowed(expression.root(), text, labels), Print(expression.root()));
  }
  EXPECT_EQ(NarrowedText({"topk by (job) (3, x)", labels, {}}),
            R"(topk by (job) (3, x{job=~"a|"}))");
}

TEST(Ranges, ReachAsFarBackAsWindowsOffsetsAndSubqueriesTogether) {
  const Expression expression = Parsed(
      "max_over_time(rate(x[5m] offset 10m)[1h:] offset 2h) + y offset -1h + sum_over_time(z[3m] @ "
      "5 offset 1m)");
  const Ranges ranges = FindRanges(Tree(expression.root()));
  ASSERT_EQ(ranges.reaches.size(), 3U);
  const Reach& x = ranges.reaches[0];
  EXPECT_EQ(x.window, minutes(5));
  EXPECT_EQ(x.offset, minutes(10));
  EXPECT_EQ(x.newest, hours(2) + minutes(10));
  EXPECT_EQ(x.oldest, hours(3) + minutes(15));
  EXPECT_TRUE(x.is_in_subquery);
  EXPECT_EQ(ranges.reaches[1].oldest, -hours(1));
  EXPECT_TRUE(ranges.reaches[2].is_fixed);
  EXPECT_EQ(ranges.reaches[2].oldest, minutes(4));
  EXPECT_EQ(ranges.Oldest(), hours(3) + minutes(15));
  ASSERT_EQ(ranges.windows.size(), 3U);
  EXPECT_EQ(ranges.windows[0].function->As<Call>()->function->name, "rate");
  EXPECT_TRUE(ranges.windows[1].is_subquery);
  EXPECT_TRUE(ranges.windows[1].has_default_step);
  EXPECT_EQ(ranges.Smallest()->range, minutes(3));
  EXPECT_EQ(ranges.Largest()->range, hours(1));
}

TEST(Ranges, KnowHowFarAPredictionLooks) {
  const Expression expression =
      Parsed("predict_linear((x[1h]), 4 * 3600) < predict_linear(y[30m], 7200)");
  const Ranges ranges = FindRanges(Tree(expression.root()));
  ASSERT_EQ(ranges.predictions.size(), 1U);  // the first one's horizon is computed
  EXPECT_EQ(ranges.predictions[0].window, minutes(30));
  EXPECT_EQ(ranges.predictions[0].horizon_seconds, 7200);
}

TEST(Ranges, AreUnknownWhenTheQueryComputesThem) {
  const Expression expression = Parsed("rate(x[5m + step()])");
  const Ranges ranges = FindRanges(Tree(expression.root()));
  EXPECT_FALSE(ranges.reaches[0].is_known);
  EXPECT_FALSE(ranges.windows[0].range.has_value());
  EXPECT_EQ(ranges.Oldest(), std::nullopt);
  EXPECT_EQ(ranges.Smallest(), nullptr);
}

TEST(Names, SayHowASelectorNamesItsMetric) {
  const Expression expression = Parsed(
      R"(rate((x_total[5m])) + y_count + {__name__=~"z.*"} + {job="a"} + job:x_total:sum + increase(w[1h]) + {"v"})");
  const Names names = FindNames(Tree(expression.root()));
  ASSERT_EQ(names.metrics.size(), 7U);
  EXPECT_EQ(names.metrics[0].name, "x_total");
  EXPECT_EQ(names.metrics[0].range_function->name, "rate");
  EXPECT_TRUE(names.metrics[0].counter.by_suffix);
  EXPECT_TRUE(names.metrics[0].counter.by_use);
  EXPECT_EQ(names.metrics[1].histogram_part, HistogramPart::kCount);
  EXPECT_EQ(names.metrics[1].histogram, "y");
  EXPECT_FALSE(names.metrics[1].counter.by_use);
  EXPECT_EQ(names.metrics[2].naming, Naming::kPattern);
  EXPECT_EQ(names.metrics[2].matcher->value, "z.*");
  EXPECT_EQ(names.metrics[3].naming, Naming::kNameless);
  EXPECT_FALSE(names.metrics[4].counter.any());
  EXPECT_TRUE(names.metrics[5].counter.by_use);
  EXPECT_EQ(names.metrics[6].name, "v");
}

TEST(Names, FindReferencesToAlerts) {
  const Expression expression = Parsed(
      R"(ALERTS{alertname=~"A.*",alertname="B"} or ALERTS_FOR_STATE or ALERTSx{alertname="C"})");
  const Names names = FindNames(Tree(expression.root()));
  ASSERT_EQ(names.alerts.size(), 2U);
  EXPECT_EQ(names.alerts[0].matcher->value, "B");
  EXPECT_EQ(names.alerts[1].matcher, nullptr);
  EXPECT_TRUE(names.alerts[1].is_for_state);
}

// As deep and as long as the parser lets through: neither stack nor time may run out.
TEST(Limits, HoldForDeepAndLongExpressions) {
  std::string deep = "x";
  for (int i = 0; i < 300; ++i) deep = "sum by (a" + std::to_string(i) + ") (-(" + deep + "))";
  std::string row = R"(x{a="0"})";
  for (int i = 1; i < 40'000; ++i) {
    const std::string n = std::to_string(i);
    row += (i % 3 == 0 ? " or x{a" : i % 3 == 1 ? " + x{b" : " and x{c") + n + "=\"" + n + "\"}";
  }
  std::string labels = "sum by (l";
  for (int i = 0; i < 50'000; ++i) labels += ",l" + std::to_string(i);
  labels += ") (x) + x";
  for (const std::string& text : {deep, row, labels}) {
    const Expression expression = Parsed(text);
    const Facts facts(expression.root());
    EXPECT_FALSE(facts.labels.OfRoot().branches.empty());
    EXPECT_FALSE(SplitAlert(expression.root()).conditions.empty());
    EXPECT_FALSE(Narrowed(expression.root(), text, {{"a", "b"}}).empty());
  }
}

}  // namespace
}  // namespace promql::analysis
