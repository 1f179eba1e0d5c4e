// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/auto_tail.h"

#include <algorithm>
#include <cmath>

#include "server/anomaly/fast_log.h"

namespace warden::anomaly {
namespace {

// The tail begins where about 3 % of the values are beyond, and is moved when they are fewer than
// half or more than twice as many.
constexpr double kTailShare = 0.03;
constexpr double kFewest = 0.5;
constexpr double kMost = 2;
// Lighter or heavier tails than these are not believed on so few excesses.
constexpr double kLightest = -0.2;
constexpr double kHeaviest = 0.5;
// An excess counts as at most so many times their mean, and that as at least so much: one incident
// does not make the next one ordinary.
constexpr double kFurthest = 5;
constexpr double kLeastMean = 0.3;

// Bins are this wide, and from bin kLinear on each is wider by kRatio than the one before.
constexpr double kWidth = 0.25;
constexpr int kLinear = 16;
constexpr double kRatio = 1.2;
constexpr double kLeastIndex = 0.02;
constexpr int kFitEvery = 256;

double StudentBeyond(double x) {  // both sides, 4 degrees of freedom
  const double c = x / std::sqrt(4 + x * x);
  return 1 - c * (1 + 2 / (4 + x * x));
}

}  // namespace

int Tail::BinOf(double x) {
  if (x < kWidth * kLinear) return static_cast<int>(x / kWidth);
  static const double kPerLog = 1 / std::log10(kRatio);
  const int bin =
      kLinear + static_cast<int>(Log10(std::min(x, 1e6) / (kWidth * kLinear)) * kPerLog);
  return std::min(bin, kBins - 1);
}

double Tail::EdgeOf(int bin) {
  static const auto edges = [] {
    std::array<double, kBins + 1> all{};
    for (int i = 0; i <= kBins; ++i) {
      all[static_cast<std::size_t>(i)] =
          i <= kLinear ? i * kWidth : kWidth * kLinear * std::pow(kRatio, i - kLinear);
    }
    return all;
  }();
  return edges[static_cast<std::size_t>(bin)];
}

void Tail::Reset() {
  static const Tail prior = [] {
    Tail tail;
    tail.ResetToPrior();
    return tail;
  }();
  *this = prior;
}

void Tail::ResetToPrior() {
  *this = Tail{};
  double last = 1;
  for (int bin = 0; bin < kBins; ++bin) {
    const double beyond = bin == kBins - 1 ? 0 : StudentBeyond(EdgeOf(bin + 1));
    bins_[static_cast<std::size_t>(bin)] =
        static_cast<std::uint16_t>(std::lround(kUnit * kPriorWeight * (last - beyond)));
    last = beyond;
  }
  total_ = static_cast<float>(kPriorWeight);
  exceedances_ = 1;
  runs_ = 1;
  Anchor();
  Refit();
}

void Tail::Add(double x, double weight, double memory) {
  total_ += static_cast<float>(weight);
  if (x >= 0) {
    auto& bin = bins_[static_cast<std::size_t>(BinOf(x))];
    bin = static_cast<std::uint16_t>(std::min(65535.0, bin + std::round(kUnit * weight)));
  }
  if (x >= edge_) {
    const double excess = std::min(x - edge_, MostExcess());
    beyond_ += static_cast<float>(weight);
    excess_ += static_cast<float>(weight * excess);
    squares_ += static_cast<float>(weight * excess * excess);
    exceedances_ += 1;
    runs_ += is_beyond_ != 0 ? 0 : 1;
    is_beyond_ = 1;
    if (beyond_ > kMost * kTailShare * total_) Anchor();
    Refit();
  } else {
    is_beyond_ = 0;
    if (++since_fit_ >= kFitEvery) {
      if (beyond_ < kFewest * kTailShare * total_) Anchor();
      Refit();
    }
  }
  if (total_ > memory) Halve();
}

double Tail::MostExcess() const { return kFurthest * std::max(kLeastMean, MeanExcess()); }

double Tail::MeanExcess() const { return excess_ / std::max(1e-6, static_cast<double>(beyond_)); }

void Tail::Anchor() {
  double count = 0;
  int bin = kBins - 1;
  for (; bin > 1; --bin) {
    count += bins_[static_cast<std::size_t>(bin)] / kUnit;
    if (count >= kTailShare * total_) break;
  }
  const double most = beyond_ > 0 ? MostExcess() : kFurthest;
  edge_ = static_cast<float>(EdgeOf(bin));
  beyond_ = excess_ = squares_ = 0;
  for (int above = bin; above < kBins; ++above) {
    const double weight = bins_[static_cast<std::size_t>(above)] / kUnit;
    const double excess = std::min(most, 0.5 * (EdgeOf(above) + EdgeOf(above + 1)) - edge_);
    beyond_ += static_cast<float>(weight);
    excess_ += static_cast<float>(weight * excess);
    squares_ += static_cast<float>(weight * excess * excess);
  }
}

void Tail::Refit() {
  since_fit_ = 0;
  const double index = std::clamp((runs_ + 1.0) / (exceedances_ + 1.0), kLeastIndex, 1.0);
  double inside = 0;
  for (const auto bin : bins_) inside += bin;
  const double side = std::clamp(inside / kUnit / total_, 1e-6, 1.0);
  const double beyond = std::clamp(beyond_ / static_cast<double>(total_), 1e-9, side);
  at_zero_ = static_cast<float>(-std::log10(side * index));
  at_edge_ = static_cast<float>(-std::log10(beyond * index));
  const double mean = MeanExcess();
  const double variance = squares_ / std::max(1e-6, static_cast<double>(beyond_)) - mean * mean;
  const double ratio = variance > 0 ? mean * mean / variance : 1;
  const double shape = std::clamp(0.5 * (1 - ratio), kLightest, kHeaviest);
  shape_ = static_cast<float>(shape);
  inverse_scale_ = static_cast<float>(1 / std::max(1e-3, mean * (1 - shape)));
}

void Tail::Fade() {
  Halve();
  Refit();
}

void Tail::Halve() {
  for (auto& bin : bins_) bin = static_cast<std::uint16_t>(bin / 2);
  for (float* weight : {&total_, &beyond_, &excess_, &squares_, &exceedances_, &runs_})
    *weight *= 0.5F;
}

}  // namespace warden::anomaly
