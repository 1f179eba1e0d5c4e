// SPDX-License-Identifier: Apache-2.0
#include "promql/lint/linter.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>
#include <utility>

#include "promql/lint/check.h"
#include "promql/lint/directives.h"
#include "promql/lint/place.h"
#include "promql/lint/scope.h"

namespace promql::lint {
namespace {

bool NamesAny(const std::vector<std::string>& patterns, std::string_view id) {
  return std::ranges::any_of(patterns, [&](const auto& pattern) { return Names(pattern, id); });
}

// The level that a table of ids and groups gives; an id is stronger than its group.
const Level* LevelIn(const std::map<std::string, Level, std::less<>>& checks, std::string_view id) {
  if (const auto found = checks.find(id); found != checks.end()) return &found->second;
  const std::string group = std::string(id.substr(0, id.find('/'))) + "/*";
  if (const auto found = checks.find(group); found != checks.end()) return &found->second;
  return nullptr;
}

// Those that may speak somewhere.
std::vector<const CheckInfo*> ChecksToRun(const Config& config, const LintOptions& options) {
  std::vector<const CheckInfo*> run;
  for (const CheckInfo& check : AllChecks()) {
    if (NamesAny(options.without, check.id)) continue;
    if (!options.only.empty() && !NamesAny(options.only, check.id)) continue;
    const Level* level = LevelIn(config.checks, check.id);
    const bool is_off = level != nullptr && level->is_off && options.only.empty();
    const auto turns_on = [&](const Override& over) {
      const Level* other = LevelIn(over.checks, check.id);
      return other != nullptr && !other->is_off;
    };
    if (is_off && std::ranges::none_of(config.overrides, turns_on)) continue;
    run.push_back(&check);
  }
  return run;
}

void RunOnRule(const CheckInfo& check, const RuleContext& rule, Sink& sink) {
  if (check.scope == CheckScope::kExpr && rule.expr() == nullptr) return;
  sink.Begin(check, &rule.file(), &rule);
  if (check.scope != CheckScope::kTemplates) return check.run.rule(rule, sink);
  for (const TemplateText& text : rule.templates()) {
    if (text.parsed) check.run.templates(rule, text, sink);
  }
}

void RunOnFile(const std::vector<const CheckInfo*>& checks, const FileContext& file,
               const LintOptions& options, Sink& sink) {
  for (const CheckInfo* check : checks) {
    sink.Begin(*check, &file, nullptr);
    if (check->scope == CheckScope::kFile) check->run.file(file, sink);
    if (check->scope != CheckScope::kGroup) continue;
    for (const GroupContext& group : file.groups()) check->run.group(group, sink);
  }
  for (const GroupContext& group : file.groups()) {
    for (const RuleContext& rule : group.rules()) {
      const bool is_wanted = !options.wants || options.wants(rule);
      for (const CheckInfo* check : checks) {
        if (is_wanted && (check->scope == CheckScope::kRule || check->scope == CheckScope::kExpr ||
                          check->scope == CheckScope::kTemplates)) {
          RunOnRule(*check, rule, sink);
        }
      }
      rule.Summarise();  // those that nobody asked about too: others may be the same
    }
  }
  file.DropFacts();
}

// Calls work(i) for 0..count on several threads, each i once.
template <class Work>
void InParallel(unsigned threads, std::size_t count, const Work& work) {
  std::atomic<std::size_t> next = 0;
  const auto loop = [&] {
    for (std::size_t i = next++; i < count; i = next++) work(i);
  };
  std::vector<std::jthread> helpers;
  for (unsigned i = 1; i < std::min<std::size_t>(threads, count); ++i) helpers.emplace_back(loop);
  loop();
}

// A finding's text without differences of space, and without more than a few thousand bytes.
std::uint64_t TextHash(std::uint64_t hash, std::string_view text) {
  constexpr std::size_t kEnough = 4096;
  const auto add = [&](char c) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  };
  bool in_space = false;
  for (const char c : text.substr(0, kEnough)) {
    const bool is_space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!is_space) add(c);
    if (is_space && !in_space) add(' ');
    in_space = is_space;
  }
  add('\xff');
  return hash;
}

std::string Hex(std::uint64_t value) {
  std::string text(16, '0');
  for (std::size_t i = text.size(); i-- > 0; value >>= 4U)
    text[i] = "0123456789abcdef"[value & 15U];
  return text;
}

// What turns the entries of one file into findings.
class FileJudge {
 public:
  FileJudge(const FileContext& file, const LintOptions& options)
      : file_(file), options_(options), directives_(file.directives()) {
    for (const Suppression& one : directives_.suppressions) {
      if (one.until && *one.until <= options.today) continue;
      (one.reach == Suppression::Reach::kRule ? of_rules_[one.rule] : of_file_).push_back(&one);
    }
  }

  void Judge(Sink::Entry&& entry, LintResult& result) {
    const std::string_view owner = directives_.OwnerOf(entry.rule);  // null: the file's
    const auto severity = SeverityOf(entry, owner);
    if (!severity) return;
    Finding finding = Finished(std::move(entry.draft), *entry.check, entry.rule);
    finding.severity = *severity;
    finding.owner = owner;
    if (const Suppression* by = SuppressionOf(finding, entry.rule)) {
      by->was_used = true;
      result.suppressed.push_back({std::move(finding), by->reason});
    } else {
      result.findings.push_back(std::move(finding));
    }
  }

  // What is wrong with the comments themselves, once everything was judged.
  void JudgeDirectives(const std::vector<const CheckInfo*>& checks, LintResult& result) {
    Sink sink;
    for (const CheckInfo* check : checks) {
      if (check->scope != CheckScope::kComments) continue;
      sink.Begin(*check, &file_, nullptr);
      check->run.comments(file_, directives_, options_, sink);
    }
    for (Sink::Entry& entry : sink.entries()) Judge(std::move(entry), result);
  }

 private:
  std::optional<Severity> SeverityOf(const Sink::Entry& entry, std::string_view owner) const {
    const Config& config = file_.project().config();
    Severity severity = entry.draft.severity.value_or(entry.check->severity);
    bool is_off = false;
    const auto apply = [&](const Level* level) {
      if (level == nullptr) return;
      is_off = level->is_off;
      if (level->severity) severity = *level->severity;
    };
    if (options_.only.empty()) apply(LevelIn(config.checks, entry.check->id));
    std::optional<Severity> at_most;
    for (const Override& over : config.overrides) {
      if (!IsIn(over.scope, file_, entry.rule, owner)) continue;
      apply(LevelIn(over.checks, entry.check->id));
      if (over.at_most) at_most = over.at_most;
    }
    if (is_off) return std::nullopt;
    return at_most ? std::min(severity, *at_most) : severity;
  }

  const Suppression* SuppressionOf(const Finding& finding, const RuleContext* rule) const {
    if (finding.id.starts_with("comment/")) return nullptr;
    const auto first_of = [&](const std::vector<const Suppression*>& some) -> const Suppression* {
      const auto found = std::ranges::find_if(some, [&](const Suppression* one) {
        return one->Covers(finding.id, rule, finding.place.line);
      });
      return found == some.end() ? nullptr : *found;
    };
    const auto own = of_rules_.find(rule);
    const Suppression* const near = own == of_rules_.end() ? nullptr : first_of(own->second);
    return near != nullptr ? near : first_of(of_file_);
  }

  Finding Finished(Draft draft, const CheckInfo& check, const RuleContext* rule) {
    Finding finding;
    finding.id = check.id;
    finding.confidence = draft.confidence.value_or(check.confidence);
    finding.message = std::move(draft.message);
    finding.details = std::move(draft.details);
    finding.advice = std::move(draft.advice);
    finding.file = file_.path();
    finding.place = PlaceIn(file_, draft.at);
    finding.source = LinesAt(file_, finding.place);
    if (rule != nullptr) {
      finding.group = rule->group().group().name.value;
      finding.rule = rule->name();
      finding.kind = rule->is_alert() ? RuleKind::kAlert : RuleKind::kRecord;
    }
    for (DraftRelated& other : draft.related) {
      finding.related.push_back(
          {other.file->path(), PlaceIn(*other.file, other.at), std::move(other.message)});
    }
    for (DraftFix& fix : draft.fixes) {
      Fix made{std::move(fix.title), fix.is_safe, {}};
      for (DraftEdit& edit : fix.edits) {
        made.edits.push_back(
            {edit.at.begin, edit.at.end, std::move(edit.text), PlaceIn(file_, edit.at)});
      }
      finding.fixes.push_back(std::move(made));
    }
    finding.fingerprint = Fingerprint(finding, draft.at);
    return finding;
  }

  std::string Fingerprint(const Finding& finding, Source at) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const std::string_view part :
         {finding.id, std::string_view(finding.file), std::string_view(finding.group),
          std::string_view(finding.rule), TextAt(file_, at)}) {
      hash = TextHash(hash, part);
    }
    const std::uint32_t before = seen_[hash]++;
    return Hex(before == 0 ? hash : TextHash(hash, std::to_string(before)));
  }

  const FileContext& file_;
  const LintOptions& options_;
  const Directives& directives_;
  // Those that still hold, of one rule each and of the file or a line of it.
  std::unordered_map<const RuleContext*, std::vector<const Suppression*>> of_rules_;
  std::vector<const Suppression*> of_file_;
  std::unordered_map<std::uint64_t, std::uint32_t> seen_;  // equal ones so far, by hash
};

void Count(const FileContext& file, LintResult& result) {
  ++result.files;
  result.groups += file.groups().size();
  for (const GroupContext& group : file.groups()) {
    for (const RuleContext& rule : group.rules())
      ++(rule.is_alert() ? result.alerts : result.records);
  }
}

bool EntryComesBefore(const Sink::Entry& a, const Sink::Entry& b) {
  return std::tie(a.draft.at.begin, a.draft.at.end, a.check->id, a.draft.message) <
         std::tie(b.draft.at.begin, b.draft.at.end, b.check->id, b.draft.message);
}

}  // namespace

LintResult Lint(const Project& project, const LintOptions& options) {
  const std::vector<const CheckInfo*> checks = ChecksToRun(project.config(), options);
  const auto files = project.files();
  std::vector<Sink> sinks(files.size());
  std::mutex mutex;
  std::size_t done = 0;
  InParallel(options.threads, files.size(), [&](std::size_t i) {
    RunOnFile(checks, *files[i], options, sinks[i]);
    const std::scoped_lock lock(mutex);
    if (++done; options.progress) options.progress(done);
  });

  std::vector<const CheckInfo*> whole;
  std::ranges::copy_if(checks, std::back_inserter(whole),
                       [](const CheckInfo* check) { return check->scope == CheckScope::kProject; });
  std::vector<Sink> project_sinks(whole.size());
  InParallel(options.threads, whole.size(), [&](std::size_t i) {
    project_sinks[i].Begin(*whole[i], nullptr, nullptr);
    whole[i]->run.project(project, project_sinks[i]);
  });
  std::unordered_map<const FileContext*, std::size_t> index;
  for (std::size_t i = 0; i < files.size(); ++i) index.emplace(files[i].get(), i);
  for (Sink& sink : project_sinks) {
    for (Sink::Entry& entry : sink.entries()) {
      sinks[index.at(entry.file)].entries().push_back(std::move(entry));
    }
  }

  std::vector<LintResult> parts(files.size());
  InParallel(options.threads, files.size(), [&](std::size_t i) {
    std::ranges::sort(sinks[i].entries(), EntryComesBefore);
    FileJudge judge(*files[i], options);
    for (Sink::Entry& entry : sinks[i].entries()) judge.Judge(std::move(entry), parts[i]);
    sinks[i] = {};
    judge.JudgeDirectives(checks, parts[i]);
    std::ranges::stable_sort(parts[i].findings, ComesBefore);
    Count(*files[i], parts[i]);
  });
  LintResult result;
  std::size_t findings = 0;
  for (const LintResult& part : parts) findings += part.findings.size();
  result.findings.reserve(findings);
  for (LintResult& part : parts) {
    std::ranges::move(part.findings, std::back_inserter(result.findings));
    std::ranges::move(part.suppressed, std::back_inserter(result.suppressed));
    result.files += part.files;
    result.groups += part.groups;
    result.alerts += part.alerts;
    result.records += part.records;
    part = {};
  }
  return result;
}

}  // namespace promql::lint
