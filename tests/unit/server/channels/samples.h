// SPDX-License-Identifier: Apache-2.0
// A configuration with one integration of every kind, and the messages that every channel is tried
// with. Every secret in it contains kCanary.
#pragma once

#include <array>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "server/channels/channel.h"

namespace warden {

// For failures and test names.
inline void PrintTo(const Destination& destination, std::ostream* out) {
  *out << Text(destination);
}
inline void PrintTo(Outcome outcome, std::ostream* out) {
  static constexpr auto kNames = std::to_array<std::string_view>(
      {"delivered", "continue", "retry", "refused content", "refused destination"});
  *out << kNames[static_cast<std::size_t>(outcome)];
}

}  // namespace warden

namespace warden::samples {

inline constexpr std::string_view kCanary = "CANARY0123456789";

[[nodiscard]] Instant At(std::string_view rfc3339);
[[nodiscard]] Config EveryChannel();

[[nodiscard]] Message Firing();
[[nodiscard]] Message Resolved();
[[nodiscard]] Message Many();     // 40 firing, 3 resolved
[[nodiscard]] Message Hostile();  // labels and annotations that attack
[[nodiscard]] Message Anomalous();
[[nodiscard]] Message Charted();   // with a picture, and an address of it
[[nodiscard]] Message Overlong();  // every text as long as it gets

struct Named {
  std::string name;
  Message message;
};
[[nodiscard]] std::vector<Named> All();

// Every channel's destination in EveryChannel(), Grafana's too.
[[nodiscard]] std::vector<Destination> Destinations();
[[nodiscard]] std::unique_ptr<Channel> Make(const Config& config, std::string_view kind);

// What the remote answers to a good request, whatever step it is.
[[nodiscard]] ChannelResponse Success(std::string_view kind, const ChannelRequest& request);
[[nodiscard]] ChannelResponse Answer(int status, std::string body = {});

// Everything that leaves the house, as one text: method, URL, headers, body; or envelope and mail.
[[nodiscard]] std::string Dump(const ChannelRequest& request);
// The bytes that hold the message.
[[nodiscard]] std::string Body(const ChannelRequest& request);

// The context of a first attempt shortly after the message was made.
[[nodiscard]] ChannelContext Context(const Message& message);

}  // namespace warden::samples
