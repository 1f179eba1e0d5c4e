// SPDX-License-Identifier: Apache-2.0
// Small values that every part of the syntax shares: spans, value types, and what a parse ends with
// when it fails.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace promql {

// Byte offsets into the parsed text, end exclusive.
struct Span {
  std::uint32_t start = 0;
  std::uint32_t end = 0;
  friend bool operator==(const Span&, const Span&) = default;
};

enum class ValueType : std::uint8_t { kNone, kScalar, kVector, kMatrix, kString };

// As the HTTP API names them: `vector`, `matrix` …
[[nodiscard]] constexpr std::string_view Text(ValueType type) {
  switch (type) {
    case ValueType::kNone:
      return "none";
    case ValueType::kScalar:
      return "scalar";
    case ValueType::kVector:
      return "vector";
    case ValueType::kMatrix:
      return "matrix";
    case ValueType::kString:
      return "string";
  }
  return "none";
}

// As the documentation names them: `instant vector`, `range vector` …
[[nodiscard]] constexpr std::string_view LongText(ValueType type) {
  if (type == ValueType::kVector) return "instant vector";
  if (type == ValueType::kMatrix) return "range vector";
  return Text(type);
}

struct SyntaxError {
  Span span;
  std::string message;  // lower case, no full stop
};

// In the order in which Prometheus meets them; never empty when it stands for a failure.
using SyntaxErrors = std::vector<SyntaxError>;

}  // namespace promql
