// SPDX-License-Identifier: Apache-2.0
// Every verb of promwarden-lint, in the order of the help text.
#pragma once

#include <array>
#include <memory>

#include "promql/cli/verb.h"

namespace promql::cli {

std::unique_ptr<Verb> MakeParseVerb();
std::unique_ptr<Verb> MakeTemplateVerb();

inline constexpr auto kVerbs = std::to_array<std::unique_ptr<Verb> (*)()>({
    MakeParseVerb,
    MakeTemplateVerb,
});

}  // namespace promql::cli
