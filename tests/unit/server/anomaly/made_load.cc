// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/server/anomaly/made_load.h"

#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <random>

namespace warden::anomaly {
namespace {

constexpr std::array<std::string_view, kLoadKinds> kNames{
    "daily", "drift",      "counts",   "sparse", "ratio",  "quantised", "heavy_tail", "cron",
    "gaps",  "multiplied", "restless", "white",  "square", "office",    "restarts"};

class Maker {
 public:
  Maker(LoadKind kind, unsigned seed, const LoadShape& shape)
      : kind_(kind), shape_(shape), random_(seed * 1000ULL + static_cast<unsigned>(kind)) {
    phase_ = 2 * std::numbers::pi * Uniform();
    second_phase_ = 2 * std::numbers::pi * Uniform();
    amplitude_ = 20 + 60 * Uniform();
    level_ = 100 + 100 * Uniform();
    memory_ = kind == LoadKind::kRestless ? 0.9 : kind == LoadKind::kWhite ? 0 : 0.3;
  }

  double Next(Instant at) {
    const auto place = PlaceOf(at, shape_.calendar);
    const double turn = 2 * std::numbers::pi * place.second / 86400;
    const double shape = std::sin(turn + phase_) + 0.3 * std::sin(2 * turn + second_phase_);
    const double weekend = place.weekday >= 5 ? 0.6 : 1;
    noise_ = memory_ * noise_ + std::sqrt(1 - memory_ * memory_) * Normal();
    return Value(place, shape, weekend);
  }

  [[nodiscard]] double scale() const {
    switch (kind_) {
      case LoadKind::kCounts:
        return 3;
      case LoadKind::kSparse:
        return 0.63;
      case LoadKind::kRatio:
        return 0.07;
      case LoadKind::kQuantised:
        return 0.6;
      case LoadKind::kHeavyTail:
        return 8;
      case LoadKind::kMultiplied:
        return 0.12 * level_;
      case LoadKind::kSquare:
        return 1.5;
      case LoadKind::kCron:
        return 3;
      case LoadKind::kRestless:
      case LoadKind::kWhite:
        return 6;
      default:
        return 5;
    }
  }

  // Of the noise of the last value.
  [[nodiscard]] double last_scale() const { return last_scale_; }

 private:
  double Uniform() { return std::uniform_real_distribution<double>()(random_); }
  double Normal() { return std::normal_distribution<double>()(random_); }
  double Poisson(double mean) { return std::poisson_distribution<int>(mean)(random_); }

  double Counted(double mean) {
    last_scale_ = std::sqrt(mean);
    return Poisson(mean);
  }

  double Value(const LocalPlace& place, double shape, double weekend) {
    const double daily = level_ + amplitude_ * shape * weekend + 5 * noise_;
    last_scale_ = scale();
    switch (kind_) {
      case LoadKind::kDaily:
        return daily;
      case LoadKind::kDrift:
        walk_ += 0.15 * Normal();
        return level_ + amplitude_ * shape + walk_ + 5 * noise_;
      case LoadKind::kCounts:
        return Counted(std::max(0.5, 8 + 5 * shape * weekend));
      case LoadKind::kSparse:
        return Poisson(0.4);
      case LoadKind::kRatio: {
        const auto share = [](double logit) { return 1 / (1 + std::exp(-logit)); };
        const double calm = share(1.5 + 0.8 * shape);
        last_scale_ = 0.5 * calm * (1 - calm);
        return share(1.5 + 0.8 * shape + 0.5 * noise_);
      }
      case LoadKind::kQuantised:
        return std::round(5 + 2 * shape * weekend + 0.4 * noise_);
      case LoadKind::kHeavyTail:
        // Of a log-normal of 0.35, and of twice the size of a Student's t.
        last_scale_ = std::hypot(0.384 * 20 * std::exp(0.5 * shape), 2.67);
        return 20 * std::exp(0.5 * shape + 0.35 * noise_) +
               2 * std::abs(std::student_t_distribution<double>(3)(random_));
      case LoadKind::kCron:
        return 20 + 3 * noise_ + (place.second == 3 * 3600 ? 80 + 8 * Normal() : 0) +
               (place.second % 3600 == 0 ? 15 + 2 * Normal() : 0);
      case LoadKind::kGaps:
        if (left_ > 0 || Uniform() < 0.002) {
          left_ = left_ > 0 ? left_ - 1 : static_cast<int>(40 * Uniform());
          return std::numeric_limits<double>::quiet_NaN();
        }
        return daily;
      case LoadKind::kMultiplied:
        last_scale_ = 0.12 * level_ * std::exp(0.6 * shape * weekend);
        return level_ * std::exp(0.6 * shape * weekend + 0.12 * noise_);
      case LoadKind::kRestless:
      case LoadKind::kWhite:
        return level_ + 6 * noise_;
      case LoadKind::kSquare:
        return (place.hour() >= 8 && place.hour() < 18 ? 80 : 20) + 1.5 * noise_;
      case LoadKind::kOffice: {
        const bool works = place.weekday < 5 && place.hour() >= 8 && place.hour() < 18;
        return (works ? 150 : 30) + 5 * noise_;
      }
      case LoadKind::kRestarts:
        if (left_ > 0 || Uniform() < 0.0005) {
          left_ = left_ > 0 ? left_ - 1 : 2;  // no rate until two samples are there
          return std::numeric_limits<double>::quiet_NaN();
        }
        return daily;
    }
    return 0;
  }

  LoadKind kind_;
  LoadShape shape_;
  std::mt19937_64 random_;
  double phase_ = 0;
  double second_phase_ = 0;
  double amplitude_ = 0;
  double level_ = 0;
  double memory_ = 0;
  double noise_ = 0;
  double walk_ = 0;
  double last_scale_ = 0;
  int left_ = 0;
};

}  // namespace

std::string_view Name(LoadKind kind) { return kNames[static_cast<std::size_t>(kind)]; }

MadeLoad MakeLoad(LoadKind kind, unsigned seed, const LoadShape& shape) {
  Maker maker(kind, seed, shape);
  MadeLoad load;
  load.start = shape.start;
  load.step = shape.step;
  load.scale = maker.scale();
  const auto points = static_cast<std::size_t>(std::chrono::days(shape.days) / shape.step);
  load.values.reserve(points);
  load.scales.reserve(points);
  for (std::size_t i = 0; i < points; ++i) {
    load.values.push_back(maker.Next(load.At(i)));
    load.scales.push_back(maker.last_scale());
  }
  return load;
}

}  // namespace warden::anomaly
