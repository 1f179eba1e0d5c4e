// SPDX-License-Identifier: Apache-2.0
// A channel turns a Message into a request and the answer into a verdict: no sockets, no clock, no
// retry of its own. A channel that needs several exchanges (look up, then create) answers kContinue
// with the name of its next step, and is asked to compose again with that step. Channels are
// immutable, safe from any thread, and borrow the configuration snapshot they were made from.
//
//   Compose(message, context) ─▶ request ─▶ [delivery sends it] ─▶ response ─▶ Judge ─▶ delivered
//      ▲                                                                       │ ├▶ retry, later
//      │                                                                       │ ├▶ refused:
//      └──────────────────── continue, with the next step ◀────────────────────┘ content, place
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "server/alert/notification.h"
#include "server/base/clock.h"
#include "server/base/result.h"
#include "server/config/config.h"

namespace warden {

struct ChannelHttpRequest {
  std::string method = "POST";
  std::string url;  // may hold a secret: never logged whole
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  const HttpConfig* http = nullptr;  // TLS, proxy, authentication of this integration; null: none
  bool is_host_secret = false;       // its host is not for errors and logs either
  Duration timeout = std::chrono::seconds{10};
};

struct ChannelMail {
  const EmailConfig* email = nullptr;  // server, TLS, credentials
  std::string from;
  std::vector<std::string> to;
  std::string bytes;  // the whole message, CRLF lines
};

using ChannelRequest = std::variant<ChannelHttpRequest, ChannelMail>;

// An HTTP answer, or for mail the SMTP code as status and its text as body.
struct ChannelResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;

  [[nodiscard]] std::string_view Header(std::string_view name) const;
};

enum class Outcome : std::uint8_t {
  kDelivered,
  kContinue,            // one more exchange: Verdict::next_step
  kRetry,               // later: Verdict::retry_after, else the delivery's own backoff
  kRefusedContent,      // permanent for this text: once more in plain form, then dead
  kRefusedDestination,  // permanent for this destination (credentials, address): open its circuit
};

struct Verdict {
  Outcome outcome = Outcome::kDelivered;
  std::string reason;  // for people, without secrets; the remote's own words where it has some
  std::optional<Duration> retry_after;
  std::string remote_id;  // what the remote calls our message: kept per incident and destination
  std::string next_step;
};

// What the delivery row remembers between attempts and exchanges.
struct ChannelContext {
  std::string remote_id;  // from an earlier delivery of the same incident to the same destination
  std::string step;       // empty for the first exchange of every attempt, a retry's too
  bool plain = false;     // compose the short, unformatted variant
  bool outcome_unknown = false;  // an earlier attempt may have arrived
  Instant now;
};

class Channel {
 public:
  virtual ~Channel() = default;
  // unavailable: a secret file cannot be read; invalid: nothing can be made of this message.
  [[nodiscard]] virtual Result<ChannelRequest> Compose(const Message& message,
                                                       const ChannelContext& context) const = 0;
  [[nodiscard]] virtual Verdict Judge(const Message& message, const ChannelContext& context,
                                      const ChannelResponse& response) const = 0;
  // Whether this message is wanted here at all (send_resolved).
  [[nodiscard]] virtual bool Wants(const Message& message) const = 0;
};

// The channel behind a destination: an integration of a receiver, or Grafana. `config` must outlive
// it. invalid: no such receiver, kind or index in this configuration.
[[nodiscard]] Result<std::unique_ptr<Channel>> MakeChannel(const Config& config,
                                                           const Destination& destination);

}  // namespace warden
