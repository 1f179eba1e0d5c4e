// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/raw_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <utility>

namespace warden::fakes {
namespace {

constexpr int kPatienceMs = 10'000;

sockaddr_in Loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int BoundSocket(std::uint16_t& port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof address;
  const bool is_bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                        ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  assert(is_bound);
  (void)is_bound;
  port = ntohs(address.sin_port);
  return fd;
}

SSL* Tls(void* tls) { return static_cast<SSL*>(tls); }

}  // namespace

RawConnection RawConnection::To(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(port);
  (void)::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
  return RawConnection(fd);
}

RawConnection::RawConnection(int fd) : fd_(fd) {
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const timeval patience{kPatienceMs / 1000, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

RawConnection::RawConnection(RawConnection&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      tls_(std::exchange(other.tls_, nullptr)),
      context_(std::exchange(other.context_, nullptr)),
      buffer_(std::move(other.buffer_)) {}

RawConnection::~RawConnection() {
  SSL_free(Tls(tls_));
  SSL_CTX_free(static_cast<SSL_CTX*>(context_));
  if (fd_ >= 0) ::close(fd_);
}

bool RawConnection::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = tls_ != nullptr
                          ? SSL_write(Tls(tls_), bytes.data(), static_cast<int>(bytes.size()))
                          : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool RawConnection::Fill() {
  std::array<char, 16384> chunk{};
  const auto got = tls_ != nullptr
                       ? SSL_read(Tls(tls_), chunk.data(), static_cast<int>(chunk.size()))
                       : ::recv(fd_, chunk.data(), chunk.size(), 0);
  if (got <= 0) return false;
  buffer_.append(chunk.data(), static_cast<std::size_t>(got));
  return true;
}

std::string RawConnection::ReadUntil(std::string_view end) {
  for (;;) {
    const std::size_t at = buffer_.find(end);
    if (at != std::string::npos) return Read(at + end.size());
    if (!Fill()) return std::exchange(buffer_, {});
  }
}

std::string RawConnection::Read(std::size_t bytes) {
  while (buffer_.size() < bytes && Fill()) {
  }
  const std::size_t count = std::min(bytes, buffer_.size());
  std::string out = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return out;
}

std::string RawConnection::ReadAll() {
  while (Fill()) {
  }
  return std::exchange(buffer_, {});
}

std::string RawConnection::ReadMessage() {
  std::string message = ReadUntil("\r\n\r\n");
  constexpr std::string_view kLength = "Content-Length: ";
  const std::size_t at = message.find(kLength);
  if (at == std::string::npos) return message;
  std::size_t length = 0;
  std::from_chars(message.data() + at + kLength.size(), message.data() + message.size(), length);
  return message + Read(length);
}

void RawConnection::WaitForClose() {
  while (Fill()) {
  }
}

void RawConnection::CloseSend() { ::shutdown(fd_, SHUT_WR); }

void RawConnection::Reset() {
  const linger at_once{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(std::exchange(fd_, -1));
}

bool RawConnection::StartTls(const std::string& cert_file, const std::string& key_file) {
  SSL_CTX* const context = SSL_CTX_new(TLS_server_method());
  context_ = context;
  if (SSL_CTX_use_certificate_chain_file(context, cert_file.c_str()) != 1) return false;
  if (SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1) return false;
  SSL* const tls = SSL_new(context);
  tls_ = tls;
  SSL_set_fd(tls, fd_);
  return SSL_accept(tls) == 1;
}

RawServer::RawServer(Script script) : script_(std::move(script)) {
  listener_ = BoundSocket(port_);
  ::listen(listener_, 128);
  thread_ = std::thread([this] { Run(); });
}

RawServer::~RawServer() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
    for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
  }
  ::shutdown(listener_, SHUT_RDWR);  // wakes accept
  thread_.join();
  for (std::thread& thread : threads_) thread.join();
  ::close(listener_);
}

std::string RawServer::Url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + path;
}

void RawServer::Run() {
  for (;;) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    ++connections_;
    {
      const std::lock_guard lock(mutex_);
      if (ends_) {
        ::close(fd);
        return;
      }
      open_.push_back(fd);
    }
    threads_.emplace_back([this, fd] {
      RawConnection connection(fd);
      script_(connection);
      const std::lock_guard lock(mutex_);  // gone from the list before the number can be given anew
      open_.remove(fd);
    });
  }
}

SilentListener::SilentListener() {
  listener_ = BoundSocket(port_);
  ::listen(listener_, 0);
  sockaddr_in address = Loopback(port_);
  for (int i = 0; i < 4; ++i) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    (void)::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
    fillers_.push_back(fd);
  }
}

SilentListener::~SilentListener() {
  for (const int fd : fillers_) ::close(fd);
  ::close(listener_);
}

std::uint16_t ClosedPort() {
  std::uint16_t port = 0;
  ::close(BoundSocket(port));
  return port;
}

}  // namespace warden::fakes
