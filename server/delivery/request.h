// SPDX-License-Identifier: Apache-2.0
// A channel's request plus its http_config or mail settings → what the HTTP client sends: secrets
// revealed, authentication, TLS and proxy filled in. What was revealed is kept beside it, so that
// it can be struck out of whatever the other side answers.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/channels/channel.h"
#include "server/net/http_client.h"

namespace warden {

// Certificates and keys that stand in the configuration itself, as files that exist in memory only
// (TLS libraries want paths). Each text once, until the end of the owner.
class PemFiles {
 public:
  PemFiles() = default;
  ~PemFiles();
  PemFiles(const PemFiles&) = delete;
  PemFiles& operator=(const PemFiles&) = delete;

  [[nodiscard]] Result<std::string> PathOf(const std::string& pem);

 private:
  std::map<std::string, int> descriptors_;
};

struct Prepared {
  std::variant<HttpRequest, MailRequest> request;
  std::vector<std::string> secrets = {};  // longest first
};

// `text` without any of them.
[[nodiscard]] std::string Strike(std::string text, const std::vector<std::string>& secrets);

// The same for the body of an answer, before anybody quotes a part of it: half a secret is still
// one. Very short ones stay there, as they may be words of its form.
[[nodiscard]] std::string StrikeFromAnswer(std::string body,
                                           const std::vector<std::string>& secrets);

// unavailable: a secret file cannot be read; invalid: settings that this program cannot follow.
[[nodiscard]] Result<Prepared> Prepare(ChannelRequest request, PemFiles& files);

}  // namespace warden
