// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "promql/model/go_text.h"
#include "server/config/choice.h"
#include "server/config/sections.h"
#include "server/config/url.h"
#include "server/config/yaml_scalar.h"

namespace warden {
namespace {

// A secret that may also be named for a secret manager. There is none here: such a name is
// accepted, as Alertmanager does, and reported.
struct RefDraft : SecretDraft {
  std::string ref;
  const YamlNode* ref_at = nullptr;

  [[nodiscard]] int count() const {
    return (has_text ? 1 : 0) + (file.empty() ? 0 : 1) + (ref.empty() ? 0 : 1);
  }
};

template <auto Member, class T>
void SetRef(T& out, Reader& reader, const YamlNode& node) {
  ReadValue(reader, node, (out.*Member).ref);
  if (!(out.*Member).ref.empty())
    reader.Notice(node, "there is no secret manager here: this secret stays empty");
}
template <auto Member, class T>
void SetFile(T& out, Reader& reader, const YamlNode& node) {
  SetSecretFile<Member>(out, reader, node);
  (out.*Member).file = reader.Join((out.*Member).file);
}

void AtMostOne(Reader& reader, const YamlNode& at, const RefDraft& draft, const std::string& keys) {
  if (draft.count() > 1) reader.Error(at, "at most one of " + keys + " can be set");
}

Secret SecretOf(const RefDraft& draft) {
  if (draft.has_text) return Secret::Inline(draft.text);
  return draft.file.empty() ? Secret() : Secret::File(draft.file);
}

// --- tls_config ---

struct VersionText {
  TlsVersion version = TlsVersion::kDefault;
};

void ReadValue(Reader& reader, const YamlNode& node, VersionText& out) {
  constexpr Choice<TlsVersion> kVersions[] = {{"TLS10", TlsVersion::kTls10},
                                              {"TLS11", TlsVersion::kTls11},
                                              {"TLS12", TlsVersion::kTls12},
                                              {"TLS13", TlsVersion::kTls13}};
  if (!node.IsNull()) ReadChoice(reader, node, kVersions, out.version);
}

struct TlsDraft {
  RefDraft ca, cert, key;
  std::string server_name;
  bool insecure_skip_verify = false;
  VersionText min_version, max_version;
};

constexpr Field<TlsDraft> kTlsFields[] = {
    {"ca", SetSecret<&TlsDraft::ca>},
    {"ca_file", SetFile<&TlsDraft::ca>},
    {"ca_ref", SetRef<&TlsDraft::ca>},
    {"cert", SetSecret<&TlsDraft::cert>},
    {"cert_file", SetFile<&TlsDraft::cert>},
    {"cert_ref", SetRef<&TlsDraft::cert>},
    {"key", SetSecret<&TlsDraft::key>},
    {"key_file", SetFile<&TlsDraft::key>},
    {"key_ref", SetRef<&TlsDraft::key>},
    {"server_name", Set<&TlsDraft::server_name>},
    {"insecure_skip_verify", Set<&TlsDraft::insecure_skip_verify>},
    {"min_version", Set<&TlsDraft::min_version>},
    {"max_version", Set<&TlsDraft::max_version>},
};

// --- proxy, shared by http_config and oauth2 ---

struct ProxyUrl {
  std::string text;
  bool is_set = false;
};

void ReadValue(Reader& reader, const YamlNode& node, ProxyUrl& out) {
  out = {};
  if (node.IsNull()) return;
  ReadValue(reader, node, out.text);
  out.is_set = true;
  if (const auto problem = UrlProblem(out.text)) reader.Error(node, *problem);
}

// Header names to lists of secret values.
struct SecretLists {
  std::map<std::string, std::vector<Secret>> values;
};

void ReadValue(Reader& reader, const YamlNode& node, SecretLists& out) {
  out.values.clear();
  if (node.IsLooseNull()) return;
  if (node.kind != YamlNode::Kind::kMapping)
    return reader.Error(node, "expected header names with lists of values");
  for (const MappingEntry& entry : Entries(reader, node)) {
    std::vector<std::string> texts;
    ReadValue(reader, *entry.value, texts);
    for (std::string& text : texts)
      out.values[entry.key->text].push_back(Secret::Inline(std::move(text)));
  }
}

struct ProxyDraft {
  ProxyUrl proxy_url;
  std::string no_proxy;
  bool proxy_from_environment = false;
  SecretLists proxy_connect_header;

  [[nodiscard]] ProxyConfig Finish(Reader& reader, const YamlNode& at) const {
    const bool has_url = !proxy_url.text.empty();
    if (!proxy_connect_header.values.empty() && !proxy_from_environment && !has_url) {
      reader.Error(at, "`proxy_connect_header` needs `proxy_url` or `proxy_from_environment`");
    }
    if (proxy_from_environment && has_url) {
      reader.Error(at, "`proxy_from_environment` and `proxy_url` exclude each other");
    }
    if (proxy_from_environment && !no_proxy.empty()) {
      reader.Error(at, "`proxy_from_environment` and `no_proxy` exclude each other");
    }
    if (!proxy_url.is_set && !no_proxy.empty()) reader.Error(at, "`no_proxy` needs `proxy_url`");
    return {proxy_url.text, no_proxy, proxy_from_environment, proxy_connect_header.values};
  }
};

// --- basic_auth, authorization, oauth2 ---

struct BasicDraft {
  RefDraft username, password;
};

constexpr Field<BasicDraft> kBasicFields[] = {
    {"username", SetSecret<&BasicDraft::username>},
    {"username_file", SetFile<&BasicDraft::username>},
    {"username_ref", SetRef<&BasicDraft::username>},
    {"password", SetSecret<&BasicDraft::password>},
    {"password_file", SetFile<&BasicDraft::password>},
    {"password_ref", SetRef<&BasicDraft::password>},
};

struct AuthorizationDraft {
  std::string type;
  RefDraft credentials;
};

constexpr Field<AuthorizationDraft> kAuthorizationFields[] = {
    {"type", Set<&AuthorizationDraft::type>},
    {"credentials", SetSecret<&AuthorizationDraft::credentials>},
    {"credentials_file", SetFile<&AuthorizationDraft::credentials>},
    {"credentials_ref", SetRef<&AuthorizationDraft::credentials>},
};

// Any values, kept as JSON.
struct JsonMap {
  std::map<std::string, std::string> values;
};

void ReadValue(Reader& reader, const YamlNode& node, JsonMap& out) {
  out.values.clear();
  if (node.IsLooseNull()) return;
  if (node.kind != YamlNode::Kind::kMapping) return reader.Error(node, "expected keys and values");
  for (const MappingEntry& entry : Entries(reader, node))
    out.values[entry.key->text] = ToJson(*entry.value);
}

struct OAuth2Draft : ProxyDraft {
  std::string client_id, grant_type, certificate_key_id, signature_algorithm, issuer, audience,
      token_url;
  RefDraft client_secret, certificate_key;
  JsonMap claims;
  std::vector<std::string> scopes;
  std::map<std::string, std::string> endpoint_params;
  TlsConfig tls;
};

constexpr Field<OAuth2Draft> kOAuth2Fields[] = {
    {"client_id", Set<&OAuth2Draft::client_id>},
    {"client_secret", SetSecret<&OAuth2Draft::client_secret>},
    {"client_secret_file", SetFile<&OAuth2Draft::client_secret>},
    {"client_secret_ref", SetRef<&OAuth2Draft::client_secret>},
    {"grant_type", Set<&OAuth2Draft::grant_type>},
    {"client_certificate_key_id", Set<&OAuth2Draft::certificate_key_id>},
    {"client_certificate_key", SetSecret<&OAuth2Draft::certificate_key>},
    {"client_certificate_key_file", SetFile<&OAuth2Draft::certificate_key>},
    {"client_certificate_key_ref", SetRef<&OAuth2Draft::certificate_key>},
    {"signature_algorithm", Set<&OAuth2Draft::signature_algorithm>},
    {"iss", Set<&OAuth2Draft::issuer>},
    {"audience", Set<&OAuth2Draft::audience>},
    {"claims", Set<&OAuth2Draft::claims>},
    {"scopes", Set<&OAuth2Draft::scopes>},
    {"token_url", Set<&OAuth2Draft::token_url>},
    {"endpoint_params", Set<&OAuth2Draft::endpoint_params>},
    {"tls_config", Set<&OAuth2Draft::tls>},
    {"proxy_url", Set<&OAuth2Draft::proxy_url>},
    {"no_proxy", Set<&OAuth2Draft::no_proxy>},
    {"proxy_from_environment", Set<&OAuth2Draft::proxy_from_environment>},
    {"proxy_connect_header", Set<&OAuth2Draft::proxy_connect_header>},
};

// --- http_headers ---

struct HeaderDraft {
  std::vector<std::string> values, secrets, files;
};

constexpr Field<HeaderDraft> kHeaderFields[] = {
    {"values", Set<&HeaderDraft::values>},
    {"secrets", Set<&HeaderDraft::secrets>},
    {"files", Set<&HeaderDraft::files>},
};

struct HeadersDraft {
  std::map<std::string, std::vector<Secret>> values;
};

constexpr std::array<std::string_view, 18> kReservedHeaders = {
    "authorization",
    "host",
    "content-encoding",
    "content-length",
    "content-type",
    "user-agent",
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "www-authenticate",
    "accept-encoding",
    "x-prometheus-remote-write-version",
    "x-prometheus-remote-read-version",
    "x-prometheus-scrape-timeout-seconds",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-content-sha256"};

void ReadValue(Reader& reader, const YamlNode& node, HeadersDraft& out) {
  out.values.clear();
  if (node.IsLooseNull()) return;
  if (node.kind != YamlNode::Kind::kMapping)
    return reader.Error(node, "expected header names with their values");
  for (const MappingEntry& entry : Entries(reader, node)) {
    std::string lower = entry.key->text;
    std::ranges::transform(lower, lower.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; });
    if (std::ranges::find(kReservedHeaders, lower) != kReservedHeaders.end()) {
      reader.Error(*entry.key, "header `" + entry.key->text + "` cannot be set here");
    }
    HeaderDraft header;
    ReadSection(reader, *entry.value, "http_headers", kHeaderFields, header);
    auto& list = out.values[entry.key->text];
    for (std::string& value : header.values) list.push_back(Secret::Inline(std::move(value)));
    for (std::string& value : header.secrets) list.push_back(Secret::Inline(std::move(value)));
    for (const std::string& file : header.files) list.push_back(Secret::File(reader.Join(file)));
  }
}

// --- http_config ---

struct HttpDraft : ProxyDraft {
  std::optional<BasicDraft> basic_auth;
  std::optional<AuthorizationDraft> authorization;
  std::optional<OAuth2Draft> oauth2;
  SecretDraft bearer_token;
  TlsConfig tls;
  bool follow_redirects = true;
  bool enable_http2 = true;
  HeadersDraft headers;
};

void ReadValue(Reader& reader, const YamlNode& node, BasicDraft& out) {
  ReadSection(reader, node, "basic_auth", kBasicFields, out);
}
void ReadValue(Reader& reader, const YamlNode& node, AuthorizationDraft& out) {
  ReadSection(reader, node, "authorization", kAuthorizationFields, out);
}
void ReadValue(Reader& reader, const YamlNode& node, OAuth2Draft& out) {
  ReadSection(reader, node, "oauth2", kOAuth2Fields, out);
}

void SetBearerFile(HttpDraft& out, Reader& reader, const YamlNode& node) {
  SetSecretFile<&HttpDraft::bearer_token>(out, reader, node);
  out.bearer_token.file = reader.Join(out.bearer_token.file);
}

constexpr Field<HttpDraft> kHttpFields[] = {
    {"basic_auth", Set<&HttpDraft::basic_auth>},
    {"authorization", Set<&HttpDraft::authorization>},
    {"oauth2", Set<&HttpDraft::oauth2>},
    {"bearer_token", SetSecret<&HttpDraft::bearer_token>},
    {"bearer_token_file", SetBearerFile},
    {"tls_config", Set<&HttpDraft::tls>},
    {"follow_redirects", Set<&HttpDraft::follow_redirects>},
    {"enable_http2", Set<&HttpDraft::enable_http2>},
    {"http_headers", Set<&HttpDraft::headers>},
    {"proxy_url", Set<&HttpDraft::proxy_url>},
    {"no_proxy", Set<&HttpDraft::no_proxy>},
    {"proxy_from_environment", Set<&HttpDraft::proxy_from_environment>},
    {"proxy_connect_header", Set<&HttpDraft::proxy_connect_header>},
};

void FinishBasic(Reader& reader, const YamlNode& at, const BasicDraft& draft, HttpConfig& out) {
  AtMostOne(reader, at, draft.username, "`username`, `username_file` and `username_ref`");
  AtMostOne(reader, at, draft.password, "`password`, `password_file` and `password_ref`");
  out.basic_auth = BasicAuth{SecretOf(draft.username), SecretOf(draft.password)};
}

void FinishAuthorization(Reader& reader, const YamlNode& at, const AuthorizationDraft& draft,
                         HttpConfig& out) {
  AtMostOne(reader, at, draft.credentials,
            "`credentials`, `credentials_file` and `credentials_ref`");
  std::string type(promql::TrimSpace(draft.type));
  std::string lower = type;
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; });
  if (lower == "basic")
    reader.Error(at, "an authorization of type basic is written as `basic_auth`");
  out.authorization = Authorization{type.empty() ? "Bearer" : type, SecretOf(draft.credentials)};
}

void FinishOAuth2(Reader& reader, const YamlNode& at, const OAuth2Draft& draft, HttpConfig& out) {
  reader.Notice(at, "`oauth2` is not built: requests with it are not sent");
  if (draft.client_id.empty()) reader.Error(at, "`oauth2` needs `client_id`");
  if (draft.token_url.empty()) reader.Error(at, "`oauth2` needs `token_url`");
  constexpr std::string_view kJwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  if (draft.grant_type == kJwtBearer) {
    AtMostOne(
        reader, at, draft.certificate_key,
        "`client_certificate_key`, `client_certificate_key_file` and `client_certificate_key_ref`");
    constexpr std::array<std::string_view, 4> kAlgorithms = {"", "RS256", "RS384", "RS512"};
    if (std::ranges::find(kAlgorithms, draft.signature_algorithm) == kAlgorithms.end()) {
      reader.Error(at, "`signature_algorithm` is RS256, RS384 or RS512");
    }
  } else {
    AtMostOne(reader, at, draft.client_secret,
              "`client_secret`, `client_secret_file` and `client_secret_ref`");
  }
  OAuth2 oauth2{draft.client_id,
                SecretOf(draft.client_secret),
                draft.grant_type,
                SecretOf(draft.certificate_key),
                draft.certificate_key_id,
                draft.signature_algorithm,
                draft.issuer,
                draft.audience,
                draft.claims.values,
                draft.scopes,
                draft.token_url,
                draft.endpoint_params,
                draft.tls,
                draft.Finish(reader, at)};
  out.oauth2 = std::move(oauth2);
}

void FinishHttp(Reader& reader, const YamlNode& at, const HttpDraft& draft, HttpConfig& out) {
  const bool has_bearer = draft.bearer_token.is_set();
  const int ways = (draft.basic_auth ? 1 : 0) + (draft.authorization ? 1 : 0) +
                   (draft.oauth2 ? 1 : 0) + (has_bearer ? 1 : 0);
  if (ways > 1)
    reader.Error(
        at, "at most one of `basic_auth`, `authorization`, `oauth2` and `bearer_token` can be set");
  if (draft.basic_auth) FinishBasic(reader, at, *draft.basic_auth, out);
  if (draft.authorization) FinishAuthorization(reader, at, *draft.authorization, out);
  if (draft.oauth2) FinishOAuth2(reader, at, *draft.oauth2, out);
  const Secret bearer = draft.bearer_token.Finish(reader, "bearer_token");
  if (has_bearer) out.authorization = Authorization{"Bearer", bearer};
  out.tls = draft.tls;
  out.proxy = draft.Finish(reader, at);
  out.follow_redirects = draft.follow_redirects;
  out.enable_http2 = draft.enable_http2;
  out.headers = draft.headers.values;
}

}  // namespace

void ReadValue(Reader& reader, const YamlNode& node, TlsConfig& out) {
  TlsDraft draft;
  ReadSection(reader, node, "tls_config", kTlsFields, draft);
  AtMostOne(reader, node, draft.ca, "`ca`, `ca_file` and `ca_ref`");
  AtMostOne(reader, node, draft.cert, "`cert`, `cert_file` and `cert_ref`");
  AtMostOne(reader, node, draft.key, "`key`, `key_file` and `key_ref`");
  if (draft.cert.count() > 0 && draft.key.count() == 0)
    reader.Error(node, "a client certificate needs `key_file` or `key`");
  if (draft.key.count() > 0 && draft.cert.count() == 0)
    reader.Error(node, "a client key needs `cert_file` or `cert`");
  out = {draft.ca.text,
         draft.ca.file,
         draft.cert.text,
         draft.cert.file,
         SecretOf(draft.key),
         draft.server_name,
         draft.insecure_skip_verify,
         draft.min_version.version,
         draft.max_version.version};
}

void ReadValue(Reader& reader, const YamlNode& node, HttpConfig& out) {
  HttpDraft draft;
  out = {};
  ReadSection(reader, node, "http_config", kHttpFields, draft);
  FinishHttp(reader, node, draft, out);
}

void AddHttpKeys(KnownKeys& known) {
  AddKnownKeys(known, "http_config", kHttpFields);
  AddKnownKeys(known, "basic_auth", kBasicFields);
  AddKnownKeys(known, "authorization", kAuthorizationFields);
  AddKnownKeys(known, "oauth2", kOAuth2Fields);
  AddKnownKeys(known, "tls_config", kTlsFields);
  AddKnownKeys(known, "http_headers", kHeaderFields);
}

}  // namespace warden
