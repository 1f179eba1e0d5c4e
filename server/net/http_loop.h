// SPDX-License-Identifier: Apache-2.0
// The listener's inside: its one thread, its connections, and what they share. Internal to
// http_server.cc (listening, limits, the end) and http_session.cc (a connection's life); the only
// header that shows Asio. All of it belongs to the loop's thread but the mailbox and the counters.
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>
#include <thread>
#include <unordered_map>
#include <utility>

#include "server/net/http_server.h"
#include "server/net/mailbox.h"
#include "server/net/request_reader.h"
#include "server/net/route_table.h"

namespace warden::listener {

inline constexpr auto kForever = std::chrono::steady_clock::time_point::max();

struct Connection {
  enum class Phase { kIdle, kHeader, kBusy };  // kIdle and kHeader may be closed to make room

  Connection(std::uint64_t number, boost::asio::ip::tcp::socket accepted, std::string from,
             std::size_t max_header_bytes, BodyCharge::Total body_bytes)
      : id(number),
        socket(std::move(accepted)),
        peer(std::move(from)),
        reader(max_header_bytes),
        charge(std::move(body_bytes)) {}

  // What was read but not used must survive the next suspension.
  void KeepInput() {
    if (input.data() == pending.data() && input.size() == pending.size()) return;
    pending = std::string(input);
    input = pending;
  }
  void AddInput(std::string_view bytes) {
    if (pending.empty()) {
      input = bytes;
    } else {
      pending += bytes;
      input = pending;
    }
  }

  std::uint64_t id;
  boost::asio::ip::tcp::socket socket;
  std::string peer;
  RequestReader reader;
  std::string pending;     // input that was left when the last wait began
  std::string_view input;  // unread bytes, in `pending` or in the loop's scratch buffer
  Phase phase = Phase::kBusy;
  std::list<Connection*>::iterator room_place;  // in the loop's list while not kBusy
  std::chrono::steady_clock::time_point deadline = kForever;
  bool expired = false;
  std::uint64_t request = 0;
  BodyCharge charge;  // of the body being read
  // While it waits for the peer to take more of an answer.
  std::size_t unread_bytes = 0;
  std::list<Connection*>::iterator slow_place;  // in the loop's list while unread_bytes > 0
  std::optional<ServerResponse> response;
  std::move_only_function<void()> waiter;  // resumes the session once `response` is there
};

}  // namespace warden::listener

namespace warden {

class HttpServer::Loop {
 public:
  explicit Loop(ServerOptions options) : options_(options) {}
  ~Loop();

  RouteTable& routes() { return routes_; }
  Result<void> Start(const std::vector<std::string>& addresses);
  std::uint16_t port() const { return port_; }
  void Stop(std::chrono::milliseconds graceful);
  ServerCounts counts() const {
    return {accepted_.load(), open_.load(), answered_.load(), shed_.load()};
  }

 private:
  using Connection = listener::Connection;
  using Mailbox = listener::Mailbox;
  using Phase = Connection::Phase;
  using tcp = boost::asio::ip::tcp;
  enum class Body { kRead, kLost, kNoRoom };

  // Listening and the loop: http_server.cc.
  Result<void> Listen(const std::string& address);
  boost::asio::awaitable<void> Accept(tcp::acceptor& acceptor);
  void ShedBacklog(tcp::acceptor& acceptor);
  void Take(tcp::socket socket, const tcp::endpoint& peer);
  bool MakeRoom();

  void Enter(Connection& c, Phase phase, std::chrono::steady_clock::time_point deadline);
  void Expire(Connection& c);
  void Forget(Connection& c);
  void Collect();
  boost::asio::awaitable<void> Sweep();
  void BeginStop(std::chrono::milliseconds graceful);
  void EndIfDone();

  // One connection's life: http_session.cc.
  boost::asio::awaitable<void> Serve(std::shared_ptr<Connection> connection);
  boost::asio::awaitable<bool> ReadMore(Connection& c);
  boost::asio::awaitable<bool> ReadHeader(Connection& c);
  boost::asio::awaitable<Body> ReadBody(Connection& c);
  boost::asio::awaitable<bool> ServeRequest(Connection& c);
  boost::asio::awaitable<void> Handle(Connection& c, const HttpRoute& route);
  boost::asio::awaitable<bool> Write(Connection& c, ServerResponse response, bool is_head,
                                     KeepAlive keep);
  boost::asio::awaitable<bool> WriteBytes(Connection& c, std::string_view head,
                                          std::string_view body);
  boost::asio::awaitable<void> Linger(Connection& c);
  void Hold(Connection& c, std::size_t bytes);
  void Release(Connection& c);
  void CloseSlowest();
  std::optional<ServerResponse> Refusal(Connection& c, const HttpRoute*& route);

  const ServerOptions options_;
  RouteTable routes_;
  boost::asio::io_context io_{1};
  boost::asio::steady_timer sweep_timer_{io_};
  std::list<tcp::acceptor> acceptors_;
  std::shared_ptr<Mailbox> mailbox_;
  std::unordered_map<std::uint64_t, std::shared_ptr<Connection>> connections_;
  std::list<Connection*> room_;   // idle or still without a header, longest first
  std::list<Connection*> slow_;   // those with unread bytes, whose last progress is oldest first
  std::size_t unread_bytes_ = 0;  // of all
  std::array<char, std::size_t{64} << 10> scratch_{};
  std::string date_ = HttpDate();
  std::size_t max_connections_ = 0;
  // Of all bodies being read or not answered yet.
  listener::BodyCharge::Total body_bytes_ = std::make_shared<std::atomic<std::size_t>>(0);
  std::uint64_t next_id_ = 1;
  // Given up for a moment when descriptors are used up, so that peers hear of it.
  int spare_fd_ = -1;
  bool stopping_ = false;
  std::chrono::steady_clock::time_point stop_deadline_ = listener::kForever;
  std::uint16_t port_ = 0;
  std::thread thread_;
  std::atomic<std::uint64_t> accepted_{0};
  std::atomic<std::uint64_t> open_{0};
  std::atomic<std::uint64_t> answered_{0};
  std::atomic<std::uint64_t> shed_{0};
};

}  // namespace warden
