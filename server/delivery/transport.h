// SPDX-License-Identifier: Apache-2.0
// What happened on the wire → what it means: an answer that the channel can judge, or an attempt
// that ended without one. Pure.
#pragma once

#include <variant>

#include "server/channels/channel.h"
#include "server/delivery/circuit.h"
#include "server/delivery/retry.h"
#include "server/net/http_client.h"

namespace warden {

using Heard = std::variant<ChannelResponse, Attempt>;

[[nodiscard]] Heard Hear(HttpResult result);
// A mail that was taken is 250; a server that said no is its code.
[[nodiscard]] Heard Hear(const MailResult& result);

// What is left when no answer came. `body_was_sent` decides whether the receiver may have acted.
[[nodiscard]] Attempt Classify(SendFault fault, bool body_was_sent, std::string reason);

// Everything but kContinue.
[[nodiscard]] Attempt FromVerdict(const Verdict& verdict);

[[nodiscard]] CircuitSignal SignalOf(const Attempt& attempt);

}  // namespace warden
