// SPDX-License-Identifier: Apache-2.0
// What `ci` asks of git: where a branch began, what changed since, how files looked then. Every
// failure is words that tell the user what to do. Runs `git`, never a shell.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace promql::cli {

// Lines first..last of the new text, 1-based; of a deletion none, with `first` behind it.
struct ChangedLines {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

struct ChangedFile {
  std::string path;      // relative to the repository; of a file that is gone: empty
  std::string old_path;  // the same, then; empty for a new file
  std::vector<ChangedLines> lines;
};

class GitRepository {
 public:
  // Around the working folder.
  [[nodiscard]] static std::expected<GitRepository, std::string> Open();

  // `asked` when it is not empty; else what the CI server says (`environment` looks variables up),
  // the default branch of `origin`, or the upstream of the current branch.
  [[nodiscard]] std::expected<std::string, std::string> FindBase(
      std::string_view asked,
      const std::function<std::optional<std::string>(const char*)>& environment) const;

  // The commit in which the current one and `base` have last been the same.
  [[nodiscard]] std::expected<std::string, std::string> MergeBase(const std::string& base) const;

  // Between that commit and the working tree, files that git does not know yet among them.
  [[nodiscard]] std::expected<std::vector<ChangedFile>, std::string> Changes(
      const std::string& commit) const;

  // Texts of files at a commit, by path relative to the repository; missing ones are left out.
  [[nodiscard]] std::expected<std::map<std::string, std::string>, std::string> FilesAt(
      const std::string& commit, const std::vector<std::string>& paths) const;

  [[nodiscard]] const std::string& root() const { return root_; }  // absolute
  // Of the working folder within the repository: "" or "a/b/".
  [[nodiscard]] const std::string& prefix() const { return prefix_; }

 private:
  std::string root_;
  std::string prefix_;
};

// The files of `git diff --unified=0` output; for tests.
[[nodiscard]] std::vector<ChangedFile> ParseDiff(std::string_view diff);

}  // namespace promql::cli
