// SPDX-License-Identifier: Apache-2.0
// Which keys groups and rules have, in Prometheus and in the systems that borrowed its format.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "promql/rulefile/read.h"

namespace promql::rulefile {

enum class Place : std::uint8_t { kFile, kGroup, kRule };

// Keys that Prometheus itself has, in the order in which people write them.
[[nodiscard]] std::span<const std::string_view> KnownKeys(Place place);

// Whether a key is one that this schema adds to Prometheus' own.
[[nodiscard]] bool IsExtraKey(Place place, std::string_view key, Schema schema);

// Whose key it is, for messages: `Thanos`; empty when it is nobody's. `schema` is its name on the
// command line.
struct KeyOwner {
  std::string_view name;
  std::string_view schema;
};
[[nodiscard]] KeyOwner OwnerOf(Place place, std::string_view key);

}  // namespace promql::rulefile
