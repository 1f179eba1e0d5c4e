// SPDX-License-Identifier: Apache-2.0
// The page at `/`: what this is and where its parts are. No outside assets, nothing from the
// configuration.
#pragma once

#include <string>
#include <string_view>

#include "server/api/api.h"

namespace warden::api {

[[nodiscard]] std::string LandingPage(const Build& build, std::string_view prefix);

}  // namespace warden::api
