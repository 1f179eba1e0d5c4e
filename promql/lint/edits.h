// SPDX-License-Identifier: Apache-2.0
// Edits of rule files that keep everything else as it stands.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "promql/lint/check.h"

namespace promql::lint {

// Takes a key and its scalar out of a rule, with the whole line when nothing else is on it. Nothing
// where that cannot be done by taking bytes out: flow style, the first key of the rule, an alias.
[[nodiscard]] std::optional<DraftEdit> RemovalOf(const RuleContext& rule, std::string_view key);

// Replaces a part of a rule's expression. Nothing where the scalar's style would change what the
// text says: a quote inside quotes, a line break in a plain scalar, an aliased or escaped part.
[[nodiscard]] std::optional<DraftEdit> Replacement(const RuleContext& rule, Span part,
                                                   std::string text);
// The same in any scalar; bytes of its value.
[[nodiscard]] std::optional<DraftEdit> Replacement(const rulefile::Text& scalar, std::size_t begin,
                                                   std::size_t end, std::string text);

}  // namespace promql::lint
