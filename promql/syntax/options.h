// SPDX-License-Identifier: Apache-2.0
// What a parse may accept: feature flags as a Prometheus server has them, the server's version, and
// limits that keep hostile input from exhausting memory or stack.
#pragma once

#include <cstdint>
#include <string_view>

#include "promql/syntax/functions.h"

namespace promql {

struct Features {
  bool experimental_functions = false;
  bool extended_range_selectors = false;  // `anchored`, `smoothed`
  bool fill_modifiers = false;

  // One of Prometheus' feature names. False when the name says nothing about PromQL's syntax.
  bool Enable(std::string_view name);
  [[nodiscard]] static Features All() { return {true, true, true}; }
};

struct ParseOptions {
  Features features;
  Version target = kNewestVersion;  // functions that this server does not have are refused
  std::uint32_t max_bytes = 1 << 20;
  std::uint32_t max_nesting = 1000;      // brackets, signs and right-hand operands
  std::uint32_t max_height = 1500;       // of the tree, where a row of operators counts once
  std::uint32_t max_operators = 50'000;  // in a row, as in `a + b + c`
};

}  // namespace promql
