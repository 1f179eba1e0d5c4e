// SPDX-License-Identifier: Apache-2.0
// The detector `auto` as a machine of one state: value in, verdict out. The state can be taken out
// and put back at any step, and says nothing of the parameters.
#pragma once

#include <string>
#include <string_view>

#include "server/anomaly/auto_evidence.h"
#include "server/anomaly/detector.h"

namespace warden::anomaly {

class AutoEngine {
 public:
  enum class Bands : std::uint8_t { kNone, kWanted };
  // With fewer values nothing is said.
  static constexpr std::uint32_t kFewest = 50;
  // Steps without a value over which the forecast carries; after a longer gap the first value is
  // taken in unjudged.
  static constexpr double kShortGap = 3;

  explicit AutoEngine(const DetectorParameters& parameters);

  void SetStep(Duration step);
  // What the next values are judged by; what is known of the series stays.
  void SetParameters(const DetectorParameters& parameters) { parameters_ = parameters; }
  void Forget();
  // Begins a series that nothing is known of like `sibling`, in proportion to its first value,
  // which is still to be taken in. False: nothing was borrowed (auto_prior.h).
  bool Borrow(const AutoState& sibling, double first, Instant at);
  // Judges a value and takes it in; NaN is a missing one. Values not later than the last are not
  // taken in.
  Verdict Step(double observed, Instant at, Bands bands);
  [[nodiscard]] Expectation Expect(Instant at) const;

  [[nodiscard]] const AutoState& state() const { return state_; }
  // The state's bytes; Restore refuses those of another version.
  [[nodiscard]] std::string Save() const;
  [[nodiscard]] bool Restore(std::string_view bytes);

 private:
  void First(double value);
  [[nodiscard]] double MinScale() const;
  [[nodiscard]] bool BridgeGap(double value, double seconds);
  [[nodiscard]] Verdict Missing(Verdict verdict, Bands bands);
  [[nodiscard]] bool Fill(Verdict& verdict, const Outlook& forecast, const Evidence& evidence,
                          double threshold, Bands bands);
  [[nodiscard]] double Judge(Verdict& verdict, const Surprise& surprise, double value,
                             double threshold);
  void Conclude(Verdict& verdict, const Surprise& surprise, double decades, double threshold);
  [[nodiscard]] Severity SeverityOf(double decades, double threshold) const;
  [[nodiscard]] double FlatDecades(double value) const;
  void CountRun(double value);
  void LearnFrom(const Evidence& evidence, const Outlook& forecast, double value, bool is_flagged);
  void BetterProfile();
  void FollowEpisode(Verdict& verdict, const Surprise& surprise, const Outlook& forecast);

  DetectorParameters parameters_;
  Rates rates_;
  AutoState state_;
};

}  // namespace warden::anomaly
