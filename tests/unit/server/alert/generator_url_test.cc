// SPDX-License-Identifier: Apache-2.0
#include "server/alert/generator_url.h"

#include <gtest/gtest.h>

namespace warden {
namespace {

struct Link {
  std::string_view url;
  std::string_view expression;  // empty: none
};

TEST(GeneratorUrl, HoldsTheExpressionOfEveryKindOfServer) {
  const Link links[] = {
      {"http://prometheus:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1", "up == 0"},
      {"http://prometheus:9090/graph?g0.expr=rate%28x%7Ba%3D%22b%22%7D%5B5m%5D%29+%3E+1",
       "rate(x{a=\"b\"}[5m]) > 1"},
      {"http://thanos/rule/graph?g0.tab=1&g0.expr=up%20%3D%3D%200", "up == 0"},
      {"http://p/graph?g0.expr=a%2Bb&g1.expr=c", "a+b"},
      {"https://vm/vmui/#/?g0.range_input=30m&g0.expr=up%20%3D%3D%200&g0.tab=0", "up == 0"},
      {"https://vm/graph?expr=up", "up"},
      {R"(https://grafana/explore?orgId=1&left=%7B%22datasource%22%3A%22vm%22%2C%22queries%22%3A%5B%7B%22expr%22%3A%22up%20%3D%3D%200%22%2C%22refId%22%3A%22A%22%7D%5D%7D)",
       "up == 0"},
      {R"(https://grafana/explore?left=["now-1h","now","Prometheus",{"expr":"a%20%3E%20\"b\""}])",
       R"(a > "b")"},
      {R"(https://grafana/explore?panes={"x":{"queries":[{"refId":"A","datasource":{"expr":1},"expr":"up"}]}}&orgId=1)",
       "up"},
  };
  for (const Link& link : links) EXPECT_EQ(ExpressionOf(link.url), link.expression) << link.url;
}

TEST(GeneratorUrl, HoldsNoneInOtherLinks) {
  for (const std::string_view url :
       {"", "http://prometheus:9090/graph", "?", "http://p/graph?g0.expr=", "http://p/?g1.expr=up",
        "https://vmalert/vmalert/alert?group_id=1&alert_id=2", "http://g/explore?left=not%20json",
        R"(http://g/explore?left={"expr":5,"a":["expr"]})", "http://g/explore?left={\"expr\":\"",
        "http://p/graph?expression=up", "#?&=&?"}) {
    EXPECT_EQ(ExpressionOf(url), std::nullopt) << url;
  }
  EXPECT_EQ(ExpressionOf("http://p/?g0.expr=100%"), "100%");
  EXPECT_EQ(ExpressionOf("http://p/?g0.expr=%zz%4"), "%zz%4");
  // Deep nesting must not overflow the stack.
  EXPECT_EQ(ExpressionOf("http://g/?left=" + std::string(100'000, '[')), std::nullopt);
}

}  // namespace
}  // namespace warden
