// SPDX-License-Identifier: Apache-2.0
// A detector's state as bytes and back: plain values, copied as they are (same machine type), told
// apart by a version and their size. Both begin with the version.
#pragma once

#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace warden::anomaly {

template <class State>
[[nodiscard]] std::string BytesOf(const State& state) {
  static_assert(std::is_trivially_copyable_v<State>);
  return {reinterpret_cast<const char*>(&state), sizeof state};
}

// False, and `state` as it was, when the bytes are another version's.
template <class State>
[[nodiscard]] bool FromBytes(std::string_view bytes, State& state) {
  static_assert(std::is_trivially_copyable_v<State>);
  State read{};
  if (bytes.size() != sizeof read) return false;
  std::memcpy(static_cast<void*>(&read), bytes.data(), sizeof read);
  if (read.version != State::kVersion) return false;
  state = read;
  return true;
}

}  // namespace warden::anomaly
