// SPDX-License-Identifier: Apache-2.0
// The way in: an HTTP/1.1 listener that turns requests into values, hands them to a route's
// handler, and writes what the handler responds. It owns one thread, named `http-server`, on which
// handlers and admit hooks run: they must not block; a handler that has work to do passes its
// Respond to another thread. Hostile peers (slow, endless, malformed, too many) cost bounded time
// and memory and are answered 4xx or 503, or closed when they do not read what they asked for.
// Start and Stop are for one thread, the counters for any.
//
//   accept ─▶ header ─▶ route (404, 405) ─▶ admit (401, 503 …) ─▶ body (413) ─▶ handler ─▶ Respond
//   ─▶ next header
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/result.h"
#include "server/net/http_headers.h"

namespace warden {

struct NameValue {
  std::string name = {};
  std::string value = {};
  friend bool operator==(const NameValue&, const NameValue&) = default;
};

struct ServerRequest {
  std::string method = {};
  std::string target = {};             // as it came: path and query
  std::string path = {};               // before `?`, percent encoding resolved
  std::vector<NameValue> params = {};  // `{name}` segments of the route, decoded, in order
  std::vector<NameValue> query = {};   // decoded, in order, repeated names kept
  HttpHeaders headers = {};
  std::string body = {};
  std::string peer = {};  // address and port: 127.0.0.1:5000, [::1]:5000

  [[nodiscard]] std::optional<std::string_view> Header(std::string_view name) const;
  [[nodiscard]] std::optional<std::string_view> Param(std::string_view name) const;
  [[nodiscard]] std::optional<std::string_view> Query(std::string_view name) const;
};

// A request whose body has not been read yet (`body` is empty).
using RequestHead = ServerRequest;

struct ServerResponse {
  int status = 200;
  // Without Content-Type, Content-Length, Connection and Date, which are written here.
  HttpHeaders headers = {};
  std::string body = {};
  std::string content_type = "text/plain; charset=utf-8";
};

// Takes the response; callable once, from any thread, also after Stop (then without effect).
// Dropped unused: 500.
using Respond = std::move_only_function<void(ServerResponse)>;
using Handler = std::function<void(ServerRequest, Respond)>;
// Looks at the head before the body is read; a response ends the request there.
using Admit = std::function<std::optional<ServerResponse>(const RequestHead&)>;

struct HttpRoute {
  std::string method = {};  // GET serves HEAD too
  // `/api/v1/webhook/{source}`; a last segment `{rest...}` takes all that follows, also nothing.
  std::string path = {};
  Handler handler = {};
  std::size_t max_body_bytes = std::size_t{64} << 10;
  Admit admit = {};
  // Told when the body could not be taken (400, 408, 413, 503): then neither hook above had the
  // last word. May answer otherwise. On the server's thread; must not block.
  std::function<std::optional<ServerResponse>(const RequestHead&, int status)> turned_away = {};
};

struct RouteName {
  std::string method = {};
  std::string path = {};
  friend auto operator<=>(const RouteName&, const RouteName&) = default;
};

struct ServerOptions {
  std::size_t max_connections =
      16384;  // beyond: the longest idle one goes, or 503; never above the fd limit
  std::size_t max_header_bytes = std::size_t{32} << 10;
  std::size_t max_body_bytes_in_flight =
      std::size_t{256} << 20;  // of all requests read and not answered yet; beyond: 503
  // Of answers that their peers have not taken yet; beyond: those who took nothing for longest are
  // closed. One answer may always be as large as it is.
  std::size_t max_answer_bytes_in_flight = std::size_t{64} << 20;
  std::chrono::milliseconds header_timeout =
      std::chrono::seconds(10);  // first to last byte of a header
  std::chrono::milliseconds body_timeout = std::chrono::seconds(60);   // the same for a body
  std::chrono::milliseconds write_timeout = std::chrono::seconds(30);  // for each 64 KiB
  std::chrono::milliseconds idle_timeout = std::chrono::seconds(120);  // between requests
};

struct ServerCounts {
  std::uint64_t connections = 0;  // accepted so far
  std::uint64_t open = 0;         // now
  std::uint64_t requests = 0;     // answered so far
  std::uint64_t shed = 0;         // connections closed or refused for want of room
};

class HttpServer {
 public:
  explicit HttpServer(ServerOptions options = {});
  ~HttpServer();  // Stop(0)
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Before Start only. Literal segments win over `{name}`, those over `{rest...}`.
  void Add(HttpRoute route);
  [[nodiscard]] std::vector<RouteName> routes() const;

  // Each address is host:port, :port (all of IPv4 and IPv6) or [v6]:port; port 0 takes a free one.
  // invalid: not an address; unavailable: cannot listen there.
  [[nodiscard]] Result<void> Start(const std::vector<std::string>& addresses);
  // Of the first address, once started.
  [[nodiscard]] std::uint16_t port() const;

  // Closes the listeners and idle connections, lets requests in flight finish for at most
  // `graceful`, cuts the others. Blocks until the thread has ended; the second call does nothing.
  void Stop(std::chrono::milliseconds graceful);

  [[nodiscard]] ServerCounts counts() const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace warden
