// SPDX-License-Identifier: Apache-2.0
// Rules in, plain text out: what golden tests of checks compare.
#pragma once

#include <string>
#include <string_view>

namespace promql::lint {

// Runs one check over a file, or over a list of rules put into one, and prints every finding with
// its place, source lines, reasons and fixes. `config`: .promwarden-lint.yaml, may be empty.
// Fixes are applied too: one that leaves a file that cannot be read, or a safe one after which the
// same is found again, is printed as a defect.
struct Beside {
  std::string_view tests;         // in promtool's format
  std::string_view alertmanager;  // a configuration
  std::string_view removed;       // one metric, and a line feed
};
[[nodiscard]] std::string SaidOf(std::string_view input, std::string_view config,
                                 std::string_view check, const Beside& beside = {});

}  // namespace promql::lint
