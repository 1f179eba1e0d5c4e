// SPDX-License-Identifier: Apache-2.0
// Limited-memory BFGS minimisation (Nocedal & Wright, "Numerical Optimization", 2nd ed.,
// algorithm 7.5) with a backtracking line search of safeguarded cubic steps, turned inside out: the
// caller evaluates. Ask for a point, tell its value and gradient, until done. So several
// minimisations can share one evaluation of many points.
#pragma once

#include <cstddef>
#include <vector>

namespace warden::anomaly {

struct LbfgsOptions {
  std::size_t memory = 8;  // pairs kept
  std::size_t max_evaluations = 200;
  // Stop when the last three steps together gained less than this share of the value.
  double tolerance = 1e-7;
};

class Lbfgs {
 public:
  // Variables should be scaled so that the function's curvature is about one in each.
  Lbfgs(std::vector<double> start, const LbfgsOptions& options);

  // The point to evaluate next.
  [[nodiscard]] const std::vector<double>& Ask() const { return trial_; }
  // Value (not finite = outside the domain) and gradient at Ask().
  void Tell(double value, const std::vector<double>& gradient);

  [[nodiscard]] bool done() const { return done_; }
  [[nodiscard]] double best_value() const { return value_; }
  [[nodiscard]] const std::vector<double>& best() const { return point_; }
  [[nodiscard]] std::size_t evaluations() const { return evaluations_; }

 private:
  struct Pair {
    std::vector<double> step;
    std::vector<double> change;
    double inverse_curvature = 0;
  };

  void Accept(double value, const std::vector<double>& gradient);
  void Restart();
  void ChooseDirection();
  void Place(double length);

  LbfgsOptions options_;
  std::vector<double> point_;
  std::vector<double> gradient_;
  std::vector<double> direction_;
  std::vector<double> trial_;
  std::vector<Pair> pairs_;  // ring, newest at newest_
  std::size_t newest_ = 0;
  std::size_t held_ = 0;
  double value_ = 0;
  double slope_ = 0;  // along direction_, negative
  double length_ = 0;
  double recent_gain_[3] = {};
  std::size_t accepted_ = 0;
  std::size_t evaluations_ = 0;
  std::size_t backtracks_ = 0;
  bool done_ = false;
};

}  // namespace warden::anomaly
