// SPDX-License-Identifier: Apache-2.0
// Every verb of promwarden-lint, in the order of the help text.
#pragma once

#include <array>
#include <memory>

#include "promql/cli/verb.h"

namespace promql::cli {

std::unique_ptr<Verb> MakeCheckVerb();
std::unique_ptr<Verb> MakeCiVerb();
std::unique_ptr<Verb> MakeFixVerb();
std::unique_ptr<Verb> MakeBaselineVerb();
std::unique_ptr<Verb> MakeExplainVerb();
std::unique_ptr<Verb> MakeListChecksVerb();
std::unique_ptr<Verb> MakeConfigVerb();
std::unique_ptr<Verb> MakeGraphVerb();
std::unique_ptr<Verb> MakeCoverageVerb();
std::unique_ptr<Verb> MakeParseVerb();
std::unique_ptr<Verb> MakeTemplateVerb();
std::unique_ptr<Verb> MakeFmtVerb();

inline constexpr auto kVerbs = std::to_array<std::unique_ptr<Verb> (*)()>({
    MakeCheckVerb,
    MakeCiVerb,
    MakeFixVerb,
    MakeBaselineVerb,
    MakeExplainVerb,
    MakeListChecksVerb,
    MakeConfigVerb,
    MakeGraphVerb,
    MakeCoverageVerb,
    MakeParseVerb,
    MakeTemplateVerb,
    MakeFmtVerb,
});

}  // namespace promql::cli
