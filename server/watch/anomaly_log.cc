// SPDX-License-Identifier: Apache-2.0
#include "server/watch/anomaly_log.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "server/alert/webhook.h"
#include "server/watch/micros.h"

namespace warden {
namespace {

std::string Exact(double value) {
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} ? std::string(text.data(), end) : "nan";
}

template <class Number>
std::optional<Number> Read(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Fields of a line: start, end (0: open), peak, kind, severity, observed, expected, lower, upper,
// score, deviation, series.
constexpr std::size_t kFields = 12;

std::string LineOf(const AnomalyRecord& record) {
  const anomaly::Verdict& peak = record.peak;
  std::string line = MicrosText(record.started_at) + '\t' +
                     MicrosText(record.ended_at.value_or(Instant{})) + '\t' + MicrosText(peak.at);
  for (const auto number : {static_cast<int>(peak.kind), static_cast<int>(peak.severity)})
    line += '\t' + std::to_string(number);
  for (const double value :
       {peak.observed, peak.expected, peak.lower, peak.upper, peak.score, peak.deviation})
    line += '\t' + Exact(value);
  return line + '\t' + EncodeLabels(record.series) + '\n';
}

std::optional<AnomalyRecord> RecordOf(std::string_view line) {
  std::array<std::string_view, kFields> fields;
  for (std::size_t i = 0; i < kFields; ++i) {
    const auto cut = i + 1 == kFields ? line.size() : line.find('\t');
    if (cut == std::string_view::npos) return std::nullopt;
    fields[i] = line.substr(0, cut);
    line.remove_prefix(std::min(line.size(), cut + 1));
  }
  AnomalyRecord record;
  anomaly::Verdict& peak = record.peak;
  const auto started_at = ReadMicros(fields[0]);
  const auto ended_at = ReadMicros(fields[1]);
  const auto peak_at = ReadMicros(fields[2]);
  if (!started_at || !ended_at || !peak_at) return std::nullopt;
  record.started_at = *started_at;
  if (*ended_at != Instant{}) record.ended_at = ended_at;
  peak.at = *peak_at;
  const auto kind = Read<std::uint8_t>(fields[3]);
  const auto severity = Read<std::uint8_t>(fields[4]);
  if (!kind || *kind > static_cast<int>(anomaly::Kind::kVariance) || !severity ||
      *severity > static_cast<int>(anomaly::Severity::kCritical))
    return std::nullopt;
  peak.kind = static_cast<anomaly::Kind>(*kind);
  peak.severity = static_cast<anomaly::Severity>(*severity);
  peak.state = anomaly::State::kFiring;
  std::size_t i = 5;
  for (double* value :
       {&peak.observed, &peak.expected, &peak.lower, &peak.upper, &peak.score, &peak.deviation}) {
    const auto read = Read<double>(fields[i++]);
    if (!read) return std::nullopt;
    *value = *read;
  }
  record.series = DecodeLabels(fields[i]);
  return record;
}

}  // namespace

void AnomalyLog::End(Open::iterator entry, Instant at) {
  entry->second.ended_at = at;
  over_.push_back(std::move(entry->second));
  open_.erase(entry);
  if (over_.size() > kMost) over_.pop_front();
}

void AnomalyLog::Note(const promql::LabelSet& series, const anomaly::Verdict& verdict) {
  if (anomaly::IsUnjudged(verdict.state)) return;
  const auto found = open_.find(series);
  if (!anomaly::IsAnomalous(verdict.state)) {
    if (found != open_.end()) End(found, verdict.at);
    return;
  }
  if (found == open_.end()) {
    open_.emplace(series, AnomalyRecord{series, verdict.at, std::nullopt, verdict});
  } else if (verdict.score > found->second.peak.score) {
    found->second.peak = verdict;
  }
}

void AnomalyLog::ForgetSince(Instant at) {
  std::erase_if(open_, [at](const auto& entry) { return entry.second.started_at >= at; });
  std::erase_if(over_, [at](const AnomalyRecord& record) { return record.started_at >= at; });
}

std::vector<AnomalyRecord> AnomalyLog::NewestFirst() const {
  std::vector<AnomalyRecord> records;
  records.reserve(open_.size() + over_.size());
  for (const auto& [series, record] : open_) records.push_back(record);
  records.insert(records.end(), over_.begin(), over_.end());
  std::ranges::stable_sort(records, std::greater{}, &AnomalyRecord::started_at);
  return records;
}

std::string AnomalyLog::Encode() const {
  std::string text;
  for (const auto& record : over_) text += LineOf(record);
  for (const auto& [series, record] : open_) text += LineOf(record);
  return text;
}

void AnomalyLog::Decode(std::string_view text) {
  *this = {};
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    auto record = RecordOf(line);
    if (!record) continue;
    if (record->ended_at) {
      over_.push_back(std::move(*record));
    } else {
      auto series = record->series;
      open_.emplace(std::move(series), std::move(*record));
    }
  }
  while (over_.size() > kMost) over_.pop_front();
}

}  // namespace warden
