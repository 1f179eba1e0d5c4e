// SPDX-License-Identifier: Apache-2.0
// Pixels → PNG with a palette of at most 256 colours: a third of the bytes of a true-colour one,
// and nothing that a chart needs is lost. Written on zlib alone: the format is a few chunks, and
// libpng's longjmp fits no C++ code. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "server/base/result.h"

namespace warden::chart {

// `pixels`: rows of width values 0x00RRGGBB, each row `stride` values after the last. Colours
// beyond 256 take the nearest that stays; the rarest go, and more of them while the result has more
// than `most_bytes` (which it keeps to unless 8 colours are too many). internal: zlib failed.
[[nodiscard]] Result<std::string> EncodePalettePng(std::span<const std::uint32_t> pixels, int width,
                                                   int height, int stride, std::size_t most_bytes);

}  // namespace warden::chart
