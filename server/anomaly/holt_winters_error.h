// SPDX-License-Identifier: Apache-2.0
// The sum of squared one-step errors of a Holt-Winters model as a function of everything that can
// be fitted, with its exact gradient by one reverse (adjoint) sweep over the stored errors: cost of
// about two passes for any number of states. Works on a vector of unknowns laid out as
//
//   [angle of alpha, of beta, of gamma, of phi, level, trend, season 0 … season m-1]
//
// where alpha = sin^2, beta = sin^2, gamma = (1-alpha) sin^2, phi = 0.8 + 0.195 sin^2 of their
// angles: bounds are kept and, unlike with a logistic map, reached. Borrows the series. Not safe to
// share: it owns the sweep's scratch.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "server/anomaly/holt_winters_model.h"

namespace warden::anomaly {

inline constexpr std::size_t kAlpha = 0, kBeta = 1, kGamma = 2, kPhi = 3, kLevel = 4, kSlope = 5,
                             kSeason = 6;

// Smoothing parameters that are given, not sought: their angles are ignored and have no slope.
struct FixedSmoothing {
  std::optional<double> alpha = {};
  std::optional<double> beta = {};
  std::optional<double> gamma = {};
};

class HoltWintersError {
 public:
  HoltWintersError(std::span<const double> series, const HoltWintersForm& form,
                   const FixedSmoothing& fixed = {});

  [[nodiscard]] std::size_t unknowns() const { return kSeason + form_.period; }
  // Sum of squared errors; not finite where the model breaks down. NaN values of the series count
  // nothing.
  [[nodiscard]] double Value(const std::vector<double>& x);
  // The same, and the gradient into `gradient` (of size unknowns()).
  [[nodiscard]] double ValueAndGradient(const std::vector<double>& x,
                                        std::vector<double>& gradient);
  // The one-step errors of the last call.
  [[nodiscard]] std::span<const double> errors() const { return errors_; }

  [[nodiscard]] Smoothing SmoothingAt(const std::vector<double>& x) const;
  // Writes the angles of `smoothing` (clamped into bounds) into x.
  static void SetSmoothing(const Smoothing& smoothing, std::vector<double>& x);

 private:
  enum class Keep { kErrors, kAll };
  template <Component kTrendForm, Component kSeasonForm, Keep kKeep>
  double Forward(const std::vector<double>& x);
  template <Component kTrendForm, Component kSeasonForm>
  void Backward(const std::vector<double>& x, std::vector<double>& gradient);
  double ForwardLinear(const std::vector<double>& x, std::span<double> growths);
  void BackwardLinear(const std::vector<double>& x, std::vector<double>& gradient);
  // Derivatives by smoothing parameters become those by their angles.
  void SetAngleSlopes(const std::vector<double>& x, double by_alpha, double by_beta,
                      double by_gamma, double by_phi, std::vector<double>& gradient) const;
  template <class Function>
  double Dispatch(Function function) const;

  std::span<const double> series_;
  HoltWintersForm form_;
  FixedSmoothing fixed_;
  Smoothing smoothing_;
  bool is_linear_ = false;  // additive or absent components, no gaps: holt_winters_linear.h
  std::vector<double> errors_;
  std::vector<double> levels_;  // before each step
  std::vector<double> trends_;
  std::vector<double> bases_;
  std::vector<double> seasons_;  // used at each step
  std::vector<double> season_;   // current; zeros for linear forms without season
};

}  // namespace warden::anomaly
