// SPDX-License-Identifier: Apache-2.0
// A mail server that keeps what it is given: SMTP with STARTTLS or implicit TLS and AUTH PLAIN, and
// replies that a test can change, down to hanging and cutting. Safe from any thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fakes/raw_server.h"
#include "tests/fakes/test_certificates.h"

namespace warden::fakes {

struct ReceivedMail {
  std::string hello = {};
  std::string from = {};
  std::vector<std::string> to = {};  // those that were not refused
  std::string message = {};          // dots unstuffed, without the final dot
  std::string login = {};  // decoded: "\0user\0password" (PLAIN), "user digest" (CRAM-MD5)
  bool was_encrypted = false;
};

class FakeSmtpServer {
 public:
  enum class Tls { kNone, kStartTls, kImplicit };
  inline static const std::string kHang = "<hang>";  // no reply, ever
  inline static const std::string kCut = "<cut>";    // a reset instead of a reply

  explicit FakeSmtpServer(Tls tls = Tls::kNone, TestCertificates::Files files = {});

  [[nodiscard]] std::uint16_t port() const { return server_.port(); }

  // What EHLO offers instead of PLAIN; before anybody connects.
  void OfferLogin(std::string mechanisms) { mechanisms_ = std::move(mechanisms); }
  inline static const std::string kChallenge = "<1896.697170952@fake.example>";  // of CRAM-MD5

  // The reply (without CRLF) to what begins with `command` ("RCPT TO:<bob@"), from now on. Also
  // "CONNECT" for the greeting, and "." for the end of the message.
  void Reply(const std::string& command, const std::string& reply);

  [[nodiscard]] std::vector<ReceivedMail> mails() const;
  [[nodiscard]] bool WaitForMails(std::size_t count) const;
  // Until a peer waits for a reply that never comes.
  [[nodiscard]] bool WaitForHang() const;

 private:
  enum class Next { kGoOn, kEnd };
  void Talk(RawConnection& connection);
  Next Answer(RawConnection& connection, std::string_view command, const std::string& usual,
              bool& was_accepted);
  void Keep(ReceivedMail mail);

  Tls tls_;
  std::string mechanisms_ = "PLAIN";
  TestCertificates::Files files_;
  mutable std::mutex mutex_;
  mutable std::condition_variable came_;
  std::map<std::string, std::string> replies_;
  std::vector<ReceivedMail> mails_;
  int hanging_ = 0;
  RawServer server_;  // last: its threads use the rest
};

}  // namespace warden::fakes
