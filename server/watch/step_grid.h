// SPDX-License-Identifier: Apache-2.0
// Answers of range queries on the steps that were asked for: a row of values a series, NaN where
// there is none. Whatever does not fit is left out and counted by reason. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "promql/model/labels.h"
#include "server/base/clock.h"
#include "server/prometheus/answer.h"

namespace warden {

struct StepGrid {
  Instant first;
  Duration step{0};
  std::size_t count = 0;

  [[nodiscard]] Instant At(std::size_t i) const {
    return first + step * static_cast<Duration::rep>(i);
  }
  [[nodiscard]] Instant last() const { return At(count) - step; }
};

// Why a point was not taken in.
enum class Skipped : std::uint8_t {
  kMissing,      // a series that is looked at has no value at a step
  kNotFinite,    // NaN or infinite
  kHistogram,    // native histograms
  kDuplicate,    // another value of the same series and step
  kOffGrid,      // of a time that was not asked for
  kMaintenance,  // the watch's maintenance expression says so
  kTooMany,      // of a series beyond max_series
};
inline constexpr std::array<std::string_view, 7> kSkippedNames = {
    "missing", "not_finite", "histogram", "duplicate", "off_grid", "maintenance", "max_series"};

class SkipCounts {
 public:
  std::size_t& operator[](Skipped reason) { return counts_[static_cast<std::size_t>(reason)]; }
  std::size_t operator[](Skipped reason) const { return counts_[static_cast<std::size_t>(reason)]; }
  void Add(const SkipCounts& other);
  friend bool operator==(const SkipCounts&, const SkipCounts&) = default;

 private:
  std::array<std::size_t, kSkippedNames.size()> counts_{};
};

struct GridRow {
  promql::LabelSet labels;  // without the metric's name
  std::vector<double> values;
};

struct GridAnswer {
  StepGrid grid;
  std::vector<GridRow> rows;  // in order of labels, each once
  SkipCounts skipped;
  std::size_t left_out = 0;  // series that were not taken
};

// Of series that differ only in their metric's name the first in order of all labels stays.
[[nodiscard]] GridAnswer OntoSteps(promapi::QueryAnswer answer, const StepGrid& grid);

// The newest step that is at least `settled` old; steps are multiples of `step` since 1970.
[[nodiscard]] Instant NewestStep(Instant now, Duration step, Duration settled);

}  // namespace warden
