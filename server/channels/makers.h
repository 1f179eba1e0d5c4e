// SPDX-License-Identifier: Apache-2.0
// The maker of each channel of channels.def, and what their requests have in common. Both arguments
// of a maker must outlive the channel.
#pragma once

#include <algorithm>
#include <chrono>
#include <memory>

#include "server/channels/channel.h"

namespace warden {

#define RECEIVER_CHANNEL(kind, Type, Make) \
  [[nodiscard]] std::unique_ptr<Channel> Make(const Config& config, const Type& own);
#define CONFIG_CHANNEL(kind, Type, Make) RECEIVER_CHANNEL(kind, Type, Make)
#include "server/channels/channels.def"
#undef RECEIVER_CHANNEL
#undef CONFIG_CHANNEL

// The integration's own timeout, else the general one.
[[nodiscard]] inline Duration RequestTimeout(const Config& config, std::chrono::nanoseconds own) {
  return own.count() > 0 ? std::max(std::chrono::ceil<Duration>(own), Duration{1})
                         : Duration{config.delivery.timeout};
}

// A POST of JSON.
[[nodiscard]] inline ChannelHttpRequest JsonPost(std::string url, std::string body,
                                                 const HttpConfig* http, Duration timeout) {
  ChannelHttpRequest request;
  request.url = std::move(url);
  request.headers = {{"Content-Type", "application/json"}};
  request.body = std::move(body);
  request.http = http;
  request.timeout = timeout;
  return request;
}

}  // namespace warden
