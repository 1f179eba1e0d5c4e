// SPDX-License-Identifier: Apache-2.0
// Answers of the Prometheus HTTP API (`/api/v1/query`, `/api/v1/query_range`) as values. Pure.
// Reading streams through the JSON once, builds no tree, bears any nesting, and keeps to limits, so
// its memory is that of the samples.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "promql/model/labels.h"
#include "server/base/clock.h"
#include "server/base/result.h"

namespace warden::promapi {

struct Sample {
  Instant at;
  double value = 0;  // NaN and infinities as Prometheus has them
};

struct TimeSeries {
  promql::LabelSet labels;
  std::vector<Sample> samples;  // in the order given, which is that of time; absent where stale
};

enum class ResultType : std::uint8_t { kVector, kMatrix, kScalar, kString };

struct QueryAnswer {
  ResultType type = ResultType::kVector;
  std::vector<TimeSeries> series;     // one without labels for a scalar; none for a string
  std::string text;                   // of a string result
  std::vector<std::string> warnings;  // the answer may be incomplete
  std::vector<std::string> infos;     // hints about the expression (Prometheus 3)
  std::size_t histogram_samples = 0;  // native histograms, which are left out
  std::size_t left_out = 0;           // series that a SeriesChoice did not take
};

// Which series of an answer are taken; the others are counted, and take no memory.
struct SeriesChoice {
  // Of those that are not known so many: the first in order of labels.
  std::size_t others = 0;
  // Taken, whatever the number. Null: none is.
  std::function<bool(const promql::LabelSet&)> is_known = nullptr;
};

struct AnswerLimits {
  std::size_t series = 20'000;
  std::size_t samples = 20'000'000;
  // Instead of `series`, where more are no error; borrowed.
  const SeriesChoice* choice = nullptr;
};

// invalid: the server refused the query, or the answer passes a limit; unavailable: try again
// later; corrupt: this is not an answer of that API. The server's own words are part of the
// message, cut and freed of control characters.
[[nodiscard]] Result<QueryAnswer> ReadAnswer(int http_status, std::string_view body,
                                             const AnswerLimits& limits = {});

// `1.5e-7`, `NaN`, `+Inf`, `-Inf` as the API writes values. Nothing for anything else.
[[nodiscard]] std::optional<double> ParseSampleValue(std::string_view text);

// Adds the series of a later part of the same range to those of an earlier one, matching them by
// labels. Of what either left out, the larger number stays.
void Append(QueryAnswer& to, QueryAnswer&& later);

}  // namespace warden::promapi
