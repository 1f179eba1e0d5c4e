// SPDX-License-Identifier: Apache-2.0
// promwarden-lint baseline: writes down what is found today, so that `check` speaks of what is new.
#include <filesystem>
#include <iostream>
#include <system_error>

#include "promql/cli/file_io.h"
#include "promql/cli/findings_output.h"
#include "promql/cli/rule_loader.h"
#include "promql/cli/verbs.h"
#include "promql/report/baseline.h"

namespace promql::cli {
namespace {

constexpr std::string_view kDefaultFile = ".promwarden-lint-baseline.json";
constexpr std::size_t kMostBytes = std::size_t{256} << 20;

class BaselineVerb final : public Verb {
 public:
  CLI::App* Declare(CLI::App& program) override {
    CLI::App* const verb = program.add_subcommand(
        "baseline", "Write down today's findings, so that check tells only new ones");
    verb->require_subcommand(1);
    const auto add = [&](const char* name, const char* help) {
      CLI::App* const command = verb->add_subcommand(name, help);
      command->add_option(
          "--baseline", file_,
          "The file; without it the configuration's, else " + std::string(kDefaultFile));
      rules_.Declare(*command);
      return command;
    };
    create_ = add("create", "Write every finding to a new file");
    update_ = add("update", "Make an existing file hold what is found now, and nothing else");
    prune_ = add("prune", "Take out of an existing file what is no longer found");
    return verb;
  }

  int Run() override {
    const LoadedConfig loaded = LoadConfig(rules_);
    if (loaded.exit_code != kSuccess) return loaded.exit_code;
    if (file_.empty()) file_ = loaded.config->run.baseline;
    if (file_.empty()) file_ = kDefaultFile;
    std::error_code error;
    const bool exists = std::filesystem::exists(file_, error);
    if (create_->parsed() && exists) {
      Complain(file_ + " exists; `baseline update` renews it");
      return kUsage;
    }
    if (!create_->parsed() && !exists) {
      Complain("there is no " + file_ + "; `baseline create` makes it");
      return kUsage;
    }
    return Write(*loaded.config);
  }

 private:
  int Write(const lint::Config& config) {
    const FindingsFlags flags;
    FindingsRun run(flags, rules_, config);
    const LoadedRules rules = LoadRules(rules_, config);
    for (const report::Unread& unread : rules.unread) {
      Complain("could not read " + unread.file + ": " + unread.message);
    }
    if (!rules.unread.empty()) return kCannotRun;  // its findings would be taken for gone
    const lint::LintResult result = run.Lint(*rules.project);
    report::Baseline baseline = report::Baseline::Of(result.findings);
    if (!create_->parsed()) {  // what is no baseline is not written over
      const auto text = ReadWholeFile(file_, kMostBytes);
      const auto old =
          text ? report::Baseline::Parse(*text)
               : std::expected<report::Baseline, std::string>(std::unexpected(text.error()));
      if (!old) {
        Complain(file_ + ": " + old.error());
        return kUsage;
      }
      if (prune_->parsed()) baseline = old->Pruned(result.findings);
    }
    if (const auto written = ReplaceFile(file_, baseline.Write()); !written) {
      Complain("cannot write " + file_ + ": " + written.error());
      return kCannotRun;
    }
    std::cout << file_ << ": " << report::Counted(baseline.size(), "finding") << '\n';
    return kSuccess;
  }

  RuleFlags rules_;
  std::string file_;
  CLI::App* create_ = nullptr;
  CLI::App* update_ = nullptr;
  CLI::App* prune_ = nullptr;
};

}  // namespace

std::unique_ptr<Verb> MakeBaselineVerb() { return std::make_unique<BaselineVerb>(); }

}  // namespace promql::cli
