// SPDX-License-Identifier: Apache-2.0
// A metrics source: a small shop whose traffic has a daily rhythm, with a day as short as the
// demonstration needs. Counters are the integral of rates that depend on the time alone (noise
// included) and on whether the incident is on, so that a past can be written that the present
// continues. Safe from any thread.
#pragma once

#include <chrono>
#include <mutex>
#include <string>

namespace warden::stand_in {

using Seconds = std::chrono::duration<double>;

class Shop {
 public:
  // Opens at `opened`, seconds since 1970; `day` is one period of the rhythm.
  Shop(double opened, Seconds day);

  void SetIncident(bool on);
  [[nodiscard]] bool has_incident() const;

  [[nodiscard]] std::string Metrics(double now);  // Prometheus' text format
  // The time from opening until `now` in OpenMetrics' format, a sample per `step`, each series in
  // one piece; to be called before Metrics. Made for `promtool tsdb create-blocks-from`.
  [[nodiscard]] std::string History(double now, Seconds step, const std::string& labels);

 private:
  struct Totals {
    double ok = 0;
    double failed = 0;
    double duration_sum = 0;
  };

  void Advance(double now);

  const double day_seconds_;
  mutable std::mutex mutex_;
  double at_;
  Totals totals_;
  bool has_incident_ = false;
};

}  // namespace warden::stand_in
