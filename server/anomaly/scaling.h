// SPDX-License-Identifier: Apache-2.0
// Series of very large or very small values are computed with after an exact scaling by a power of
// two, so that no square overflows or vanishes.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>

namespace warden::anomaly {

struct Scaling {
  std::int32_t exponent = 0;

  [[nodiscard]] double Forward(double value) const {
    return exponent == 0 ? value : std::ldexp(value, -exponent);
  }
  // For values that are learned from: however wild, their sums and squares stay finite.
  [[nodiscard]] double Bounded(double value) const {
    constexpr double kLargest = 1e30;
    return std::clamp(Forward(value), -kLargest, kLargest);
  }
  [[nodiscard]] double Back(double scaled) const {
    return exponent == 0 ? scaled : std::ldexp(scaled, exponent);
  }
};

// For values about as large as this one: none within 2^±60 of 1.
[[nodiscard]] inline Scaling ScalingOf(double value) {
  constexpr int kOrdinaryExponent = 60;
  int exponent = 0;
  std::frexp(value, &exponent);
  return {.exponent = std::abs(exponent) > kOrdinaryExponent ? exponent : 0};
}

}  // namespace warden::anomaly
