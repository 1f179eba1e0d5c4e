// SPDX-License-Identifier: Apache-2.0
// Pages for people, rendered on the server: one look, no outside assets, no script.
#pragma once

#include <string>
#include <string_view>

#include "server/api/api.h"

namespace warden::api {

// At `/`: what this is and where its parts are. Nothing from the configuration.
[[nodiscard]] ServerResponse LandingPage(const Build& build, std::string_view prefix);

// `body` is HTML; `title` is escaped here.
[[nodiscard]] ServerResponse HtmlPage(int status, std::string_view title, std::string_view body);

}  // namespace warden::api
