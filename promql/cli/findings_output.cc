// SPDX-License-Identifier: Apache-2.0
#include "promql/cli/findings_output.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <random>

#include "promql/cli/file_io.h"
#include "promql/cli/verb.h"
#include "promql/lint/check.h"
#include "promql/lint/directives.h"
#include "promql/report/baseline.h"

namespace promql::cli {
namespace {

using report::Severity;

constexpr std::size_t kMostBaselineBytes = std::size_t{256} << 20;

std::optional<Severity> SeverityNamed(std::string_view name) {
  for (const Severity severity :
       {Severity::kHint, Severity::kInfo, Severity::kWarning, Severity::kError}) {
    if (Text(severity) == name) return severity;
  }
  return std::nullopt;
}

struct Destination {
  const report::Reporter* reporter = nullptr;
  std::string file;  // empty: standard output
};

Destination DestinationOf(std::string_view text) {
  const std::size_t equals = text.find('=');
  Destination destination{report::FindReporter(text.substr(0, equals)), {}};
  if (equals != std::string_view::npos) destination.file = text.substr(equals + 1);
  return destination;
}

// Formats for people leave hints out unless they are asked for.
bool IsForPeople(std::string_view format) {
  return format == "console" || format == "plain" || format == "github" || format == "markdown";
}

std::size_t TerminalWidth() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return std::clamp<std::size_t>(size.ws_col, 40, 120);
}

bool WantsColor(const std::string& choice) {
  if (choice != "auto") return choice == "always";
  const char* const no_color = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  return isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == '\0') &&
         terminal != nullptr && std::string_view(terminal) != "dumb";
}

std::string RandomToken() {
  std::random_device device;
  std::string token;
  for (int i = 0; i < 4; ++i) {
    constexpr std::string_view kHex = "0123456789abcdef";
    for (unsigned value = device(), j = 0; j < 8; ++j, value >>= 4U) token += kHex[value & 15U];
  }
  return token;
}

report::Report WithoutQuiet(const report::Report& report, Severity least) {
  report::Report loud = report;
  loud.quieter += std::erase_if(loud.findings, [&](const auto& f) { return f.severity < least; });
  return loud;
}

// A line on standard error that is written over, once a run takes long.
class ProgressLine {
 public:
  explicit ProgressLine(std::size_t total) : total_(total), is_shown_(isatty(STDERR_FILENO) == 1) {}
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine() {
    if (was_shown_) std::cerr << "\r\x1b[K" << std::flush;
  }
  void Show(std::size_t done) {
    using namespace std::chrono_literals;
    const auto now = std::chrono::steady_clock::now();
    if (!is_shown_ || now - start_ < 1s || now - last_ < 100ms) return;
    last_ = now;
    was_shown_ = true;
    std::cerr << "\rchecked " << done << " of " << total_ << " files" << std::flush;
  }

 private:
  std::size_t total_;
  bool is_shown_;
  bool was_shown_ = false;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point last_ = start_;
};

}  // namespace

std::chrono::sys_days Today() {
  return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
}

void FindingsFlags::Declare(CLI::App& verb) {
  std::string names;
  for (const report::Reporter& reporter : report::AllReporters()) {
    names += (names.empty() ? "" : ", ") + std::string(reporter.name);
  }
  verb.add_option("--format", formats,
                  "FORMAT, or FORMAT=FILE; may be repeated; without it console. One of " + names)
      ->allow_extra_args(false);
  verb.add_option("--fail-on", fail_on,
                  "The quietest severity that makes the run fail; without it errors do that are "
                  "proven or likely")
      ->check(CLI::IsMember({"error", "warning", "info", "hint", "none"}));
  verb.add_flag("--strict", strict, "Warnings make the run fail too")->excludes("--fail-on");
  verb.add_option("--min-severity", min_severity,
                  "Leave out what is quieter; without it formats for people leave out hints")
      ->check(CLI::IsMember({"error", "warning", "info", "hint"}));
  verb.add_option("--enable", enable, "Run only these checks: ids or group/*, separated by commas")
      ->delimiter(',')
      ->allow_extra_args(false);
  verb.add_option("--disable", disable, "Do not run these checks")
      ->delimiter(',')
      ->allow_extra_args(false);
  verb.add_option("--baseline", baseline, "File of known findings, which are not told");
  verb.add_option("--color", color, "always, never, or auto: on terminals, unless NO_COLOR is set")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  verb.add_flag("--quiet", quiet, "Say nothing when there is nothing to say");
}

std::string FindingsFlags::Mistake() const {
  std::vector<std::string_view> names;
  for (const report::Reporter& reporter : report::AllReporters()) names.push_back(reporter.name);
  const auto meant = [](std::string_view text, std::span<const std::string_view> known) {
    const std::string_view near = lint::Nearest(text, known);
    return near.empty() ? std::string() : "; did you mean `" + std::string(near) + "`?";
  };
  for (const std::string& format : formats) {
    const std::string name = format.substr(0, format.find('='));
    if (report::FindReporter(name) == nullptr) {
      return "there is no format `" + name + "`" + meant(name, names);
    }
    if (format.ends_with('=')) return "--format " + format + ": a file is missing";
  }
  for (const auto* const list : {&enable, &disable}) {
    for (const std::string& id : *list) {
      const bool exists = std::ranges::any_of(
          CheckIds(), [&](std::string_view known) { return lint::Names(id, known); });
      if (!exists) return "there is no check `" + id + "`" + meant(id, CheckIds());
    }
  }
  return {};
}

FindingsRun::FindingsRun(const FindingsFlags& flags, const RuleFlags& rules,
                         const lint::Config& config)
    : flags_(flags), rules_(rules), config_(config) {}

lint::LintResult FindingsRun::Lint(const lint::Project& project, lint::LintOptions options) {
  ProgressLine line(project.files().size());
  options.threads = rules_.ThreadCount();
  options.today = Today();
  options.only = flags_.enable;
  options.without = flags_.disable;
  options.progress = [&](std::size_t done) { line.Show(done); };
  return lint::Lint(project, options);
}

report::Gate FindingsRun::GateOfRun() const {
  const report::Gate any_confidence{.from = Severity::kWarning,
                                    .at_least = lint::Confidence::kHeuristic};
  if (flags_.strict) return any_confidence;
  if (flags_.fail_on == "none") return {.from = std::nullopt};
  const auto asked = flags_.fail_on.empty() ? config_.run.fail_on : SeverityNamed(flags_.fail_on);
  if (flags_.fail_on.empty() && config_.run.never_fail) return {.from = std::nullopt};
  if (!asked || *asked == Severity::kError) return {};
  return {.from = asked, .at_least = lint::Confidence::kHeuristic};
}

bool FindingsRun::Write(const report::Report& report) const {
  const std::vector<std::string> console{"console"};
  report::Style style{.color = false, .width = 80, .token = RandomToken(), .quiet = flags_.quiet};
  bool is_written = true;
  bool are_unread_told = false;
  for (const std::string& format : flags_.formats.empty() ? console : flags_.formats) {
    const Destination to = DestinationOf(format);
    const auto least = SeverityNamed(flags_.min_severity);
    const Severity shown =
        least.value_or(IsForPeople(to.reporter->name) ? Severity::kInfo : Severity::kHint);
    const bool has_quiet =
        std::ranges::any_of(report.findings, [&](const auto& one) { return one.severity < shown; });
    const report::Report copy = has_quiet ? WithoutQuiet(report, shown) : report::Report();
    const report::Report& loud = has_quiet ? copy : report;
    style.color = to.file.empty() ? WantsColor(flags_.color) : flags_.color == "always";
    style.width = to.file.empty() ? TerminalWidth() : 80;
    const std::string text = to.reporter->write(loud, style);
    if (to.file.empty()) {
      are_unread_told |= IsForPeople(to.reporter->name);
      if (!WriteStdout(text)) {
        Complain("cannot write to standard output");
        is_written = false;
      }
    } else if (const auto written = ReplaceFile(to.file, text); !written) {
      Complain("cannot write " + to.file + ": " + written.error());
      is_written = false;
    }
    // The job's summary is a second text beside the commands.
    const char* const summary = std::getenv("GITHUB_STEP_SUMMARY");
    if (to.reporter->name == "github" && summary != nullptr && *summary != '\0') {
      const auto* const markdown = report::FindReporter("markdown");
      if (const auto added = AppendFile(summary, markdown->write(loud, style)); !added) {
        Complain("cannot write the job's summary: " + added.error());
      }
    }
  }
  if (!are_unread_told) {
    for (const report::Unread& unread : report.unread) {
      Complain("could not read " + unread.file + ": " + unread.message);
    }
  }
  return is_written;
}

int FindingsRun::Tell(lint::LintResult result, const lint::Project& project,
                      std::vector<report::Unread> unread) {
  report::Report report;
  report.findings = std::move(result.findings);
  for (lint::SuppressedFinding& one : result.suppressed) {
    report.suppressed.push_back({std::move(one.finding), std::move(one.reason)});
  }
  const std::string& baseline_file =
      flags_.baseline.empty() ? config_.run.baseline : flags_.baseline;
  if (!baseline_file.empty()) {
    const auto text = ReadWholeFile(baseline_file, kMostBaselineBytes);
    if (!text) {
      Complain("cannot read the baseline " + baseline_file + ": " + text.error() +
               " (promwarden-lint baseline create makes one)");
      return kUsage;
    }
    const auto baseline = report::Baseline::Parse(*text);
    if (!baseline) {
      Complain(baseline_file + ": " + baseline.error());
      return kUsage;
    }
    report.in_baseline = baseline->TakeKnown(report.findings);
  }
  report.unread = std::move(unread);
  for (const lint::CheckInfo& check : lint::AllChecks()) {
    report.checks.push_back({check.id, check.severity, check.confidence, check.summary,
                             lint::DocumentationOf(check.id)});
  }
  for (const auto& file : project.files()) {
    for (const lint::GroupContext& group : file->groups()) {
      report.groups.push_back({file->path(), std::string(group.group().name.value)});
    }
  }
  report.files = result.files;
  report.alerts = result.alerts;
  report.records = result.records;
  report.version = PROMWARDEN_VERSION;
  report.home = PROMWARDEN_HOMEPAGE;
  report.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - start_);
  report.gate = GateOfRun();
  const bool fails = std::ranges::any_of(
      report.findings, [&](const auto& finding) { return report.gate.Fails(finding); });
  if (!Write(report) || !report.unread.empty()) return kCannotRun;
  return fails ? kFindings : kSuccess;
}

}  // namespace promql::cli
