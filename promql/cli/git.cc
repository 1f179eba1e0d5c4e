// SPDX-License-Identifier: Apache-2.0
#include "promql/cli/git.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "promql/cli/subprocess.h"

namespace promql::cli {
namespace {

constexpr std::string_view kPlainInShells =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-";

using Words = std::vector<std::string>;

std::string Trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

// Settings of the user that would change what git prints, or run programs, do not count.
std::expected<ProcessResult, std::string> Git(Words words, std::string_view input = {}) {
  Words arguments{"git", "--no-pager",         "-c", "core.quotePath=false",
                  "-c",  "color.ui=false",     "-c", "core.fsmonitor=false",
                  "-c",  "diff.noprefix=false"};
  arguments.insert(arguments.end(), std::make_move_iterator(words.begin()),
                   std::make_move_iterator(words.end()));
  return RunProcess(arguments, input);
}

// Its output, or what it said.
std::expected<std::string, std::string> Output(Words words, std::string_view input = {}) {
  auto result = Git(std::move(words), input);
  if (!result) return std::unexpected(result.error());
  if (result->exit_code != 0) return std::unexpected("git: " + Trimmed(result->err));
  return std::move(result->out);
}

bool IsCommit(const std::string& name) {
  const auto result =
      Git({"rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}"});
  return result && result->exit_code == 0;
}

bool IsShallow() {
  const auto result = Output({"rev-parse", "--is-shallow-repository"});
  return result && Trimmed(*result) == "true";
}

constexpr std::string_view kFetchAll =
    "; this clone is shallow: fetch the whole history first (GitHub: actions/checkout with "
    "`fetch-depth: 0`; GitLab: `GIT_DEPTH: 0`; elsewhere: git fetch --unshallow)";

// A name in git's C-like quotes, when it is in quotes.
std::string Unquoted(std::string_view name) {
  if (!name.starts_with('"') || !name.ends_with('"') || name.size() < 2) return std::string(name);
  std::string out;
  name = name.substr(1, name.size() - 2);
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] != '\\' || i + 1 == name.size()) {
      out += name[i];
      continue;
    }
    const char c = name[++i];
    constexpr std::string_view kLetters = "abfnrtv";
    if (const std::size_t at = kLetters.find(c); at != std::string_view::npos) {
      out += "\a\b\f\n\r\t\v"[at];
    } else if (c >= '0' && c <= '7' && i + 2 < name.size()) {
      out += static_cast<char>((c - '0') * 64 + (name[i + 1] - '0') * 8 + (name[i + 2] - '0'));
      i += 2;
    } else {
      out += c;
    }
  }
  return out;
}

// "a/x" → "x"; /dev/null → "". A tab ends names with blanks.
std::string PathOf(std::string_view text) {
  if (text.ends_with('\t')) text.remove_suffix(1);
  std::string path = Unquoted(text);
  if (path == "/dev/null") return {};
  return path.size() > 2 && path[1] == '/' ? path.substr(2) : path;
}

// "@@ -1,2 +3,4 @@"
ChangedLines NewLines(std::string_view header) {
  ChangedLines lines;
  const std::size_t plus = header.find('+');
  if (plus == std::string_view::npos) return lines;
  const char* const end = header.data() + header.size();
  const auto [comma, error] = std::from_chars(header.data() + plus + 1, end, lines.first);
  lines.count = 1;
  if (error == std::errc() && comma != end && *comma == ',') {
    std::from_chars(comma + 1, end, lines.count);
  }
  return lines;
}

}  // namespace

std::vector<ChangedFile> ParseDiff(std::string_view diff) {
  std::vector<ChangedFile> files;
  std::size_t to_skip = 0;  // lines of a hunk's body, which may look like anything
  while (!diff.empty()) {
    const std::size_t end = std::min(diff.find('\n'), diff.size());
    const std::string_view line = diff.substr(0, end);
    diff.remove_prefix(std::min(end + 1, diff.size()));
    if (to_skip > 0) {
      if (!line.starts_with('\\')) --to_skip;
      continue;
    }
    if (line.starts_with("diff --git ")) {
      files.emplace_back();
    } else if (files.empty()) {
      continue;
    } else if (line.starts_with("rename from ")) {
      files.back().old_path = Unquoted(line.substr(12));
    } else if (line.starts_with("rename to ")) {
      files.back().path = Unquoted(line.substr(10));
    } else if (line.starts_with("--- ")) {
      files.back().old_path = PathOf(line.substr(4));
    } else if (line.starts_with("+++ ")) {
      files.back().path = PathOf(line.substr(4));
    } else if (line.starts_with("@@ -")) {
      files.back().lines.push_back(NewLines(line));
      std::string_view old_part = line.substr(4);
      const std::size_t comma = old_part.substr(0, old_part.find(' ')).find(',');
      std::size_t old_count = 1;
      if (comma != std::string_view::npos) {
        std::from_chars(old_part.data() + comma + 1, old_part.data() + old_part.size(), old_count);
      }
      to_skip = old_count + files.back().lines.back().count;
    }
  }
  std::erase_if(files, [](const ChangedFile& f) { return f.path.empty() && f.old_path.empty(); });
  return files;
}

std::expected<GitRepository, std::string> GitRepository::Open() {
  auto told = Output({"rev-parse", "--show-toplevel", "--show-prefix"});
  if (!told) {
    if (told.error().find("dubious ownership") != std::string::npos) {
      return std::unexpected(
          "git refuses to read a repository of another user; allow it with: git config --global "
          "--add safe.directory DIRECTORY");
    }
    if (told.error().starts_with("cannot start")) return std::unexpected(told.error());
    return std::unexpected("this is no git repository (" + told.error() + ")");
  }
  GitRepository repository;
  const std::size_t line = told->find('\n');
  repository.root_ = told->substr(0, line);
  if (line != std::string::npos) repository.prefix_ = Trimmed(told->substr(line + 1));
  return repository;
}

std::expected<std::string, std::string> GitRepository::FindBase(
    std::string_view asked,
    const std::function<std::optional<std::string>(const char*)>& environment) const {
  const std::string shallow(IsShallow() ? kFetchAll : std::string_view());
  if (!asked.empty()) {
    const std::string name(asked);
    if (IsCommit(name)) return name;
    return std::unexpected("git knows no commit `" + name + "`" + shallow);
  }
  // The commit itself, where the server names it, is surer than the branch it is on.
  if (const auto commit = environment("CI_MERGE_REQUEST_DIFF_BASE_SHA");
      commit && !commit->empty()) {
    if (IsCommit(*commit)) return *commit;
  }
  for (const char* const variable :
       {"GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "CHANGE_TARGET",
        "BITBUCKET_PR_DESTINATION_BRANCH", "SYSTEM_PULLREQUEST_TARGETBRANCHNAME"}) {
    const auto branch = environment(variable);
    if (!branch || branch->empty()) continue;
    for (const std::string& name : {"refs/remotes/origin/" + *branch, "refs/heads/" + *branch}) {
      if (IsCommit(name)) return name;
    }
    // A name that a shell would not take as it is stands in no command that people may copy.
    const bool is_plain = branch->find_first_not_of(kPlainInShells) == std::string::npos;
    return std::unexpected(std::string(variable) + " says `" + *branch +
                           "`, but there is no such branch here; fetch it" +
                           (is_plain ? " (git fetch origin " + *branch + ")" : "") +
                           " or name another with --base" + shallow);
  }
  for (const char* const name : {"refs/remotes/origin/HEAD", "@{upstream}",
                                 "refs/remotes/origin/main", "refs/remotes/origin/master"}) {
    if (IsCommit(name)) return std::string(name);
  }
  return std::unexpected(
      "there is nothing to compare with: no pull request's variables, no origin/HEAD, no upstream "
      "branch; name a branch or commit with --base" +
      shallow);
}

std::expected<std::string, std::string> GitRepository::MergeBase(const std::string& base) const {
  auto result = Git({"merge-base", "--end-of-options", base, "HEAD"});
  if (!result) return std::unexpected(result.error());
  if (result->exit_code == 0) return Trimmed(result->out);
  if (!result->err.empty()) return std::unexpected("git: " + Trimmed(result->err));
  return std::unexpected("`" + base + "` and this branch have no commit in common" +
                         std::string(IsShallow() ? kFetchAll : std::string_view()));
}

std::expected<std::vector<ChangedFile>, std::string> GitRepository::Changes(
    const std::string& commit) const {
  auto diff = Output({"-C", root_, "diff", "--no-color", "--text", "--no-ext-diff", "--no-textconv",
                      "--unified=0", "--find-renames", "--src-prefix=a/", "--dst-prefix=b/",
                      "--ignore-submodules", "--end-of-options", commit, "--"});
  // --text: attributes and bytes that make a file binary hide no line of it.
  if (!diff) return std::unexpected(diff.error());
  std::vector<ChangedFile> files = ParseDiff(*diff);
  auto unknown = Output({"-C", root_, "ls-files", "--others", "--exclude-standard", "-z"});
  if (!unknown) return std::unexpected(unknown.error());
  for (std::string_view rest = *unknown; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\0'), rest.size());
    files.push_back({std::string(rest.substr(0, end)), "", {{1, ~std::uint32_t{0} - 1}}});
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return files;
}

std::expected<std::map<std::string, std::string>, std::string> GitRepository::FilesAt(
    const std::string& commit, const std::vector<std::string>& paths) const {
  std::map<std::string, std::string> texts;
  std::string questions;
  std::vector<std::string> asked;
  for (const std::string& path : paths) {
    if (path.find('\n') != std::string::npos) continue;  // cannot be asked for in a line
    questions += commit + ":" + path + "\n";
    asked.push_back(path);
  }
  if (asked.empty()) return texts;
  auto answers = Output({"-C", root_, "cat-file", "--batch"}, questions);
  if (!answers) return std::unexpected(answers.error());
  std::string_view rest = *answers;
  for (const std::string& path : asked) {
    // "<id> blob <size>", the bytes and a line feed; or "<name> missing".
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view header = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (header.ends_with(" missing")) continue;
    std::size_t size = 0;
    const std::size_t blank = header.rfind(' ');
    if (blank == std::string_view::npos) break;
    std::from_chars(header.data() + blank + 1, header.data() + header.size(), size);
    if (header.find(" blob ") != std::string_view::npos) texts[path] = rest.substr(0, size);
    rest.remove_prefix(std::min(size + 1, rest.size()));
  }
  return texts;
}

}  // namespace promql::cli
