// SPDX-License-Identifier: Apache-2.0
// One configuration and the channels made from it, each once. Those who send keep a shared_ptr, so
// that a reload never pulls the configuration from under a request. For the courier's thread.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "server/channels/channel.h"
#include "server/config/config.h"
#include "server/delivery/gate.h"

namespace warden {

using ChannelFactory =
    std::function<Result<std::unique_ptr<Channel>>(const Config&, const Destination&)>;

class Snapshot {
 public:
  Snapshot(std::shared_ptr<const Config> config, ChannelFactory make_channel);

  [[nodiscard]] const Config& config() const { return *config_; }
  // invalid: this configuration has no such destination.
  [[nodiscard]] Result<const Channel*> ChannelOf(const Destination& destination);

  [[nodiscard]] RetryPolicy retry_policy() const;
  [[nodiscard]] GatePolicy gate_policy(const Destination& destination) const;

 private:
  std::shared_ptr<const Config> config_;
  ChannelFactory make_channel_;
  std::map<Destination, Result<std::unique_ptr<Channel>>> channels_;
};

}  // namespace warden
