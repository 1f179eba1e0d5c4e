// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <future>
#include <list>
#include <memory>

#include "server/net/curl_http_client.h"
#include "tests/fakes/fake_smtp_server.h"

namespace warden {
namespace {

using fakes::FakeSmtpServer;
using fakes::ReceivedMail;
using fakes::TestCertificates;

// "taken", "taken but bob@x 550", or what it failed with.
std::string Outcome(const MailResult& result) {
  if (result) {
    std::string out = "taken";
    for (const RefusedRecipient& refused : result->refused) {
      out += " but " + refused.address + ' ' + std::to_string(refused.smtp_code);
    }
    return out;
  }
  std::string out(Name(result.error().kind));
  if (result.error().smtp_code != 0) out += ' ' + std::to_string(result.error().smtp_code);
  return out + (result.error().body_was_sent ? ", sent" : "");
}

MailRequest Mail(const FakeSmtpServer& server) {
  return {.host = "127.0.0.1",
          .port = server.port(),
          .security = MailSecurity::kNone,
          .hello = "warden.example",
          .from = "warden@example",
          .to = {"ann@example", "bob@example"},
          .message = "Subject: hi\r\n\r\nline\r\n.\r\n..two\r\n"};
}

TEST(Mail, ArrivesAsItWasGiven) {
  FakeSmtpServer server;
  CurlHttpClient client;
  EXPECT_EQ(Outcome(client.CallMail(Mail(server))), "taken");
  ASSERT_EQ(server.mails().size(), 1U);
  const ReceivedMail mail = server.mails().front();
  EXPECT_EQ(mail.hello, "warden.example");
  EXPECT_EQ(mail.from, "warden@example");
  EXPECT_EQ(mail.to, (std::vector<std::string>{"ann@example", "bob@example"}));
  EXPECT_EQ(mail.message, "Subject: hi\r\n\r\nline\r\n.\r\n..two\r\n");
  EXPECT_FALSE(mail.was_encrypted);
}

TEST(Mail, SaysWhatTheServerSaid) {
  FakeSmtpServer server;
  server.Reply(".", "554-no\r\n554 5.7.1 looks like spam");
  CurlHttpClient client;
  const MailResult result = client.CallMail(Mail(server));
  ASSERT_FALSE(result);
  EXPECT_TRUE(
      result.error().message.ends_with(": the server refused with 554: 5.7.1 looks like spam"))
      << result.error().message;
}

TEST(Mail, TellsWhoWasRefused) {
  FakeSmtpServer server;
  server.Reply("RCPT TO:<ann@", "550 no such user");
  CurlHttpClient client;
  EXPECT_EQ(Outcome(client.CallMail(Mail(server))), "taken but ann@example 550");
  EXPECT_EQ(server.mails().front().to, std::vector<std::string>{"bob@example"});
  server.Reply("RCPT TO:<bob@", "451-try\r\n451 later");
  EXPECT_EQ(Outcome(client.CallMail(Mail(server))), "refused 451");
}

TEST(Mail, TellsAtWhichStageTheServerSaidNo) {
  CurlHttpClient client;
  for (const auto& [command, reply, outcome] :
       std::vector<std::tuple<std::string, std::string, std::string>>{
           {"CONNECT", "421 too busy", "refused 421"},
           {"CONNECT", "554 go away", "refused 554"},
           {"MAIL FROM", "552 too long", "refused 552"},
           {"MAIL FROM", "451 greylisted", "refused 451"},
           {"DATA", "554 no valid recipients", "refused 554"},
           {".", "554 spam", "refused 554, sent"},
           {".", "452 disk full", "refused 452, sent"}}) {
    FakeSmtpServer server;
    server.Reply(command, reply);
    EXPECT_EQ(Outcome(client.CallMail(Mail(server))), outcome) << command << ' ' << reply;
  }
}

TEST(Mail, TellsWhetherACutOrASilenceMayHaveTakenIt) {
  CurlHttpClient client({.max_mails = 16});
  std::list<FakeSmtpServer> servers;
  std::vector<std::pair<std::string, std::future<std::string>>> outcomes;  // expected, found
  for (const std::string& how : {FakeSmtpServer::kCut, FakeSmtpServer::kHang}) {
    const std::string word = how == FakeSmtpServer::kCut ? "reset" : "timeout";
    for (const auto& [command, when] :
         std::vector<std::pair<std::string, std::string>>{{"EHLO", "_before_send"},
                                                          {"MAIL", "_before_send"},
                                                          {"RCPT", "_before_send"},
                                                          {"DATA", "_before_send"},
                                                          {".", "_after_send, sent"}}) {
      FakeSmtpServer& server = servers.emplace_back();
      server.Reply(command, how);
      MailRequest mail = Mail(server);
      mail.timeout = std::chrono::milliseconds(how == FakeSmtpServer::kCut ? 10'000 : 500);
      outcomes.emplace_back(word + when, std::async(std::launch::async, [&client, mail] {
                              return Outcome(client.CallMail(mail));
                            }));
    }
  }
  for (auto& [expected, found] : outcomes) EXPECT_EQ(found.get(), expected);
  MailRequest nowhere{.host = "127.0.0.1",
                      .port = fakes::ClosedPort(),
                      .from = "a@b",
                      .to = {"c@d"},
                      .message = "x"};
  EXPECT_EQ(Outcome(client.CallMail(nowhere)), "connect");
}

TEST(Mail, IsTakenThoughTheFarewellHangs) {
  FakeSmtpServer server;
  server.Reply("QUIT", FakeSmtpServer::kHang);
  CurlHttpClient client;
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(Outcome(client.CallMail(Mail(server))), "taken");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(Mail, IsEncryptedByStartTlsOrNotSent) {
  TestCertificates certificates;
  FakeSmtpServer server(FakeSmtpServer::Tls::kStartTls, certificates.Issue("localhost"));
  FakeSmtpServer bare;
  CurlHttpClient client;
  MailRequest mail = Mail(server);
  mail.host = "localhost";
  mail.security = MailSecurity::kStartTls;
  EXPECT_EQ(Outcome(client.CallMail(mail)), "tls");  // unknown authority
  mail.tls.ca_file = certificates.ca_file();
  mail.username = "ann";
  mail.password = "secret";
  EXPECT_EQ(Outcome(client.CallMail(mail)), "taken");
  EXPECT_TRUE(server.mails().back().was_encrypted);
  EXPECT_EQ(server.mails().back().login, std::string("\0ann\0secret", 11));
  mail.port = bare.port();
  EXPECT_EQ(Outcome(client.CallMail(mail)), "tls");  // not offered
  mail.security = MailSecurity::kOpportunistic;
  EXPECT_EQ(Outcome(client.CallMail(mail)), "taken");  // loopback
  EXPECT_TRUE(server.WaitForMails(1));
  EXPECT_TRUE(bare.WaitForMails(1));
}

TEST(Mail, IsEncryptedFromTheStart) {
  TestCertificates certificates;
  FakeSmtpServer server(FakeSmtpServer::Tls::kImplicit, certificates.Issue("localhost"));
  CurlHttpClient client;
  MailRequest mail = Mail(server);
  mail.host = "localhost";
  mail.security = MailSecurity::kTls;
  mail.tls.ca_file = certificates.ca_file();
  EXPECT_EQ(Outcome(client.CallMail(mail)), "taken");
  EXPECT_TRUE(server.mails().back().was_encrypted);
}

TEST(Mail, AServerThatNeverSpeaksTlsEndsAtTheTimeout) {
  FakeSmtpServer server;
  server.Reply("CONNECT", FakeSmtpServer::kHang);
  CurlHttpClient client;
  MailRequest mail = Mail(server);
  mail.security = MailSecurity::kTls;
  mail.timeout = std::chrono::milliseconds(150);
  EXPECT_EQ(Outcome(client.CallMail(mail)), "timeout_before_send");
}

TEST(Mail, RefusedLoginTellsTheCodeButNotThePassword) {
  FakeSmtpServer server;
  server.Reply("LOGIN", "535 wrong canary");
  CurlHttpClient client;
  MailRequest mail = Mail(server);
  mail.username = "ann";
  mail.password = "canary";
  const MailResult result = client.CallMail(mail);
  EXPECT_EQ(Outcome(result), "refused 535");
  EXPECT_EQ(result.error().message.find("canary"), std::string::npos);
}

TEST(Mail, AddressesCannotSpeakSmtp) {
  FakeSmtpServer server;
  CurlHttpClient client;
  for (const char* address : {"a@b>\r\nRCPT TO:<evil@x", "a@b>", "", "a b@c"}) {
    MailRequest mail = Mail(server);
    mail.to.emplace_back(address);
    EXPECT_EQ(Outcome(client.CallMail(mail)), "other") << address;
    mail = Mail(server);
    mail.from = address;
    EXPECT_EQ(Outcome(client.CallMail(mail)), "other") << address;
  }
  MailRequest nobody = Mail(server);
  nobody.to.clear();
  EXPECT_EQ(Outcome(client.CallMail(nobody)), "other");
  EXPECT_TRUE(server.mails().empty());
}

TEST(Mail, EndsAsCancelledWhileTheServerMakesUpItsMind) {
  FakeSmtpServer server;
  server.Reply(".", FakeSmtpServer::kHang);
  auto client = std::make_unique<CurlHttpClient>(CurlOptions{.max_mails = 1});
  std::promise<std::string> first;
  std::promise<std::string> second;
  client->SendMail(Mail(server), [&](const MailResult& r) { first.set_value(Outcome(r)); });
  client->SendMail(Mail(server), [&](const MailResult& r) { second.set_value(Outcome(r)); });
  EXPECT_TRUE(server.WaitForHang());
  const auto start = std::chrono::steady_clock::now();
  client.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  EXPECT_EQ(first.get_future().get(), "cancelled, sent");
  EXPECT_EQ(second.get_future().get(), "cancelled");
}

TEST(Mail, ManyGoAtOnce) {
  FakeSmtpServer server;
  {
    CurlHttpClient client;
    for (int i = 0; i < 20; ++i) client.SendMail(Mail(server), [](const MailResult&) {});
    EXPECT_TRUE(server.WaitForMails(20));
  }
  EXPECT_EQ(server.mails().size(), 20U);
}

MailRequest WithLogin(const FakeSmtpServer& server, MailLogin login) {
  MailRequest mail = Mail(server);
  mail.username = "ann";
  mail.password = "s3cret";
  mail.login = login;
  return mail;
}

TEST(Mail, ProvesASecretByCramMd5) {
  FakeSmtpServer server;
  server.OfferLogin("PLAIN CRAM-MD5");
  CurlHttpClient client;
  EXPECT_EQ(Outcome(client.CallMail(WithLogin(server, MailLogin::kCramMd5))), "taken");
  // HMAC-MD5 of the challenge with the key s3cret, by Python's hmac.
  EXPECT_EQ(server.mails().back().login, "ann 8acbe0dc233ff7f048693e317f82bc99");
}

TEST(Mail, GivesNoSecretOfCramMd5InClear) {
  FakeSmtpServer server;
  CurlHttpClient client;
  EXPECT_NE(Outcome(client.CallMail(WithLogin(server, MailLogin::kCramMd5))), "taken");
  EXPECT_TRUE(server.mails().empty());
}

TEST(Mail, GivesAPasswordAsSuchWhereBothAreOfferedAndNamesWhomItActsFor) {
  FakeSmtpServer server;
  server.OfferLogin("CRAM-MD5 PLAIN");
  CurlHttpClient client;
  MailRequest mail = WithLogin(server, MailLogin::kPassword);
  mail.identity = "boss";
  EXPECT_EQ(Outcome(client.CallMail(mail)), "taken");
  EXPECT_EQ(server.mails().back().login, std::string("boss\0ann\0s3cret", 15));
}

}  // namespace
}  // namespace warden
