// SPDX-License-Identifier: Apache-2.0
// For test programs that draw charts; included in one source of each. Fontconfig keeps its caches
// to the end of the process; the leak sanitizer, if it is there, asks here.
#pragma once

extern "C" const char* __lsan_default_suppressions();   // NOLINT(bugprone-reserved-identifier)
extern "C" const char* __lsan_default_suppressions() {  // NOLINT(bugprone-reserved-identifier)
  return "leak:libfontconfig\n";
}
