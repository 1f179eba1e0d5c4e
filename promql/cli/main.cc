// SPDX-License-Identifier: Apache-2.0
// promwarden-lint: reads the command line and runs one verb. The only place that catches
// everything.
#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <memory>
#include <utility>
#include <vector>

#include "promql/cli/verbs.h"

namespace {

using promql::cli::Verb;

int RunProgram(int argc, char** argv) {
  CLI::App program("Reads Prometheus rules and expressions and says what is wrong with them",
                   "promwarden-lint");
  program.set_version_flag("--version", "promwarden-lint " PROMWARDEN_VERSION);
  program.require_subcommand(1);
  program.footer(
      "First steps:\n"
      "  promwarden-lint check                 everything wrong with the rules here and below\n"
      "  promwarden-lint explain ID            why a finding matters, and how to silence it\n"
      "  promwarden-lint fix --diff            what can be mended without changing a rule's "
      "meaning\n"
      "  promwarden-lint ci                    only what this branch changed\n"
      "  promwarden-lint fmt --diff FILES      how the expressions would be laid out\n"
      "  promwarden-lint parse 'sum(a) by (b)' is this PromQL, and what is it?\n"
      "  promwarden-lint VERB --help           the options of a verb\n"
      "Exit codes: 0 nothing that fails, 1 findings that fail, 2 usage or configuration, 3 could "
      "not "
      "run.");
  std::vector<std::pair<CLI::App*, std::unique_ptr<Verb>>> verbs;
  for (const auto make : promql::cli::kVerbs) {
    auto verb = make();
    CLI::App* command = verb->Declare(program);
    verbs.emplace_back(command, std::move(verb));
  }
  // Behind the verbs, which would take it for theirs.
  program.footer(
      "Examples:\n"
      "  promwarden-lint check rules/                      what is wrong with these rules?\n"
      "  promwarden-lint parse 'sum(rate(a[5m])) by (b)'   is this PromQL, and what is it?\n"
      "  promwarden-lint fmt --check rules/*.yml           are the expressions laid out?\n"
      "  promwarden-lint fmt -w rules/*.yml                lay them out\n"
      "  promwarden-lint template --help                   expand templates of rules and messages\n"
      "\n`promwarden-lint VERB --help` says more about each.");
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool asked = error.get_exit_code() == 0;  // --help, --version
    program.exit(error);
    return asked ? promql::cli::kSuccess : promql::cli::kUsage;
  }
  for (const auto& [command, verb] : verbs) {
    if (command->parsed()) return verb->Run();
  }
  return promql::cli::kUsage;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return RunProgram(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "promwarden-lint: " << error.what() << '\n';
  } catch (...) {
    std::cerr << "promwarden-lint: unknown failure\n";
  }
  return promql::cli::kCannotRun;
}
