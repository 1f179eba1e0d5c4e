// SPDX-License-Identifier: Apache-2.0
#include "server/store/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

namespace warden {

FileLock::~FileLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

Result<FileLock> FileLock::Take(const std::string& path) {
  FileLock lock;
  lock.descriptor_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock.descriptor_ >= 0 && flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0 &&
      errno == EWOULDBLOCK) {
    return Fail(ErrorCode::kUnavailable, "another promwarden uses it");
  }
  return lock;
}

}  // namespace warden
