// SPDX-License-Identifier: Apache-2.0
#include "server/channels/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <array>
#include <cassert>

namespace warden {
namespace {

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string Hex(std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex += {kHex[byte >> 4U], kHex[byte & 0xFU]};
  }
  return hex;
}

std::string Sha256Hex(std::string_view bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(Bytes(bytes), bytes.size(), digest.data());
  return Hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string HmacSha256(std::string_view key, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  const unsigned char* made = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                                   Bytes(bytes), bytes.size(), digest.data(), &length);
  assert(made != nullptr);
  return {reinterpret_cast<const char*>(made), length};
}

std::string Base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), Bytes(bytes),
                                     static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

std::optional<std::string> FromBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  const int length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), Bytes(text),
                                     static_cast<int>(text.size()));
  if (length < 0) return std::nullopt;
  std::size_t size = static_cast<std::size_t>(length);
  for (std::size_t i = text.size(); i > 0 && text[i - 1] == '=' && size > 0; --i) --size;
  bytes.resize(size);
  return bytes;
}

std::string WebhookSignature(std::string_view secrets, std::string_view id,
                             std::string_view timestamp, std::string_view body) {
  constexpr std::string_view kPrefix = "whsec_";
  const std::string signed_text =
      std::string(id) + "." + std::string(timestamp) + "." + std::string(body);
  std::string signatures;
  while (!secrets.empty()) {
    const std::size_t end = std::min(secrets.find_first_of(" \t\r\n"), secrets.size());
    const std::string_view secret = secrets.substr(0, end);
    secrets.remove_prefix(std::min(end + 1, secrets.size()));
    if (secret.empty()) continue;
    std::optional<std::string> key;
    if (secret.starts_with(kPrefix)) key = FromBase64(secret.substr(kPrefix.size()));
    if (!signatures.empty()) signatures += ' ';
    signatures += "v1," + Base64(HmacSha256(key.value_or(std::string(secret)), signed_text));
  }
  return signatures;
}

}  // namespace warden
