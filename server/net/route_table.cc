// SPDX-License-Identifier: Apache-2.0
#include "server/net/route_table.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

namespace warden {
namespace {

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

enum class Plus { kIsBlank, kIsPlus };

std::optional<std::string> Decode(std::string_view text, Plus plus) {
  if (text.find_first_of("%+") == std::string_view::npos) return std::string(text);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const int high = i + 2 < text.size() ? HexValue(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? HexValue(text[i + 2]) : -1;
      if (high < 0 || low < 0 || high + low == 0) return std::nullopt;  // %00 ends texts elsewhere
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i] == '+' && plus == Plus::kIsBlank ? ' ' : text[i];
    }
  }
  return out;
}

// Takes the text up to `separator` (or all of it) from the front of `rest`.
std::string_view TakeUntil(std::string_view& rest, char separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view head = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return head;
}

// `/a/b?c` of `/a/b?c` and of `http://host/a/b?c`.
std::string_view OriginForm(std::string_view target) {
  if (target.starts_with('/')) return target;
  const std::size_t scheme = target.find("://");
  if (scheme == std::string_view::npos) return target;
  const std::size_t path = target.find_first_of("/?", scheme + 3);
  return path == std::string_view::npos || target[path] == '?' ? "/" : target.substr(path);
}

}  // namespace

bool DecodeTarget(ServerRequest& request) {
  std::string_view rest = OriginForm(request.target);
  rest = rest.substr(0, rest.find('#'));
  auto path = Decode(TakeUntil(rest, '?'), Plus::kIsPlus);
  if (!path || !path->starts_with('/')) return false;
  request.path = std::move(*path);
  while (!rest.empty()) {
    std::string_view pair = TakeUntil(rest, '&');
    if (pair.empty()) continue;
    auto name = Decode(TakeUntil(pair, '='), Plus::kIsBlank);
    auto value = Decode(pair, Plus::kIsBlank);
    if (!name || !value) return false;
    request.query.push_back({std::move(*name), std::move(*value)});
  }
  return true;
}

void RouteTable::Add(HttpRoute route) {
  assert(route.path.starts_with('/') && route.handler);
  Entry entry{{}, std::move(route)};
  std::string_view rest = std::string_view(entry.route.path).substr(1);
  do {
    const std::string_view text = TakeUntil(rest, '/');
    if (!text.starts_with('{')) {
      entry.segments.push_back({Segment::Kind::kLiteral, std::string(text)});
    } else if (text.ends_with("...}")) {
      assert(rest.empty());
      entry.segments.push_back(
          {Segment::Kind::kRest, std::string(text.substr(1, text.size() - 5))});
    } else {
      entry.segments.push_back(
          {Segment::Kind::kName, std::string(text.substr(1, text.size() - 2))});
    }
  } while (!rest.empty());
  const std::string& path = entry.route.path;
  if (path.size() > 1 && path.ends_with('/'))
    entry.segments.push_back({Segment::Kind::kLiteral, ""});
  const auto place = std::ranges::upper_bound(
      entries_, entry.segments, [](const auto& a, const auto& b) { return a < b; },
      &Entry::segments);
  entries_.insert(place, std::move(entry));
}

std::vector<RouteName> RouteTable::names() const {
  std::vector<RouteName> names;
  for (const Entry& entry : entries_) names.push_back({entry.route.method, entry.route.path});
  return names;
}

bool RouteTable::Fits(const Entry& entry, std::string_view path, std::vector<NameValue>& params) {
  params.clear();
  bool has_more = true;  // whether a segment, perhaps an empty one, is left in `path`
  path.remove_prefix(1);
  for (const Segment& segment : entry.segments) {
    if (segment.kind == Segment::Kind::kRest) {
      params.push_back({segment.text, std::string(path)});
      return true;
    }
    if (!has_more) return false;
    const std::size_t slash = path.find('/');
    const std::string_view text = path.substr(0, slash);
    has_more = slash != std::string_view::npos;
    path = has_more ? path.substr(slash + 1) : std::string_view{};
    if (segment.kind == Segment::Kind::kLiteral) {
      if (text != segment.text) return false;
    } else {
      if (text.empty()) return false;
      params.push_back({segment.text, std::string(text)});
    }
  }
  return !has_more;
}

RouteTable::Match RouteTable::Find(ServerRequest& request) const {
  const std::string_view method =
      request.method == "HEAD" ? std::string_view("GET") : std::string_view(request.method);
  std::vector<std::string_view> allowed;
  for (const Entry& entry : entries_) {
    if (!Fits(entry, request.path, request.params)) continue;
    if (entry.route.method == method) return {&entry.route, ""};
    if (std::ranges::find(allowed, entry.route.method) == allowed.end()) {
      allowed.push_back(entry.route.method);
    }
  }
  request.params.clear();
  std::ranges::sort(allowed);
  Match match;
  for (const std::string_view name : allowed) {
    if (!match.allow.empty()) match.allow += ", ";
    match.allow += name;
    if (name == "GET") match.allow += ", HEAD";
  }
  return match;
}

}  // namespace warden
