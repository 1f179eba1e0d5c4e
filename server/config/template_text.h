// SPDX-License-Identifier: Apache-2.0
// What the configuration needs to know of Go templates: whether one parses, with Go's built-in
// functions only, as Alertmanager checks webhook URLs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace warden {

// Said of every receiver field that holds a template.
inline constexpr std::string_view kBuiltinInstead =
    "templates are not expanded yet: the built-in message is used here";

// Why the text is no template; nothing when it is one.
[[nodiscard]] std::optional<std::string> TemplateProblem(std::string_view text);

}  // namespace warden
