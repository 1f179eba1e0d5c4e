// SPDX-License-Identifier: Apache-2.0
// The Authorization header, both ways: making Basic and Bearer values, and checking one against
// several accepted credentials (two at once while one is rotated). Comparisons take the same time
// whatever the guess. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warden {

struct BasicCredential {
  std::string username = {};
  std::string password = {};
};

struct AcceptedCredentials {
  std::vector<BasicCredential> basic = {};
  std::vector<std::string> bearer = {};

  [[nodiscard]] bool empty() const { return basic.empty() && bearer.empty(); }
};

enum class AuthVerdict : std::uint8_t { kAccepted, kMissing, kWrong };

// `authorization`: the request's header, nullopt when it has none. Nobody is accepted by an empty
// list.
[[nodiscard]] AuthVerdict CheckAuthorization(std::optional<std::string_view> authorization,
                                             const AcceptedCredentials& accepted);

// Value of WWW-Authenticate for a 401: the schemes that `accepted` has.
[[nodiscard]] std::string Challenge(const AcceptedCredentials& accepted);

[[nodiscard]] std::string BasicAuthorization(std::string_view username, std::string_view password);
[[nodiscard]] std::string BearerAuthorization(std::string_view token);

// Says nothing by its duration about where two texts differ, nor about their lengths.
[[nodiscard]] bool ConstantTimeEqual(std::string_view a, std::string_view b);

}  // namespace warden
