// SPDX-License-Identifier: Apache-2.0
#include "server/net/auth.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <cstddef>

#include "server/net/http_headers.h"

namespace warden {
namespace {

using Digest = std::array<unsigned char, EVP_MAX_MD_SIZE>;

std::string Base64(std::string_view text) {
  std::string out((text.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock ends with a NUL
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

// The text after `scheme` and blanks; the scheme's letters may have any case.
std::optional<std::string_view> AfterScheme(std::string_view value, std::string_view scheme) {
  if (value.size() <= scheme.size() || value[scheme.size()] != ' ' ||
      !EqualsIgnoringCase(value.substr(0, scheme.size()), scheme)) {
    return std::nullopt;
  }
  const std::size_t start = value.find_first_not_of(' ', scheme.size());
  return start == std::string_view::npos ? std::string_view{} : value.substr(start);
}

}  // namespace

bool ConstantTimeEqual(std::string_view a, std::string_view b) {
  Digest digest_a{};
  Digest digest_b{};
  const bool hashed =
      EVP_Digest(a.data(), a.size(), digest_a.data(), nullptr, EVP_sha256(), nullptr) == 1 &&
      EVP_Digest(b.data(), b.size(), digest_b.data(), nullptr, EVP_sha256(), nullptr) == 1;
  return hashed && CRYPTO_memcmp(digest_a.data(), digest_b.data(), digest_a.size()) == 0;
}

std::string BasicAuthorization(std::string_view username, std::string_view password) {
  std::string pair(username);
  pair += ':';
  pair += password;
  return "Basic " + Base64(pair);
}

std::string BearerAuthorization(std::string_view token) { return "Bearer " + std::string(token); }

AuthVerdict CheckAuthorization(std::optional<std::string_view> authorization,
                               const AcceptedCredentials& accepted) {
  if (!authorization) return AuthVerdict::kMissing;
  bool found = false;  // every credential is compared, so that the time tells nothing
  if (const auto token = AfterScheme(*authorization, "Bearer")) {
    for (const std::string& good : accepted.bearer) {
      found = (!good.empty() && ConstantTimeEqual(*token, good)) || found;
    }
  } else if (const auto pair = AfterScheme(*authorization, "Basic")) {
    for (const BasicCredential& good : accepted.basic) {
      const std::string expected = BasicAuthorization(good.username, good.password);
      found = ConstantTimeEqual(*pair, std::string_view(expected).substr(6)) || found;
    }
  }
  return found ? AuthVerdict::kAccepted : AuthVerdict::kWrong;
}

std::string Challenge(const AcceptedCredentials& accepted) {
  std::string out;
  if (!accepted.basic.empty()) out = R"(Basic realm="promwarden", charset="UTF-8")";
  if (!accepted.bearer.empty()) out += out.empty() ? "Bearer" : ", Bearer";
  return out;
}

}  // namespace warden
