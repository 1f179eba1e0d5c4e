// SPDX-License-Identifier: Apache-2.0
// What a series usually is at this time of the local week: the median of what it was then, give or
// take ten minutes, in the last four weeks (seasonal naive, Hyndman & Athanasopoulos 2021, 5.2,
// with the median of several seasons). Slower than the detector `seasonal`, but one week out of
// line does not move it and leaves no echo, and people can check it by hand; a change that lasts is
// what is usual after two to three weeks. A holiday is compared with Sundays and holidays. Keeps
// five weeks of values.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "server/anomaly/calendar.h"
#include "server/anomaly/detector.h"

namespace warden::anomaly {

class SameTime {
 public:
  // Says nothing before `min_points` values.
  SameTime(std::shared_ptr<const Calendar> calendar, std::size_t min_points);

  // When the next value was taken, and the distance of neighbours. Steps that are left out on the
  // way have no value; of two values in one step the later one counts.
  void Begin(Instant at, Duration step);
  void Forget();
  void Take(double value);  // moves on by a step
  [[nodiscard]] Expectation Expect() const;

 private:
  [[nodiscard]] std::vector<double> Usual() const;
  void CollectAround(Instant at, std::vector<double>& values) const;
  void LeaveOutOldest();

  std::shared_ptr<const Calendar> calendar_;
  std::size_t min_points_;
  Instant at_;  // of the next value
  Duration step_ = std::chrono::minutes(5);
  Instant start_;               // of values_
  std::vector<double> values_;  // NaN: none
  std::size_t points_ = 0;
};

}  // namespace warden::anomaly
