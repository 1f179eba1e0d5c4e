// SPDX-License-Identifier: Apache-2.0
// One verb of promwarden-lint: a file of its own, and a line in verbs.h.
#pragma once

#include <CLI/CLI.hpp>

namespace promql::cli {

// Exit codes of the program, for all verbs.
inline constexpr int kSuccess = 0;
inline constexpr int kFindings = 1;   // the input is not as it should be
inline constexpr int kUsage = 2;      // the command line or the configuration is wrong
inline constexpr int kCannotRun = 3;  // something could not be read, written or started

class Verb {
 public:
  Verb() = default;
  Verb(const Verb&) = delete;
  Verb& operator=(const Verb&) = delete;
  virtual ~Verb() = default;

  // Adds the subcommand, whose options are bound to members; called once.
  virtual CLI::App* Declare(CLI::App& program) = 0;
  // Called when the command line named the verb; returns an exit code.
  virtual int Run() = 0;
};

}  // namespace promql::cli
