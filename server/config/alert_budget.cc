// SPDX-License-Identifier: Apache-2.0
#include "server/config/alert_budget.h"

#include <charconv>
#include <chrono>
#include <cmath>

#include "promql/model/duration.h"

namespace warden {

std::optional<double> ParseAlertBudget(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  double alerts = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + slash, alerts);
  const auto time = promql::ParseDuration(text.substr(slash + 1));
  if (error != std::errc{} || end != text.data() + slash || !time || time->count() <= 0)
    return std::nullopt;
  const double days = std::chrono::duration<double, std::ratio<86'400>>(*time).count();
  const double a_day = alerts / days;
  return a_day > 0 && std::isfinite(a_day) ? std::optional(a_day) : std::nullopt;
}

}  // namespace warden
