// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cassert>

#include "server/base/log.h"
#include "server/net/http_loop.h"
#include "server/net/response_text.h"

namespace warden {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using listener::Connection;
using listener::kForever;
using listener::Reply;
using Steady = std::chrono::steady_clock;

constexpr std::size_t kOneSendBytes = std::size_t{16} << 10;  // head and body are joined up to here
constexpr std::size_t kDrainBytes = std::size_t{256}
                                    << 10;  // of a refused body, to keep the connection
constexpr std::size_t kProgressBytes = std::size_t{64} << 10;  // that write_timeout is for
// For a peer that sends everything before it reads its refusal.
constexpr auto kLinger = std::chrono::seconds(1);
constexpr std::size_t kLingerBytes = std::size_t{64} << 20;

}  // namespace

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

asio::awaitable<HttpServer::Loop::Body> HttpServer::Loop::ReadBody(Connection& c) {
  Enter(c, Phase::kBusy, Steady::now() + options_.body_timeout);
  Body outcome = Body::kRead;
  for (;;) {
    c.input.remove_prefix(c.reader.Feed(c.input));
    const std::size_t size = c.reader.request().body.size();
    if (c.charge.Set(size) > options_.max_body_bytes_in_flight && size > 0) {
      outcome = Body::kNoRoom;
      break;
    }
    if (c.reader.state() != RequestReader::State::kBody) break;
    const bool has_more = co_await ReadMore(c);
    if (!has_more) {
      outcome = Body::kLost;
      break;
    }
  }
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
  const HttpRoute* awaits_body = nullptr;
  std::optional<ServerResponse> response;
  if (reader.state() == State::kHeaderDone) {
    is_head = reader.request().method == "HEAD";
    const HttpRoute* route = nullptr;
    response = Refusal(c, route);
    const bool has_little = !reader.expects_continue() &&
                            reader.content_length().value_or(kDrainBytes + 1) <= kDrainBytes;
    if (!response) {
      reader.SetBodyLimit(route->max_body_bytes);
      awaits_body = route;
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
      awaits_body = nullptr;
      co_await Handle(c, *route);
      response = std::exchange(c.response, std::nullopt);
      if (!response) co_return false;  // cut by Stop
    }
  }
  if (reader.state() == State::kBad) response = PlainResponse(reader.bad_status());
  assert(response);
  if (awaits_body != nullptr && awaits_body->turned_away) {
    auto otherwise = awaits_body->turned_away(reader.request(), response->status);
    if (otherwise) response = std::move(otherwise);
  }
  c.charge.Set(0);
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
    route.handler(std::move(c.reader.request()),
                  Reply(mailbox_, c.id, ++c.request, std::move(c.charge)));
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
  const std::size_t whole_bytes = head.size() + body.size();
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
    if (ec != asio::error::would_block) break;
    c.KeepInput();
    if (since_deadline >= kProgressBytes) {
      Enter(c, Phase::kBusy, Steady::now() + options_.write_timeout);
      since_deadline = 0;
      Release(c);
      Hold(c, whole_bytes);
    }
    co_await c.socket.async_wait(tcp::socket::wait_write,
                                 asio::redirect_error(asio::use_awaitable, ec));
    if (ec || c.expired) break;
  }
  Release(c);
  c.deadline = kForever;
  co_return head.empty() && body.empty();
}

// An answer stays in memory as a whole until the peer has taken the last of it.
void HttpServer::Loop::Hold(Connection& c, std::size_t bytes) {
  c.unread_bytes = bytes;
  c.slow_place = slow_.insert(slow_.end(), &c);
  unread_bytes_ += bytes;
  while (unread_bytes_ > options_.max_answer_bytes_in_flight && slow_.front() != &c) {
    CloseSlowest();
  }
}

void HttpServer::Loop::Release(Connection& c) {
  if (c.unread_bytes == 0) return;
  slow_.erase(c.slow_place);
  unread_bytes_ -= std::exchange(c.unread_bytes, 0);
}

// Its session ends when its wait fails.
void HttpServer::Loop::CloseSlowest() {
  Connection& slowest = *slow_.front();
  Release(slowest);
  slowest.expired = true;
  error_code ignored;
  slowest.socket.close(ignored);
  ++shed_;
}

// Closing with unread input would reset the connection, and the peer might never see what it was
// told.
asio::awaitable<void> HttpServer::Loop::Linger(Connection& c) {
  error_code ignored;
  c.socket.shutdown(tcp::socket::shutdown_send, ignored);
  Enter(c, Phase::kBusy, Steady::now() + kLinger);
  for (std::size_t read = 0; read < kLingerBytes; read += c.input.size()) {
    c.input = {};
    c.pending.clear();
    const bool has_more = co_await ReadMore(c);
    if (!has_more) break;
  }
}

}  // namespace warden
