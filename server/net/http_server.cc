// SPDX-License-Identifier: Apache-2.0
#include "server/net/http_server.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cassert>

#include "server/base/log.h"
#include "server/net/http_loop.h"

namespace warden {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using listener::Connection;
using listener::kForever;
using listener::Mailbox;
using Steady = std::chrono::steady_clock;

constexpr auto kAcceptPause = std::chrono::milliseconds(10);  // while descriptors are used up
constexpr std::string_view kShed =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: "
    "close\r\n\r\n";

std::string PeerName(const tcp::endpoint& peer) {
  const asio::ip::address address = peer.address();
  const std::string port = std::to_string(peer.port());
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string() + ':' + port;
  }
  return address.is_v6() ? '[' + address.to_string() + "]:" + port
                         : address.to_string() + ':' + port;
}

// What a peer gets that cannot be served: as cheap as can be, and it may fail.
void ShedSocket(int fd) {
  (void)!::send(fd, kShed.data(), kShed.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  ::shutdown(fd, SHUT_WR);
}

}  // namespace

HttpServer::Loop::~Loop() {
  if (spare_fd_ >= 0) ::close(spare_fd_);
}

// ---- listening ----

Result<void> HttpServer::Loop::Listen(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon + 1 == address.size()) {
    return Fail(ErrorCode::kInvalid, "listen address \"" + address + "\" is not host:port");
  }
  std::string host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";  // RFC 6761, 6.3: also where nothing tells names
  error_code ec;
  std::vector<tcp::endpoint> endpoints;
  tcp::resolver resolver(io_);
  const auto flags = tcp::resolver::passive | tcp::resolver::numeric_service;
  for (const auto& found :
       resolver.resolve(host.empty() ? "::" : host, address.substr(colon + 1), flags, ec)) {
    endpoints.push_back(found.endpoint());
  }
  if (ec || endpoints.empty()) {
    return Fail(ErrorCode::kInvalid, "listen address \"" + address + "\": " + ec.message());
  }
  const auto v4 =
      std::ranges::find_if(endpoints, [](const auto& e) { return e.address().is_v4(); });
  tcp::endpoint endpoint = v4 == endpoints.end() ? endpoints.front() : *v4;

  tcp::acceptor& acceptor = acceptors_.emplace_back(io_);
  acceptor.open(endpoint.protocol(), ec);
  if (ec && host.empty()) {  // no IPv6 here
    endpoint = tcp::endpoint(tcp::v4(), endpoint.port());
    acceptor.open(endpoint.protocol(), ec);
  } else if (!ec && host.empty()) {
    acceptor.set_option(asio::ip::v6_only(false), ec);
  }
  if (!ec) acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec) acceptor.bind(endpoint, ec);
  if (!ec) acceptor.listen(tcp::acceptor::max_listen_connections, ec);
  if (ec) {
    return Fail(ErrorCode::kUnavailable, "cannot listen on " + address + ": " + ec.message());
  }
  if (port_ == 0) port_ = acceptor.local_endpoint().port();
  return {};
}

Result<void> HttpServer::Loop::Start(const std::vector<std::string>& addresses) {
  assert(!thread_.joinable() && !addresses.empty());
  for (const std::string& address : addresses) {
    if (auto listening = Listen(address); !listening) {
      acceptors_.clear();
      port_ = 0;
      return listening;
    }
  }
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  const auto for_others = std::min<rlim_t>(files.rlim_cur / 4, 256);
  max_connections_ = std::min<std::size_t>(options_.max_connections, files.rlim_cur - for_others);
  spare_fd_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);

  mailbox_ = std::make_shared<Mailbox>([this] { asio::post(io_, [this] { Collect(); }); });
  const auto must_not_fail = [](const std::exception_ptr& failure) {
    if (failure) std::rethrow_exception(failure);
  };
  for (tcp::acceptor& acceptor : acceptors_) asio::co_spawn(io_, Accept(acceptor), must_not_fail);
  asio::co_spawn(io_, Sweep(), must_not_fail);
  thread_ = std::thread([this] {
    ::pthread_setname_np(::pthread_self(), "http-server");
    io_.run();
  });
  return {};
}

asio::awaitable<void> HttpServer::Loop::Accept(tcp::acceptor& acceptor) {
  asio::steady_timer pause(io_);
  while (!stopping_) {
    error_code ec;
    tcp::endpoint peer;
    tcp::socket socket =
        co_await acceptor.async_accept(io_, peer, asio::redirect_error(asio::use_awaitable, ec));
    if (stopping_) co_return;
    if (!ec) {
      Take(std::move(socket), peer);
      continue;
    }
    ShedBacklog(acceptor);
    pause.expires_after(kAcceptPause);
    co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ec));
  }
}

// Descriptors are used up: close idle connections, or else tell those who wait that there is no
// room.
void HttpServer::Loop::ShedBacklog(tcp::acceptor& acceptor) {
  bool has_room = false;
  for (int i = 0; i < 32 && MakeRoom(); ++i) has_room = true;
  if (has_room || spare_fd_ < 0) return;
  ::close(spare_fd_);
  for (int i = 0; i < 256; ++i) {
    const int fd = ::accept4(acceptor.native_handle(), nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) break;
    ShedSocket(fd);
    ::close(fd);
    ++shed_;
  }
  spare_fd_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

// Closes the connection that has been idle, or without a whole header, for longest. False when all
// are at work.
bool HttpServer::Loop::MakeRoom() {
  if (room_.empty()) return false;
  Connection& longest = *room_.front();
  Enter(longest, Phase::kBusy, kForever);
  longest.expired = true;
  error_code ignored;
  longest.socket.close(ignored);
  ++shed_;
  return true;
}

void HttpServer::Loop::Take(tcp::socket socket, const tcp::endpoint& peer) {
  ++accepted_;
  if (connections_.size() >= max_connections_ && !MakeRoom()) {
    ShedSocket(socket.native_handle());
    ++shed_;
    return;
  }
  error_code ec;
  socket.non_blocking(true, ec);
  socket.set_option(tcp::no_delay(true), ec);
  auto connection = std::make_shared<Connection>(next_id_++, std::move(socket), PeerName(peer),
                                                 options_.max_header_bytes, body_bytes_);
  connections_.emplace(connection->id, connection);
  ++open_;
  asio::co_spawn(io_, Serve(connection), [this, connection](const std::exception_ptr& failure) {
    if (failure) Log(LogLevel::kError, "http connection ended by an exception");
    Forget(*connection);
  });
}

// ---- the loop ----

void HttpServer::Loop::Enter(Connection& c, Phase phase, Steady::time_point deadline) {
  if (c.phase != Phase::kBusy) room_.erase(c.room_place);
  c.phase = phase;
  c.deadline = deadline;
  if (phase != Phase::kBusy) c.room_place = room_.insert(room_.end(), &c);
}

void HttpServer::Loop::Expire(Connection& c) {
  c.expired = true;
  c.deadline = kForever;
  error_code ignored;
  c.socket.cancel(ignored);
  if (c.waiter) std::exchange(c.waiter, nullptr)();
}

void HttpServer::Loop::Forget(Connection& c) {
  Release(c);
  Enter(c, Phase::kBusy, kForever);
  error_code ignored;
  c.socket.close(ignored);
  connections_.erase(c.id);
  --open_;
  EndIfDone();
}

void HttpServer::Loop::Collect() {
  for (Mailbox::Letter& letter : mailbox_->Take()) {
    const auto found = connections_.find(letter.connection);
    if (found == connections_.end() || found->second->request != letter.request) continue;
    Connection& c = *found->second;
    if (!c.waiter) continue;
    c.response = std::move(letter.response);
    std::exchange(c.waiter, nullptr)();
  }
}

asio::awaitable<void> HttpServer::Loop::Sweep() {
  const auto shortest = std::min({options_.header_timeout, options_.body_timeout,
                                  options_.write_timeout, options_.idle_timeout});
  const auto interval = std::clamp<std::chrono::milliseconds>(
      shortest / 4, std::chrono::milliseconds(5), std::chrono::milliseconds(250));
  while (!(stopping_ && connections_.empty())) {
    error_code ec;
    sweep_timer_.expires_after(stopping_ ? std::chrono::milliseconds(5) : interval);
    co_await sweep_timer_.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    date_ = HttpDate();
    const auto now = Steady::now();
    const bool cuts = now >= stop_deadline_;
    std::vector<std::shared_ptr<Connection>> late;
    for (const auto& [id, connection] : connections_) {
      if (cuts || connection->deadline <= now) late.push_back(connection);
    }
    for (const auto& connection : late) {
      if (cuts) {
        error_code ignored;
        connection->socket.close(ignored);
      }
      Expire(*connection);
    }
  }
}

void HttpServer::Loop::BeginStop(std::chrono::milliseconds graceful) {
  stopping_ = true;
  stop_deadline_ = Steady::now() + graceful;
  error_code ignored;
  for (tcp::acceptor& acceptor : acceptors_) acceptor.close(ignored);
  for (auto place = room_.begin(); place != room_.end();) {
    Connection& c = **place++;
    if (c.phase != Phase::kIdle) continue;
    c.expired = true;
    c.socket.close(ignored);
  }
  sweep_timer_.cancel();  // so that it notices
}

void HttpServer::Loop::EndIfDone() {
  if (stopping_ && connections_.empty()) sweep_timer_.cancel();
}

void HttpServer::Loop::Stop(std::chrono::milliseconds graceful) {
  if (!thread_.joinable()) return;
  asio::post(io_, [this, graceful] { BeginStop(graceful); });
  thread_.join();  // the loop has run out of work
  mailbox_->Close();
}

// ---- the outside ----

HttpServer::HttpServer(ServerOptions options) : loop_(std::make_unique<Loop>(options)) {}
HttpServer::~HttpServer() { Stop(std::chrono::milliseconds(0)); }
void HttpServer::Add(HttpRoute route) { loop_->routes().Add(std::move(route)); }
Result<void> HttpServer::Start(const std::vector<std::string>& addresses) {
  return loop_->Start(addresses);
}
std::uint16_t HttpServer::port() const { return loop_->port(); }
void HttpServer::Stop(std::chrono::milliseconds graceful) { loop_->Stop(graceful); }
std::vector<RouteName> HttpServer::routes() const { return loop_->routes().names(); }

ServerCounts HttpServer::counts() const { return loop_->counts(); }

}  // namespace warden
