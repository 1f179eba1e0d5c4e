// SPDX-License-Identifier: Apache-2.0
// The picture that goes with a message: the alert's own series over its last day with the range
// that was expected at each step, the threshold of the alert's expression where it speaks of the
// same query, and when the alert began. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/base/result.h"
#include "server/config/watch_config.h"
#include "server/delivery/question.h"

namespace warden {

// The number that `expression` compares `query` with: `rate(x[5m]) > 0.5` of the query
// `rate(x[5m])`. Nothing for any other shape; blanks do not matter.
[[nodiscard]] std::optional<double> ThresholdOf(std::string_view expression,
                                                std::string_view query);

// The expression in a generator URL of Prometheus (`…/graph?g0.expr=…`); empty when there is none.
[[nodiscard]] std::string ExpressionOf(std::string_view generator_url);

// `style` is not kNone. internal: the picture cannot be drawn.
[[nodiscard]] Result<std::string> DrawAlert(const Question& question, Instant now,
                                            const promapi::TimeSeries& series, ChartStyle style);

}  // namespace warden
