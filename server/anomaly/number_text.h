// SPDX-License-Identifier: Apache-2.0
// Numbers as the sentences about verdicts say them.
#pragma once

#include <string>

namespace warden::anomaly {

// Four significant digits: `84.25`, `1.2e+06`.
[[nodiscard]] std::string Number(double value);

}  // namespace warden::anomaly
