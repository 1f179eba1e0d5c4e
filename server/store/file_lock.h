// SPDX-License-Identifier: Apache-2.0
// Says that a database is taken, so that a second daemon on the same file stops before it takes the
// first one's leases for those of a dead process. The lock is the kernel's and stands on a byte of
// the file itself, so that no other name of the file leads past it; it ends with its process,
// however that ends. It must outlive every SQLite connection of this process to the file, because
// closing its descriptor drops the process's other locks on the file. Private to this folder.
#pragma once

#include <string>
#include <utility>

#include "server/base/result.h"

namespace warden {

class FileLock {
 public:
  FileLock() = default;  // of nothing
  FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileLock& operator=(FileLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~FileLock();

  // Creates the file when it is missing. invalid: another process holds it. Where it cannot be
  // opened or locked at all nothing is held: SQLite will say why.
  [[nodiscard]] static Result<FileLock> Take(const std::string& path);

 private:
  int descriptor_ = -1;
};

}  // namespace warden
