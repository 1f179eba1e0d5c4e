// SPDX-License-Identifier: Apache-2.0
// Which route a method and a path lead to, and the decoding of a request target. Built once, then
// read from one thread; owns the routes.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/net/http_server.h"

namespace warden {

// Splits `target` into the request's path and query, percent encoding resolved. False when it is
// malformed.
[[nodiscard]] bool DecodeTarget(ServerRequest& request);

class RouteTable {
 public:
  struct Match {
    const HttpRoute* route = nullptr;  // none: see `allow`
    std::string allow;                 // value of Allow for a 405; empty: 404
  };

  void Add(HttpRoute route);
  [[nodiscard]] std::vector<RouteName> names() const;
  // Fills request.params when a route is found.
  [[nodiscard]] Match Find(ServerRequest& request) const;

 private:
  struct Segment {
    enum class Kind { kLiteral, kName, kRest } kind;
    std::string text;  // the literal, or the parameter's name
    friend auto operator<=>(const Segment& a, const Segment& b) { return a.kind <=> b.kind; }
    friend bool operator==(const Segment&, const Segment&) = default;
  };
  struct Entry {
    std::vector<Segment> segments;
    HttpRoute route;
  };
  [[nodiscard]] static bool Fits(const Entry& entry, std::string_view path,
                                 std::vector<NameValue>& params);

  std::vector<Entry> entries_;  // most literal first
};

}  // namespace warden
