// SPDX-License-Identifier: Apache-2.0
#include "server/channels/channel.h"

#include "server/channels/makers.h"

namespace warden {
namespace {

template <class Own>
Result<std::unique_ptr<Channel>> FromReceiver(const Config& config, const Destination& destination,
                                              std::vector<Own> Receiver::* list,
                                              std::unique_ptr<Channel> (*make)(const Config&,
                                                                               const Own&)) {
  const Receiver* receiver = config.FindReceiver(destination.receiver);
  if (receiver == nullptr) {
    return Fail(ErrorCode::kInvalid, "no receiver \"" + destination.receiver + "\" any more");
  }
  const std::vector<Own>& all = receiver->*list;
  if (destination.index < 0 || static_cast<std::size_t>(destination.index) >= all.size()) {
    return Fail(ErrorCode::kInvalid, "no integration " + Text(destination) + " any more");
  }
  return make(config, all[static_cast<std::size_t>(destination.index)]);
}

template <class Own>
Result<std::unique_ptr<Channel>> FromConfig(const Config& config, const Own& own,
                                            const Destination& destination,
                                            std::unique_ptr<Channel> (*make)(const Config&,
                                                                             const Own&)) {
  if (!own.is_set() || destination.index != 0) {
    return Fail(ErrorCode::kInvalid, destination.kind + " is not configured");
  }
  return make(config, own);
}

}  // namespace

std::string_view ChannelResponse::Header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

Result<std::unique_ptr<Channel>> MakeChannel(const Config& config, const Destination& destination) {
#define RECEIVER_CHANNEL(name, Type, Make) \
  if (destination.kind == #name) return FromReceiver(config, destination, &Receiver::name, Make);
#define CONFIG_CHANNEL(name, Type, Make) \
  if (destination.kind == #name) return FromConfig(config, config.name, destination, Make);
#include "server/channels/channels.def"
#undef RECEIVER_CHANNEL
#undef CONFIG_CHANNEL
  return Fail(ErrorCode::kInvalid, "no channel of kind \"" + destination.kind + "\"");
}

}  // namespace warden
