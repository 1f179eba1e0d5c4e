// SPDX-License-Identifier: Apache-2.0
// Raises alerts in the Alertmanager of a configuration's `alertmanager_url`, with
// `global.http_config`.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "server/base/result.h"
#include "server/config/config.h"
#include "server/net/http_client.h"

namespace warden::cli {

// Posts a JSON list of alerts and waits for the answer, at most ten seconds. The function is safe
// from any thread; it borrows `http`.
[[nodiscard]] std::function<Result<void>(const std::shared_ptr<const Config>&, std::string alerts)>
AlertmanagerPoster(HttpClient& http);

}  // namespace warden::cli
