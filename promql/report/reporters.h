// SPDX-License-Identifier: Apache-2.0
// The functions behind reporters.def, for its table and for reporters that build upon each other.
#pragma once

#include <string>

#include "promql/report/report.h"

namespace promql::report {

#define REPORTER(name, function, summary) std::string function(const Report&, const Style&);
#include "promql/report/reporters.def"
#undef REPORTER

}  // namespace promql::report
