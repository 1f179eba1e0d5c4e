// SPDX-License-Identifier: Apache-2.0
#include "server/prometheus/answer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>
#include <sstream>

namespace warden::promapi {
namespace {

std::filesystem::path Here() {
  const char* source = std::getenv("PROMWARDEN_SOURCE");
  return std::filesystem::path(source == nullptr ? ".." : source) / "tests/unit/server/prometheus";
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string Text(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", value);
  return text;
}

std::string Text(const promql::LabelSet& labels) {
  std::string text = "{";
  for (const auto& [name, value] : labels) {
    if (text.size() > 1) text += ",";
    text += name + "=" + value;
  }
  return text + "}";
}

// The answer as a reviewer wants to see it: first and last sample of the first series, and the
// counts.
std::string Summary(const Result<QueryAnswer>& answer) {
  if (!answer) return std::string(Name(answer.error().code)) + ": " + answer.error().message + "\n";
  static constexpr const char* kTypes[] = {"vector", "matrix", "scalar", "string"};
  std::string text = kTypes[static_cast<int>(answer->type)];
  std::size_t samples = 0;
  for (const TimeSeries& series : answer->series) samples += series.samples.size();
  text += ", " + std::to_string(answer->series.size()) + " series, " + std::to_string(samples) +
          " samples\n";
  if (!answer->text.empty()) text += "text: " + answer->text + "\n";
  for (std::size_t i = 0; i < std::min<std::size_t>(answer->series.size(), 8); ++i) {
    const TimeSeries& series = answer->series[i];
    text += Text(series.labels) + " " + std::to_string(series.samples.size());
    if (!series.samples.empty()) {
      text += ": " + FormatRfc3339(series.samples.front().at) + " " +
              Text(series.samples.front().value) + " .. " +
              FormatRfc3339(series.samples.back().at) + " " + Text(series.samples.back().value);
    }
    text += "\n";
  }
  for (const std::string& warning : answer->warnings) text += "warning: " + warning + "\n";
  for (const std::string& info : answer->infos) text += "info: " + info + "\n";
  return text;
}

// HTTP status of each captured answer.
int StatusOf(const std::string& name) {
  const int number = std::atoi(name.c_str());
  if (number == 71) return 503;
  if (number >= 72 && number <= 75) return 422;
  if (number == 81) return 404;
  if (number == 83) return 405;
  if (number == 86) return 401;
  return number >= 63 && number <= 79 ? 400 : 200;
}

TEST(ReadAnswer, ReadsWhatPrometheusAnswers) {
  std::set<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(Here() / "data")) {
    paths.insert(entry.path());
  }
  ASSERT_GT(paths.size(), 40U);
  std::string got;
  for (const auto& path : paths) {
    const std::string name = path.filename().string();
    got += "--- " + name + "\n" + Summary(ReadAnswer(StatusOf(name), ReadFile(path)));
  }
  const auto golden = Here() / "answers.golden";
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(golden, std::ios::binary) << got;
  EXPECT_EQ(got, ReadFile(golden));
}

TEST(ReadAnswer, ClassifiesWhatIsNotAnAnswer) {
  const struct {
    int status;
    const char* body;
    ErrorCode code;
    const char* message;
  } cases[] = {
      {200, "", ErrorCode::kCorrupt, "the answer is not json at byte 0: The document is empty."},
      {200, "<html>login</html>", ErrorCode::kCorrupt,
       "the answer is not json at byte 0: Invalid value."},
      {200, "{}", ErrorCode::kCorrupt, "the answer is not that of a prometheus query"},
      {200, "[]", ErrorCode::kCorrupt, "the answer is not that of a prometheus query"},
      {200, "null", ErrorCode::kCorrupt, "the answer is not that of a prometheus query"},
      {200, R"({"status":"success"})", ErrorCode::kCorrupt,
       "the answer is not that of a prometheus query"},
      {200, R"({"status":"success","data":["a"]})", ErrorCode::kCorrupt,
       "the answer is not that of a prometheus query"},
      {200, R"({"status":"success","data":{"resultType":"streams","result":[]}})",
       ErrorCode::kCorrupt, "the answer is not that of a prometheus query"},
      {200,
       R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"x"]}]}})",
       ErrorCode::kCorrupt, "the answer is unusable: the value \"x\" is not a number"},
      {200,
       R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1]}]}})",
       ErrorCode::kCorrupt, "the answer is unusable: a sample has no value"},
      {200,
       R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1e300,"1"]}]}})",
       ErrorCode::kCorrupt, "the answer is unusable: a timestamp is not a time"},
      {200, R"({"status":"success","data":{"resultType":"scalar","result":[1]}})",
       ErrorCode::kCorrupt, "the answer is unusable: a scalar without value"},
      {200, R"({"status":"success","data":{"resultType":"vector","result":[)", ErrorCode::kCorrupt,
       "the answer is not json at byte 60: Invalid value."},
      {200, R"({"status":"error","errorType":"internal","error":"line one
two"})",
       ErrorCode::kCorrupt,
       "the answer is not json at byte 58: Invalid escape character in string."},
      {500, R"({"status":"error","errorType":"internal","error":"a\nb\u0000c"})",
       ErrorCode::kUnavailable, "internal: a b c"},
      {502, "<html>bad gateway</html>", ErrorCode::kUnavailable,
       "http status 502: <html>bad gateway</html>"},
      {503, "", ErrorCode::kUnavailable, "http status 503"},
      {429, "slow down", ErrorCode::kUnavailable, "http status 429: slow down"},
      {403, "", ErrorCode::kInvalid, "http status 403: the credentials were refused"},
      {302, "", ErrorCode::kInvalid, "http status 302: the server redirects elsewhere"},
  };
  for (const auto& c : cases) {
    const Result<QueryAnswer> answer = ReadAnswer(c.status, c.body);
    ASSERT_FALSE(answer.has_value()) << c.body;
    EXPECT_EQ(Name(answer.error().code), Name(c.code)) << c.body;
    EXPECT_EQ(answer.error().message, c.message) << c.body;
  }
}

TEST(ReadAnswer, BearsDeepNesting) {
  std::string body(100'000, '[');
  EXPECT_EQ(ReadAnswer(200, body).error().code, ErrorCode::kCorrupt);
  body = R"({"status":"success","data":{"resultType":"vector","result":[],"x":)" +
         std::string(100'000, '[') + std::string(100'000, ']') + "}}";
  EXPECT_EQ(ReadAnswer(200, body).error().message, "the answer is unusable: nested too deeply");
}

TEST(ReadAnswer, RefusesInvalidUtf8) {
  const std::string body =
      "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":{\"a\":"
      "\"\xff\"},"
      "\"value\":[1,\"1\"]}]}}";
  EXPECT_EQ(ReadAnswer(200, body).error().code, ErrorCode::kCorrupt);
}

TEST(ReadAnswer, TakesKeysInAnyOrderAndUnknownOnes) {
  const auto answer = ReadAnswer(
      200, R"({"data":{"x":{"metric":{"no":"no"},"value":[2,"7"]},"result":[{"values":[[1.5,"2"],
[2.5,"3"]],"y":[[1,"9"]],"metric":{"b":"2","a":"1"}}],"resultType":"matrix"},"z":[{"value":[1,"1"]}],
"infos":["hint"],"warnings":["w"],"status":"success"})");
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  ASSERT_EQ(answer->series.size(), 1U);
  EXPECT_EQ(answer->series[0].labels, (promql::LabelSet{{"a", "1"}, {"b", "2"}}));
  ASSERT_EQ(answer->series[0].samples.size(), 2U);
  EXPECT_EQ(answer->series[0].samples[1].value, 3);
  EXPECT_EQ(ToMillis(answer->series[0].samples[1].at), 2500);
  EXPECT_EQ(answer->warnings, std::vector<std::string>{"w"});
  EXPECT_EQ(answer->infos, std::vector<std::string>{"hint"});
}

TEST(ReadAnswer, LeavesOutNativeHistogramsAndCountsThem) {
  const auto answer = ReadAnswer(
      200, R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{"a":"1"},
"histograms":[[1,{"count":"5","sum":"2","buckets":[[0,"1","2","5"]]}],[2,{"count":"6"}]]},
{"metric":{"a":"2"},"values":[[1,"4"]]}]}})");
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  EXPECT_EQ(answer->histogram_samples, 2U);
  EXPECT_TRUE(answer->series[0].samples.empty());
  EXPECT_EQ(answer->series[1].samples.size(), 1U);
}

TEST(ReadAnswer, KeepsToItsLimits) {
  std::string body = R"({"status":"success","data":{"resultType":"vector","result":[)";
  for (int i = 0; i < 5; ++i) {
    body += std::string(i == 0 ? "" : ",") + R"({"metric":{"i":")" + std::to_string(i) +
            R"("},"value":[1,"1"]})";
  }
  body += "]}}";
  EXPECT_TRUE(ReadAnswer(200, body, {.series = 5, .samples = 5}).has_value());
  const auto series = ReadAnswer(200, body, {.series = 4, .samples = 5});
  ASSERT_FALSE(series.has_value());
  EXPECT_EQ(series.error().code, ErrorCode::kInvalid);
  EXPECT_EQ(series.error().message, "the answer has more than 4 series");
  const auto samples = ReadAnswer(200, body, {.series = 5, .samples = 4});
  ASSERT_FALSE(samples.has_value());
  EXPECT_EQ(samples.error().message, "the answer has more than 4 samples");
}

std::string Vector(const std::vector<std::string>& names) {
  std::string body = R"({"status":"success","data":{"resultType":"vector","result":[)";
  for (const auto& name : names) {
    body += std::string(body.ends_with('[') ? "" : ",") + R"({"metric":{"i":")" + name +
            R"("},"value":[1,"1"]})";
  }
  return body + "]}}";
}

std::string Names(const QueryAnswer& answer) {
  std::string names;
  for (const auto& series : answer.series) names += series.labels.Get("i");
  std::ranges::sort(names);
  return names;
}

TEST(ReadAnswer, OfMoreSeriesThanAreWantedTakesTheKnownAndTheFirstInOrderOfLabels) {
  const std::string body = Vector({"h", "b", "g", "c", "z", "f", "a", "e", "d"});
  const auto is_known = [](const promql::LabelSet& labels) { return labels.Get("i") == "z"; };
  const struct {
    std::size_t others;
    std::string taken;
  } kCases[] = {{0, "z"},
                {1, "az"},
                {2, "abz"},
                {3, "abcz"},
                {7, "abcdefgz"},
                {8, "abcdefghz"},
                {1'000'000'000'000, "abcdefghz"}};
  for (const auto& [others, taken] : kCases) {
    const SeriesChoice choice{others, is_known};
    const auto answer = ReadAnswer(200, body, {.series = 1, .choice = &choice});
    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    EXPECT_EQ(Names(*answer), taken);
    EXPECT_EQ(answer->left_out, 9 - taken.size());
    for (const auto& series : answer->series) EXPECT_EQ(series.samples.size(), 1U);
  }
}

TEST(ReadAnswer, HoldsNoSamplesOfSeriesThatAreLeftOut) {
  std::vector<std::string> names;
  for (int i = 0; i < 1000; ++i) names.push_back(std::to_string(1000 + i * 617 % 1000));
  const SeriesChoice choice{3};
  // What is held at a time is bounded by what is wanted, not by what comes.
  EXPECT_TRUE(ReadAnswer(200, Vector(names), {.samples = 6, .choice = &choice}).has_value());
  EXPECT_FALSE(ReadAnswer(200, Vector(names), {.samples = 4, .choice = &choice}).has_value());
}

TEST(ReadAnswer, LeavesSeriesOutWhoseLabelsComeLast) {
  const SeriesChoice choice{1};
  const auto answer =
      ReadAnswer(200, R"({"status":"success","data":{"resultType":"vector","result":[
      {"value":[1,"1"],"metric":{"i":"b"}},{"value":[1,"2"],"metric":{"i":"a"}},{"value":[1,"3"]}]}})",
                 {.samples = 2, .choice = &choice});
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  ASSERT_EQ(answer->series.size(), 1U);
  EXPECT_EQ(answer->series[0].samples[0].value, 3) << "no label at all comes first";
  EXPECT_EQ(answer->left_out, 2U);
}

TEST(ReadAnswer, CutsLongErrorsOnACharacterBoundary) {
  std::string error;
  for (int i = 0; i < 300; ++i) error += "ä";
  const auto answer =
      ReadAnswer(400, R"({"status":"error","errorType":"bad_data","error":"x)" + error + "\"}");
  ASSERT_FALSE(answer.has_value());
  const std::string& message = answer.error().message;
  EXPECT_TRUE(message.ends_with("ä...")) << message;
  EXPECT_LT(message.size(), 430U);
}

TEST(ParseSampleValue, ReadsWhatGoWrites) {
  EXPECT_EQ(ParseSampleValue("0"), 0.0);
  EXPECT_EQ(ParseSampleValue("-1.5e-7"), -1.5e-7);
  EXPECT_EQ(ParseSampleValue("1.7976931348623157e+308"), std::numeric_limits<double>::max());
  EXPECT_EQ(ParseSampleValue("5e-324"), 5e-324);
  EXPECT_EQ(ParseSampleValue("+Inf"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(ParseSampleValue("-Inf"), -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(ParseSampleValue("NaN").value()));
  for (const char* bad : {"", " 1", "1 ", "+1", "nan", "inf", "0x10", "1e999", "1,5", "-", "--1"}) {
    EXPECT_EQ(ParseSampleValue(bad), std::nullopt) << bad;
  }
}

TEST(Append, JoinsPartsByLabels) {
  const auto at = [](int s) { return Instant{std::chrono::seconds(s)}; };
  QueryAnswer whole;
  whole.series = {{{{"a", "1"}}, {{at(1), 1}}}, {{{"a", "2"}}, {{at(1), 2}}}};
  whole.warnings = {"w"};
  QueryAnswer later;
  later.series = {{{{"a", "3"}}, {{at(2), 3}}}, {{{"a", "2"}}, {{at(2), 4}}}};
  later.warnings = {"w", "v"};
  Append(whole, std::move(later));
  ASSERT_EQ(whole.series.size(), 3U);
  EXPECT_EQ(whole.series[0].samples.size(), 1U);
  ASSERT_EQ(whole.series[1].samples.size(), 2U);
  EXPECT_EQ(whole.series[1].samples[1].value, 4);
  EXPECT_EQ(whole.series[2].labels, (promql::LabelSet{{"a", "3"}}));
  EXPECT_EQ(whole.warnings, (std::vector<std::string>{"w", "v"}));
}

}  // namespace
}  // namespace warden::promapi
