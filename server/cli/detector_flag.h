// SPDX-License-Identifier: Apache-2.0
// What `--detector NAME` of the verbs means. Pure.
#pragma once

#include <string>

#include "server/anomaly/domain_checks.h"
#include "server/base/result.h"

namespace warden::cli {

// invalid: there is none of this name; says which there are.
[[nodiscard]] Result<anomaly::NamedDetector> DetectorOf(const std::string& name);

// For `--help`.
[[nodiscard]] std::string DetectorHelp();

}  // namespace warden::cli
