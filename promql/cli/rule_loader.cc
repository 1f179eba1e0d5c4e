// SPDX-License-Identifier: Apache-2.0
#include "promql/cli/rule_loader.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <iostream>
#include <optional>
#include <thread>

#include "promql/cli/discover.h"
#include "promql/cli/file_io.h"
#include "promql/cli/verb.h"
#include "promql/lint/check.h"
#include "promql/lint/directives.h"
#include "promql/lint/route.h"
#include "promql/lint/rule_tests.h"
#include "promql/lint/scope.h"
#include "promql/report/text.h"
#include "promql/rulefile/read.h"

namespace promql::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostConfigBytes = std::size_t{1} << 20;

std::optional<rulefile::Schema> SchemaNamed(std::string_view name) {
  using rulefile::Schema;
  static constexpr std::pair<std::string_view, Schema> kNames[] = {
      {"prometheus", Schema::kPrometheus},
      {"auto", Schema::kAuto},
      {"thanos", Schema::kThanos},
      {"mimir", Schema::kMimir},
      {"victoriametrics", Schema::kVictoriaMetrics}};
  for (const auto& [known, schema] : kNames) {
    if (known == name) return schema;
  }
  return std::nullopt;
}

// Paths of the configuration begin at its folder, those of a run at the working folder.
void Rebase(lint::Config& config) {
  std::error_code error;
  const fs::path here = fs::current_path(error);
  const fs::path folder = fs::absolute(config.file, error).parent_path().lexically_normal();
  if (error || folder == here) return;
  config.here = here.lexically_relative(folder).string();
  const auto rebase = [&](std::string& path) {
    if (!path.empty() && path[0] != '/')
      path = (folder / path).lexically_normal().lexically_relative(here).string();
  };
  for (std::string& path : config.run.paths) rebase(path);
  for (std::string& path : config.run.tests) rebase(path);
  if (config.run.paths.empty()) config.run.paths = {"."};
  rebase(config.run.baseline);
}

// Later flags of the command line over what the file says.
bool ApplyFlags(const RuleFlags& flags, lint::Config& config) {
  if (!flags.target.empty()) {
    const auto version = lint::ParseVersion(flags.target);
    if (!version) {
      Complain("--target: expected a version like 3.5, found `" + flags.target + "`");
      return false;
    }
    config.environment.target = *version;
  }
  for (const std::string& name : flags.features) config.environment.features.Enable(name);
  if (!flags.schema.empty()) {
    config.run.schemas.insert(config.run.schemas.begin(), {{"**"}, *SchemaNamed(flags.schema)});
  }
  return true;
}

struct Slot {
  std::optional<rulefile::RuleFile> file;
  std::string failure;
  bool is_ignored = false;
  bool is_other = false;  // found in a folder, and no rule file
};

bool HasLine(std::string_view text, std::string_view start) {
  if (text.starts_with(start)) return true;
  return text.find('\n' + std::string(start)) != std::string_view::npos;
}

// What a YAML file that nobody named most likely is. Folders hold configurations, unit tests of
// rules and resources of other kinds besides; what could be a rule file with a mistake is one.
enum class Guess : std::uint8_t { kRules, kResource, kOther };
Guess GuessOf(std::string_view text) {
  const auto has = [&](std::string_view word) { return text.find(word) != std::string_view::npos; };
  const bool has_rules = has("expr") || has("rules") || has("alert:") || has("record:");
  const bool is_grafanas = HasLine(text, "apiVersion: 1\n");  // provisioning
  if (!has_rules || is_grafanas) return Guess::kOther;
  if (HasLine(text, "apiVersion:")) return Guess::kResource;
  if (HasLine(text, "rule_files:") || HasLine(text, "scrape_configs:")) return Guess::kOther;
  // In the values of a chart rules stand deeper, and mean something only to the chart.
  const bool stands_on_top = HasLine(text, "groups:") || HasLine(text, "\"groups\":") ||
                             HasLine(text, "{") || HasLine(text, "group:") ||
                             HasLine(text, "rules:") || HasLine(text, "- ");
  return stands_on_top ? Guess::kRules : Guess::kOther;
}

void ReadInto(Slot& slot, const std::string& path, const lint::Config& config, bool was_named,
              const std::map<std::string, std::string>& overlay) {
  const auto over = overlay.find(path);
  auto content = over != overlay.end() ? std::expected<std::string, std::string>(over->second)
                                       : ReadWholeFile(path, kMostRuleFileBytes);
  if (!content) {
    slot.failure = content.error();
    return;
  }
  lint::ReadableText text = lint::WithoutIgnoredText(std::move(*content));
  slot.is_ignored = text.is_ignored;
  if (text.is_ignored) return;
  const Guess guess = was_named ? Guess::kRules : GuessOf(text.content);
  slot.is_other = guess == Guess::kOther;
  if (slot.is_other) return;
  const auto schema =
      guess == Guess::kResource ? rulefile::Schema::kAuto : rulefile::Schema::kPrometheus;
  slot.file = ReadRules(path, std::move(text.content), config, schema);
}

std::shared_ptr<const lint::RuleTests> ReadTests(const std::vector<std::string>& paths,
                                                 std::vector<report::Unread>& unread) {
  if (paths.empty()) return nullptr;
  auto tests = std::make_shared<lint::RuleTests>();
  Discovered found = DiscoverFiles(paths);
  std::ranges::move(found.unread, std::back_inserter(unread));
  for (const std::string& file : found.files) {
    const auto text = ReadWholeFile(file, kMostRuleFileBytes);
    const auto added = text ? tests->Add(*text) : std::unexpected(text.error());
    if (!added) unread.push_back({file, added.error()});
  }
  return tests;
}

// Tests and routes that the flags, or else the configuration, name.
lint::Surroundings ReadSurroundings(const RuleFlags& flags, const lint::Config& config,
                                    std::vector<report::Unread>& unread) {
  lint::Surroundings known;
  known.tests = ReadTests(flags.tests.empty() ? config.run.tests : flags.tests, unread);
  if (flags.alertmanager_config.empty()) return known;
  const auto text = ReadWholeFile(flags.alertmanager_config, kMostConfigBytes);
  auto route = text ? lint::ReadRoute(*text) : std::unexpected(text.error());
  if (route) {
    known.route = std::make_shared<const lint::Route>(*std::move(route));
  } else {
    unread.push_back({flags.alertmanager_config, route.error()});
  }
  return known;
}

}  // namespace

void Complain(std::string_view message) {
  std::cerr << "promwarden-lint: " << report::OneLine(message) << '\n';
}

void RuleFlags::Declare(CLI::App& verb, bool takes_paths) {
  if (takes_paths) {
    verb.add_option("PATH", paths,
                    "Files, folders (*.yml and *.yaml in and below them), globs, or - for standard "
                    "input; without any, what the configuration names, else the working folder");
  }
  verb.add_option("--exclude", exclude, "Globs of files to leave out of folders; may be repeated")
      ->allow_extra_args(false);
  verb.add_option("--config", config_file,
                  "The configuration; without it the nearest .promwarden-lint.yaml here or above");
  verb.add_flag("--no-config", no_config, "Look for no configuration");
  verb.add_option("--schema", schema, "Shape of the files, whatever the configuration says")
      ->check(CLI::IsMember({"prometheus", "auto", "thanos", "mimir", "victoriametrics"}));
  verb.add_option("--target", target, "Version of Prometheus that loads the rules, like 3.5");
  verb.add_option("--enable-feature", features,
                  "Feature flags of that Prometheus, separated by commas")
      ->delimiter(',')
      ->allow_extra_args(false);
  verb.add_option("--tests", tests,
                  "Unit tests in promtool's format: alerts that none of them looks at are told")
      ->allow_extra_args(false);
  verb.add_option("--alertmanager-config", alertmanager_config,
                  "Alertmanager's configuration: alerts that none of its routes matches are told");
  verb.add_option("--threads", threads, "How many threads work; without it one a processor")
      ->check(CLI::Range(1, 256));
}

unsigned RuleFlags::ThreadCount() const {
  return threads > 0 ? threads : std::max(1U, std::thread::hardware_concurrency());
}

const std::vector<std::string_view>& CheckIds() {
  static const std::vector<std::string_view> ids = [] {
    std::vector<std::string_view> all;
    for (const lint::CheckInfo& check : lint::AllChecks()) all.push_back(check.id);
    return all;
  }();
  return ids;
}

std::string FindConfigFile() {
  std::error_code error;
  fs::path folder = fs::current_path(error);
  while (!error) {
    const fs::path file = folder / lint::kConfigFileName;
    if (fs::exists(file, error)) {
      return file.lexically_proximate(fs::current_path(error)).string();
    }
    // A repository is a world of its own.
    if (fs::exists(folder / ".git", error) || folder == folder.parent_path()) break;
    folder = folder.parent_path();
  }
  return {};
}

LoadedConfig LoadConfig(const RuleFlags& flags) {
  LoadedConfig loaded{kUsage, std::make_unique<lint::Config>()};
  const std::string file = !flags.config_file.empty() ? flags.config_file
                           : flags.no_config          ? std::string()
                                                      : FindConfigFile();
  if (!file.empty()) {
    const auto text = ReadWholeFile(file, kMostConfigBytes);
    if (!text) {
      Complain("cannot read the configuration " + file + ": " + text.error());
      return loaded;
    }
    auto config = lint::ReadConfig(*text, file, CheckIds());
    if (!config) {
      for (const lint::ConfigProblem& problem : config.error()) std::cerr << Format(problem);
      return loaded;
    }
    *loaded.config = std::move(*config);
    Rebase(*loaded.config);
  }
  if (ApplyFlags(flags, *loaded.config)) loaded.exit_code = kSuccess;
  return loaded;
}

rulefile::RuleFile ReadRules(const std::string& path, std::string content,
                             const lint::Config& config, rulefile::Schema schema) {
  rulefile::ReadOptions options;
  options.schema = schema;
  options.max_bytes = kMostRuleFileBytes;
  options.expressions.features = config.environment.features;
  options.expressions.target = config.environment.target;
  const bool is_old = config.environment.target < Version{3, 0};
  if (config.environment.legacy_names.value_or(is_old))
    options.names = rulefile::NameValidation::kLegacy;
  const std::string_view seen = report::PlainPath(path);
  for (const lint::SchemaChoice& choice : config.run.schemas) {
    if (lint::MatchesAny(config, choice.paths, seen)) {
      options.schema = choice.schema;
      break;
    }
  }
  return rulefile::ReadRuleFile(path, std::move(content), options);
}

rulefile::RuleFile ReadAgain(const rulefile::RuleFile& file, std::string content,
                             const lint::Config& config) {
  const bool has_resources = std::ranges::any_of(file.groups, [](const rulefile::Group& group) {
    return group.origin.kind != rulefile::Origin::Kind::kFile;
  });
  return ReadRules(file.path, lint::WithoutIgnoredText(std::move(content)).content, config,
                   has_resources ? rulefile::Schema::kAuto : rulefile::Schema::kPrometheus);
}

LoadedRules LoadRules(const RuleFlags& flags, const lint::Config& config,
                      const std::map<std::string, std::string>& overlay) {
  const auto is_excluded = [&](const std::string& path) {
    return lint::MatchesAny(config, config.run.exclude, path) ||
           std::ranges::any_of(flags.exclude, [&](const std::string& glob) {
             return lint::MatchesGlob(glob, path);
           });
  };
  const std::vector<std::string> here{"."};
  const auto& paths = !flags.paths.empty()       ? flags.paths
                      : config.run.paths.empty() ? here
                                                 : config.run.paths;
  Discovered found = DiscoverFiles(paths, is_excluded);
  std::vector<Slot> slots(found.files.size());
  {
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
      for (std::size_t i = next++; i < slots.size(); i = next++) {
        const std::string& path = found.files[i];
        ReadInto(slots[i], path, config, !found.walked.contains(path), overlay);
      }
    };
    std::vector<std::jthread> helpers;
    for (unsigned i = 1; i < std::min<std::size_t>(flags.ThreadCount(), slots.size()); ++i) {
      helpers.emplace_back(work);
    }
    work();
  }
  LoadedRules loaded{std::make_unique<lint::Project>(config), std::move(found.unread)};
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (slots[i].file) {
      loaded.project->Add(std::move(*slots[i].file));
    } else if (slots[i].is_ignored || slots[i].is_other) {
      ++(slots[i].is_other ? loaded.others : loaded.ignored);
    } else {
      loaded.unread.push_back({found.files[i], slots[i].failure});
    }
  }
  loaded.project->Add(ReadSurroundings(flags, config, loaded.unread));
  loaded.project->Index();
  return loaded;
}

}  // namespace promql::cli
