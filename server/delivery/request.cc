// SPDX-License-Identifier: Apache-2.0
#include "server/delivery/request.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <utility>

#include "server/net/auth.h"

namespace warden {
namespace {

// Shorter pieces of a URL (`api`, `v2`, `services`) are no secrets and may stand in answers.
constexpr std::size_t kShortestSecret = 12;
// Shorter texts may be words of an answer's form (`true`, `"ok"`), which is still to be read.
constexpr std::size_t kShortestInAnswer = 6;

std::chrono::milliseconds Millis(Duration timeout) {
  return std::chrono::ceil<std::chrono::milliseconds>(timeout);
}

// RFC 3986, 2.1; what is no escape stays as it is.
std::string Decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    const char* const digits = text.data() + i + 1;
    const bool is_escape = text[i] == '%' && i + 2 < text.size() &&
                           std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2;
    out += is_escape ? static_cast<char>(byte) : text[i];
    if (is_escape) i += 2;
  }
  return out;
}

// User name and password before the host, also as they go over the wire.
void AddUserInfo(std::string_view user_info, std::vector<std::string>& secrets) {
  secrets.emplace_back(user_info);
  const auto colon = user_info.find(':');
  const std::string username = Decoded(user_info.substr(0, colon));
  const std::string password =
      colon == std::string_view::npos ? "" : Decoded(user_info.substr(colon + 1));
  const std::string value = BasicAuthorization(username, password);
  secrets.push_back(value.substr(value.find(' ') + 1));
  if (password.size() >= kShortestInAnswer) secrets.push_back(password);
}

// The URL as a whole, everything after its host, and each long piece of that.
void AddUrlSecrets(std::string_view url, std::vector<std::string>& secrets) {
  const auto scheme = url.find("://");
  const auto host = scheme == std::string_view::npos ? 0 : scheme + 3;
  const auto path = url.find_first_of("/?", host);
  const auto at = url.substr(host, path == std::string_view::npos ? path : path - host).find('@');
  if (at != std::string_view::npos) AddUserInfo(url.substr(host, at), secrets);
  if (path == std::string_view::npos) return;
  std::string_view rest = url.substr(path);
  if (rest.size() >= kShortestSecret) secrets.emplace_back(rest);
  while (!rest.empty()) {
    const auto end = std::min(rest.find_first_of("/?&=:", 1), rest.size());
    if (end > kShortestSecret) secrets.emplace_back(rest.substr(1, end - 1));
    rest.remove_prefix(end);
  }
}

// A name that may say more than others should know; addresses and plain names do not.
void AddHost(std::string_view url, std::vector<std::string>& secrets) {
  const auto scheme = url.find("://");
  std::string_view host = scheme == std::string_view::npos ? url : url.substr(scheme + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  host.remove_prefix(std::min(host.find('@') + 1, host.size()));
  host = host.substr(0, host.find(':'));
  const bool is_address = host.find_first_not_of("0123456789.") == std::string_view::npos;
  if (host.find('.') != std::string_view::npos && !is_address) secrets.emplace_back(host);
}

std::string Variable(const char* upper, const char* lower) {
  for (const char* name : {upper, lower}) {
    if (const char* value = std::getenv(name); value != nullptr && *value != '\0') return value;
  }
  return {};
}

// As Go programs read them.
void TakeProxyOfEnvironment(HttpRequest& request) {
  const bool is_secure = request.url.starts_with("https:");
  request.proxy_url =
      is_secure ? Variable("HTTPS_PROXY", "https_proxy") : Variable("HTTP_PROXY", "http_proxy");
  request.no_proxy = Variable("NO_PROXY", "no_proxy");
}

Result<std::string> Reveal(const Secret& secret, std::vector<std::string>& secrets) {
  auto text = secret.Reveal();
  if (text && !text->empty()) secrets.push_back(*text);
  return text;
}

Result<std::string> AuthorizationOf(const HttpConfig& http, std::vector<std::string>& secrets) {
  if (http.oauth2) return Fail(ErrorCode::kInvalid, "oauth2 is not supported");
  if (http.basic_auth) {
    std::vector<std::string> names;
    const auto username = Reveal(http.basic_auth->username, names);
    if (!username) return username;
    const auto password = Reveal(http.basic_auth->password, secrets);
    if (!password) return password;
    std::string value = BasicAuthorization(*username, *password);
    secrets.push_back(value.substr(value.find(' ') + 1));
    return value;
  }
  if (http.authorization) {
    const auto credentials = Reveal(http.authorization->credentials, secrets);
    if (!credentials) return credentials;
    return http.authorization->type + " " + *credentials;
  }
  return std::string();
}

TlsFloor FloorOf(TlsVersion version) {
  switch (version) {
    case TlsVersion::kTls10:
      return TlsFloor::kTls10;
    case TlsVersion::kTls11:
      return TlsFloor::kTls11;
    case TlsVersion::kTls13:
      return TlsFloor::kTls13;
    case TlsVersion::kDefault:
    case TlsVersion::kTls12:
      break;
  }
  return TlsFloor::kTls12;
}

Result<TlsOptions> TlsOf(const TlsConfig& config, PemFiles& files) {
  TlsOptions tls;
  tls.ca_file = config.ca_file;
  tls.cert_file = config.cert_file;
  tls.server_name = config.server_name;
  tls.insecure_skip_verify = config.insecure_skip_verify;
  tls.min_version = FloorOf(config.min_version);
  if (config.max_version != TlsVersion::kDefault) tls.max_version = FloorOf(config.max_version);
  if (!config.ca.empty()) {
    auto path = files.PathOf(config.ca);
    if (!path) return std::unexpected(path.error());
    tls.ca_file = std::move(*path);
  }
  if (!config.cert.empty()) {
    auto path = files.PathOf(config.cert);
    if (!path) return std::unexpected(path.error());
    tls.cert_file = std::move(*path);
  }
  if (config.key.is_file()) {
    tls.key_file = config.key.path();
  } else if (config.key.is_set()) {
    const auto key = config.key.Reveal();
    if (!key) return std::unexpected(key.error());
    auto path = files.PathOf(*key);
    if (!path) return std::unexpected(path.error());
    tls.key_file = std::move(*path);
  }
  return tls;
}

Result<void> HeadersOf(const std::map<std::string, std::vector<Secret>>& from,
                       std::vector<std::string>& secrets, HttpHeaders& headers) {
  for (const auto& [name, values] : from) {
    for (const Secret& secret : values) {
      auto value = Reveal(secret, secrets);
      if (!value) return std::unexpected(value.error());
      headers.push_back({name, std::move(*value)});
    }
  }
  return {};
}

Result<void> Follow(const HttpConfig& config, PemFiles& files, HttpRequest& request,
                    std::vector<std::string>& secrets) {
  auto authorization = AuthorizationOf(config, secrets);
  if (!authorization) return std::unexpected(authorization.error());
  if (!authorization->empty()) request.authorization = std::move(*authorization);
  auto tls = TlsOf(config.tls, files);
  if (!tls) return std::unexpected(tls.error());
  request.tls = std::move(*tls);
  if (config.proxy.from_environment) {
    TakeProxyOfEnvironment(request);
  } else {
    request.proxy_url = config.proxy.url;
    request.no_proxy = config.proxy.no_proxy;
  }
  if (!request.proxy_url.empty()) secrets.push_back(request.proxy_url);
  AddUrlSecrets(request.proxy_url, secrets);
  auto proxied = HeadersOf(config.proxy.connect_headers, secrets, request.proxy_headers);
  if (!proxied) return proxied;
  request.follow_redirects = config.follow_redirects;
  return HeadersOf(config.headers, secrets, request.headers);
}

Result<Prepared> PrepareHttp(ChannelHttpRequest&& from, PemFiles& files) {
  Prepared prepared;
  AddUrlSecrets(from.url, prepared.secrets);
  if (from.is_host_secret) AddHost(from.url, prepared.secrets);
  HttpRequest request;
  request.method = std::move(from.method);
  request.url = std::move(from.url);
  request.body = std::move(from.body);
  request.timeout = Millis(from.timeout);
  request.connect_timeout = std::min(request.connect_timeout, request.timeout);
  for (auto& [name, value] : from.headers) {
    if (EqualsIgnoringCase(name, "authorization")) {
      prepared.secrets.push_back(value.substr(std::min(value.find(' ') + 1, value.size())));
      request.authorization = std::move(value);
    } else {
      request.headers.push_back({std::move(name), std::move(value)});
    }
  }
  if (from.http != nullptr) {
    if (auto done = Follow(*from.http, files, request, prepared.secrets); !done) {
      return std::unexpected(done.error());
    }
  }
  prepared.request = std::move(request);
  return prepared;
}

MailSecurity SecurityOf(const EmailConfig& email, std::uint16_t port) {
  if (email.force_implicit_tls.value_or(port == 465)) return MailSecurity::kTls;
  return email.require_tls ? MailSecurity::kStartTls : MailSecurity::kOpportunistic;
}

Result<Prepared> PrepareMail(ChannelMail&& from, PemFiles& files) {
  if (from.email == nullptr) return Fail(ErrorCode::kInvalid, "a mail without its settings");
  const EmailConfig& email = *from.email;
  Prepared prepared;
  MailRequest mail;
  mail.host = email.smarthost_host.empty() ? "localhost" : email.smarthost_host;
  const std::string& port = email.smarthost_port;
  const auto read = std::from_chars(port.data(), port.data() + port.size(), mail.port);
  if (!port.empty() && (read.ec != std::errc{} || read.ptr != port.data() + port.size())) {
    return Fail(ErrorCode::kInvalid, "no port number in smarthost: " + port);
  }
  mail.security = SecurityOf(email, mail.port);
  auto tls = TlsOf(email.tls, files);
  if (!tls) return std::unexpected(tls.error());
  mail.tls = std::move(*tls);
  mail.hello = email.hello;
  mail.username = email.auth_username;
  if (!mail.username.empty()) {
    const bool has_password = email.auth_password.is_set();
    if (!has_password && !email.auth_secret.is_set())
      return Fail(ErrorCode::kInvalid,
                  "mail with a user name needs auth_password, or auth_secret for CRAM-MD5");
    auto password =
        Reveal(has_password ? email.auth_password : email.auth_secret, prepared.secrets);
    if (!password) return std::unexpected(password.error());
    mail.password = std::move(*password);
    mail.identity = email.auth_identity;
    if (!has_password) mail.login = MailLogin::kCramMd5;
    if (has_password && email.auth_secret.is_set()) mail.login = MailLogin::kPassword;
  }
  mail.from = std::move(from.from);
  mail.to = std::move(from.to);
  mail.message = std::move(from.bytes);
  prepared.request = std::move(mail);
  return prepared;
}

}  // namespace

PemFiles::~PemFiles() {
  for (const auto& [pem, descriptor] : descriptors_) close(descriptor);
}

Result<std::string> PemFiles::PathOf(const std::string& pem) {
  auto found = descriptors_.find(pem);
  if (found == descriptors_.end()) {
    const int descriptor = memfd_create("promwarden-pem", MFD_CLOEXEC);
    if (descriptor < 0 ||
        write(descriptor, pem.data(), pem.size()) != static_cast<ssize_t>(pem.size())) {
      if (descriptor >= 0) close(descriptor);
      return Fail(ErrorCode::kUnavailable, "no memory for a certificate");
    }
    found = descriptors_.emplace(pem, descriptor).first;
  }
  return "/proc/self/fd/" + std::to_string(found->second);
}

std::string Strike(std::string text, const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) text = Redact(std::move(text), secret);
  return text;
}

std::string StrikeFromAnswer(std::string body, const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) {
    if (secret.size() >= kShortestInAnswer) body = Redact(std::move(body), secret);
  }
  return body;
}

Result<Prepared> Prepare(ChannelRequest request, PemFiles& files) {
  auto prepared = std::holds_alternative<ChannelMail>(request)
                      ? PrepareMail(std::get<ChannelMail>(std::move(request)), files)
                      : PrepareHttp(std::get<ChannelHttpRequest>(std::move(request)), files);
  if (prepared) {
    // The longest first, so that no piece of a struck secret is left standing.
    std::ranges::sort(prepared->secrets, std::ranges::greater{}, &std::string::size);
  }
  return prepared;
}

}  // namespace warden
