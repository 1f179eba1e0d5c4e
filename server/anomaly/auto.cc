// SPDX-License-Identifier: Apache-2.0
// Detector `auto`: expects what the best of several predictors expects (auto_forecast.h), weighs
// several kinds of evidence against the series' own past (auto_evidence.h), tells each event once,
// at the rate that the budget allows (auto_budget.h), and follows a level that has moved
// (auto_shift.h). Streams: a value costs well under a microsecond, its band about as much again,
// and all that is remembered fits 4 KB (auto_state.h).
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "server/anomaly/auto_band.h"
#include "server/anomaly/auto_budget.h"
#include "server/anomaly/auto_engine.h"
#include "server/anomaly/makers.h"

namespace warden::anomaly {
namespace {

class AutoDetector final : public Detector {
 public:
  explicit AutoDetector(const DetectorParameters& parameters) : engine_(parameters) {}

  void Begin(Instant at, Duration step) override {
    at_ = at;
    engine_.SetStep(step);
    step_ = step;
  }
  void Learn(std::span<const double> history) override {
    engine_.Forget();
    for (const double value : history) Take(value);
  }
  Expectation Expect() const override { return engine_.Expect(at_); }
  void Take(double value) override {
    (void)engine_.Step(value, at_, AutoEngine::Bands::kNone);
    at_ += step_;
  }
  Verdict Step(double value, Instant at, const Judgement& /*judgement*/) override {
    at_ = at + step_;
    return engine_.Step(value, at, AutoEngine::Bands::kWanted);
  }
  bool needs_refits() const override { return false; }
  std::string Save() const override { return engine_.Save(); }
  bool Restore(std::string_view bytes) override { return engine_.Restore(bytes); }

 private:
  AutoEngine engine_;
  Instant at_;
  Duration step_ = std::chrono::minutes(5);
};

}  // namespace

std::unique_ptr<Detector> MakeAutoDetector(const DetectorParameters& parameters) {
  return std::make_unique<AutoDetector>(parameters);
}

}  // namespace warden::anomaly
