// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/number_text.h"

#include <array>
#include <cstdio>

namespace warden::anomaly {

std::string Number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.4g", value);
  return text.data();
}

}  // namespace warden::anomaly
