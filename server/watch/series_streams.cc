// SPDX-License-Identifier: Apache-2.0
#include "server/watch/series_streams.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace warden {
namespace {

using anomaly::AutoEngine;

constexpr std::string_view kName = "__name__";

Duration SinceEpoch(double seconds) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

// Whether the labels are those, but for the metric's name.
bool IsSame(const promql::LabelSet& labels, const promql::LabelSet& unnamed) {
  auto at = unnamed.begin();
  for (const auto& label : labels) {
    if (label.first == kName) continue;
    if (at == unnamed.end() || *at != label) return false;
    ++at;
  }
  return at == unnamed.end();
}

}  // namespace

void SeriesStreams::SetSettings(StreamSettings settings) {
  settings_ = std::move(settings);
  for (auto& [labels, stream] : streams_) {
    stream.engine.SetParameters(settings_.parameters);
    stream.engine.SetStep(settings_.step);
  }
}

void SeriesStreams::Forget() {
  streams_.clear();
  last_.reset();
  left_out_ = 0;
}

SeriesStreams::Stream SeriesStreams::NewStream() const {
  Stream stream{AutoEngine(settings_.parameters), {}};
  stream.engine.SetStep(settings_.step);
  return stream;
}

promapi::SeriesChoice SeriesStreams::Known() const {
  // Answers come in order of labels, as a rule: the next one is mostly the next that is known.
  return {0, [this, next = streams_.begin()](const promql::LabelSet& labels) mutable {
            if (next == streams_.end() || !IsSame(labels, next->first)) {
              promql::LabelSet unnamed = labels;
              unnamed.Remove(kName);
              next = streams_.lower_bound(unnamed);
              if (next == streams_.end() || next->first != unnamed) return false;
            }
            ++next;
            return true;
          }};
}

promapi::SeriesChoice SeriesStreams::Wanted() const {
  promapi::SeriesChoice wanted = Known();
  wanted.others = settings_.max_series - std::min(settings_.max_series, streams_.size());
  return wanted;
}

void SeriesStreams::Admit(const GridAnswer& answer) {
  left_out_ = answer.left_out;
  // Both are in order of labels.
  auto next = streams_.begin();
  for (const auto& row : answer.rows) {
    while (next != streams_.end() && next->first < row.labels) ++next;
    if (next != streams_.end() && next->first == row.labels) continue;
    if (streams_.size() < settings_.max_series) {
      next = streams_.emplace_hint(next, row.labels, NewStream());
    } else {
      ++left_out_;
    }
  }
}

std::vector<SeriesStreams::Feed> SeriesStreams::FeedsOf(const GridAnswer& answer) {
  std::vector<Feed> feeds;
  feeds.reserve(streams_.size());
  // Both are in order of labels.
  auto row = answer.rows.begin();
  for (auto& [labels, stream] : streams_) {
    while (row != answer.rows.end() && row->labels < labels) ++row;
    const bool has_row = row != answer.rows.end() && row->labels == labels;
    feeds.push_back({&labels, &stream, has_row ? &*row : nullptr});
    if (has_row) ++row;
  }
  return feeds;
}

anomaly::Verdict SeriesStreams::Step(const Feed& feed, std::size_t i, Instant at,
                                     AutoEngine::Bands bands) {
  const double value =
      feed.row != nullptr ? feed.row->values[i] : std::numeric_limits<double>::quiet_NaN();
  if (std::isnan(value)) {
    ++skipped_[Skipped::kMissing];
  } else {
    ++points_;
    feed.stream->value_at = at;
  }
  return feed.stream->engine.Step(value, at, bands);
}

void SeriesStreams::Learn(const GridAnswer& answer, const Hear& hear) {
  skipped_.Add(answer.skipped);
  for (const auto& feed : FeedsOf(answer)) {
    if (feed.row == nullptr) continue;
    for (std::size_t i = 0; i < answer.grid.count; ++i) {
      // A series begins where its values do.
      if (feed.stream->engine.state().points == 0 && std::isnan(feed.row->values[i])) continue;
      hear(*feed.labels, Step(feed, i, answer.grid.At(i), AutoEngine::Bands::kNone));
    }
  }
  last_ = answer.grid.last();
}

void SeriesStreams::Judge(const GridAnswer& answer, const HearStep& hear) {
  skipped_.Add(answer.skipped);
  Admit(answer);
  skipped_[Skipped::kTooMany] += left_out_ * answer.grid.count;
  const auto feeds = FeedsOf(answer);
  std::vector<SeriesCheck> checks;
  for (std::size_t i = 0; i < answer.grid.count; ++i) {
    const Instant at = answer.grid.At(i);
    checks.resize(feeds.size());
    std::size_t count = 0;
    // Looked for among all series, so once for those that appear together.
    std::optional<const anomaly::AutoState*> typical;
    for (const auto& feed : feeds) {
      if (feed.stream->value_at == Instant{}) feed.stream->value_at = at;
      const bool is_first = feed.row != nullptr && feed.stream->engine.state().points == 0;
      if (is_first && !std::isnan(feed.row->values[i])) {
        if (!typical) typical = TypicalState();
        if (*typical != nullptr) feed.stream->engine.Borrow(**typical, feed.row->values[i], at);
      }
      auto verdict = Step(feed, i, at, AutoEngine::Bands::kWanted);
      if (at - feed.stream->value_at > settings_.step * kGoneAfter) continue;
      SeriesCheck& check = checks[count++];
      check.labels = *feed.labels;  // mostly those that it had
      check.verdict = std::move(verdict);
      check.learning_left = LearningLeft(*feed.stream);
    }
    checks.resize(count);
    last_ = at;
    hear(at, checks);
  }
  ForgetGone(answer.grid.last());
}

// Of the median scatter for its level, among those that have been watched for a day.
const anomaly::AutoState* SeriesStreams::TypicalState() const {
  const double day = static_cast<double>(Duration{std::chrono::hours{24}} / settings_.step);
  std::vector<std::pair<double, const anomaly::AutoState*>> siblings;
  for (const auto& [labels, stream] : streams_) {
    const auto& state = stream.engine.state();
    if (state.points > day && state.level > 0)
      siblings.emplace_back(state.spread / state.level, &state);
  }
  if (siblings.empty()) return nullptr;
  const auto middle = siblings.begin() + static_cast<std::ptrdiff_t>(siblings.size() / 2);
  std::ranges::nth_element(siblings, middle, {}, [](const auto& one) { return one.first; });
  return middle->second;
}

void SeriesStreams::ForgetGone(Instant now) {
  std::erase_if(streams_, [&](const auto& entry) {
    return now - entry.second.value_at > settings_.forget_after;
  });
}

Duration SeriesStreams::LearningLeft(const Stream& stream) const {
  const auto& state = stream.engine.state();
  const std::uint32_t missing = AutoEngine::kFewest - std::min(AutoEngine::kFewest, state.points);
  return settings_.step * static_cast<Duration::rep>(std::max(missing, state.warm_left));
}

double SeriesStreams::AlertsPerDay() const {
  double alerts = 0;
  double points = 0;
  for (const auto& [labels, stream] : streams_) {
    const auto& state = stream.engine.state();
    if (state.points <= AutoEngine::kFewest) continue;
    alerts += state.alerts;
    points += state.points - AutoEngine::kFewest;
  }
  const double days =
      points * std::chrono::duration<double, std::ratio<86'400>>(settings_.step).count();
  return days > 0 ? alerts / days : 0;
}

void SeriesStreams::Save(
    const std::function<void(const promql::LabelSet&, std::string_view)>& take) const {
  for (const auto& [labels, stream] : streams_) take(labels, stream.engine.Save());
}

bool SeriesStreams::Restore(const promql::LabelSet& labels, std::string_view state) {
  Stream stream = NewStream();
  if (!stream.engine.Restore(state)) return false;
  stream.value_at = Instant{SinceEpoch(stream.engine.state().last_at)};
  streams_.insert_or_assign(streams_.end(), labels, std::move(stream));  // they come in order
  return true;
}

}  // namespace warden
