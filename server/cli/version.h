// SPDX-License-Identifier: Apache-2.0
// Which build this is: the project's version and the commit it was made from ("unknown" outside a
// checkout).
#pragma once

#include <string>

namespace warden {

[[nodiscard]] std::string Version();
[[nodiscard]] std::string Revision();
// `promwarden, version 0.1.0 (revision: abc)` and how it was built, as Prometheus' programs print
// it.
[[nodiscard]] std::string VersionText();

}  // namespace warden
