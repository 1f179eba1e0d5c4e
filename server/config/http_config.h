// SPDX-License-Identifier: Apache-2.0
// How an HTTP request is made, in Prometheus' own words (`http_config`): authentication, TLS,
// proxy, extra headers. Plain immutable values. `bearer_token(_file)` has already become an
// Authorization of type Bearer. Inline or file, a secret is one Secret, read at use.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/base/secret.h"

namespace warden {

enum class TlsVersion : std::uint8_t { kDefault, kTls10, kTls11, kTls12, kTls13 };

struct TlsConfig {
  std::string ca;  // PEM text; at most one of text and file is set
  std::string ca_file;
  std::string cert;
  std::string cert_file;
  Secret key;  // inline PEM or file
  std::string server_name;
  bool insecure_skip_verify = false;
  TlsVersion min_version = TlsVersion::kDefault;
  TlsVersion max_version = TlsVersion::kDefault;

  friend bool operator==(const TlsConfig&, const TlsConfig&) = default;
};

struct BasicAuth {
  Secret username;  // no secret by nature, but it may stand in a file
  Secret password;

  friend bool operator==(const BasicAuth&, const BasicAuth&) = default;
};

struct Authorization {
  std::string type = "Bearer";
  Secret credentials;

  friend bool operator==(const Authorization&, const Authorization&) = default;
};

struct ProxyConfig {
  std::string url;       // may carry a password: never log it
  std::string no_proxy;  // comma-separated hosts, IPs, CIDRs
  bool from_environment = false;
  std::map<std::string, std::vector<Secret>> connect_headers;

  friend bool operator==(const ProxyConfig&, const ProxyConfig&) = default;
};

struct OAuth2 {
  std::string client_id;
  Secret client_secret;
  std::string grant_type;  // empty: client_credentials; or the JWT-bearer grant
  Secret client_certificate_key;
  std::string client_certificate_key_id;
  std::string signature_algorithm;
  std::string issuer;
  std::string audience;
  std::map<std::string, std::string> claims;  // values as JSON text
  std::vector<std::string> scopes;
  std::string token_url;
  std::map<std::string, std::string> endpoint_params;
  TlsConfig tls;
  ProxyConfig proxy;

  friend bool operator==(const OAuth2&, const OAuth2&) = default;
};

struct HttpConfig {
  std::optional<BasicAuth> basic_auth;
  std::optional<Authorization> authorization;
  std::optional<OAuth2> oauth2;
  TlsConfig tls;
  ProxyConfig proxy;
  bool follow_redirects = true;
  bool enable_http2 = true;
  // Header name → values in order (plain, then secret, then from files).
  std::map<std::string, std::vector<Secret>> headers;

  friend bool operator==(const HttpConfig&, const HttpConfig&) = default;
};

}  // namespace warden
