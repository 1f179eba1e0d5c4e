// SPDX-License-Identifier: Apache-2.0
// promwarden-lint check: everything that is wrong with rules.
#include "promql/cli/findings_output.h"
#include "promql/cli/rule_loader.h"
#include "promql/cli/verbs.h"

namespace promql::cli {
namespace {

class CheckVerb final : public Verb {
 public:
  CLI::App* Declare(CLI::App& program) override {
    CLI::App* const verb = program.add_subcommand(
        "check", "Check rule files: what is wrong, where, and how to mend it");
    rules_.Declare(*verb);
    flags_.Declare(*verb);
    verb->footer(
        "Exit codes: 0 nothing that fails, 1 findings that fail (--fail-on), 2 usage or\n"
        "configuration, 3 something could not be read or written.");
    return verb;
  }

  int Run() override {
    if (const std::string mistake = flags_.Mistake(); !mistake.empty()) {
      Complain(mistake);
      return kUsage;
    }
    const LoadedConfig loaded = LoadConfig(rules_);
    if (loaded.exit_code != kSuccess) return loaded.exit_code;
    FindingsRun run(flags_, rules_, *loaded.config);
    LoadedRules rules = LoadRules(rules_, *loaded.config);
    // A run over the wrong folder must not look like a clean one.
    const bool has_nothing =
        rules.project->files().empty() && rules.unread.empty() && rules.ignored == 0;
    if (has_nothing) {
      Complain("found no rule file" +
               (rules.others == 0 ? std::string()
                                  : " among " + std::to_string(rules.others) +
                                        " YAML files: name those that are to be checked"));
    }
    lint::LintResult result = run.Lint(*rules.project);
    const int code = run.Tell(std::move(result), *rules.project, std::move(rules.unread));
    return has_nothing && code == kSuccess ? kUsage : code;
  }

 private:
  RuleFlags rules_;
  FindingsFlags flags_;
};

}  // namespace

std::unique_ptr<Verb> MakeCheckVerb() { return std::make_unique<CheckVerb>(); }

}  // namespace promql::cli
