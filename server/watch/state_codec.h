// SPDX-License-Identifier: Apache-2.0
// The detector's states of a watch as blobs: a head that says what they stand on and how many
// chunks there are, and chunks of about a megabyte, each with its own checksum. States are those of
// this machine type and of one version of the detector; whatever is not exactly right is refused,
// because a history can always be read again. Pure.
//
//   head   "states 1 GENERATION CHUNKS LAST KEY"
//   chunk  magic, key, last, index, then per series: length, labels, length, state; then checksum
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "promql/model/labels.h"
#include "server/base/clock.h"
#include "server/base/result.h"

namespace warden {

struct StateHead {
  std::uint32_t generation = 0;  // chunks of another one may lie beside these
  std::uint32_t chunks = 0;
  Instant last;           // the newest step that is taken in
  std::uint64_t key = 0;  // of what the states stand on: query, step, zone

  friend bool operator==(const StateHead&, const StateHead&) = default;
};

[[nodiscard]] std::string EncodeHead(const StateHead& head);
[[nodiscard]] std::optional<StateHead> DecodeHead(std::string_view text);

class StateChunk {
 public:
  static constexpr std::size_t kFull = std::size_t{1} << 20;

  StateChunk(const StateHead& head, std::uint32_t index);
  void Add(const promql::LabelSet& labels, std::string_view state);
  [[nodiscard]] bool is_full() const { return bytes_.size() >= kFull; }
  [[nodiscard]] std::string Finish() &&;

 private:
  std::string bytes_;
};

// corrupt: cut, damaged, or of another head or place, or `take` says false.
[[nodiscard]] Result<void> ReadChunk(
    std::string_view chunk, const StateHead& head, std::uint32_t index,
    const std::function<bool(const promql::LabelSet&, std::string_view state)>& take);

}  // namespace warden
