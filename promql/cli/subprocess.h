// SPDX-License-Identifier: Apache-2.0
// Another program, started without a shell: its arguments are what they are.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace promql::cli {

struct ProcessResult {
  int exit_code = 0;  // 128 + signal where one ended it
  std::string out;
  std::string err;
};

// Waits for its end. `input` is what it reads. Fails, with a reason, when it cannot be started or
// writes more than 1 GiB.
[[nodiscard]] std::expected<ProcessResult, std::string> RunProcess(
    const std::vector<std::string>& arguments, std::string_view input = {});

}  // namespace promql::cli
