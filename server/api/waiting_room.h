// SPDX-License-Identifier: Apache-2.0
// The face of a daemon whose store cannot be opened yet, because the disk is full: alive, not
// ready, and 503 with Retry-After for all else, so that senders come again. Owns its listener.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/base/result.h"
#include "server/net/http_server.h"

namespace warden::api {

class WaitingRoom {
 public:
  // `prefix` of all paths, `reason` for people.
  [[nodiscard]] static Result<std::unique_ptr<WaitingRoom>> Open(
      const std::vector<std::string>& addresses, const std::string& prefix,
      const std::string& reason);

 private:
  HttpServer server_;
};

}  // namespace warden::api
