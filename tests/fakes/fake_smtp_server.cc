// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/fake_smtp_server.h"

#include <openssl/evp.h>

#include <chrono>
#include <utility>

namespace warden::fakes {
namespace {

std::string Decode64(std::string_view text) {
  std::string out(text.size() / 4 * 3 + 3, '\0');
  const int length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
  if (length < 0) return "";
  out.resize(static_cast<std::size_t>(length));
  for (; text.ends_with('='); text.remove_suffix(1)) out.pop_back();
  return out;
}

// What stands in the angle brackets of `MAIL FROM:<a@b> SIZE=3`.
std::string Address(std::string_view line) {
  const std::size_t start = line.find('<');
  const std::size_t end = line.find('>');
  if (start == std::string_view::npos || end == std::string_view::npos) return "";
  return std::string(line.substr(start + 1, end - start - 1));
}

std::string Unstuff(std::string message) {
  message.erase(message.size() - 3);  // the final dot and its line break
  for (std::size_t at = 0; (at = message.find("\r\n..", at)) != std::string::npos; at += 3) {
    message.erase(at + 2, 1);
  }
  return message;
}

}  // namespace

FakeSmtpServer::FakeSmtpServer(Tls tls, TestCertificates::Files files)
    : tls_(tls),
      files_(std::move(files)),
      server_([this](RawConnection& connection) { Talk(connection); }) {}

void FakeSmtpServer::Reply(const std::string& command, const std::string& reply) {
  const std::lock_guard lock(mutex_);
  replies_[command] = reply;
}

FakeSmtpServer::Next FakeSmtpServer::Answer(RawConnection& connection, std::string_view command,
                                            const std::string& usual, bool& was_accepted) {
  std::string reply = usual;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [prefix, scripted] : replies_) {
      if (command.starts_with(prefix)) reply = scripted;
    }
  }
  was_accepted = reply.starts_with('2') || reply.starts_with('3');
  if (reply == kHang) {
    {
      const std::lock_guard lock(mutex_);
      ++hanging_;
    }
    came_.notify_all();
    connection.WaitForClose();
    return Next::kEnd;
  }
  if (reply == kCut) {
    connection.Reset();
    return Next::kEnd;
  }
  return connection.Send(reply + "\r\n") ? Next::kGoOn : Next::kEnd;
}

void FakeSmtpServer::Talk(RawConnection& connection) {
  ReceivedMail mail;
  bool ok = false;
  if (tls_ == Tls::kImplicit) {
    if (!connection.StartTls(files_.cert_file, files_.key_file)) return;
    mail.was_encrypted = true;
  }
  if (Answer(connection, "CONNECT", "220 fake ESMTP", ok) == Next::kEnd) return;
  for (;;) {
    const std::string line = connection.ReadUntil("\r\n");
    if (!line.ends_with("\r\n")) return;
    const std::string command = line.substr(0, line.size() - 2);
    std::string usual = "250 OK";
    if (command.starts_with("EHLO ")) {
      mail.hello = command.substr(5);
      usual = "250-fake\r\n";
      if (tls_ == Tls::kStartTls && !mail.was_encrypted) usual += "250-STARTTLS\r\n";
      usual += "250-SIZE 1000000\r\n250 AUTH " + mechanisms_;
    } else if (command == "STARTTLS") {
      usual = "220 go ahead";
    } else if (command == "AUTH PLAIN") {
      usual = "334 ";
    } else if (command == "AUTH CRAM-MD5") {
      usual = "334 PDE4OTYuNjk3MTcwOTUyQGZha2UuZXhhbXBsZT4=";  // kChallenge
    } else if (command == "DATA") {
      usual = "354 go ahead";
    } else if (command == "QUIT") {
      usual = "221 bye";
    }
    if (Answer(connection, command, usual, ok) == Next::kEnd || command == "QUIT") return;
    if (command.starts_with("RSET")) mail = {.hello = mail.hello};
    if (!ok) continue;
    if (command == "STARTTLS") {
      if (!connection.StartTls(files_.cert_file, files_.key_file)) return;
      mail.was_encrypted = true;
    } else if (command == "AUTH PLAIN" || command == "AUTH CRAM-MD5") {
      const std::string login = connection.ReadUntil("\r\n");
      mail.login = Decode64(std::string_view(login).substr(0, login.size() - 2));
      if (Answer(connection, "LOGIN", "235 welcome", ok) == Next::kEnd) return;
    } else if (command.starts_with("MAIL FROM:")) {
      mail.from = Address(command);
    } else if (command.starts_with("RCPT TO:")) {
      mail.to.push_back(Address(command));
    } else if (command == "DATA") {
      mail.message = Unstuff("\r\n" + connection.ReadUntil("\r\n.\r\n")).substr(2);
      if (Answer(connection, ".", "250 taken", ok) == Next::kEnd) return;
      if (ok) Keep(mail);
    }
  }
}

void FakeSmtpServer::Keep(ReceivedMail mail) {
  {
    const std::lock_guard lock(mutex_);
    mails_.push_back(std::move(mail));
  }
  came_.notify_all();
}

std::vector<ReceivedMail> FakeSmtpServer::mails() const {
  const std::lock_guard lock(mutex_);
  return mails_;
}

bool FakeSmtpServer::WaitForMails(std::size_t count) const {
  std::unique_lock lock(mutex_);
  return came_.wait_for(lock, std::chrono::seconds(10), [&] { return mails_.size() >= count; });
}

bool FakeSmtpServer::WaitForHang() const {
  std::unique_lock lock(mutex_);
  return came_.wait_for(lock, std::chrono::seconds(10), [&] { return hanging_ > 0; });
}

}  // namespace warden::fakes
