// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/stand_in/shop.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <numbers>

namespace warden::stand_in {
namespace {

constexpr double kStepSeconds = 0.25;

// In [-1, 1], a fixed function of the time.
double Noise(double at) {
  auto x = static_cast<std::uint64_t>(std::llround(at / kStepSeconds));
  x ^= x >> 30U;
  x *= 0xbf58476d1ce4e5b9ULL;
  x ^= x >> 27U;
  x *= 0x94d049bb133111ebULL;
  x ^= x >> 31U;
  return static_cast<double>(x % 20001) / 10000.0 - 1.0;
}

// Requests a second: a morning rise, an evening peak, a quiet night.
double RequestRate(double at, double day_seconds) {
  const double phase = 2 * std::numbers::pi * at / day_seconds;
  return 120 + 70 * std::sin(phase) + 18 * std::sin(2 * phase + 0.7) + 6 * Noise(at);
}

std::string Number(double value) {
  char text[64];
  const int size = std::snprintf(text, sizeof text, "%.3f", value);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace

Shop::Shop(double opened, Seconds day) : day_seconds_(day.count()), at_(opened) {}

void Shop::SetIncident(bool on) {
  const std::lock_guard lock(mutex_);
  has_incident_ = on;
}

bool Shop::has_incident() const {
  const std::lock_guard lock(mutex_);
  return has_incident_;
}

// An incident: customers try again (more requests), every third request fails, all are slow.
void Shop::Advance(double now) {
  while (at_ < now) {
    const double step = std::min(kStepSeconds, now - at_);
    double rate = RequestRate(at_, day_seconds_);
    double failing = 0.004 + 0.001 * Noise(at_ + 0.5);
    double latency = 0.08 + 0.0002 * rate + 0.005 * Noise(at_ + 1.5);
    if (has_incident_) {
      rate *= 2.5;
      failing = 0.34;
      latency *= 9;
    }
    totals_.ok += step * rate * (1 - failing);
    totals_.failed += step * rate * failing;
    totals_.duration_sum += step * rate * latency;
    at_ += step;
  }
}

std::string Shop::Metrics(double now) {
  const std::lock_guard lock(mutex_);
  Advance(now);
  return "# HELP shop_requests_total Requests by answer.\n"
         "# TYPE shop_requests_total counter\n"
         "shop_requests_total{code=\"200\",service=\"checkout\"} " +
         Number(totals_.ok) +
         "\n"
         "shop_requests_total{code=\"500\",service=\"checkout\"} " +
         Number(totals_.failed) +
         "\n"
         "# HELP shop_request_duration_seconds Time until the answer.\n"
         "# TYPE shop_request_duration_seconds summary\n"
         "shop_request_duration_seconds_sum{service=\"checkout\"} " +
         Number(totals_.duration_sum) +
         "\n"
         "shop_request_duration_seconds_count{service=\"checkout\"} " +
         Number(totals_.ok + totals_.failed) + "\n";
}

std::string Shop::History(double now, Seconds step, const std::string& labels) {
  const std::lock_guard lock(mutex_);
  std::string ok;
  std::string failed;
  std::string sum;
  std::string count;
  const std::string tail = "service=\"checkout\"" + (labels.empty() ? "" : "," + labels) + "} ";
  while (at_ + step.count() <= now) {
    Advance(at_ + step.count());
    const std::string at = " " + Number(at_) + "\n";
    ok += "shop_requests_total{code=\"200\"," + tail + Number(totals_.ok) + at;
    failed += "shop_requests_total{code=\"500\"," + tail + Number(totals_.failed) + at;
    sum += "shop_request_duration_seconds_sum{" + tail + Number(totals_.duration_sum) + at;
    count +=
        "shop_request_duration_seconds_count{" + tail + Number(totals_.ok + totals_.failed) + at;
  }
  return "# TYPE shop_requests counter\n" + ok + failed +
         "# TYPE shop_request_duration_seconds summary\n" + sum + count + "# EOF\n";
}

}  // namespace warden::stand_in
