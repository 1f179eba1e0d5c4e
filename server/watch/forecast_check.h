// SPDX-License-Identifier: Apache-2.0
// Whether a series will reach a threshold within a horizon, as a verdict: firing when the forecast
// itself gets there or the series is there already, suspect when only an edge of the 95 % interval
// does. Expected, lower and upper are those at the end of the horizon; the reason says when. Pure.
#pragma once

#include <span>

#include "server/anomaly/verdict.h"
#include "server/base/clock.h"

namespace warden {

struct ForecastLimit {
  double threshold = 0;
  Duration horizon{0};
  bool is_upper = true;  // it is reached from below
  bool is_open = false;  // an alert fires already: it ends only when a quarter more is clear
};

inline constexpr std::size_t kFewestToForecast = 30;

// `values` on steps up to `last`, NaN where there is none.
[[nodiscard]] anomaly::Verdict JudgeForecast(std::span<const double> values, Instant last,
                                             Duration step, const ForecastLimit& limit);

}  // namespace warden
