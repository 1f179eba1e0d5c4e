// SPDX-License-Identifier: Apache-2.0
// Says that a database is taken, so that a second daemon on the same file stops before it takes the
// first one's leases for those of a dead process. The lock is the kernel's: it ends with its
// process, however that ends; the empty file beside the database stays. Private to this folder.
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

  // unavailable: another process holds it. Where files cannot be locked at all nothing is held.
  [[nodiscard]] static Result<FileLock> Take(const std::string& path);

 private:
  int descriptor_ = -1;
};

}  // namespace warden
