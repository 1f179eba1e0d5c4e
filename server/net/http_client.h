// SPDX-License-Identifier: Apache-2.0
// The way out: HTTP requests and mails as values, their outcome as a value. A failure says what a
// retry policy must know: what broke, and whether the receiver may have acted. Nothing is ever sent
// twice behind the caller's back, except requests without a body. Send and SendMail are safe from
// any thread and return at once; `done` runs exactly once, on the client's own thread, and must not
// block. Destroying a client ends what is in flight with kCancelled first.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/net/http_headers.h"

namespace warden {

enum class TlsFloor : std::uint8_t { kTls10, kTls11, kTls12, kTls13 };

// Files are read at every new connection, so rotated ones need no reload.
struct TlsOptions {
  std::string ca_file = {};      // empty: the system's
  std::string cert_file = {};    // client certificate, PEM
  std::string key_file = {};     // its key, PEM
  std::string server_name = {};  // name that the certificate must carry; empty: the URL's host
  bool insecure_skip_verify = false;
  TlsFloor min_version = TlsFloor::kTls12;  // config has a TlsVersion of its own
  std::optional<TlsFloor> max_version = {};
};

struct HttpRequest {
  std::string method = "GET";
  std::string url = {};  // http or https; a secret as a whole
  HttpHeaders headers = {};
  std::string authorization = {};  // value of the Authorization header, see auth.h; empty: none
  std::string body = {};
  std::chrono::milliseconds timeout = std::chrono::seconds(30);  // for everything, DNS to last byte
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(10);  // DNS, TCP and TLS
  TlsOptions tls = {};
  std::string proxy_url = {};      // empty: none; the environment's proxies are never used
  std::string no_proxy = {};       // hosts, addresses and CIDRs that are reached without it
  HttpHeaders proxy_headers = {};  // of CONNECT
  // Only to the same origin (or from http to https of the same host); 301, 302 and 303 only for GET
  // and HEAD, because they would lose the body. Any other redirect is the answer, as it came.
  bool follow_redirects = false;
  std::size_t max_response_bytes = std::size_t{1} << 20;
};

struct HttpResponse {
  int status = 0;
  HttpHeaders headers = {};
  std::string body = {};
};

enum class SendFault : std::uint8_t {
  kDns,                // the name does not resolve
  kConnect,            // refused, unreachable, or cut before or during the TLS handshake
  kTls,                // certificate or protocol refused: does not heal by itself
  kTimeoutBeforeSend,  // too slow before the whole request was written
  kTimeoutAfterSend,   // the receiver may have acted
  kResetBeforeSend,    // cut before the whole request was written
  kResetAfterSend,     // the receiver may have acted
  kTooLarge,           // the answer passed max_response_bytes
  kCancelled,          // the client was destroyed
  kRefused,            // mail only: the server said no, see smtp_code
  kOther,              // malformed URL or answer
};

[[nodiscard]] std::string_view Name(SendFault fault);

struct HttpFailure {
  SendFault kind = SendFault::kOther;
  bool body_was_sent = false;  // all of it was handed to the kernel
  int status = 0;              // of an answer that had begun, else 0
  std::string message = {};    // host and cause; never path, query or credentials of the URL
};

using HttpResult = std::expected<HttpResponse, HttpFailure>;

enum class MailSecurity : std::uint8_t { kTls, kStartTls, kOpportunistic, kNone };

// How the password is proven: whatever the server likes best, in clear (PLAIN, LOGIN), or CRAM-MD5.
enum class MailLogin : std::uint8_t { kAny, kPassword, kCramMd5 };

struct MailRequest {
  std::string host = {};
  std::uint16_t port = 587;
  MailSecurity security = MailSecurity::kStartTls;  // kStartTls: fails where it is not offered
  TlsOptions tls = {};
  std::string hello = "localhost";
  // With a username, kOpportunistic is kStartTls unless the host is loopback: no password over a
  // bare wire.
  std::string username = {};
  std::string password = {};
  std::string identity = {};  // whom the user acts for, with PLAIN; empty: himself
  MailLogin login = MailLogin::kAny;
  std::string from = {};             // bare addresses, no angle brackets
  std::vector<std::string> to = {};  // not empty
  std::string message = {};          // headers and body, CRLF line ends; dots are stuffed here
  std::chrono::milliseconds timeout = std::chrono::seconds(60);
};

struct RefusedRecipient {
  std::string address = {};
  int smtp_code = 0;
};

// The mail was taken for everybody but `refused`.
struct MailReceipt {
  std::vector<RefusedRecipient> refused = {};
};

struct MailFailure {
  SendFault kind = SendFault::kOther;
  int smtp_code = 0;           // last reply that said no, else 0: 4yz retry, 5yz permanent
  bool body_was_sent = false;  // the final dot went out: the outcome is unknown unless kRefused
  std::string message = {};    // host and cause: of a refusal the server's own words
};

using MailResult = std::expected<MailReceipt, MailFailure>;

class HttpClient {
 public:
  using Done = std::move_only_function<void(HttpResult)>;
  using MailDone = std::move_only_function<void(MailResult)>;

  virtual ~HttpClient() = default;
  virtual void Send(HttpRequest request, Done done) = 0;
  virtual void SendMail(MailRequest mail, MailDone done) = 0;

  // Send, and wait for the outcome. Never from within `done`.
  [[nodiscard]] HttpResult Call(HttpRequest request);
  [[nodiscard]] MailResult CallMail(MailRequest mail);
};

}  // namespace warden
