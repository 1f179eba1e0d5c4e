// SPDX-License-Identifier: Apache-2.0
// Functions that rules and notifications have in common. Private to the room.
#pragma once

#include "promql/template/function.h"
#include "promql/template/unicode.h"

namespace promql::tmpl {

Value MatchText(Call& call);       // pattern, text → bool
Value ReplaceAllText(Call& call);  // pattern, replacement, text
// With the separator between them.
Value JoinTexts(Call& call, std::span<const Value> texts, std::string_view separator);
Value UpperText(Call& call);
Value LowerText(Call& call);
Value SafeHtml(Call& call);

}  // namespace promql::tmpl
