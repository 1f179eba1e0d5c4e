// SPDX-License-Identifier: Apache-2.0
// The detector `auto` over the series of one watch: a state of a few kilobytes for each label set,
// moved on step by step as values come, so that no value is fetched twice. Which series are looked
// at is decided in order of labels, those that are known already first, until there is no more
// room; one that has had no value for longer than `forget_after` makes room again. A series that
// appears while others have been watched for a day begins like a typical one of them.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/anomaly/auto_engine.h"
#include "server/check/check.h"
#include "server/watch/step_grid.h"

namespace warden {

struct StreamSettings {
  anomaly::DetectorParameters parameters;
  Duration step{0};
  Duration forget_after{0};
  std::size_t max_series = 1000;
};

class SeriesStreams {
 public:
  // Steps without a value after which a series counts as gone: nothing is said of it any more.
  static constexpr int kGoneAfter = 3;

  // Hears one verdict on one series.
  using Hear = std::function<void(const promql::LabelSet&, const anomaly::Verdict&)>;
  // Hears all verdicts on one step, in order of labels; may swap them for others, whose memory is
  // used for the next step.
  using HearStep = std::function<void(Instant at, std::vector<SeriesCheck>&)>;

  void SetSettings(StreamSettings settings);
  void Forget();

  // Of an answer: the series that are known. Valid until streams come or go, as Wanted's is.
  [[nodiscard]] promapi::SeriesChoice Known() const;
  // And as many others as there is room for.
  [[nodiscard]] promapi::SeriesChoice Wanted() const;

  // Makes room for the answer's series that are not known yet, as far as max_series goes.
  void Admit(const GridAnswer& answer);
  // Takes the values of known series in; what the detector says of them goes to `hear`. Series by
  // series, which is faster: for a history, of which only the last step is news.
  void Learn(const GridAnswer& answer, const Hear& hear);
  // Admits new series, takes the values in, and tells of each step.
  void Judge(const GridAnswer& answer, const HearStep& hear);

  // The newest step taken in; none when there is nothing yet.
  [[nodiscard]] std::optional<Instant> last() const { return last_; }
  [[nodiscard]] std::size_t size() const { return streams_.size(); }
  [[nodiscard]] std::size_t left_out() const { return left_out_; }  // series, of the last answer
  [[nodiscard]] const SkipCounts& skipped() const { return skipped_; }  // since the beginning
  [[nodiscard]] std::size_t points() const { return points_; }          // taken in, likewise
  // Events that the detector has told of, a series and day, over all that it remembers.
  [[nodiscard]] double AlertsPerDay() const;

  // For the store: each series with its state as bytes, in order of labels.
  void Save(const std::function<void(const promql::LabelSet&, std::string_view state)>& take) const;
  // False: not a state, or of another version; nothing is changed then.
  [[nodiscard]] bool Restore(const promql::LabelSet& labels, std::string_view state);
  void SetLast(Instant last) { last_ = last; }

 private:
  struct Stream {
    anomaly::AutoEngine engine;
    Instant value_at;  // of the last value, or when the series was admitted
  };
  struct Feed {
    const promql::LabelSet* labels;
    Stream* stream;
    const GridRow* row;  // null: not in the answer
  };
  [[nodiscard]] std::vector<Feed> FeedsOf(const GridAnswer& answer);
  [[nodiscard]] anomaly::Verdict Step(const Feed& feed, std::size_t i, Instant at,
                                      anomaly::AutoEngine::Bands bands);
  [[nodiscard]] Duration LearningLeft(const Stream& stream) const;
  [[nodiscard]] Stream NewStream() const;
  [[nodiscard]] const anomaly::AutoState* TypicalState() const;
  void ForgetGone(Instant now);

  StreamSettings settings_;
  std::map<promql::LabelSet, Stream> streams_;
  std::optional<Instant> last_;
  std::size_t left_out_ = 0;
  SkipCounts skipped_;
  std::size_t points_ = 0;
};

}  // namespace warden
