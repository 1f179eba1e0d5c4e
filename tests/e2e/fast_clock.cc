// SPDX-License-Identifier: Apache-2.0
// Preloaded into the daemon by watch_test.py: its wall clock stands elsewhere and goes faster, so
// that a watch lives through hours within a test. The monotonic clock, which timeouts are measured
// by, stays true.
//   FAST_CLOCK="REAL SHOWN SPEED"   at REAL, seconds since 1970, it shows SHOWN and goes SPEED
//   times
//                                   as fast
#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

constexpr std::int64_t kNanos = 1'000'000'000;

struct Course {
  double real = 0;
  double shown = 0;
  double speed = 1;
};

Course ReadCourse() {
  Course course;
  const char* text = std::getenv("FAST_CLOCK");
  if (text == nullptr ||
      std::sscanf(text, "%lf %lf %lf", &course.real, &course.shown, &course.speed) != 3)
    return {};
  return course;
}

std::int64_t Shown(std::int64_t real_nanos) {
  static const Course course = ReadCourse();
  const auto since = static_cast<double>(real_nanos - static_cast<std::int64_t>(course.real * 1e9));
  return static_cast<std::int64_t>(course.shown * 1e9) +
         static_cast<std::int64_t>(since * course.speed);
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* out) noexcept {
  using Real = int (*)(clockid_t, timespec*);
  static const auto real = reinterpret_cast<Real>(::dlsym(RTLD_NEXT, "clock_gettime"));
  const int result = real(clock, out);
  if (result != 0 || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)) return result;
  const std::int64_t shown = Shown(out->tv_sec * kNanos + out->tv_nsec);
  out->tv_sec = shown / kNanos;
  out->tv_nsec = shown % kNanos;
  return 0;
}

extern "C" int gettimeofday(timeval* out, void* /*zone*/) noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  out->tv_sec = now.tv_sec;
  out->tv_usec = now.tv_nsec / 1000;
  return 0;
}

extern "C" time_t time(time_t* out) noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  if (out != nullptr) *out = now.tv_sec;
  return now.tv_sec;
}
