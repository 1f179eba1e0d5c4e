// SPDX-License-Identifier: Apache-2.0
// Hashes and encodings that requests need. Pure; safe from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace warden {

// Lower case.
[[nodiscard]] std::string Hex(std::string_view bytes);
[[nodiscard]] std::string Sha256Hex(std::string_view bytes);
// 32 raw bytes.
[[nodiscard]] std::string HmacSha256(std::string_view key, std::string_view bytes);

[[nodiscard]] std::string Base64(std::string_view bytes);
// Nothing when it is not padded base64.
[[nodiscard]] std::optional<std::string> FromBase64(std::string_view text);

// The `webhook-signature` of Standard Webhooks: `v1,` and base64 of the HMAC over
// id.timestamp.body, one for each of the blank-separated secrets. A secret is `whsec_` and base64,
// or taken as it is.
[[nodiscard]] std::string WebhookSignature(std::string_view secrets, std::string_view id,
                                           std::string_view timestamp, std::string_view body);

}  // namespace warden
