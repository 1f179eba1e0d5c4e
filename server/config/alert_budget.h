// SPDX-License-Identifier: Apache-2.0
// How many alerts something may cost, as people write it: `1/30d`. Pure.
#pragma once

#include <optional>
#include <string_view>

namespace warden {

// `1/30d` → alerts a day, more than 0; nothing for any other text.
[[nodiscard]] std::optional<double> ParseAlertBudget(std::string_view text);

}  // namespace warden
