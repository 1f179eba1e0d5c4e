// SPDX-License-Identifier: Apache-2.0
#include "server/prometheus/query.h"

#include <gtest/gtest.h>

#include <chrono>

namespace warden::promapi {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

Instant At(std::int64_t millis) { return Instant{milliseconds(millis)}; }

HttpRequest Base(std::string url) {
  HttpRequest base;
  base.url = std::move(url);
  base.timeout = seconds(2);
  base.authorization = "Bearer abc";
  return base;
}

TEST(BuildRequest, AsksForAnInstant) {
  const HttpRequest request =
      BuildRequest(Base("http://prom:9090/"), InstantQuery{"up{job=\"a b\"} > 0"});
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(
      request.url,
      "http://prom:9090/api/v1/query?query=up%7Bjob%3D%22a%20b%22%7D%20%3E%200&timeout=2000ms");
  EXPECT_EQ(request.authorization, "Bearer abc");
  EXPECT_EQ(BuildRequest(Base("http://prom"), InstantQuery{"up", At(1795241370338)}).url,
            "http://prom/api/v1/query?query=up&time=1795241370.338&timeout=2000ms");
  EXPECT_EQ(BuildRequest(Base("http://prom"), InstantQuery{"up", At(-1500)}).url,
            "http://prom/api/v1/query?query=up&time=-1.500&timeout=2000ms");
}

TEST(BuildRequest, AsksForARange) {
  const RangeQuery query{"sum(x)", At(1000), At(61000), milliseconds(500)};
  EXPECT_EQ(BuildRequest(Base("http://prom/prefix"), query).url,
            "http://prom/prefix/api/v1/"
            "query_range?query=sum%28x%29&start=1&end=61&step=0.500&timeout=2000ms");
}

TEST(BuildRequest, KeepsTheServersOwnParameters) {
  EXPECT_EQ(BuildRequest(Base("http://thanos/?dedup=true"), InstantQuery{"up"}).url,
            "http://thanos/api/v1/query?dedup=true&query=up&timeout=2000ms");
}

TEST(BuildRequest, PostsLongQueriesAsAForm) {
  const std::string expression(3000, 'x');
  const HttpRequest request = BuildRequest(Base("http://prom?a=b"), InstantQuery{expression});
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "http://prom/api/v1/query?a=b");
  EXPECT_EQ(request.body, "query=" + expression + "&timeout=2000ms");
  EXPECT_EQ(FindHeader(request.headers, "content-type"), "application/x-www-form-urlencoded");
}

TEST(AlignedRange, MovesBothEndsBackToMultiplesOfTheStep) {
  const RangeQuery query = AlignedRange("x", At(1795241370338), hours(1), minutes(5));
  EXPECT_EQ(ToMillis(query.end), 1795241100000);
  EXPECT_EQ(ToMillis(query.start), 1795237500000);
  EXPECT_EQ(ToMillis(query.end) % 300000, 0);
  const RangeQuery before_1970 = AlignedRange("x", At(-1), minutes(5), minutes(5));
  EXPECT_EQ(ToMillis(before_1970.end), -300000);
}

TEST(Parts, LeavesARangeThatFitsAlone) {
  const RangeQuery query{"x", At(0), At(10'999'000), seconds(1)};
  const auto parts = Parts(query);
  ASSERT_TRUE(parts.has_value());
  ASSERT_EQ(parts->size(), 1U);
  EXPECT_EQ(parts->front().end, query.end);
}

TEST(Parts, SplitsWithoutAskingAnyStepTwice) {
  const RangeQuery query{"x", At(0), At(30'000'000), seconds(1)};
  const auto parts = Parts(query);
  ASSERT_TRUE(parts.has_value());
  ASSERT_EQ(parts->size(), 3U);
  EXPECT_EQ(parts->at(0).end, At(10'999'000));
  EXPECT_EQ(parts->at(1).start, At(11'000'000));
  EXPECT_EQ(parts->at(2).end, At(30'000'000));
  for (const RangeQuery& part : *parts) {
    EXPECT_LT((part.end - part.start) / part.step, 11'000);
    EXPECT_LE(part.start, part.end);
  }
  const auto barely = Parts({"x", At(0), At(11'000'000), seconds(1)});
  ASSERT_EQ(barely->size(), 2U);
  EXPECT_EQ(barely->at(1).start, barely->at(1).end);
}

TEST(Parts, WidensTheStepToAMultiple) {
  RangeQuery query{"x", At(0), At(30'000'000), seconds(1), LongRange::kWiden};
  const auto parts = Parts(query);
  ASSERT_TRUE(parts.has_value());
  ASSERT_EQ(parts->size(), 1U);
  EXPECT_EQ(parts->front().step, seconds(3));
  query.end = At(11'000'000);
  EXPECT_EQ(Parts(query)->front().step, seconds(2));
}

TEST(Parts, RefusesWhatMakesNoSense) {
  EXPECT_EQ(Parts({"x", At(10), At(0), seconds(1)}).error().message,
            "the range ends before it starts");
  EXPECT_EQ(Parts({"x", At(0), At(10), Duration{0}}).error().message,
            "the step is less than a millisecond");
  EXPECT_EQ(Parts({"x", At(0), At(10), Duration{-5}}).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(Parts({"x", At(0), At(176'000'000), seconds(1)}).error().message,
            "the range has more than 176000 steps: use a wider step");
  EXPECT_TRUE(Parts({"x", At(0), At(175'999'000), seconds(1)}).has_value());
}

}  // namespace
}  // namespace warden::promapi
