// SPDX-License-Identifier: Apache-2.0
#include "promql/cli/discover.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "promql/lint/scope.h"
#include "promql/report/text.h"

namespace promql::cli {
namespace {

namespace fs = std::filesystem;

bool IsRuleFileName(std::string_view name) {
  return name.ends_with(".yml") || name.ends_with(".yaml");
}

bool IsGlob(std::string_view path) { return path.find_first_of("*?[") != std::string_view::npos; }

// The folder above the first part of a glob that is one; empty for the working folder.
std::string FixedPart(std::string_view glob) {
  const std::size_t meta = glob.find_first_of("*?[");
  const std::size_t slash = glob.substr(0, meta).rfind('/');
  if (slash == std::string_view::npos) return "";
  return std::string(glob.substr(0, slash == 0 ? 1 : slash));
}

std::string Joined(const std::string& folder, const std::string& name) {
  if (folder.empty()) return name;
  return folder.ends_with('/') ? folder + name : folder + "/" + name;
}

class Walk {
 public:
  explicit Walk(const IsExcluded& is_excluded) : is_excluded_(is_excluded) {}

  void Add(const std::string& given) {
    // Without `./`: the same file has the same name however it was reached.
    const std::string path(given == "." || given == "./" ? "" : report::PlainPath(given));
    if (path == kStdin) {
      if (!has_stdin_) found_.files.emplace_back(kStdin);
      has_stdin_ = true;
      return;
    }
    struct stat status{};
    if (stat(path.empty() ? "." : path.c_str(), &status) == 0) {
      if (S_ISDIR(status.st_mode)) {
        folders_.clear();
        AddFolder(path, "**");
      } else {
        AddFile(path, status);
      }
    } else if (IsGlob(path)) {
      AddGlob(path);
    } else {
      Fail(path, errno);
    }
  }

  Discovered Take() { return std::move(found_); }

 private:
  using Identity = std::pair<dev_t, ino_t>;

  void Fail(const std::string& path, int error) {
    std::string reason(std::strerror(error));
    if (!reason.empty() && reason[0] >= 'A' && reason[0] <= 'Z') {
      reason[0] = static_cast<char>(reason[0] - 'A' + 'a');
    }
    found_.unread.push_back({path, std::move(reason)});
  }

  bool AddFile(const std::string& path, const struct stat& status) {
    // Pipes are not the same file for having the same number.
    const bool is_new =
        !S_ISREG(status.st_mode) || files_.emplace(status.st_dev, status.st_ino).second;
    if (is_new) found_.files.push_back(path);
    return is_new;
  }

  void AddGlob(const std::string& glob) {
    const std::size_t before = found_.files.size();
    folders_.clear();
    const std::size_t failed = found_.unread.size();
    const std::string folder = FixedPart(glob);
    std::error_code error;
    if (fs::exists(folder.empty() ? "." : folder, error)) AddFolder(folder, glob);
    if (found_.files.size() == before && found_.unread.size() == failed && !matched_known_) {
      found_.unread.push_back({glob, "no file has such a name"});
    }
    matched_known_ = false;
  }

  // `glob` is `**` for a folder that was named itself.
  void AddFolder(const std::string& folder, const std::string& glob) {
    std::vector<std::string> pending{folder};  // deepest last: no recursion, however deep it goes
    while (!pending.empty()) {
      const std::string current = std::move(pending.back());
      pending.pop_back();
      struct stat status{};
      if (stat(current.empty() ? "." : current.c_str(), &status) != 0) {
        Fail(current, errno);
        continue;
      }
      if (!folders_.emplace(status.st_dev, status.st_ino).second) continue;  // a loop of links
      std::vector<std::string> inner = List(current, glob);
      std::ranges::reverse(inner);
      pending.insert(pending.end(), inner.begin(), inner.end());
    }
  }

  // Takes the files of a folder, returns the folders in it.
  std::vector<std::string> List(const std::string& folder, const std::string& glob) {
    std::error_code error;
    fs::directory_iterator entry(folder.empty() ? "." : folder, error);
    std::vector<std::string> names;
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
      names.push_back(entry->path().filename().string());
    }
    if (error) Fail(folder.empty() ? "." : folder, error.value());
    std::ranges::sort(names);
    std::vector<std::string> inner;
    for (const std::string& name : names) {
      const std::string path = Joined(folder, name);
      struct stat status{};
      const bool is_wanted = glob == "**" ? IsRuleFileName(name) : Matches(glob, path);
      if (stat(path.c_str(), &status) != 0) {
        if (is_wanted && !is_excluded_(path)) Fail(path, errno);  // a link to nowhere
      } else if (S_ISDIR(status.st_mode)) {
        if (!name.starts_with('.') && !is_excluded_(path)) inner.push_back(path);
      } else if (is_wanted && S_ISREG(status.st_mode) && !is_excluded_(path)) {
        if (glob != "**") matched_known_ = true;
        if (AddFile(path, status) && glob == "**") found_.walked.insert(path);
      }
    }
    return inner;
  }

  // A glob without a slash speaks of the working folder alone.
  static bool Matches(const std::string& glob, const std::string& path) {
    if (glob.find('/') == std::string::npos && path.find('/') != std::string::npos &&
        glob.find("**") == std::string::npos) {
      return false;
    }
    return lint::MatchesGlob(report::PlainPath(glob), report::PlainPath(path));
  }

  const IsExcluded& is_excluded_;
  Discovered found_;
  std::set<Identity> files_;
  std::set<Identity> folders_;  // of this walk
  bool has_stdin_ = false;
  bool matched_known_ = false;
};

}  // namespace

Discovered DiscoverFiles(const std::vector<std::string>& paths, const IsExcluded& is_excluded) {
  Walk walk(is_excluded);
  for (const std::string& path : paths) walk.Add(path);
  return walk.Take();
}

}  // namespace promql::cli
