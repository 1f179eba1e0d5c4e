// SPDX-License-Identifier: Apache-2.0
// Who may do what. Senders show what `intake` asks of their source; whoever changes something here
// by hand shows what `intake` asks, or, where only sources ask, what any of them does. Looking is
// free. A bearer token may also come as `X-API-Key`. Secrets are read at each use.
#pragma once

#include <optional>
#include <string_view>

#include "server/api/api.h"

namespace warden::api {

// 401, when the credentials of `head` do not fit.
[[nodiscard]] std::optional<ServerResponse> RefuseSender(const Parts& parts,
                                                         std::string_view source,
                                                         const RequestHead& head);

// For routes that change something.
[[nodiscard]] Admit OperatorsOnly(const std::shared_ptr<const Parts>& parts);

}  // namespace warden::api
