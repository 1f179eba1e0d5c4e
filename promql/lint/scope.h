// SPDX-License-Identifier: Apache-2.0
// Whether an override or a policy speaks of a rule. Pure; safe from any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "promql/lint/config.h"
#include "promql/lint/context.h"

namespace promql::lint {

// `*` and `?` stay within a folder, `**` crosses folders, `[abc]` is one of them; a pattern without
// a slash is matched against the file's name. Takes at most pattern × path steps.
[[nodiscard]] bool MatchesGlob(std::string_view pattern, std::string_view path);

// Whether one of the configuration's globs, which begin at its folder, means a path that is shown,
// which begins at the working folder.
[[nodiscard]] bool MatchesAny(const Config& config, const std::vector<std::string>& globs,
                              std::string_view path);

// `rule` null: of a file as a whole, to which only paths and owner can apply.
[[nodiscard]] bool IsIn(const Scope& scope, const FileContext& file, const RuleContext* rule,
                        std::string_view owner);

}  // namespace promql::lint
