// SPDX-License-Identifier: Apache-2.0
#include "server/store/file_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace warden {
namespace {

// Far from the bytes that SQLite locks, and from any that it writes.
constexpr off_t kByte = off_t{1} << 62;

}  // namespace

FileLock::~FileLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

Result<FileLock> FileLock::Take(const std::string& path) {
  FileLock lock;
  lock.descriptor_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock.descriptor_ < 0) return lock;
  struct flock byte{};
  byte.l_type = F_WRLCK;
  byte.l_whence = SEEK_SET;
  byte.l_start = kByte;
  byte.l_len = 1;
  const bool is_taken =
      fcntl(lock.descriptor_, F_OFD_SETLK, &byte) != 0 && (errno == EAGAIN || errno == EACCES);
  if (is_taken) return Fail(ErrorCode::kInvalid, "another promwarden uses it");
  return lock;
}

}  // namespace warden
