// SPDX-License-Identifier: Apache-2.0
// Where the bytes of a scalar stand: walks the text of a scalar as YAML's scanner does and notes
// which bytes of the file spell which decoded bytes.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "promql/rulefile/source.h"
#include "promql/rulefile/text.h"

namespace promql::rulefile {

struct ScalarPlaces {
  std::uint32_t end = 0;  // of the scalar; for blocks without the last line's end
  std::uint32_t body = 0;
  std::vector<Piece> pieces;  // none when the decoded text stands in one run from `body` on
};

// `scalar` begins at the quote, block header or first character; for blocks its end does not
// matter. `decoded` is what the scanner made of it. Should the two not agree, one piece covers all.
[[nodiscard]] ScalarPlaces FindPlaces(std::string_view content, Source scalar, Style style,
                                      std::string_view decoded);

// Puts pieces whose sources are offsets into `layer.value` where `layer` itself stands.
[[nodiscard]] std::vector<Piece> Compose(const Text& layer, const std::vector<Piece>& pieces);

}  // namespace promql::rulefile
