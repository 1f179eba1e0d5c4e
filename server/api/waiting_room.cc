// SPDX-License-Identifier: Apache-2.0
#include "server/api/waiting_room.h"

#include "server/api/api.h"

namespace warden::api {

Result<std::unique_ptr<WaitingRoom>> WaitingRoom::Open(const std::vector<std::string>& addresses,
                                                       const std::string& prefix,
                                                       const std::string& reason) {
  auto room = std::make_unique<WaitingRoom>();
  const auto healthy = [](const ServerRequest&, Respond respond) {
    respond({.body = "promwarden is healthy.\n"});
  };
  room->server_.Add({.method = "GET", .path = prefix + "/-/healthy", .handler = healthy});
  const auto later = [reason](const RequestHead&) -> std::optional<ServerResponse> {
    return ComeAgain(reason);
  };
  for (const char* method : {"GET", "POST", "PUT"}) {
    room->server_.Add({.method = method,
                       .path = "/{rest...}",
                       .handler = [](const ServerRequest&, Respond) {},
                       .admit = later});
  }
  if (auto started = room->server_.Start(addresses); !started)
    return std::unexpected(started.error());
  return room;
}

}  // namespace warden::api
