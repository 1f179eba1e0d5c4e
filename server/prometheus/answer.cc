// SPDX-License-Identifier: Apache-2.0
#include "server/prometheus/answer.h"

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "server/prometheus/series_choice.h"

namespace warden::promapi {
namespace {

constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kMaxWarnings = 20;
constexpr std::size_t kMaxQuoted = 400;
constexpr double kMaxSeconds = 253'402'300'799.0;  // year 9999

// What the server says in words, safe for one line of a log.
std::string Quoted(std::string_view text) {
  std::size_t end = std::min(text.size(), kMaxQuoted);
  while (end > 0 && end < text.size() && (text[end] & 0xC0) == 0x80) --end;  // mid-character
  std::string quoted(text.substr(0, end));
  for (char& c : quoted) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  while (!quoted.empty() && quoted.back() == ' ') quoted.pop_back();
  if (end < text.size()) quoted += "...";
  return quoted;
}

std::optional<Instant> ParseTimestamp(std::string_view text) {
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (!(std::abs(seconds) <= kMaxSeconds)) return std::nullopt;
  return Instant{std::chrono::milliseconds(std::llround(seconds * 1000))};
}

// SAX handler. Where it is in the document is a stack of places; places that do not concern us are
// kSkip.
//
//   kTop { status, errorType, error, warnings: kWords, infos: kWords,
//          data: kData { resultType, result: kResult [ kSeries { metric: kMetric, value: kPair,
//          values: kPairs [ kPair ],
//                                                                histogram(s): kSkip } … ] or [
//                                                                time, "value" ] } }
class AnswerHandler {
 public:
  explicit AnswerHandler(const AnswerLimits& limits) : limits_(limits) {
    places_.reserve(kMaxDepth);
    if (limits.choice != nullptr) sieve_.emplace(*limits.choice);
  }

  bool StartObject() {
    const Place in = place();
    if (in == Place::kOutside) return Enter(Place::kTop);
    if (in == Place::kTop && key_ == "data") return Enter(Place::kData);
    if (in == Place::kResult) return StartSeries();
    if (in == Place::kSeries && key_ == "metric") return Enter(Place::kMetric);
    return Enter(Place::kSkip);
  }
  bool StartArray() {
    const Place in = place();
    if (in == Place::kTop && (key_ == "warnings" || key_ == "infos")) return Enter(Place::kWords);
    if (in == Place::kData && key_ == "result") return Enter(Place::kResult);
    if (in == Place::kSeries && key_ == "value") return StartPair();
    if (in == Place::kSeries && key_ == "values") return Enter(Place::kPairs);
    if (in == Place::kPairs) return StartPair();
    if (in == Place::kSeries && key_ == "histograms") return Enter(Place::kHistograms);
    if (in == Place::kSeries && key_ == "histogram") ++answer.histogram_samples;
    if (in == Place::kHistograms) ++answer.histogram_samples;
    return Enter(Place::kSkip);
  }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    key_.assign(text, length);
    return true;
  }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    const std::string_view value(text, length);
    switch (place()) {
      case Place::kTop:
        return TakeTop(value);
      case Place::kData:
        if (key_ == "resultType") result_type = value;
        return true;
      case Place::kMetric:
        labels_.emplace_back(key_, value);
        return true;
      case Place::kPair:
        return TakeValue(value);
      case Place::kResult:
        lone_text_ = value;
        return TakeLone(value);
      case Place::kWords:
        return TakeWord(value);
      default:
        return true;
    }
  }
  bool RawNumber(const char* text, rapidjson::SizeType length, bool) {
    if (place() != Place::kPair && place() != Place::kResult) return true;
    const std::optional<Instant> at = ParseTimestamp({text, length});
    if (!at) return Stop("a timestamp is not a time");
    at_ = *at;
    return true;
  }
  bool EndObject(rapidjson::SizeType) {
    if (place() == Place::kMetric) {
      series_.labels = promql::LabelSet::FromUnsorted(std::move(labels_));
      labels_.clear();
      if (sieve_) verdict_ = sieve_->Place(series_.labels);
    }
    if (place() == Place::kSeries) EndSeries();
    return Leave();
  }
  bool EndArray(rapidjson::SizeType) {
    if (place() == Place::kPair && !has_value_) return Stop("a sample has no value");
    return Leave();
  }
  // When the document is over.
  void Finish() {
    if (!sieve_) return;
    answer.series = std::move(*sieve_).Finish();
    answer.left_out = sieve_->left_out();
  }
  bool Null() { return true; }
  bool Bool(bool) { return true; }
  // Numbers come raw.
  bool Int(int) { return true; }
  bool Uint(unsigned) { return true; }
  bool Int64(std::int64_t) { return true; }
  bool Uint64(std::uint64_t) { return true; }
  bool Double(double) { return true; }

  QueryAnswer answer;
  std::string status;
  std::string result_type;
  std::string error_type;
  std::string error;
  bool has_result = false;
  std::string stopped;  // why the handler ended the reading; empty: it did not
  bool over_limit = false;

 private:
  enum class Place : std::uint8_t {
    kOutside,
    kTop,
    kData,
    kResult,
    kSeries,
    kMetric,
    kPairs,
    kPair,
    kHistograms,
    kWords,
    kSkip,
  };

  [[nodiscard]] Place place() const { return places_.empty() ? Place::kOutside : places_.back(); }
  bool Enter(Place place) {
    if (place == Place::kResult) has_result = true;
    if (places_.size() >= kMaxDepth) return Stop("nested too deeply");
    places_.push_back(place);
    return true;
  }
  bool Leave() {
    places_.pop_back();
    return true;
  }
  bool Stop(std::string why) {
    stopped = std::move(why);
    return false;
  }
  bool StartSeries() {
    if (!sieve_ && answer.series.size() >= limits_.series) {
      over_limit = true;
      return Stop("more than " + std::to_string(limits_.series) + " series");
    }
    series_ = {};
    verdict_.reset();
    return Enter(Place::kSeries);
  }
  void EndSeries() {
    if (!sieve_) {
      answer.series.push_back(std::move(series_));
      return;
    }
    const auto verdict = verdict_ ? *verdict_ : sieve_->Place(series_.labels);
    samples_ -= sieve_->Take(std::move(series_), verdict);
  }
  bool StartPair() {
    has_value_ = false;
    return Enter(Place::kPair);
  }
  bool TakeTop(std::string_view value) {
    if (key_ == "status") status = value;
    if (key_ == "errorType") error_type = value;
    if (key_ == "error") error = value;
    return true;
  }
  bool TakeValue(std::string_view text) {
    const std::optional<double> value = ParseSampleValue(text);
    if (!value) return Stop("the value \"" + Quoted(text) + "\" is not a number");
    has_value_ = true;
    if (verdict_ == SeriesSieve::Verdict::kLeftOut) return true;
    if (++samples_ > limits_.samples) {
      over_limit = true;
      return Stop("more than " + std::to_string(limits_.samples) + " samples");
    }
    series_.samples.push_back({at_, *value});
    return true;
  }
  // The value of a scalar or string, which stands in the result itself. Its type may still be
  // unknown.
  bool TakeLone(std::string_view text) {
    answer.text = text;
    lone_at_ = at_;
    return true;
  }
  bool TakeWord(std::string_view text) {
    std::vector<std::string>& words = key_ == "infos" ? answer.infos : answer.warnings;
    if (words.size() < kMaxWarnings) words.push_back(Quoted(text));
    return true;
  }

  AnswerLimits limits_;
  std::vector<Place> places_;
  std::string key_;
  std::vector<promql::LabelSet::Label> labels_;
  Instant at_;
  bool has_value_ = false;
  TimeSeries series_;  // being read
  std::optional<SeriesSieve> sieve_;
  std::optional<SeriesSieve::Verdict> verdict_;  // on it; none while its labels are not known
  std::size_t samples_ = 0;

 public:
  std::string lone_text_;
  Instant lone_at_;
};

// By https://prometheus.io/docs/prometheus/latest/querying/api/: 400 bad_data, 422 execution, 503
// timeout or canceled. Gateways in front answer 429, 502, 503, 504 in any format.
ErrorCode CodeOf(int status, std::string_view error_type) {
  if (error_type == "timeout" || error_type == "canceled" || error_type == "unavailable" ||
      error_type == "internal") {
    return ErrorCode::kUnavailable;
  }
  if (error_type == "bad_data" || error_type == "execution" || error_type == "not_found") {
    return ErrorCode::kInvalid;
  }
  if (status == 408 || status == 429 || status >= 500) return ErrorCode::kUnavailable;
  return ErrorCode::kInvalid;
}

std::unexpected<Error> Refused(int status, std::string_view body) {
  std::string message = "http status " + std::to_string(status);
  if (status == 401 || status == 403) {
    message += ": the credentials were refused";
  } else if (status == 404 || status == 405) {
    message += ": there is no prometheus api at this url";
  } else if (status >= 300 && status < 400) {
    message += ": the server redirects elsewhere";
  } else if (!body.empty()) {
    message += ": " + Quoted(body.substr(0, 120));
  }
  return Fail(CodeOf(status, ""), std::move(message));
}

std::optional<ResultType> TypeOf(std::string_view name) {
  if (name == "vector") return ResultType::kVector;
  if (name == "matrix") return ResultType::kMatrix;
  if (name == "scalar") return ResultType::kScalar;
  if (name == "string") return ResultType::kString;
  return std::nullopt;
}

}  // namespace

std::optional<double> ParseSampleValue(std::string_view text) {
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "+Inf" || text == "Inf") return std::numeric_limits<double>::infinity();
  if (text == "-Inf") return -std::numeric_limits<double>::infinity();
  if (text.empty() || (text[0] != '-' && (text[0] < '0' || text[0] > '9'))) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

Result<QueryAnswer> ReadAnswer(int http_status, std::string_view body, const AnswerLimits& limits) {
  AnswerHandler handler(limits);
  rapidjson::Reader reader;
  rapidjson::MemoryStream stream(body.data(), body.size());
  constexpr unsigned kFlags = rapidjson::kParseIterativeFlag |
                              rapidjson::kParseNumbersAsStringsFlag |
                              rapidjson::kParseValidateEncodingFlag;
  const rapidjson::ParseResult parsed = reader.Parse<kFlags>(stream, handler);

  if (handler.over_limit) return Fail(ErrorCode::kInvalid, "the answer has " + handler.stopped);
  const bool is_answer = !parsed.IsError() && !handler.status.empty();
  if (is_answer && handler.status == "error") {
    return Fail(CodeOf(http_status, handler.error_type),
                Quoted(handler.error_type) + ": " + Quoted(handler.error));
  }
  if (http_status != 200) return Refused(http_status, body);
  if (!handler.stopped.empty()) {
    return Fail(ErrorCode::kCorrupt, "the answer is unusable: " + handler.stopped);
  }
  if (parsed.IsError()) {
    return Fail(ErrorCode::kCorrupt, "the answer is not json at byte " +
                                         std::to_string(parsed.Offset()) + ": " +
                                         rapidjson::GetParseError_En(parsed.Code()));
  }
  const std::optional<ResultType> type = TypeOf(handler.result_type);
  if (handler.status != "success" || !type || !handler.has_result) {
    return Fail(ErrorCode::kCorrupt, "the answer is not that of a prometheus query");
  }
  handler.Finish();
  handler.answer.type = *type;
  if (*type == ResultType::kScalar) {
    const std::optional<double> value = ParseSampleValue(handler.lone_text_);
    if (!value) return Fail(ErrorCode::kCorrupt, "the answer is unusable: a scalar without value");
    handler.answer.text.clear();
    handler.answer.series = {TimeSeries{{}, {Sample{handler.lone_at_, *value}}}};
  }
  return std::move(handler.answer);
}

void Append(QueryAnswer& to, QueryAnswer&& later) {
  std::map<promql::LabelSet, std::size_t> known;
  for (std::size_t i = 0; i < to.series.size(); ++i) known.emplace(to.series[i].labels, i);
  for (TimeSeries& series : later.series) {
    const auto [place, is_new] = known.emplace(series.labels, to.series.size());
    if (is_new) {
      to.series.push_back(std::move(series));
      continue;
    }
    std::vector<Sample>& samples = to.series[place->second].samples;
    samples.insert(samples.end(), series.samples.begin(), series.samples.end());
  }
  const auto add_words = [](std::vector<std::string>& words, std::vector<std::string>& more) {
    for (std::string& word : more) {
      if (std::find(words.begin(), words.end(), word) == words.end())
        words.push_back(std::move(word));
    }
  };
  add_words(to.warnings, later.warnings);
  add_words(to.infos, later.infos);
  to.histogram_samples += later.histogram_samples;
  to.left_out = std::max(to.left_out, later.left_out);
}

}  // namespace warden::promapi
