// SPDX-License-Identifier: Apache-2.0
// The picture that goes with a message: the alert's own series over its last day with the range
// that was expected at each step, the threshold of its rule where that is one number, and when the
// alert began. Pure.
#pragma once

#include <optional>
#include <string>

#include "server/alert/notification.h"
#include "server/base/result.h"
#include "server/config/watch_config.h"
#include "server/delivery/question.h"

namespace warden {

// `style` is not kNone. internal: the picture cannot be drawn.
[[nodiscard]] Result<std::string> DrawAlert(const Question& question,
                                            const std::optional<AlertThreshold>& threshold,
                                            Instant now, const promapi::TimeSeries& series,
                                            ChartStyle style);

}  // namespace warden
