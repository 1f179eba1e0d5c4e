// SPDX-License-Identifier: Apache-2.0
#include "server/net/http_server.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cassert>
#include <ctime>
#include <list>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

#include "server/base/log.h"
#include "server/net/request_reader.h"
#include "server/net/response_text.h"
#include "server/net/route_table.h"

namespace warden {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Steady = std::chrono::steady_clock;

constexpr std::size_t kScratchBytes = std::size_t{64} << 10;
constexpr std::size_t kOneSendBytes = std::size_t{16} << 10;  // head and body are joined up to here
constexpr std::size_t kDrainBytes = std::size_t{256}
                                    << 10;  // of a refused body, to keep the connection
constexpr std::size_t kProgressBytes = std::size_t{64} << 10;
constexpr auto kLinger = std::chrono::seconds(1);             // for a peer to read its refusal
constexpr auto kAcceptPause = std::chrono::milliseconds(10);  // while descriptors are used up
constexpr auto kForever = Steady::time_point::max();
constexpr std::string_view kShed =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: "
    "close\r\n\r\n";

ServerResponse PlainResponse(int status) {
  return {.status = status, .body = std::string(ReasonPhrase(status)) + '\n'};
}

ServerResponse BusyResponse() {
  ServerResponse response = PlainResponse(503);
  response.headers.push_back({"Retry-After", "1"});
  return response;
}

std::string HttpDate() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 40> text{};
  const std::size_t length =
      std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text.data(), length};
}

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

// Where responses arrive from any thread. Outlives the loop as long as somebody may still respond.
class Mailbox {
 public:
  struct Letter {
    std::uint64_t connection;
    std::uint64_t request;
    ServerResponse response;
  };

  explicit Mailbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  void Put(Letter letter) {
    const std::lock_guard lock(mutex_);
    if (!wake_) return;
    letters_.push_back(std::move(letter));
    if (letters_.size() == 1) wake_();
  }
  std::vector<Letter> Take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(letters_, {});
  }
  void Close() {
    const std::lock_guard lock(mutex_);
    wake_ = nullptr;
    letters_.clear();
  }

 private:
  std::mutex mutex_;
  std::function<void()> wake_;  // posts to the loop; empty once that has ended
  std::vector<Letter> letters_;
};

// The Respond of one request: answers 500 when it is dropped unused.
class Reply {
 public:
  Reply(std::shared_ptr<Mailbox> mailbox, std::uint64_t connection, std::uint64_t request)
      : mailbox_(std::move(mailbox)), connection_(connection), request_(request) {}
  Reply(Reply&&) noexcept = default;
  Reply& operator=(Reply&&) = delete;
  ~Reply() {
    if (mailbox_) (*this)(PlainResponse(500));
  }
  void operator()(ServerResponse response) {
    assert(mailbox_);
    std::exchange(mailbox_, nullptr)->Put({connection_, request_, std::move(response)});
  }

 private:
  std::shared_ptr<Mailbox> mailbox_;
  std::uint64_t connection_;
  std::uint64_t request_;
};

struct Connection {
  enum class Phase { kIdle, kHeader, kBusy };  // kIdle and kHeader may be closed to make room

  Connection(std::uint64_t number, tcp::socket accepted, const tcp::endpoint& from,
             std::size_t max_header_bytes)
      : id(number), socket(std::move(accepted)), peer(PeerName(from)), reader(max_header_bytes) {}

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
  tcp::socket socket;
  std::string peer;
  RequestReader reader;
  std::string pending;     // input that was left when the last wait began
  std::string_view input;  // unread bytes, in `pending` or in the loop's scratch buffer
  Phase phase = Phase::kBusy;
  std::list<Connection*>::iterator room_place;  // in the loop's list while not kBusy
  Steady::time_point deadline = kForever;
  bool expired = false;
  std::uint64_t request = 0;
  std::optional<ServerResponse> response;
  std::move_only_function<void()> waiter;  // resumes the session once `response` is there
};

enum class Body { kRead, kLost, kNoRoom };

}  // namespace

class HttpServer::Loop {
 public:
  explicit Loop(ServerOptions options) : options_(options) {}
  ~Loop() {
    if (spare_fd_ >= 0) ::close(spare_fd_);
  }

  RouteTable& routes() { return routes_; }
  Result<void> Start(const std::vector<std::string>& addresses);
  std::uint16_t port() const { return port_; }
  void Stop(std::chrono::milliseconds graceful);
  ServerCounts counts() const {
    return {accepted_.load(), open_.load(), answered_.load(), shed_.load()};
  }

 private:
  using Phase = Connection::Phase;

  Result<void> Listen(const std::string& address);
  asio::awaitable<void> Accept(tcp::acceptor& acceptor);
  void ShedBacklog(tcp::acceptor& acceptor);
  void Take(tcp::socket socket, const tcp::endpoint& peer);
  bool MakeRoom();

  asio::awaitable<void> Serve(std::shared_ptr<Connection> connection);
  asio::awaitable<bool> ReadMore(Connection& c);
  asio::awaitable<bool> ReadHeader(Connection& c);
  asio::awaitable<Body> ReadBody(Connection& c);
  asio::awaitable<bool> ServeRequest(Connection& c);
  asio::awaitable<void> Handle(Connection& c, const HttpRoute& route);
  asio::awaitable<bool> Write(Connection& c, ServerResponse response, bool is_head, KeepAlive keep);
  asio::awaitable<bool> WriteBytes(Connection& c, std::string_view head, std::string_view body);
  asio::awaitable<void> Linger(Connection& c);
  std::optional<ServerResponse> Refusal(Connection& c, const HttpRoute*& route);

  void Enter(Connection& c, Phase phase, Steady::time_point deadline);
  void Expire(Connection& c);
  void Forget(Connection& c);
  void Collect();
  asio::awaitable<void> Sweep();
  void BeginStop(std::chrono::milliseconds graceful);
  void EndIfDone();

  const ServerOptions options_;
  RouteTable routes_;
  asio::io_context io_{1};
  asio::steady_timer sweep_timer_{io_};
  std::list<tcp::acceptor> acceptors_;
  std::shared_ptr<Mailbox> mailbox_;
  std::unordered_map<std::uint64_t, std::shared_ptr<Connection>> connections_;
  std::list<Connection*> room_;  // idle or still without a header, longest first
  std::array<char, kScratchBytes> scratch_{};
  std::string date_ = HttpDate();
  std::size_t max_connections_ = 0;
  std::size_t body_bytes_ = 0;  // of all bodies being read
  std::uint64_t next_id_ = 1;
  int spare_fd_ =
      -1;  // given up for a moment when descriptors are used up, so that peers hear of it
  bool stopping_ = false;
  Steady::time_point stop_deadline_ = kForever;
  std::uint16_t port_ = 0;
  std::thread thread_;
  std::atomic<std::uint64_t> accepted_{0};
  std::atomic<std::uint64_t> open_{0};
  std::atomic<std::uint64_t> answered_{0};
  std::atomic<std::uint64_t> shed_{0};
};

// ---- listening ----

Result<void> HttpServer::Loop::Listen(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon + 1 == address.size()) {
    return Fail(ErrorCode::kInvalid, "listen address \"" + address + "\" is not host:port");
  }
  std::string host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
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
  auto connection =
      std::make_shared<Connection>(next_id_++, std::move(socket), peer, options_.max_header_bytes);
  connections_.emplace(connection->id, connection);
  ++open_;
  asio::co_spawn(io_, Serve(connection), [this, connection](const std::exception_ptr& failure) {
    if (failure) Log(LogLevel::kError, "http connection ended by an exception");
    Forget(*connection);
  });
}

// ---- one connection ----

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
  Enter(c, Phase::kBusy, kForever);
  error_code ignored;
  c.socket.close(ignored);
  connections_.erase(c.id);
  --open_;
  EndIfDone();
}

asio::awaitable<void> HttpServer::Loop::Serve(std::shared_ptr<Connection> connection) {
  Connection& c = *connection;
  // Its first header has to come soon; only later ones may take the idle timeout.
  Enter(c, Phase::kHeader, Steady::now() + options_.header_timeout);
  // Never two awaits in one condition: g++ 12 evaluates the second one whatever the first says.
  for (;;) {
    const bool has_request = co_await ReadHeader(c);
    if (!has_request) break;
    const bool continues = co_await ServeRequest(c);
    if (!continues) break;
    c.reader.Next();
  }
}

// False: the peer has gone, or the connection's time is over.
asio::awaitable<bool> HttpServer::Loop::ReadMore(Connection& c) {
  c.KeepInput();
  while (!c.expired) {
    error_code ec;
    const std::size_t got = c.socket.read_some(asio::buffer(scratch_), ec);
    if (!ec) {
      c.AddInput({scratch_.data(), got});
      co_return true;
    }
    if (ec != asio::error::would_block) break;
    co_await c.socket.async_wait(tcp::socket::wait_read,
                                 asio::redirect_error(asio::use_awaitable, ec));
    if (ec) break;
  }
  co_return false;
}

// False: there is no further request.
asio::awaitable<bool> HttpServer::Loop::ReadHeader(Connection& c) {
  for (;;) {
    c.input.remove_prefix(c.reader.Feed(c.input));
    if (c.reader.state() != RequestReader::State::kHeader) break;
    const bool has_begun = c.reader.has_begun() || !c.input.empty();
    if (has_begun && c.phase != Phase::kHeader) {
      Enter(c, Phase::kHeader, Steady::now() + options_.header_timeout);
    } else if (!has_begun && c.phase == Phase::kBusy) {
      if (stopping_) co_return false;
      Enter(c, Phase::kIdle, Steady::now() + options_.idle_timeout);
    }
    const bool has_more = co_await ReadMore(c);
    if (has_more) continue;
    if (c.expired && has_begun && c.socket.is_open()) {
      co_await Write(c, PlainResponse(408), false, KeepAlive::kNo);
    }
    co_return false;
  }
  Enter(c, Phase::kBusy, kForever);
  co_return true;
}

asio::awaitable<Body> HttpServer::Loop::ReadBody(Connection& c) {
  Enter(c, Phase::kBusy, Steady::now() + options_.body_timeout);
  std::size_t charged = 0;
  Body outcome = Body::kRead;
  for (;;) {
    c.input.remove_prefix(c.reader.Feed(c.input));
    if (c.reader.state() != RequestReader::State::kBody) break;
    const std::size_t size = c.reader.request().body.size();
    body_bytes_ += size - charged;
    charged = size;
    if (body_bytes_ > options_.max_body_bytes_in_flight) {
      outcome = Body::kNoRoom;
      break;
    }
    const bool has_more = co_await ReadMore(c);
    if (!has_more) {
      outcome = Body::kLost;
      break;
    }
  }
  body_bytes_ -= charged;
  c.deadline = kForever;
  co_return outcome;
}

// What can be said before the body is read; nullopt with a route when it is wanted.
std::optional<ServerResponse> HttpServer::Loop::Refusal(Connection& c, const HttpRoute*& route) {
  ServerRequest& request = c.reader.request();
  request.peer = c.peer;
  if (!DecodeTarget(request)) return PlainResponse(400);
  const RouteTable::Match match = routes_.Find(request);
  if (match.route == nullptr) {
    if (match.allow.empty()) return PlainResponse(404);
    ServerResponse response = PlainResponse(405);
    response.headers.push_back({"Allow", match.allow});
    return response;
  }
  route = match.route;
  if (!route->admit) return std::nullopt;
  try {
    return route->admit(request);
  } catch (const std::exception& failure) {
    Log(LogLevel::kError, "http admit hook failed", {{"error", failure.what()}});
    return PlainResponse(500);
  }
}

// False: the connection ends here.
asio::awaitable<bool> HttpServer::Loop::ServeRequest(Connection& c) {
  using State = RequestReader::State;
  RequestReader& reader = c.reader;
  bool is_head = false;
  std::optional<ServerResponse> response;
  if (reader.state() == State::kHeaderDone) {
    is_head = reader.request().method == "HEAD";
    const HttpRoute* route = nullptr;
    response = Refusal(c, route);
    const bool has_little = !reader.expects_continue() &&
                            reader.content_length().value_or(kDrainBytes + 1) <= kDrainBytes;
    if (!response) {
      reader.SetBodyLimit(route->max_body_bytes);
    } else if (has_little) {
      reader.DiscardBody();
    }
    const bool must_invite =
        !response && reader.expects_continue() && reader.state() == State::kBody && c.input.empty();
    if (must_invite) {
      const bool is_written = co_await WriteBytes(c, "HTTP/1.1 100 Continue\r\n\r\n", "");
      if (!is_written) co_return false;
    }
    if (reader.state() == State::kBody) {
      const Body body = co_await ReadBody(c);
      if (body == Body::kLost && !(c.expired && c.socket.is_open())) co_return false;
      if (body == Body::kLost) response = PlainResponse(408);
      if (body == Body::kNoRoom) response = BusyResponse();
    }
    if (reader.state() == State::kDone && !response) {
      co_await Handle(c, *route);
      response = std::exchange(c.response, std::nullopt);
      if (!response) co_return false;  // cut by Stop
    }
  }
  if (reader.state() == State::kBad) response = PlainResponse(reader.bad_status());
  assert(response);
  const bool keeps = reader.state() == State::kDone && reader.keep_alive() && !stopping_;
  const bool has_unread = reader.state() != State::kDone;
  c.expired = false;
  const bool is_written =
      co_await Write(c, std::move(*response), is_head, keeps ? KeepAlive::kYes : KeepAlive::kNo);
  if (is_written && has_unread) {
    co_await Linger(c);
  }
  co_return is_written&& keeps;
}

asio::awaitable<void> HttpServer::Loop::Handle(Connection& c, const HttpRoute& route) {
  c.KeepInput();
  try {
    route.handler(std::move(c.reader.request()), Reply(mailbox_, c.id, ++c.request));
  } catch (const std::exception& failure) {  // its Respond was dropped, or is still to come
    Log(LogLevel::kError, "http handler failed", {{"error", failure.what()}});
  }
  if (c.response) co_return;
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
      [&c](auto resume) { c.waiter = std::move(resume); }, asio::use_awaitable);
}

asio::awaitable<bool> HttpServer::Loop::Write(Connection& c, ServerResponse response, bool is_head,
                                              KeepAlive keep) {
  std::string head;
  const bool is_one_send = response.body.size() <= kOneSendBytes;
  head.reserve(512 + (is_one_send ? response.body.size() : 0));
  AppendHead(head, response, keep, date_);
  const bool has_body = !is_head && HasBody(response.status);
  if (has_body && is_one_send) head += response.body;
  ++answered_;
  co_return co_await WriteBytes(
      c, head, has_body && !is_one_send ? std::string_view(response.body) : std::string_view{});
}

asio::awaitable<bool> HttpServer::Loop::WriteBytes(Connection& c, std::string_view head,
                                                   std::string_view body) {
  std::size_t since_deadline = kProgressBytes;  // sent since the deadline was set
  while (!head.empty() || !body.empty()) {
    error_code ec;
    const std::array<asio::const_buffer, 2> buffers{asio::buffer(head), asio::buffer(body)};
    const std::size_t sent = c.socket.write_some(buffers, ec);
    if (!ec) {
      const std::size_t of_head = std::min(sent, head.size());
      head.remove_prefix(of_head);
      body.remove_prefix(sent - of_head);
      since_deadline += sent;
      continue;
    }
    if (ec != asio::error::would_block) co_return false;
    c.KeepInput();
    if (since_deadline >= kProgressBytes) {
      Enter(c, Phase::kBusy, Steady::now() + options_.write_timeout);
      since_deadline = 0;
    }
    co_await c.socket.async_wait(tcp::socket::wait_write,
                                 asio::redirect_error(asio::use_awaitable, ec));
    if (ec || c.expired) co_return false;
  }
  c.deadline = kForever;
  co_return true;
}

// Closing with unread input would reset the connection, and the peer might never see what it was
// told.
asio::awaitable<void> HttpServer::Loop::Linger(Connection& c) {
  error_code ignored;
  c.socket.shutdown(tcp::socket::shutdown_send, ignored);
  Enter(c, Phase::kBusy, Steady::now() + kLinger);
  for (std::size_t read = 0; read < 4 * kDrainBytes; read += c.input.size()) {
    c.input = {};
    c.pending.clear();
    const bool has_more = co_await ReadMore(c);
    if (!has_more) break;
  }
}

// ---- the loop ----

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
ServerCounts HttpServer::counts() const { return loop_->counts(); }

namespace {

std::optional<std::string_view> FindValue(const std::vector<NameValue>& values,
                                          std::string_view name) {
  const auto found = std::ranges::find(values, name, &NameValue::name);
  if (found == values.end()) return std::nullopt;
  return found->value;
}

}  // namespace

std::optional<std::string_view> ServerRequest::Header(std::string_view name) const {
  return FindHeader(headers, name);
}
std::optional<std::string_view> ServerRequest::Param(std::string_view name) const {
  return FindValue(params, name);
}
std::optional<std::string_view> ServerRequest::Query(std::string_view name) const {
  return FindValue(query, name);
}

}  // namespace warden
