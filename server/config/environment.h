// SPDX-License-Identifier: Apache-2.0
// The configuration without a file: built from environment variables, with severity routing
// (critical → PagerDuty, chat and mail; warning → chat; info → mail) and group_wait 0. A channel
// whose variables are missing is skipped and listed in Config::skipped_channels. Pure: the
// variables come as a function.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "server/config/load.h"

namespace warden {

// The value of a variable; nothing when it is not set. An empty value counts as not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

[[nodiscard]] Environment ProcessEnvironment();

// Fails with every unusable variable (file "environment", no line).
[[nodiscard]] std::expected<LoadedConfig, ConfigDiagnostics> ConfigFromEnvironment(
    const Environment& environment);

}  // namespace warden
