// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/lbfgs.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

namespace warden::anomaly {
namespace {

constexpr double kSufficientDecrease = 1e-4;
constexpr std::size_t kMaxBacktracks = 12;

// Four partial sums: the compiler may not reorder floating-point additions, and one chain is four
// times slower.
double Dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum[4] = {};
  std::size_t i = 0;
  for (; i + 4 <= a.size(); i += 4) {
    for (std::size_t k = 0; k < 4; ++k) sum[k] += a[i + k] * b[i + k];
  }
  for (; i < a.size(); ++i) sum[0] += a[i] * b[i];
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

void AddScaled(std::vector<double>& to, double factor, const std::vector<double>& from) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += factor * from[i];
}

}  // namespace

Lbfgs::Lbfgs(std::vector<double> start, const LbfgsOptions& options)
    : options_(options), point_(std::move(start)), pairs_(options.memory) {
  assert(options.memory > 0);
  gradient_.assign(point_.size(), 0);
  direction_.assign(point_.size(), 0);
  trial_ = point_;
  for (Pair& pair : pairs_) {
    pair.step.resize(point_.size());
    pair.change.resize(point_.size());
  }
}

void Lbfgs::Tell(double value, const std::vector<double>& gradient) {
  assert(!done_ && gradient.size() == point_.size());
  ++evaluations_;
  if (evaluations_ == 1) {
    value_ = value;
    gradient_ = gradient;
    if (!std::isfinite(value)) {
      done_ = true;
      return;
    }
    Restart();
    return;
  }
  const bool enough =
      std::isfinite(value) && value <= value_ + kSufficientDecrease * length_ * slope_;
  if (enough) {
    Accept(value, gradient);
    return;
  }
  if (++backtracks_ > kMaxBacktracks || evaluations_ >= options_.max_evaluations) {
    if (held_ == 0 || evaluations_ >= options_.max_evaluations) {
      done_ = true;
    } else {
      Restart();
    }
    return;
  }
  double next = 0.1 * length_;
  if (std::isfinite(value)) {  // minimum of the parabola through value, slope and trial value
    const double quadratic =
        -slope_ * length_ * length_ / (2 * (value - value_ - slope_ * length_));
    next = std::clamp(quadratic, 0.1 * length_, 0.5 * length_);
  }
  Place(next);
}

void Lbfgs::Accept(double value, const std::vector<double>& gradient) {
  const std::size_t slot = held_ == 0 ? 0 : (newest_ + 1) % pairs_.size();
  Pair& pair = pairs_[slot];
  for (std::size_t i = 0; i < point_.size(); ++i) {
    pair.step[i] = trial_[i] - point_[i];
    pair.change[i] = gradient[i] - gradient_[i];
  }
  const double curvature = Dot(pair.step, pair.change);
  if (curvature > 1e-12 * Dot(pair.change, pair.change)) {
    pair.inverse_curvature = 1 / curvature;
    newest_ = slot;
    held_ = std::min(held_ + 1, pairs_.size());
  }
  recent_gain_[accepted_++ % 3] = value_ - value;
  value_ = value;
  point_ = trial_;
  gradient_ = gradient;
  const double gained = recent_gain_[0] + recent_gain_[1] + recent_gain_[2];
  if ((accepted_ >= 3 && gained <= options_.tolerance * std::abs(value_)) ||
      evaluations_ >= options_.max_evaluations) {
    done_ = true;
    return;
  }
  ChooseDirection();
  Place(1);
}

void Lbfgs::Restart() {
  held_ = 0;
  ChooseDirection();
  const double norm = std::sqrt(Dot(gradient_, gradient_));
  if (norm == 0 || !std::isfinite(norm)) {
    done_ = true;
    return;
  }
  Place(std::min(1.0, 0.5 / norm));
}

void Lbfgs::ChooseDirection() {
  direction_ = gradient_;
  std::vector<double> weight(held_);
  for (std::size_t k = 0; k < held_; ++k) {
    const Pair& pair = pairs_[(newest_ + pairs_.size() - k) % pairs_.size()];
    weight[k] = pair.inverse_curvature * Dot(pair.step, direction_);
    AddScaled(direction_, -weight[k], pair.change);
  }
  if (held_ > 0) {
    const Pair& pair = pairs_[newest_];
    const double scale = 1 / (pair.inverse_curvature * Dot(pair.change, pair.change));
    for (double& d : direction_) d *= scale;
  }
  for (std::size_t k = held_; k-- > 0;) {
    const Pair& pair = pairs_[(newest_ + pairs_.size() - k) % pairs_.size()];
    AddScaled(direction_, weight[k] - pair.inverse_curvature * Dot(pair.change, direction_),
              pair.step);
  }
  for (double& d : direction_) d = -d;
  slope_ = Dot(direction_, gradient_);
  backtracks_ = 0;
  if (slope_ >= 0) {  // rounding spoilt the pairs: steepest descent
    held_ = 0;
    for (std::size_t i = 0; i < direction_.size(); ++i) direction_[i] = -gradient_[i];
    slope_ = -Dot(gradient_, gradient_);
  }
}

void Lbfgs::Place(double length) {
  length_ = length;
  for (std::size_t i = 0; i < point_.size(); ++i) trial_[i] = point_[i] + length * direction_[i];
}

}  // namespace warden::anomaly
