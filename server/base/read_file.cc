// SPDX-License-Identifier: Apache-2.0
#include "server/base/read_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace warden {
namespace {

struct Descriptor {
  explicit Descriptor(int descriptor) : number(descriptor) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number >= 0) close(number);
  }
  int number;
};

}  // namespace

Result<std::string> ReadFile(const std::string& path, std::size_t limit) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number < 0) return Fail(ErrorCode::kUnavailable, std::strerror(errno));
  std::string text;
  std::array<char, 16384> part{};
  while (true) {
    const ssize_t count = read(file.number, part.data(), part.size());
    if (count == 0) return text;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Fail(ErrorCode::kUnavailable, std::strerror(errno));
    text.append(part.data(), static_cast<std::size_t>(count));
    if (text.size() > limit) {
      return Fail(ErrorCode::kUnavailable, "larger than " + std::to_string(limit) + " bytes");
    }
  }
}

}  // namespace warden
