// SPDX-License-Identifier: Apache-2.0
// Which names Prometheus takes for labels and metrics, and which known word a wrong one most likely
// stands for.
#pragma once

#include <span>
#include <string_view>

#include "promql/rulefile/read.h"

namespace promql::rulefile {

[[nodiscard]] bool IsLabelName(std::string_view name, NameValidation names);
[[nodiscard]] bool IsMetricName(std::string_view name, NameValidation names);

// Empty when none is near.
[[nodiscard]] std::string_view Nearest(std::string_view word,
                                       std::span<const std::string_view> known);

}  // namespace promql::rulefile
