// SPDX-License-Identifier: Apache-2.0
// A mail server that keeps what it is given: plain SMTP on a free loopback port, a thread per
// connection. A scripted answer of service "mail" is given to RCPT TO. Outlived by its journal.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

#include "tests/e2e/stand_in/journal.h"

namespace warden::stand_in {

class MailServer {
 public:
  explicit MailServer(Journal& journal);
  ~MailServer();
  MailServer(const MailServer&) = delete;
  MailServer& operator=(const MailServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  void Accept();

  Journal& journal_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> is_ending_ = false;
  std::thread thread_;
};

}  // namespace warden::stand_in
