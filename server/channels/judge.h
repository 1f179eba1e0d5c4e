// SPDX-License-Identifier: Apache-2.0
// What an HTTP answer means, where a channel has no rule of its own: 2xx is delivered; 408, 425,
// 429 and 5xx come again, as late as Retry-After says but within 15 minutes; 401, 403, 404, 410 and
// redirects close the destination or the content. Pure; safe from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/channels/channel.h"

namespace warden {

inline constexpr Duration kMaxRetryAfter = std::chrono::minutes(15);

// Seconds or an HTTP date, never negative, at most kMaxRetryAfter.
[[nodiscard]] std::optional<Duration> RetryAfter(const ChannelResponse& response, Instant now);
// The same for seconds that stand in a body.
[[nodiscard]] Duration RetryAfterSeconds(double seconds);

[[nodiscard]] bool IsRetryStatus(int status);

// What must not be seen in a reason: secrets, and of URLs also what stands after the host. A secret
// that cannot be read is left out.
class Secrets {
 public:
  void Add(const Secret& secret);
  void AddUrl(const Secret& url);
  // The text of an answer for a reason: cleaned, without secrets, at most 200 characters.
  [[nodiscard]] std::string Quote(std::string_view text) const;

 private:
  void AddText(std::string text);
  std::vector<std::string> texts_;  // longest first
};

// `503 Service Unavailable: the server's own words`
[[nodiscard]] std::string AnswerReason(int status, std::string_view words, const Secrets& secrets);

// By status alone. 404 and 410 refuse the content here; a channel whose URL is the credential
// turns them into a refused destination.
[[nodiscard]] Verdict JudgeStatus(const ChannelResponse& response, Instant now,
                                  std::string_view words, const Secrets& secrets);

// A mail server's code: 4yz comes again; 5yz about login or mailbox closes the destination.
[[nodiscard]] Verdict JudgeSmtp(const ChannelResponse& response, const Secrets& secrets);

}  // namespace warden
