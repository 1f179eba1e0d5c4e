// SPDX-License-Identifier: Apache-2.0
// A logarithm for where millions are taken and seven digits are enough.
#pragma once

#include <bit>
#include <cstdint>
#include <numbers>

namespace warden::anomaly {

// Within 1e-7; `x` positive and normal. Bands ask for it dozens of times a value, and the library's
// is exact at three times the cost. log m = 2 atanh((m - 1) / (m + 1)) with m around 1.
[[nodiscard]] inline double Log10(double x) {
  constexpr double kLog10Of2 = 0.30102999566398120;
  constexpr double kTwoOverLn10 = 0.86858896380650366;
  const auto bits = std::bit_cast<std::uint64_t>(x);
  auto exponent = static_cast<int>((bits >> 52) & 0x7ff) - 1023;
  double m = std::bit_cast<double>((bits & 0x000fffffffffffffULL) | 0x3ff0000000000000ULL);
  if (m > std::numbers::sqrt2) {
    m *= 0.5;
    ++exponent;
  }
  const double s = (m - 1) / (m + 1);
  const double q = s * s;
  return exponent * kLog10Of2 + kTwoOverLn10 * s * (1 + q * (1.0 / 3 + q * (0.2 + q / 7)));
}

}  // namespace warden::anomaly
