// SPDX-License-Identifier: Apache-2.0
#include "server/prometheus/series_choice.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace warden::promapi {

SeriesSieve::Verdict SeriesSieve::Place(const promql::LabelSet& labels) const {
  if (choice_.is_known && choice_.is_known(labels)) return Verdict::kKnown;
  if (choice_.others == 0 || (bound_ && !(labels < *bound_))) return Verdict::kLeftOut;
  return Verdict::kOther;
}

std::size_t SeriesSieve::Take(TimeSeries series, Verdict verdict) {
  if (verdict == Verdict::kLeftOut) {
    ++left_out_;
    return series.samples.size();
  }
  auto& kept = verdict == Verdict::kKnown ? known_ : others_;
  kept.push_back(std::move(series));
  // Only now and then, so that it costs each series the same, however many there are.
  return others_.size() / 2 >= choice_.others ? CutOthers() : 0;
}

std::size_t SeriesSieve::CutOthers() {
  if (others_.size() <= choice_.others) return 0;
  const auto first_out = others_.begin() + static_cast<std::ptrdiff_t>(choice_.others);
  std::ranges::nth_element(others_, first_out, {}, &TimeSeries::labels);
  std::size_t samples = 0;
  for (auto one = first_out; one != others_.end(); ++one) samples += one->samples.size();
  left_out_ += others_.size() - choice_.others;
  bound_ = std::move(first_out->labels);
  others_.erase(first_out, others_.end());
  return samples;
}

std::vector<TimeSeries> SeriesSieve::Finish() && {
  CutOthers();
  std::ranges::move(others_, std::back_inserter(known_));
  return std::move(known_);
}

}  // namespace warden::promapi
