// SPDX-License-Identifier: Apache-2.0
#include "server/delivery/alert_query.h"

#include <gtest/gtest.h>

namespace warden {
namespace {

struct Case {
  std::string expression;
  std::string query;  // empty: none
  std::optional<AlertThreshold> threshold;
};

TEST(AlertQuery, IsTheObservedSideForTheAlertsSeries) {
  const promql::LabelSet alert = {
      {"alertname", "A"}, {"job", "api"}, {"instance", "i"}, {"severity", "page"}};
  const Case cases[] = {
      {R"(up{job!=""} == 0)", R"(up{instance=~"i|",job!="",job="api",severity=~"page|"})",
       AlertThreshold{"==", 0}},
      {"sum by (job) (rate(e[5m])) / sum by (job) (rate(r[5m])) > 0.1",
       R"(sum by (job) (rate(e{job=~"api|"}[5m])) / sum by (job) (rate(r{job=~"api|"}[5m])))",
       AlertThreshold{">", 0.1}},
      {"0.1 * 2 < sum(x)", "sum(x)", AlertThreshold{">", 0.2}},
      {"(sum(x) >= 5) and on () (hour() > 9)", "sum(x)", AlertThreshold{">=", 5}},
      {"sum(x) < bool 5", "sum(x)", AlertThreshold{"<", 5}},
      {"sum(x) > sum(y)", "sum(x)", std::nullopt},
      {"absent(x) or sum(x) > 3", "sum(x)", AlertThreshold{">", 3}},
      {"sum(x)", "", std::nullopt},
      {"absent(x)", "", std::nullopt},
      {"absent(x) == 1", "", std::nullopt},
      {"vector(1)", "", std::nullopt},
      {"1 > bool 0", "", std::nullopt},
      {"sum(x", "", std::nullopt},
      {"", "", std::nullopt},
      {std::string(20'000, ' ') + "sum(x) > 1", "", std::nullopt},
  };
  for (const Case& one : cases) {
    const auto found = AlertQueryOf(one.expression, alert);
    ASSERT_EQ(found.has_value(), !one.query.empty()) << one.expression;
    if (!found) continue;
    EXPECT_EQ(found->query, one.query);
    EXPECT_EQ(found->threshold, one.threshold) << one.expression;
  }
}

TEST(AlertQuery, KnowsTheThresholdOfAQueryThatTheRuleCompares) {
  EXPECT_EQ(ThresholdOf("sum(x) > 5", "(sum(x))"), (AlertThreshold{">", 5}));
  EXPECT_EQ(ThresholdOf("sum(y) > 1 or sum(x) > 5", "sum(x)"), (AlertThreshold{">", 5}));
  EXPECT_EQ(ThresholdOf("sum(x) > 5", "sum(y)"), std::nullopt);
  EXPECT_EQ(ThresholdOf("sum(x) * 100 > 5", "sum(x)"), std::nullopt);
  EXPECT_EQ(ThresholdOf("sum(x)", "sum(x)"), std::nullopt);
  EXPECT_EQ(ThresholdOf("", "sum(x)"), std::nullopt);
}

}  // namespace
}  // namespace warden
