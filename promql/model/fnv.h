// SPDX-License-Identifier: Apache-2.0
// FNV-1a, 64 bit (draft-eastlake-fnv, 2): the hash of fingerprints. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace promql {

inline constexpr std::uint64_t kFnvOffset = 14695981039346656037ULL;

// `hash` goes on from what was hashed before.
[[nodiscard]] constexpr std::uint64_t Fnv1a(std::string_view text,
                                            std::uint64_t hash = kFnvOffset) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

}  // namespace promql
