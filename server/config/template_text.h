// SPDX-License-Identifier: Apache-2.0
// What the configuration needs to know of Go templates: whether one parses.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace warden {

// Why the text is no template; nothing when it is one. With Go's built-in functions only, as
// Alertmanager checks webhook URLs.
[[nodiscard]] std::optional<std::string> TemplateProblem(std::string_view text);

// The same with Alertmanager's functions, as messages have them. Nothing for a text without `{{`.
[[nodiscard]] std::optional<std::string> MessageTemplateProblem(std::string_view text);

}  // namespace warden
