// SPDX-License-Identifier: Apache-2.0
// promwarden-lint config: is the configuration right, and what may stand in it.
#include <iostream>

#include "promql/cli/file_io.h"
#include "promql/cli/rule_loader.h"
#include "promql/cli/verbs.h"

namespace warden::embedded {
extern const std::string_view kFindingsSchema;
}

namespace promql::cli {
namespace {

class ConfigVerb final : public Verb {
 public:
  CLI::App* Declare(CLI::App& program) override {
    CLI::App* const verb =
        program.add_subcommand("config", "Check the configuration, print its schema");
    verb->require_subcommand(1);
    validate_ = verb->add_subcommand("validate", "Name every mistake of a configuration");
    validate_->add_option("FILE", flags_.config_file,
                          "Without it the nearest .promwarden-lint.yaml here or above");
    schema_ = verb->add_subcommand("schema", "Print a JSON schema");
    schema_
        ->add_option("WHAT", what_, "config (the default), or findings: what --format json writes")
        ->check(CLI::IsMember({"config", "findings"}));
    return verb;
  }

  int Run() override {
    if (schema_->parsed()) {
      const bool is_done = WriteStdout(what_ == "findings" ? warden::embedded::kFindingsSchema
                                                           : lint::ConfigSchema());
      return is_done ? kSuccess : kCannotRun;
    }
    if (flags_.config_file.empty()) flags_.config_file = FindConfigFile();
    if (flags_.config_file.empty()) {
      Complain("there is no .promwarden-lint.yaml here or above");
      return kUsage;
    }
    const LoadedConfig loaded = LoadConfig(flags_);
    if (loaded.exit_code == kSuccess) std::cout << flags_.config_file << ": good\n";
    return loaded.exit_code;
  }

 private:
  RuleFlags flags_;
  std::string what_ = "config";
  CLI::App* validate_ = nullptr;
  CLI::App* schema_ = nullptr;
};

}  // namespace

std::unique_ptr<Verb> MakeConfigVerb() { return std::make_unique<ConfigVerb>(); }

}  // namespace promql::cli
