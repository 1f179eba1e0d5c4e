// SPDX-License-Identifier: Apache-2.0
#include "promql/cli/text_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace promql::cli {
namespace {

std::unexpected<std::string> Failure(const std::string& path, const char* what) {
  return std::unexpected(path + ": " + what + ": " + std::strerror(errno));
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ > STDERR_FILENO) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

bool WriteAll(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = write(fd, content.data(), content.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) content.remove_prefix(static_cast<std::size_t>(written));
  }
  return fsync(fd) == 0;
}

}  // namespace

std::expected<std::string, std::string> ReadWhole(const std::string& path) {
  const Descriptor file(path == "-" ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return Failure(path, "cannot open");
  std::string content;
  for (;;) {
    constexpr std::size_t kStep = 1 << 16;
    const std::size_t size = content.size();
    content.resize(size + kStep);
    const ssize_t count = read(file.get(), content.data() + size, kStep);
    if (count < 0 && errno != EINTR) return Failure(path, "cannot read");
    content.resize(size + static_cast<std::size_t>(count < 0 ? 0 : count));
    if (count == 0) return content;
  }
}

std::expected<void, std::string> ReplaceWhole(const std::string& path, std::string_view content) {
  std::error_code error;
  const std::string target = std::filesystem::canonical(path, error).string();
  struct stat status{};
  if (error || stat(target.c_str(), &status) != 0) return Failure(path, "cannot find");
  std::string draft = target + ".XXXXXX";
  const Descriptor file(mkostemp(draft.data(), O_CLOEXEC));
  if (file.get() < 0) return Failure(path, "cannot write beside it");
  // The owner is kept where we may; permissions come after, for a new owner takes some away.
  [[maybe_unused]] const int kept = fchown(file.get(), status.st_uid, status.st_gid);
  const bool is_written = WriteAll(file.get(), content) &&
                          fchmod(file.get(), status.st_mode & 07777) == 0 &&
                          std::rename(draft.c_str(), target.c_str()) == 0;
  if (is_written) return {};
  const auto failure = Failure(path, "cannot write");
  unlink(draft.c_str());
  return failure;
}

}  // namespace promql::cli
