// SPDX-License-Identifier: Apache-2.0
// A finding on one line, for reporters that log.
#pragma once

#include <string>

#include "promql/report/report.h"

namespace promql::report {

// With its line feed, and no other.
[[nodiscard]] std::string PlainLine(const Finding& finding);

}  // namespace promql::report
