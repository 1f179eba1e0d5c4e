// SPDX-License-Identifier: Apache-2.0
// What was unusual in the series of one watch: each stretch of firing verdicts with its beginning,
// peak and end, the open ones and the newest of those that are over. Whether an alert was made of
// it is another matter (episode.h). With a text form for the store.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "promql/model/labels.h"
#include "server/anomaly/verdict.h"

namespace warden {

struct AnomalyRecord {
  promql::LabelSet series;
  Instant started_at;
  std::optional<Instant> ended_at;  // none: goes on
  anomaly::Verdict peak;            // the verdict with the highest score; `at` says when
};

class AnomalyLog {
 public:
  static constexpr std::size_t kMost = 200;  // that are over

  // Verdicts of one series in order of time.
  void Note(const promql::LabelSet& series, const anomaly::Verdict& verdict);
  // Ends what is open of series that are not `alive`.
  template <class IsAlive>
  void EndOthers(Instant at, const IsAlive& alive) {
    for (auto entry = open_.begin(); entry != open_.end();) {
      const auto next = std::next(entry);
      if (!alive(entry->first)) End(entry, at);
      entry = next;
    }
  }
  // What began at `at` or later, which is going to be noted again.
  void ForgetSince(Instant at);
  [[nodiscard]] std::size_t open() const { return open_.size(); }
  [[nodiscard]] std::vector<AnomalyRecord> NewestFirst() const;

  // A line each; reading skips lines it does not understand.
  [[nodiscard]] std::string Encode() const;
  void Decode(std::string_view text);

 private:
  using Open = std::map<promql::LabelSet, AnomalyRecord>;
  void End(Open::iterator entry, Instant at);

  Open open_;
  std::deque<AnomalyRecord> over_;  // in order of their end
};

}  // namespace warden
