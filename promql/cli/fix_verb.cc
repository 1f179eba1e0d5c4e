// SPDX-License-Identifier: Apache-2.0
// promwarden-lint fix: applies the fixes of findings to the files, byte by byte, until there is
// none left. What comes out is read again before it is written; a file that would be worse stays as
// it is.
#include <algorithm>
#include <iostream>
#include <map>
#include <set>
#include <utility>

#include "promql/cli/file_io.h"
#include "promql/cli/findings_output.h"
#include "promql/cli/line_diff.h"
#include "promql/cli/rule_loader.h"
#include "promql/cli/verbs.h"
#include "promql/lint/fix.h"

namespace promql::cli {
namespace {

constexpr int kMostRounds = 10;  // fixes that make each other possible

struct Work {
  std::string before;
  std::string now;
  std::size_t applied = 0;
};

class FixVerb final : public Verb {
 public:
  CLI::App* Declare(CLI::App& program) override {
    CLI::App* const verb =
        program.add_subcommand("fix", "Mend what can be mended without changing what rules mean");
    rules_.Declare(*verb);
    verb->add_flag("--diff", diff_,
                   "Print the difference, write nothing; exit 1 when there is any");
    verb->add_flag("--unsafe", unsafe_, "Also apply suggestions, which may change what rules mean");
    verb->add_option("--enable", flags_.enable, "Only of these checks: ids or group/*")
        ->delimiter(',')
        ->allow_extra_args(false);
    verb->add_option("--disable", flags_.disable, "Not of these checks")
        ->delimiter(',')
        ->allow_extra_args(false);
    return verb;
  }

  int Run() override {
    std::string mistake = flags_.Mistake();
    if (std::ranges::count(rules_.paths, "-") > 0)
      mistake = "fix works on files, not on standard input";
    if (!mistake.empty()) {
      Complain(mistake);
      return kUsage;
    }
    const LoadedConfig loaded = LoadConfig(rules_);
    if (loaded.exit_code != kSuccess) return loaded.exit_code;
    int exit_code = kSuccess;
    for (int round = 0; round < kMostRounds; ++round) {
      if (!Round(*loaded.config, round == 0, exit_code)) break;
    }
    return Finish(exit_code);
  }

 private:
  // Whether anything changed.
  bool Round(const lint::Config& config, bool is_first, int& exit_code) {
    FindingsRun run(flags_, rules_, config);
    const LoadedRules rules = LoadRules(rules_, config, overlay_);
    if (is_first) {
      for (const report::Unread& unread : rules.unread) {
        Complain("could not read " + unread.file + ": " + unread.message);
        exit_code = kCannotRun;
      }
    }
    const lint::LintResult result = run.Lint(*rules.project);
    bool has_changed = false;
    auto finding = result.findings.begin();
    for (const auto& file : rules.project->files()) {
      const auto end = std::find_if(finding, result.findings.end(), [&](const lint::Finding& one) {
        return one.file != file->path();
      });
      has_changed |= FixFile(*file, {finding, end}, config, exit_code);
      finding = end;
    }
    return has_changed;
  }

  bool FixFile(const lint::FileContext& file, std::span<const lint::Finding> findings,
               const lint::Config& config, int& exit_code) {
    const bool has_fix = std::ranges::any_of(
        findings, [](const lint::Finding& finding) { return !finding.fixes.empty(); });
    if (!has_fix || given_up_.contains(file.path())) return false;
    if (file.file().was_utf16) {
      GiveUp(file.path(), "is UTF-16, which is not written back");
      return false;
    }
    auto work = works_.find(file.path());
    if (work == works_.end()) {
      auto text = ReadWholeFile(file.path(), kMostRuleFileBytes);
      if (!text || text->size() != file.file().content.size()) {
        GiveUp(file.path(), text ? "changed meanwhile" : text.error());
        exit_code = kCannotRun;
        return false;
      }
      work = works_.emplace(file.path(), Work{*text, *text}).first;
    }
    lint::FixedText fixed = lint::ApplyFixes(
        work->second.now, findings, unsafe_ ? lint::FixChoice::kAll : lint::FixChoice::kSafe);
    if (fixed.applied == 0 || fixed.text == work->second.now) return false;
    const rulefile::RuleFile after = ReadAgain(file.file(), fixed.text, config);
    const bool is_worse = (after.is_refused() && !file.file().is_refused()) ||
                          (!unsafe_ && after.rule_count() != file.file().rule_count());
    if (is_worse) {
      GiveUp(file.path(), "would not be the same rules any more; please report this");
      exit_code = kCannotRun;
      return false;
    }
    work->second.now = std::move(fixed.text);
    work->second.applied += fixed.applied;
    overlay_[file.path()] = work->second.now;
    return true;
  }

  void GiveUp(const std::string& path, const std::string& reason) {
    Complain(path + " is left as it is: it " + reason);
    given_up_.insert(path);
  }

  int Finish(int exit_code) {
    std::size_t files = 0;
    std::size_t applied = 0;
    std::string diffs;
    for (const auto& [path, work] : works_) {
      if (work.now == work.before) continue;
      ++files;
      applied += work.applied;
      if (diff_) {
        diffs += UnifiedDiff(path, work.before, work.now);
        continue;
      }
      const auto on_disk = ReadWholeFile(path, kMostRuleFileBytes);
      const auto written = on_disk && *on_disk == work.before
                               ? ReplaceFile(path, work.now)
                               : std::unexpected(std::string("it changed meanwhile"));
      if (!written) {
        Complain("cannot write " + path + ": " + written.error());
        exit_code = kCannotRun;
      }
    }
    if (diff_) {
      if (!WriteStdout(diffs)) return kCannotRun;
      return exit_code != kSuccess ? exit_code : files > 0 ? kFindings : kSuccess;
    }
    std::cout << "mended " << report::Counted(applied, "finding") << " in "
              << report::Counted(files, "file") << '\n';
    return exit_code;
  }

  RuleFlags rules_;
  FindingsFlags flags_;
  bool diff_ = false;
  bool unsafe_ = false;
  std::map<std::string, Work> works_;           // by path
  std::map<std::string, std::string> overlay_;  // texts that stand for what is on disk
  std::set<std::string> given_up_;
};

}  // namespace

std::unique_ptr<Verb> MakeFixVerb() { return std::make_unique<FixVerb>(); }

}  // namespace promql::cli
