// SPDX-License-Identifier: Apache-2.0
#include "server/prometheus/prometheus_client.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/fakes/fake_http_client.h"

namespace warden::promapi {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* kOne =
    R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"b"},"value":[1,"2"]}]}})";

Result<HttpRequest> Prepared() {
  HttpRequest request;
  request.url = "http://prom:9090";
  request.authorization = "Bearer t0p";
  request.timeout = seconds(5);
  request.tls.ca_file = "/ca.pem";
  return request;
}

std::string Matrix(const std::string& label, int from, int to) {
  std::string text =
      R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{"l":")" + label +
      R"("},"values":[)";
  for (int t = from; t <= to; ++t) {
    text += (t == from ? "[" : ",[") + std::to_string(t) + ",\"1\"]";
  }
  return text + "]}]}}";
}

TEST(PrometheusClient, AsksOnceAndReadsTheAnswer) {
  fakes::FakeHttpClient http;
  http.Answer(200, kOne);
  const PrometheusClient client(http, Prepared);
  const Result<QueryAnswer> answer = client.Query(InstantQuery{"up"});
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->series.at(0).samples.at(0).value, 2);
  ASSERT_EQ(http.requests().size(), 1U);
  const HttpRequest sent = http.requests()[0];
  EXPECT_EQ(sent.authorization, "Bearer t0p");
  EXPECT_EQ(sent.tls.ca_file, "/ca.pem");
  EXPECT_LE(sent.timeout, seconds(5));
  EXPECT_GT(sent.timeout, seconds(3));
}

TEST(PrometheusClient, RetriesOnceWhatWasNotAnswered) {
  for (const SendFault fault : {SendFault::kConnect, SendFault::kDns, SendFault::kResetBeforeSend,
                                SendFault::kResetAfterSend, SendFault::kTimeoutBeforeSend}) {
    fakes::FakeHttpClient http;
    http.Fail(fault);
    http.Answer(200, kOne);
    EXPECT_TRUE(PrometheusClient(http, Prepared).Query(InstantQuery{"up"}).has_value());
    EXPECT_EQ(http.requests().size(), 2U);

    fakes::FakeHttpClient dead;
    dead.Fail(fault);
    dead.Fail(fault);
    const auto answer = PrometheusClient(dead, Prepared).Query(InstantQuery{"up"});
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
    EXPECT_EQ(dead.requests().size(), 2U);
  }
  fakes::FakeHttpClient gateway;
  gateway.Answer(502, "bad gateway");
  gateway.Answer(200, kOne);
  EXPECT_TRUE(PrometheusClient(gateway, Prepared).Query(InstantQuery{"up"}).has_value());
}

TEST(PrometheusClient, DoesNotRepeatWhatWillFailTheSameWay) {
  for (const SendFault fault : {SendFault::kTls, SendFault::kTooLarge, SendFault::kTimeoutAfterSend,
                                SendFault::kCancelled, SendFault::kOther}) {
    fakes::FakeHttpClient http;
    http.Fail(fault);
    http.Answer(200, kOne);
    EXPECT_FALSE(PrometheusClient(http, Prepared).Query(InstantQuery{"up"}).has_value());
    EXPECT_EQ(http.requests().size(), 1U) << Name(fault);
  }
  fakes::FakeHttpClient refusing;
  refusing.Answer(400, R"({"status":"error","errorType":"bad_data","error":"no"})");
  const auto answer = PrometheusClient(refusing, Prepared).Query(InstantQuery{"up"});
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, ErrorCode::kInvalid);
  EXPECT_EQ(answer.error().message, "bad_data: no");
  EXPECT_EQ(refusing.requests().size(), 1U);
}

TEST(PrometheusClient, NamesTheLimitAnAnswerPassed) {
  fakes::FakeHttpClient http;
  http.Fail(SendFault::kTooLarge);
  const auto answer = PrometheusClient(http, Prepared).Query(InstantQuery{"up"});
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, ErrorCode::kInvalid);
  EXPECT_EQ(answer.error().message, "the answer is larger than 1048576 bytes");
}

TEST(PrometheusClient, KeepsToTheBudgetOfTheCall) {
  fakes::FakeHttpClient http;
  http.Answer(200, kOne);
  (void)PrometheusClient(http, Prepared).Query(InstantQuery{"up"}, milliseconds(700));
  const HttpRequest sent = http.requests().at(0);
  EXPECT_LE(sent.timeout, milliseconds(700));
  EXPECT_LE(sent.connect_timeout, milliseconds(700));
}

TEST(PrometheusClient, JoinsTheParts) {
  fakes::FakeHttpClient http;
  http.Answer(200, Matrix("x", 0, 10'999));
  http.Answer(200, Matrix("x", 11'000, 12'000));
  const RangeQuery query{"x", Instant{seconds(0)}, Instant{seconds(12'000)}, seconds(1)};
  const auto answer = PrometheusClient(http, Prepared).Query(query);
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  ASSERT_EQ(answer->series.size(), 1U);
  EXPECT_EQ(answer->series[0].samples.size(), 12'001U);
  ASSERT_EQ(http.requests().size(), 2U);
  EXPECT_NE(http.requests()[1].url.find("start=11000&end=12000&step=1"), std::string::npos);
}

TEST(PrometheusClient, FailsAsAWholeWhenAPartFails) {
  fakes::FakeHttpClient http;
  http.Answer(200, Matrix("x", 0, 10));
  http.Answer(422, R"({"status":"error","errorType":"execution","error":"too many samples"})");
  const RangeQuery query{"x", Instant{seconds(0)}, Instant{seconds(12'000)}, seconds(1)};
  const auto answer = PrometheusClient(http, Prepared).Query(query);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().message, "execution: too many samples");
}

TEST(PrometheusClient, ReportsWhatCouldNotBePrepared) {
  fakes::FakeHttpClient http;
  const PrometheusClient client(http, []() -> Result<HttpRequest> {
    return Fail(ErrorCode::kUnavailable, "cannot read /run/token");
  });
  EXPECT_EQ(client.Query(InstantQuery{"up"}).error().message, "cannot read /run/token");
  EXPECT_TRUE(http.requests().empty());
}

}  // namespace
}  // namespace warden::promapi
