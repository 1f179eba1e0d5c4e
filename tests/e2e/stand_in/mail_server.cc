// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/stand_in/mail_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tests/e2e/stand_in/json.h"

namespace warden::stand_in {
namespace {

class Connection {
 public:
  explicit Connection(int socket) : socket_(socket) {
    const timeval limit{.tv_sec = 30, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  ~Connection() { ::close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void Say(std::string_view line) {
    const std::string out = std::string(line) + "\r\n";
    (void)!::send(socket_, out.data(), out.size(), MSG_NOSIGNAL);
  }

  // Without its CRLF; nothing at the end or after 30 s of silence.
  std::optional<std::string> Line() {
    for (;;) {
      if (const std::size_t end = buffer_.find("\r\n"); end != std::string::npos) {
        std::string line = buffer_.substr(0, end);
        buffer_.erase(0, end + 2);
        return line;
      }
      char piece[4096];
      const ssize_t got = ::recv(socket_, piece, sizeof piece, 0);
      if (got <= 0) return std::nullopt;
      buffer_.append(piece, static_cast<std::size_t>(got));
    }
  }

 private:
  int socket_;
  std::string buffer_;
};

struct Envelope {
  std::string from;
  std::vector<std::string> to;
};

bool StartsWith(const std::string& line, const char* word) {
  return ::strncasecmp(line.c_str(), word, std::string_view(word).size()) == 0;
}

std::string Address(const std::string& line) {
  const std::size_t begin = line.find('<');
  const std::size_t end = line.find('>', begin);
  return begin == std::string::npos || end == std::string::npos
             ? line
             : line.substr(begin + 1, end - begin - 1);
}

void Record(Journal& journal, const Envelope& envelope, const std::string& data, int status) {
  std::string to;
  for (const std::string& address : envelope.to) to += (to.empty() ? "" : ",") + Quote(address);
  Received received;
  received.service = "mail";
  received.method = "MAIL";
  received.status = status;
  received.body = data;
  received.more = ",\"from\":" + Quote(envelope.from) + ",\"to\":[" + to + "]";
  journal.Add(received);
}

// After 354: the message up to the lone dot, the doubled dots undone.
std::optional<std::string> Data(Connection& connection) {
  std::string data;
  while (auto line = connection.Line()) {
    if (*line == ".") return data;
    data += (line->starts_with("..") ? line->substr(1) : *line) + "\r\n";
  }
  return std::nullopt;
}

void Serve(int socket, Journal& journal) {
  Connection connection(socket);
  Envelope envelope;
  connection.Say("220 stand-in ESMTP");
  while (auto line = connection.Line()) {
    if (StartsWith(*line, "EHLO") || StartsWith(*line, "HELO")) {
      connection.Say("250-stand-in\r\n250-8BITMIME\r\n250 SMTPUTF8");
    } else if (StartsWith(*line, "MAIL FROM:")) {
      envelope = {Address(*line), {}};
      connection.Say("250 2.1.0 ok");
    } else if (StartsWith(*line, "RCPT TO:")) {
      envelope.to.push_back(Address(*line));
      if (const auto scripted = journal.Next("mail")) {
        std::this_thread::sleep_for(scripted->delay);
        Record(journal, envelope, "", scripted->status);
        if (scripted->status == 0) return;
        connection.Say(std::to_string(scripted->status) + " " + scripted->body);
      } else {
        connection.Say("250 2.1.5 ok");
      }
    } else if (StartsWith(*line, "DATA")) {
      connection.Say("354 go ahead");
      const auto data = Data(connection);
      if (!data) return;
      Record(journal, envelope, *data, 250);
      connection.Say("250 2.0.0 kept");
    } else if (StartsWith(*line, "QUIT")) {
      connection.Say("221 2.0.0 bye");
      return;
    } else if (StartsWith(*line, "RSET") || StartsWith(*line, "NOOP")) {
      connection.Say("250 2.0.0 ok");
    } else {
      connection.Say("502 5.5.1 not known");
    }
  }
}

}  // namespace

MailServer::MailServer(Journal& journal) : journal_(journal) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("the mail server finds no free port");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Accept(); });
}

MailServer::~MailServer() {
  is_ending_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

void MailServer::Accept() {
  while (!is_ending_) {
    const int socket = ::accept(listener_, nullptr, nullptr);
    if (socket < 0) continue;
    // A connection may outlast this object, never the journal: the program ends without waiting.
    std::thread([socket, &journal = journal_] { Serve(socket, journal); }).detach();
  }
}

}  // namespace warden::stand_in
