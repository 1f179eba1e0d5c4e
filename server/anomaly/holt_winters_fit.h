// SPDX-License-Identifier: Apache-2.0
// Fits a Holt-Winters model to a series: smoothing parameters and all starting states together, by
// least one-step squared error. The series is standardised, a coarse grid of smoothing parameters
// over heuristic states gives distinct starts, L-BFGS with the exact gradient finishes each, the
// best wins.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "server/anomaly/holt_winters_error.h"
#include "server/anomaly/holt_winters_model.h"

namespace warden::anomaly {

struct FitOptions {
  FixedSmoothing fixed;
  std::size_t starts = 3;
  std::size_t max_evaluations = 400;  // per start
  double tolerance = 1e-7;            // relative gain of three steps that ends a start
};

struct HoltWintersFit {
  Smoothing smoothing;
  HoltWintersStates initial;
  double sse = 0;
  std::size_t evaluations = 0;  // of value and gradient, all starts together
};

// Nothing when the series has fewer than two periods (with season) or four present values, holds
// infinities, or has a value <= 0 and a multiplicative component.
[[nodiscard]] std::optional<HoltWintersFit> FitHoltWinters(std::span<const double> series,
                                                           const HoltWintersForm& form,
                                                           const FitOptions& options = {});

// Continues from an earlier fit of (nearly) the same series: one start, few evaluations.
[[nodiscard]] std::optional<HoltWintersFit> RefitHoltWinters(std::span<const double> series,
                                                             const HoltWintersForm& form,
                                                             const HoltWintersFit& earlier,
                                                             const FitOptions& options = {});

}  // namespace warden::anomaly
