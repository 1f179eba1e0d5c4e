// SPDX-License-Identifier: Apache-2.0
#include "server/delivery/request.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace warden {
namespace {

HttpRequest Http(const Prepared& prepared) { return std::get<HttpRequest>(prepared.request); }
MailRequest Mail(const Prepared& prepared) { return std::get<MailRequest>(prepared.request); }

TEST(Request, StrikesEveryPieceOfAUrlThatMayBeSecret) {
  PemFiles files;
  ChannelHttpRequest request;
  request.url =
      "https://user:hunter2@hooks.example/services/T000/"
      "XXXXXXXXXXXXXXXXXXXXXXXX?key=abcdefabcdef00";
  const auto prepared = Prepare(request, files);
  ASSERT_TRUE(prepared);
  EXPECT_EQ(Strike("no POST to /services/T000/XXXXXXXXXXXXXXXXXXXXXXXX?key=abcdefabcdef00 at "
                   "hooks.example",
                   prepared->secrets),
            "no POST to <secret> at hooks.example");
  EXPECT_EQ(
      Strike("token XXXXXXXXXXXXXXXXXXXXXXXX unknown, key abcdefabcdef00 too", prepared->secrets),
      "token <secret> unknown, key <secret> too");
  EXPECT_EQ(Strike("user:hunter2", prepared->secrets), "<secret>");
  EXPECT_EQ(Strike("services are down", prepared->secrets), "services are down");
}

TEST(Request, StrikesTheNameAndPasswordOfAUrlAsTheyGoOverTheWire) {
  HttpConfig http;
  http.proxy.url = "http://me:pass%2Dword@proxy:3128";
  ChannelHttpRequest request;
  request.url = "https://user:hunter2@hooks.example/";
  request.http = &http;
  PemFiles files;
  const auto prepared = Prepare(request, files);
  ASSERT_TRUE(prepared);
  EXPECT_EQ(Strike("Authorization: Basic dXNlcjpodW50ZXIy, hunter2", prepared->secrets),
            "Authorization: Basic <secret>, <secret>");
  EXPECT_EQ(Strike("Proxy-Authorization: Basic bWU6cGFzcy13b3Jk pass-word", prepared->secrets),
            "Proxy-Authorization: Basic <secret> <secret>");
}

TEST(Request, LeavesTheFormOfAnAnswerAlone) {
  EXPECT_EQ(StrikeFromAnswer(R"({"ok":true,"error":"no verysecret"})", {"verysecret", "true"}),
            R"({"ok":true,"error":"no <secret>"})");
}

TEST(Request, FollowsHttpConfig) {
  HttpConfig http;
  http.basic_auth = BasicAuth{Secret::Inline("me"), Secret::Inline("pass-word")};
  http.headers["X-Token"] = {Secret::Inline("tick"), Secret::Inline("tock")};
  http.proxy.url = "http://proxy:3128";
  http.tls.min_version = TlsVersion::kTls13;
  http.tls.server_name = "other.example";
  ChannelHttpRequest request;
  request.url = "https://a.example/b";
  request.headers = {{"Content-Type", "application/json"}};
  request.timeout = std::chrono::milliseconds{2500};
  request.http = &http;
  PemFiles files;
  const auto prepared = Prepare(request, files);
  ASSERT_TRUE(prepared);
  const HttpRequest out = Http(*prepared);
  EXPECT_EQ(out.method, "POST");
  EXPECT_EQ(out.authorization, "Basic bWU6cGFzcy13b3Jk");
  EXPECT_EQ(out.headers,
            (HttpHeaders{
                {"Content-Type", "application/json"}, {"X-Token", "tick"}, {"X-Token", "tock"}}));
  EXPECT_EQ(out.proxy_url, "http://proxy:3128");
  EXPECT_EQ(out.tls.min_version, TlsFloor::kTls13);
  EXPECT_EQ(out.tls.server_name, "other.example");
  EXPECT_EQ(out.timeout.count(), 2500);
  EXPECT_EQ(out.connect_timeout.count(), 2500);
  EXPECT_TRUE(out.follow_redirects);
  EXPECT_EQ(Strike("pass-word bWU6cGFzcy13b3Jk tock me", prepared->secrets),
            "<secret> <secret> <secret> me");
}

TEST(Request, TakesTheChannelsOwnAuthorizationOut) {
  ChannelHttpRequest request;
  request.url = "https://a.example/";
  request.headers = {{"authorization", "Bearer sesame-open"}};
  PemFiles files;
  const auto prepared = Prepare(request, files);
  ASSERT_TRUE(prepared);
  EXPECT_EQ(Http(*prepared).authorization, "Bearer sesame-open");
  EXPECT_TRUE(Http(*prepared).headers.empty());
  EXPECT_EQ(Strike("bad sesame-open", prepared->secrets), "bad <secret>");
}

TEST(Request, SaysWhichSecretFileCannotBeRead) {
  HttpConfig http;
  http.authorization = Authorization{"Bearer", Secret::File("/nowhere/token")};
  ChannelHttpRequest request;
  request.url = "https://a.example/";
  request.http = &http;
  PemFiles files;
  const auto prepared = Prepare(request, files);
  ASSERT_FALSE(prepared);
  EXPECT_EQ(prepared.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(prepared.error().message.find("/nowhere/token"), std::string::npos);
}

TEST(Request, FollowsTheProxySettings) {
  HttpConfig http;
  http.proxy.url = "http://proxy:3128";
  http.proxy.no_proxy = "localhost,10.0.0.0/8";
  http.proxy.connect_headers["X-Key"] = {Secret::Inline("open-says-me")};
  http.tls.max_version = TlsVersion::kTls12;
  ChannelHttpRequest request;
  request.url = "https://a.example/";
  request.http = &http;
  PemFiles files;
  auto prepared = Prepare(request, files);
  ASSERT_TRUE(prepared);
  EXPECT_EQ(Http(*prepared).no_proxy, "localhost,10.0.0.0/8");
  EXPECT_EQ(Http(*prepared).proxy_headers, (HttpHeaders{{"X-Key", "open-says-me"}}));
  EXPECT_EQ(Http(*prepared).tls.max_version, TlsFloor::kTls12);

  http.proxy = {};
  http.proxy.from_environment = true;
  ::setenv("HTTPS_PROXY", "http://of-environment:1", 1);
  ::setenv("no_proxy", "b.example", 1);
  prepared = Prepare(request, files);
  ::unsetenv("HTTPS_PROXY");
  ::unsetenv("no_proxy");
  ASSERT_TRUE(prepared);
  EXPECT_EQ(Http(*prepared).proxy_url, "http://of-environment:1");
  EXPECT_EQ(Http(*prepared).no_proxy, "b.example");
}

TEST(Request, StrikesTheHostWhereThatIsASecretToo) {
  ChannelHttpRequest request;
  request.url = "https://t0ken.hooks.example:8443/in";
  PemFiles files;
  const std::string said = "t0ken.hooks.example:8443: could not resolve host: t0ken.hooks.example";
  EXPECT_EQ(Strike(said, Prepare(request, files)->secrets), said);
  request.is_host_secret = true;
  EXPECT_EQ(Strike(said, Prepare(request, files)->secrets),
            "<secret>:8443: could not resolve host: <secret>");
  request.url = "http://127.0.0.1:9/in";
  EXPECT_EQ(Strike("127.0.0.1:9: refused", Prepare(request, files)->secrets),
            "127.0.0.1:9: refused");
}

struct LoginCase {
  const char* password;
  const char* secret;
  MailLogin login;
  const char* proven;
};

TEST(Request, LogsInAsTheSettingsAllow) {
  const LoginCase cases[] = {{"p", "", MailLogin::kAny, "p"},
                             {"", "s", MailLogin::kCramMd5, "s"},
                             {"p", "s", MailLogin::kPassword, "p"}};
  for (const auto& [password, secret, login, proven] : cases) {
    EmailConfig email;
    email.auth_username = "ann";
    email.auth_identity = "boss";
    if (*password != '\0') email.auth_password = Secret::Inline(password);
    if (*secret != '\0') email.auth_secret = Secret::Inline(secret);
    PemFiles files;
    const auto prepared = Prepare(ChannelMail{&email, "a@b", {"c@d"}, ""}, files);
    ASSERT_TRUE(prepared);
    EXPECT_EQ(Mail(*prepared).login, login);
    EXPECT_EQ(Mail(*prepared).password, proven);
    EXPECT_EQ(Mail(*prepared).identity, "boss");
  }
}

TEST(Request, RefusesWhatItCannotFollow) {
  HttpConfig http;
  http.oauth2 = OAuth2{};
  ChannelHttpRequest request;
  request.http = &http;
  PemFiles files;
  const auto prepared = Prepare(request, files);
  ASSERT_FALSE(prepared);
  EXPECT_EQ(prepared.error().code, ErrorCode::kInvalid);
}

TEST(Request, InlineCertificatesBecomeFilesOnceEach) {
  HttpConfig http;
  http.tls.ca = "authority";
  http.tls.cert = "certificate";
  http.tls.key = Secret::Inline("key");
  ChannelHttpRequest request;
  request.url = "https://a.example/";
  request.http = &http;
  PemFiles files;
  const auto first = Prepare(request, files);
  const auto second = Prepare(request, files);
  ASSERT_TRUE(first && second);
  const TlsOptions tls = Http(*first).tls;
  std::ostringstream text;
  text << std::ifstream(tls.ca_file).rdbuf() << ' ' << std::ifstream(tls.cert_file).rdbuf() << ' '
       << std::ifstream(tls.key_file).rdbuf();
  EXPECT_EQ(text.str(), "authority certificate key");
  EXPECT_EQ(Http(*second).tls.ca_file, tls.ca_file);
}

struct SecurityCase {
  const char* port;
  bool require_tls;
  std::optional<bool> implicit;
  MailSecurity expected;
};

TEST(Request, ChoosesMailSecurityAsAlertmanagerDoes) {
  const SecurityCase cases[] = {
      {"587", true, {}, MailSecurity::kStartTls}, {"25", false, {}, MailSecurity::kOpportunistic},
      {"465", true, {}, MailSecurity::kTls},      {"465", true, false, MailSecurity::kStartTls},
      {"2525", true, true, MailSecurity::kTls},
  };
  for (const SecurityCase& c : cases) {
    EmailConfig email;
    email.smarthost_host = "mail.example";
    email.smarthost_port = c.port;
    email.require_tls = c.require_tls;
    email.force_implicit_tls = c.implicit;
    email.auth_username = "u";
    email.auth_password = Secret::Inline("mail-pass");
    PemFiles files;
    const auto prepared =
        Prepare(ChannelMail{&email, "a@b", {"c@d", "e@f"}, "Subject: x\r\n\r\n"}, files);
    ASSERT_TRUE(prepared);
    const MailRequest mail = Mail(*prepared);
    EXPECT_EQ(mail.security, c.expected) << c.port;
    EXPECT_EQ(std::to_string(mail.port), c.port);
    EXPECT_EQ(mail.host, "mail.example");
    EXPECT_EQ(mail.password, "mail-pass");
    EXPECT_EQ(mail.to.size(), 2U);
    EXPECT_EQ(Strike("535 mail-pass", prepared->secrets), "535 <secret>");
  }
}

TEST(Request, RefusesAPortThatIsNone) {
  EmailConfig email;
  email.smarthost_port = "70000";
  PemFiles files;
  EXPECT_FALSE(Prepare(ChannelMail{&email, "a@b", {"c@d"}, ""}, files));
}

}  // namespace
}  // namespace warden
