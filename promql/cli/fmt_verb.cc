// SPDX-License-Identifier: Apache-2.0
// promwarden-lint fmt: lays out the expressions of rule files, and nothing else in them.
#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "promql/cli/discover.h"
#include "promql/cli/file_io.h"
#include "promql/cli/line_diff.h"
#include "promql/cli/verbs.h"
#include "promql/rulefile/format.h"
#include "promql/syntax/format.h"

namespace promql::cli {
namespace {

constexpr std::size_t kLeastWidth = 20;
constexpr std::size_t kMostWidth = 1000;

constexpr std::string_view kFooter =
    R"(Only the bytes of expressions change: keys, order, quotes, comments and blank lines of the
YAML stay. An expression on one line stays there while it fits the width, else it becomes a block
(`expr: |`); blocks keep their kind and indentation. Comments in expressions are kept. What was laid
out is read again before it is shown: an expression that would not mean the same is left alone.
PrometheusRule resources, Lists and ConfigMaps are laid out like plain rule files.

Examples:
  promwarden-lint fmt -w rules/             lay out all files of a folder
  promwarden-lint fmt --check rules/*.yml   for CI: names the files that are not laid out
  promwarden-lint fmt --diff rules/         shows what would change
  promwarden-lint fmt < a.yml > b.yml       as a filter
  promwarden-lint fmt --expr 'sum(rate(a[5m]))by(b)'

Exit codes: 0 all is well; 1 with --check, something would change, or a file or expression has
errors; 2 the command line is wrong; 3 a file cannot be read or written.)";

class FmtVerb final : public Verb {
 public:
  CLI::App* Declare(CLI::App& program) override {
    options_.schema = rulefile::Schema::kAuto;
    options_.expressions.features = Features::All();
    CLI::App* verb = program.add_subcommand("fmt", "Lay out the expressions of rule files");
    verb->add_option("FILES", inputs_,
                     "Rule files, folders and globs; without any, or for -, standard input. With "
                     "--expr, expressions");
    auto* write = verb->add_flag("-w,--write", write_, "Write files instead of printing them");
    auto* check =
        verb->add_flag("--check", check_, "Print the names of files that would change; exit 1");
    auto* diff = verb->add_flag("--diff", diff_, "Print what would change as a unified diff");
    auto* expr = verb->add_flag("--expr", expr_, "Lay out expressions instead of files");
    write->excludes(check)->excludes(diff);
    expr->excludes(write)->excludes(check)->excludes(diff);
    verb->add_option("--width", width_, "How wide lines may become, in characters")
        ->check(CLI::Range(kLeastWidth, kMostWidth))
        ->capture_default_str();
    verb->footer(std::string(kFooter));
    return verb;
  }

  int Run() override {
    if (inputs_.empty()) inputs_.emplace_back(kStdin);
    const int code = expr_ ? FormatExpressions() : FormatFiles();
    std::cout.flush();
    return std::cout ? code : Fail("standard output", "cannot be written");
  }

 private:
  static int Fail(std::string_view what, std::string_view reason) {
    std::cerr << "promwarden-lint: " << what << ": " << reason << '\n';
    return kCannotRun;
  }

  int FormatExpressions() const {
    int code = kSuccess;
    for (const std::string& input : inputs_) code = std::max(code, FormatOne(input));
    return code;
  }

  int FormatFiles() const {
    const Discovered found = DiscoverFiles(inputs_);
    int code = kSuccess;
    for (const report::Unread& unread : found.unread) code = Fail(unread.file, unread.message);
    for (const std::string& file : found.files) code = std::max(code, FormatFile(file));
    return code;
  }

  int FormatOne(const std::string& input) const {
    std::string text = input;
    if (input == kStdin) {
      auto read = ReadWholeFile(input, options_.max_bytes);
      if (!read) return Fail("standard input", read.error());
      text = *std::move(read);
    }
    const auto formatted = FormatExpression(text, width_, options_.expressions);
    if (formatted) {
      std::cout << *formatted << '\n';
      return kSuccess;
    }
    const rulefile::LineIndex lines(text);
    for (const SyntaxError& error : formatted.error()) {
      const rulefile::Position at = lines.At(error.span.start);
      std::cerr << at.line << ':' << at.column << ": " << error.message << '\n';
    }
    return kFindings;
  }

  int FormatFile(const std::string& path) const {
    const std::string name = path == kStdin ? "<stdin>" : path;
    if (path == kStdin && write_) return Fail("standard input", "cannot be written, name files");
    auto content = ReadWholeFile(path, options_.max_bytes);
    if (!content) return Fail(name, content.error());
    const auto file = rulefile::ReadRuleFile(name, *std::move(content), options_);
    const auto plan = rulefile::PlanFormat(file, options_, width_);
    if (!plan.is_readable) return ReportUnreadable(file);
    bool has_errors = false;
    for (const rulefile::Unformatted& one : plan.left) {
      has_errors |= one.has_errors;
      std::cerr << Place(file, one.source) << "left as it is: " << one.reason << '\n';
    }
    const int written = Show(path, file, plan.edits);
    if (written != kSuccess) return written;
    const bool is_finding = has_errors || (check_ && !plan.edits.empty());
    return is_finding ? kFindings : kSuccess;
  }

  static std::string Place(const rulefile::RuleFile& file, rulefile::Source source) {
    const rulefile::Position at = file.lines.At(source.begin);
    return file.path + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": ";
  }

  static int ReportUnreadable(const rulefile::RuleFile& file) {
    if (file.was_utf16) std::cerr << file.path << ": left as it is: only UTF-8 is laid out\n";
    for (const rulefile::Problem& problem : file.problems) {
      if (problem.cls <= rulefile::ProblemClass::kAlias)
        std::cerr << Place(file, problem.source) << problem.message << '\n';
    }
    return kFindings;
  }

  int Show(const std::string& path, const rulefile::RuleFile& file,
           const std::vector<rulefile::Edit>& edits) const {
    if (write_) {
      if (edits.empty()) return kSuccess;
      const auto written = ReplaceFile(path, rulefile::Apply(file.content, edits));
      if (!written) return Fail(path, written.error());
      std::cerr << path << '\n';
      return kSuccess;
    }
    if (check_ && !edits.empty()) std::cout << file.path << '\n';
    const std::string after = rulefile::Apply(file.content, edits);
    if (diff_) std::cout << UnifiedDiff(file.path, file.content, after);
    if (!check_ && !diff_) std::cout << after;
    return kSuccess;
  }

  std::vector<std::string> inputs_;
  bool write_ = false;
  bool check_ = false;
  bool diff_ = false;
  bool expr_ = false;
  std::size_t width_ = 100;
  rulefile::ReadOptions options_;
};

}  // namespace

std::unique_ptr<Verb> MakeFmtVerb() { return std::make_unique<FmtVerb>(); }

}  // namespace promql::cli
