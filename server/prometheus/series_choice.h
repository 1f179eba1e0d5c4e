// SPDX-License-Identifier: Apache-2.0
// Which series of an answer are kept when there are more than somebody wants: those that are known
// already, and of the others the first in order of labels, whatever order they come in. What is
// left out is counted, and costs no more memory than what is kept. Borrows the choice.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "promql/model/labels.h"
#include "server/prometheus/answer.h"

namespace warden::promapi {

// Series arrive one by one:
//
//   labels ─Place─▶ kKnown, kOther: read its samples ─Take─▶ kept, perhaps for a while
//                   kLeftOut: skip them
class SeriesSieve {
 public:
  enum class Verdict : std::uint8_t { kKnown, kOther, kLeftOut };

  explicit SeriesSieve(const SeriesChoice& choice) : choice_(choice) {}

  [[nodiscard]] Verdict Place(const promql::LabelSet& labels) const;
  // Of one that was placed. How many samples are held less than before it came.
  std::size_t Take(TimeSeries series, Verdict verdict);
  // What is kept, the known ones first.
  [[nodiscard]] std::vector<TimeSeries> Finish() &&;
  [[nodiscard]] std::size_t left_out() const { return left_out_; }

 private:
  std::size_t CutOthers();

  const SeriesChoice& choice_;
  std::vector<TimeSeries> known_;
  std::vector<TimeSeries> others_;         // at most about twice as many as are wanted
  std::optional<promql::LabelSet> bound_;  // others not before it have no place any more
  std::size_t left_out_ = 0;
};

}  // namespace warden::promapi
