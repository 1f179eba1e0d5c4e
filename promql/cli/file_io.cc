// SPDX-License-Identifier: Apache-2.0
#include "promql/cli/file_io.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace promql::cli {
namespace {

std::string Reason(int error) {
  std::string reason(std::strerror(error));
  if (!reason.empty() && reason[0] >= 'A' && reason[0] <= 'Z') {
    reason[0] = static_cast<char>(reason[0] - 'A' + 'a');
  }
  return reason;
}

std::string Size(std::size_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ > STDERR_FILENO) close(descriptor_);
  }
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

std::expected<std::string, std::string> ReadAll(int descriptor, std::size_t expected,
                                                std::size_t most_bytes) {
  std::string text;
  text.resize(std::clamp<std::size_t>(expected + 1, 4096, most_bytes + 1));
  std::size_t size = 0;
  for (;;) {
    if (size == text.size()) text.resize(std::min(text.size() * 2, most_bytes + 1));
    const ssize_t count = read(descriptor, text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(Reason(errno));
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
    if (size > most_bytes) return std::unexpected("larger than " + Size(most_bytes));
  }
  text.resize(size);
  return text;
}

bool WriteAll(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = write(descriptor, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

// Devices and pipes: /dev/stderr, /dev/null.
std::expected<void, std::string> WriteInto(const std::string& path, std::string_view text) {
  const File file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (file.get() < 0 || !WriteAll(file.get(), text)) return std::unexpected(Reason(errno));
  return {};
}

}  // namespace

std::expected<std::string, std::string> ReadWholeFile(const std::string& path,
                                                      std::size_t most_bytes) {
  if (path == "-") return ReadAll(STDIN_FILENO, 0, most_bytes);
  const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return std::unexpected(Reason(errno));
  struct stat status{};
  if (fstat(file.get(), &status) != 0) return std::unexpected(Reason(errno));
  if (S_ISDIR(status.st_mode)) return std::unexpected("is a folder");
  const auto size = static_cast<std::size_t>(std::max<off_t>(status.st_size, 0));
  if (size > most_bytes) return std::unexpected("larger than " + Size(most_bytes));
  return ReadAll(file.get(), size, most_bytes);
}

std::expected<void, std::string> ReplaceFile(const std::string& path, std::string_view text) {
  char* const resolved = realpath(path.c_str(), nullptr);
  const std::string target = resolved != nullptr ? resolved : path;
  free(resolved);
  struct stat status{};
  const bool exists = stat(target.c_str(), &status) == 0;
  if (exists && !S_ISREG(status.st_mode)) return WriteInto(target, text);
  std::string temporary = target + ".XXXXXX";
  const File file(mkostemp(temporary.data(), O_CLOEXEC));
  if (file.get() < 0) return std::unexpected(Reason(errno));
  mode_t mode = 0644;
  if (exists) {
    mode = status.st_mode & 07777;
    // Only root may give files away; the mode comes last, because a change of owner clears bits.
    [[maybe_unused]] const int given = fchown(file.get(), status.st_uid, status.st_gid);
  }
  if (fchmod(file.get(), mode) != 0 || !WriteAll(file.get(), text) || fsync(file.get()) != 0 ||
      rename(temporary.c_str(), target.c_str()) != 0) {
    const int error = errno;
    unlink(temporary.c_str());
    return std::unexpected(Reason(error));
  }
  return {};
}

std::expected<void, std::string> AppendFile(const std::string& path, std::string_view text) {
  const File file(open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (file.get() < 0 || !WriteAll(file.get(), text)) return std::unexpected(Reason(errno));
  return {};
}

bool WriteStdout(std::string_view text) { return WriteAll(STDOUT_FILENO, text); }

}  // namespace promql::cli
