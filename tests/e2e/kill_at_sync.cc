// SPDX-License-Identifier: Apache-2.0
// Preloaded into the daemon by crash_test.py: kills it at a chosen moment of writing to disk, as a
// power cut would choose. Every pwrite, fsync and fdatasync is a moment; they are counted from 1.
//   KILL_AT=N       die at moment N: before a sync, half way through a write
//   KILL_COUNT=FILE eight bytes that hold the number of moments so far
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>

namespace {

std::atomic<std::uint64_t>* OpenCounter() {
  static std::atomic<std::uint64_t> own{0};
  const char* file = std::getenv("KILL_COUNT");
  const int descriptor = file == nullptr ? -1 : ::open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0 || ::ftruncate(descriptor, sizeof own) != 0) return &own;
  void* page = ::mmap(nullptr, sizeof own, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  ::close(descriptor);
  return page == MAP_FAILED ? &own : static_cast<std::atomic<std::uint64_t>*>(page);
}

// True when this is the moment to die.
bool IsTheMoment() {
  static std::atomic<std::uint64_t>* counter = OpenCounter();
  static const char* at = std::getenv("KILL_AT");
  static const std::uint64_t moment = at == nullptr ? 0 : std::strtoull(at, nullptr, 10);
  return counter->fetch_add(1) + 1 == moment;
}

[[noreturn]] void Die() {
  ::kill(::getpid(), SIGKILL);
  for (;;) ::pause();
}

template <class Function>
Function Real(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int fsync(int descriptor) {
  static const auto real = Real<int (*)(int)>("fsync");
  if (IsTheMoment()) Die();
  return real(descriptor);
}

int fdatasync(int descriptor) {
  static const auto real = Real<int (*)(int)>("fdatasync");
  if (IsTheMoment()) Die();
  return real(descriptor);
}

ssize_t pwrite64(int descriptor, const void* bytes, size_t size, off64_t offset) {
  static const auto real = Real<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64");
  if (IsTheMoment()) {
    (void)!real(descriptor, bytes, size / 2, offset);
    Die();
  }
  return real(descriptor, bytes, size, offset);
}

}  // extern "C"
