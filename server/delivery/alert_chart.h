// SPDX-License-Identifier: Apache-2.0
// The picture that goes with a message: the alert's own series over its last day with the range
// that was expected at each step, the threshold of its rule where that is one number, when the
// alert began, and what was deployed or maintained meanwhile. Of a watch that looks ahead: what is
// still to come, and the threshold it will reach. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "server/alert/notification.h"
#include "server/base/result.h"
#include "server/chart/chart.h"
#include "server/config/watch_config.h"
#include "server/delivery/question.h"

namespace warden {

// What happened around the alert, as far as it is known.
struct Surroundings {
  std::vector<Instant> deployments;
  std::vector<chart::TimeSpan> maintenance;
};

// How far back the picture looks.
[[nodiscard]] Duration ShownOf(const Question& question);

// The times at which a series that agrees with the alert has a value other than 0; those a step
// apart are one.
[[nodiscard]] std::vector<chart::TimeSpan> SpansOf(std::span<const promapi::TimeSeries> series,
                                                   const promql::LabelSet& alert, Duration step);

// `style` is not kNone. internal: the picture cannot be drawn.
[[nodiscard]] Result<std::string> DrawAlert(const Question& question,
                                            const std::optional<AlertThreshold>& threshold,
                                            Instant now, const promapi::TimeSeries& series,
                                            const Surroundings& around, ChartStyle style);

}  // namespace warden
