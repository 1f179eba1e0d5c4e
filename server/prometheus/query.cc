// SPDX-License-Identifier: Apache-2.0
#include "server/prometheus/query.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace warden::promapi {
namespace {

constexpr std::size_t kLongestGetUrl = 2000;

Instant AlignDown(Instant at, Duration step) {
  const Duration since = at.time_since_epoch();
  const Duration rest = since % step;
  return at - (rest < Duration{0} ? rest + step : rest);
}

// Everything but unreserved characters (RFC 3986) as %XX.
std::string PercentEncode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size() * 2);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= '0' && byte <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += kHex[byte >> 4];
      encoded += kHex[byte & 15];
    }
  }
  return encoded;
}

// Seconds with milliseconds, exact.
std::string Seconds(std::int64_t millis) {
  const bool negative = millis < 0;
  const auto size =
      negative ? 0 - static_cast<std::uint64_t>(millis) : static_cast<std::uint64_t>(millis);
  std::string text = (negative ? "-" : "") + std::to_string(size / 1000);
  if (size % 1000 != 0) {
    std::string fraction = std::to_string(1000 + size % 1000);
    fraction[0] = '.';
    text += fraction;
  }
  return text;
}

HttpRequest Build(const HttpRequest& base, std::string_view endpoint, const std::string& form) {
  HttpRequest request = base;
  std::string parameters;
  const std::size_t question = base.url.find('?');
  std::string url = base.url.substr(0, question);
  if (question != std::string::npos) parameters = base.url.substr(question + 1);
  while (url.ends_with('/')) url.pop_back();
  url += endpoint;
  if (url.size() + parameters.size() + form.size() + 2 <= kLongestGetUrl) {
    request.method = "GET";
    request.url = url + "?" + (parameters.empty() ? form : parameters + "&" + form);
    return request;
  }
  request.method = "POST";
  request.url = parameters.empty() ? url : url + "?" + parameters;
  request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  request.body = form;
  return request;
}

std::string TimeoutParameter(const HttpRequest& base) {
  return "&timeout=" + std::to_string(std::max<std::int64_t>(base.timeout.count(), 1)) + "ms";
}

}  // namespace

RangeQuery AlignedRange(std::string expression, Instant end, Duration length, Duration step) {
  RangeQuery query;
  query.expression = std::move(expression);
  query.step = std::max<Duration>(step, std::chrono::milliseconds(1));
  query.end = AlignDown(end, query.step);
  query.start = AlignDown(end - length, query.step);
  return query;
}

Result<std::vector<RangeQuery>> Parts(const RangeQuery& query) {
  if (query.end < query.start) return Fail(ErrorCode::kInvalid, "the range ends before it starts");
  if (query.step < std::chrono::milliseconds(1)) {
    return Fail(ErrorCode::kInvalid, "the step is less than a millisecond");
  }
  const Duration length = query.end - query.start;
  constexpr auto kMost = static_cast<Duration::rep>(kMaxPointsPerQuery);
  if (length / query.step < kMost) return std::vector<RangeQuery>{query};
  if (query.if_long == LongRange::kWiden) {
    // The smallest multiple of the step that fits; a common multiple keeps aligned ranges aligned.
    const Duration::rep times = length / query.step / (kMost - 1) + 1;
    RangeQuery wide = query;
    wide.step = query.step * times;
    return std::vector<RangeQuery>{wide};
  }
  const Duration part = query.step * kMost;
  if (length / part >= static_cast<Duration::rep>(kMaxParts)) {
    return Fail(ErrorCode::kInvalid, "the range has more than " +
                                         std::to_string(kMaxParts * kMaxPointsPerQuery) +
                                         " steps: use a wider step");
  }
  std::vector<RangeQuery> parts;
  for (Instant start = query.start; start <= query.end; start += part) {
    RangeQuery next = query;
    next.start = start;
    next.end = std::min(start + part - query.step, query.end);
    parts.push_back(std::move(next));
  }
  return parts;
}

HttpRequest BuildRequest(const HttpRequest& base, const InstantQuery& query) {
  std::string form = "query=" + PercentEncode(query.expression);
  if (query.at) form += "&time=" + Seconds(ToMillis(*query.at));
  return Build(base, "/api/v1/query", form + TimeoutParameter(base));
}

HttpRequest BuildRequest(const HttpRequest& base, const RangeQuery& query) {
  std::string form = "query=" + PercentEncode(query.expression);
  form += "&start=" + Seconds(ToMillis(query.start));
  form += "&end=" + Seconds(ToMillis(query.end));
  form += "&step=" + Seconds(std::chrono::floor<std::chrono::milliseconds>(query.step).count());
  if (query.most_series > 0) form += "&limit=" + std::to_string(query.most_series);
  return Build(base, "/api/v1/query_range", form + TimeoutParameter(base));
}

}  // namespace warden::promapi
