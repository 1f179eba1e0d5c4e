// SPDX-License-Identifier: Apache-2.0
// Text that came from outside, made safe to keep: valid UTF-8, cut between characters.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace warden {

// Every byte that is not part of a well-formed character (RFC 3629) becomes U+FFFD.
[[nodiscard]] std::string ToValidUtf8(std::string_view text);

// At most `bytes` bytes, ending where a character ends.
[[nodiscard]] std::string_view CutOnCharacter(std::string_view text, std::size_t bytes);

}  // namespace warden
