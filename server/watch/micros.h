// SPDX-License-Identifier: Apache-2.0
// Instants in what watches keep as text: microseconds since 1970, in digits. Pure.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "server/base/clock.h"

namespace warden {

[[nodiscard]] inline std::string MicrosText(Instant at) {
  return std::to_string(at.time_since_epoch().count());
}

// Nothing unless all of `text` is such a number.
[[nodiscard]] inline std::optional<Instant> ReadMicros(std::string_view text) {
  Duration::rep micros = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), micros);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return Instant{Duration{micros}};
}

}  // namespace warden
