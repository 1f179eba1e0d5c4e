// SPDX-License-Identifier: Apache-2.0
// Bytes of one connection → requests, without any I/O: Feed takes what has arrived and says how far
// it got. It stops after a header, so that its reader can refuse the body, and after a request, so
// that the next one waits its turn. What could be read two ways by two servers (lengths that
// disagree, unknown transfer codings) is malformed.
//
//   kHeader ──▶ kHeaderDone ──SetBodyLimit──▶ kBody ──▶ kDone ──Next──▶ kHeader
//      └──────────────┴───────────▶ kBad ◀─────┘
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "server/net/http_server.h"

namespace warden {

class RequestReader {
 public:
  enum class State : std::uint8_t { kHeader, kHeaderDone, kBody, kDone, kBad };

  explicit RequestReader(std::size_t max_header_bytes);
  ~RequestReader();

  // Takes bytes and returns how many it used; the rest must come again, with more behind it.
  [[nodiscard]] std::size_t Feed(std::string_view bytes);
  [[nodiscard]] State state() const;
  // Whether any byte of the current request has been taken.
  [[nodiscard]] bool has_begun() const;
  // Of kBad: 400, 413, 431, 501 or 505.
  [[nodiscard]] int bad_status() const;

  // In kHeaderDone and later.
  [[nodiscard]] bool keep_alive() const;
  [[nodiscard]] bool expects_continue() const;
  [[nodiscard]] std::optional<std::uint64_t> content_length() const;  // nullopt: chunked

  // kHeaderDone → kBody, kDone when there is none, or kBad with 413 when it is known to be too
  // long.
  void SetBodyLimit(std::size_t max_bytes);
  // kHeaderDone → kBody: reads the body without keeping it.
  void DiscardBody();
  // kDone → kHeader.
  void Next();

  // Method, target, headers and body so far; path, params, query and peer are not filled here.
  [[nodiscard]] ServerRequest& request();

 private:
  class Parser;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace warden
