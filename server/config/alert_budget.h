// SPDX-License-Identifier: Apache-2.0
// How many alerts something may cost, as people write it: `1/30d`, or a name for a budget. Pure.
#pragma once

#include <optional>
#include <string_view>

namespace warden {

// `1/30d` → alerts a day, more than 0; nothing for any other text.
[[nodiscard]] std::optional<double> ParseAlertBudget(std::string_view text);

// low, medium and high are 1/90d, 1/30d and 1/7d.
[[nodiscard]] std::optional<double> BudgetOfSensitivity(std::string_view name);

}  // namespace warden
