// SPDX-License-Identifier: Apache-2.0
// Character classes of PromQL, for single bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace promql {

inline constexpr std::uint8_t kAlphaBit = 1;  // letters and underscore
inline constexpr std::uint8_t kDigitBit = 2;
inline constexpr std::uint8_t kSpaceBit = 4;
inline constexpr std::uint8_t kColonBit = 8;

inline constexpr std::array<std::uint8_t, 256> kCharacterBits = [] {
  std::array<std::uint8_t, 256> bits{};
  for (int c = 'a'; c <= 'z'; ++c) bits[static_cast<std::size_t>(c)] = kAlphaBit;
  for (int c = 'A'; c <= 'Z'; ++c) bits[static_cast<std::size_t>(c)] = kAlphaBit;
  bits['_'] = kAlphaBit;
  for (int c = '0'; c <= '9'; ++c) bits[static_cast<std::size_t>(c)] = kDigitBit;
  for (const char c : {' ', '\t', '\n', '\r'}) bits[static_cast<unsigned char>(c)] = kSpaceBit;
  bits[':'] = kColonBit;
  return bits;
}();

[[nodiscard]] constexpr bool HasBits(char c, std::uint8_t bits) {
  return (kCharacterBits[static_cast<unsigned char>(c)] & bits) != 0;
}
[[nodiscard]] constexpr bool IsAlpha(char c) { return HasBits(c, kAlphaBit); }
[[nodiscard]] constexpr bool IsDigit(char c) { return HasBits(c, kDigitBit); }
[[nodiscard]] constexpr bool IsAlphaNumeric(char c) { return HasBits(c, kAlphaBit | kDigitBit); }
[[nodiscard]] constexpr bool IsSpace(char c) { return HasBits(c, kSpaceBit); }
[[nodiscard]] constexpr char ToLower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

// -1 for anything but a hexadecimal digit.
[[nodiscard]] constexpr int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace promql
