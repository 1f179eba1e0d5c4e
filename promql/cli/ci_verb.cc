// SPDX-License-Identifier: Apache-2.0
// promwarden-lint ci: what a branch changed, and only that. All rules are read, because rules
// depend on each other; findings are told when they are about something that is new or different.
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <set>
#include <vector>

#include "promql/cli/findings_output.h"
#include "promql/cli/git.h"
#include "promql/cli/rule_changes.h"
#include "promql/cli/rule_loader.h"
#include "promql/cli/verbs.h"

namespace promql::cli {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> Environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

struct Difference {
  std::string commit;
  std::map<std::string, RuleChanges::FileChange> files;  // by path from the working folder
  std::vector<std::string> removed;                      // texts of files that are gone
};

// What was recorded before and is not now.
std::set<std::string, std::less<>> NoLongerRecorded(const Difference& difference,
                                                    const lint::Project& project,
                                                    const lint::Config& config) {
  std::set<std::string, std::less<>> gone;
  const auto look = [&](const std::string& path, const std::string& text) {
    if (text.find("record") == std::string::npos) return;  // files of any kind are removed
    const rulefile::RuleFile before = RulesBefore(path, text, config);
    for (const rulefile::Group& group : before.groups) {
      for (const rulefile::Rule& rule : group.rules) {
        const bool is_record = rule.kind == rulefile::RuleKind::kRecord;
        if (is_record && project.Recording(rule.name.value).empty()) gone.emplace(rule.name.value);
      }
    }
  };
  for (const auto& [path, change] : difference.files) look(path, change.before);
  for (const std::string& text : difference.removed) look("", text);
  return gone;
}

class CiVerb final : public Verb {
 public:
  CLI::App* Declare(CLI::App& program) override {
    CLI::App* const verb = program.add_subcommand(
        "ci", "Check only what this branch changed against the branch it will be merged into");
    rules_.Declare(*verb);
    flags_.Declare(*verb);
    verb->add_option("--base,--base-ref", base_,
                     "Branch or commit to compare with; without it what the CI server says, the "
                     "default branch of origin, or the upstream of this branch");
    verb->footer(
        "Needs the commits since the branch began: in a shallow clone fetch the history first.\n"
        "Exit codes are those of check.");
    return verb;
  }

  int Run() override {
    if (const std::string mistake = flags_.Mistake(); !mistake.empty()) {
      Complain(mistake);
      return kUsage;
    }
    const LoadedConfig loaded = LoadConfig(rules_);
    if (loaded.exit_code != kSuccess) return loaded.exit_code;
    const auto difference = FindDifference(*loaded.config);
    if (!difference) {
      Complain(difference.error());
      return kCannotRun;
    }
    FindingsRun run(flags_, rules_, *loaded.config);
    LoadedRules rules = LoadRules(rules_, *loaded.config);
    const RuleChanges changes(*rules.project, difference->files, *loaded.config);
    lint::LintOptions options;
    options.wants = [&](const lint::RuleContext& rule) {
      return changes.StateOf(rule) != RuleState::kUnmodified;
    };
    lint::Surroundings known = rules.project->surroundings();
    known.no_longer_recorded = NoLongerRecorded(*difference, *rules.project, *loaded.config);
    rules.project->Add(std::move(known));
    lint::LintResult result = run.Lint(*rules.project, std::move(options));
    // What a change breaks elsewhere is told where it breaks.
    std::erase_if(result.findings, [&](const auto& one) {
      return one.id != "graph/removed-dependency" && !changes.Concerns(one);
    });
    std::erase_if(result.suppressed,
                  [&](const auto& one) { return !changes.Concerns(one.finding); });
    if (!flags_.quiet) {
      std::cerr << "compared with " << difference->commit.substr(0, 12) << ": "
                << report::Counted(changes.added(), "rule") << " added, " << changes.modified()
                << " modified\n";
    }
    return run.Tell(std::move(result), *rules.project, std::move(rules.unread));
  }

 private:
  std::expected<Difference, std::string> FindDifference(const lint::Config& config) const {
    const auto repository = GitRepository::Open();
    if (!repository) return std::unexpected(repository.error());
    const auto base = repository->FindBase(base_.empty() ? config.run.base : base_, Environment);
    if (!base) return std::unexpected(base.error());
    auto commit = repository->MergeBase(*base);
    if (!commit) return std::unexpected(commit.error());
    const auto changed = repository->Changes(*commit);
    if (!changed) return std::unexpected(changed.error());
    std::vector<std::string> old_paths;
    for (const ChangedFile& file : *changed) {
      if (!file.old_path.empty()) old_paths.push_back(file.old_path);
    }
    auto texts = repository->FilesAt(*commit, old_paths);
    if (!texts) return std::unexpected(texts.error());
    Difference difference{std::move(*commit), {}, {}};
    for (const ChangedFile& file : *changed) {
      if (file.path.empty()) {
        difference.removed.push_back((*texts)[file.old_path]);
        continue;
      }
      // git speaks from the root of the repository, the user from where they are.
      const std::string& prefix = repository->prefix();
      const std::string name =
          prefix.empty() ? file.path
                         : fs::path(file.path).lexically_relative(prefix).generic_string();
      difference.files[name] = {(*texts)[file.old_path], file.lines};
    }
    return difference;
  }

  RuleFlags rules_;
  FindingsFlags flags_;
  std::string base_;
};

}  // namespace

std::unique_ptr<Verb> MakeCiVerb() { return std::make_unique<CiVerb>(); }

}  // namespace promql::cli
