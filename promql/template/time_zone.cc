// SPDX-License-Identifier: Apache-2.0
#include "promql/template/time_zone.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace promql::tmpl {
namespace {

constexpr std::string_view kFolders[] = {"/usr/share/zoneinfo/", "/usr/lib/zoneinfo/",
                                         "/etc/zoneinfo/"};
constexpr std::size_t kLargestFile = std::size_t{1} << 20U;

// Big-endian fields of a file, read in order; short files turn `failed`.
struct Bytes {
  std::string_view rest;
  bool failed = false;

  std::string_view Take(std::size_t count) {
    if (count > rest.size()) {
      failed = true;
      rest = {};
      return {};
    }
    const std::string_view taken = rest.substr(0, count);
    rest.remove_prefix(count);
    return taken;
  }
  std::uint64_t Number(std::size_t size) {
    std::uint64_t value = 0;
    for (const char c : Take(size)) value = value << 8U | static_cast<unsigned char>(c);
    return value;
  }
  std::int64_t Signed(std::size_t size) {
    const std::uint64_t value = Number(size);
    if (size == 4) return static_cast<std::int32_t>(static_cast<std::uint32_t>(value));
    return static_cast<std::int64_t>(value);
  }
};

// Counts of the parts of one data block of a TZif file.
struct Counts {
  std::size_t ut = 0, standard = 0, leap = 0, transitions = 0, periods = 0, characters = 0;
  char version = 0;
};

Counts ReadHeader(Bytes& bytes) {
  Counts counts;
  if (bytes.Take(4) != "TZif") bytes.failed = true;
  const std::string_view version = bytes.Take(1);
  if (!version.empty()) counts.version = version[0];
  bytes.Take(15);
  for (std::size_t* count : {&counts.ut, &counts.standard, &counts.leap, &counts.transitions,
                             &counts.periods, &counts.characters}) {
    *count = bytes.Number(4);
  }
  return counts;
}

// Zones that were asked for; null for names that there are none of.
struct Cache {
  std::mutex mutex;
  std::map<std::string, const TimeZone*, std::less<>> zones;
  std::vector<std::unique_ptr<const TimeZone>> owned;
};

Cache& TheCache() {
  static Cache cache;
  return cache;
}

}  // namespace

TimeZone::TimeZone(std::string name, std::string abbreviation, std::int64_t offset)
    : name_(std::move(name)) {
  periods_.push_back({std::move(abbreviation), offset, false});
}

const TimeZone& TimeZone::Utc() {
  static const TimeZone zone("UTC", "UTC", 0);
  return zone;
}

const TimeZone& TimeZone::SystemLocal() {
  static const TimeZone zone("Local", "UTC", 0);
  return zone;
}

const TimeZone& TimeZone::Fixed(std::string_view abbreviation, std::int64_t offset) {
  Cache& cache = TheCache();
  const std::lock_guard lock(cache.mutex);
  const std::string key = "=" + std::string(abbreviation) + "=" + std::to_string(offset);
  const auto at = cache.zones.find(key);
  if (at != cache.zones.end()) return *at->second;
  cache.owned.push_back(std::make_unique<const TimeZone>(std::string(abbreviation),
                                                         std::string(abbreviation), offset));
  return *(cache.zones[key] = cache.owned.back().get());
}

const TimeZone* TimeZone::Find(std::string_view name) {
  if (name.empty() || name == "UTC") return &Utc();
  if (name == "Local") return &SystemLocal();
  const bool leaves_folder = name.find("..") != std::string_view::npos || name[0] == '/' ||
                             name.find('\\') != std::string_view::npos;
  if (leaves_folder || name.size() > 100 || name.find('\0') != std::string_view::npos)
    return nullptr;
  Cache& cache = TheCache();
  const std::lock_guard lock(cache.mutex);
  const auto at = cache.zones.find(name);
  if (at != cache.zones.end()) return at->second;
  const TimeZone* const zone = Load(name);
  if (zone != nullptr) {  // unknown names are not kept: there may be any number of them
    cache.owned.emplace_back(zone);
    cache.zones.emplace(name, zone);
  }
  return zone;
}

const TimeZone* TimeZone::Load(std::string_view name) {
  for (const std::string_view folder : kFolders) {
    std::ifstream file(std::string(folder) + std::string(name), std::ios::binary);
    std::string bytes(4, '\0');
    if (!file.read(bytes.data(), 4) || bytes != "TZif") continue;
    for (char buffer[4096];
         bytes.size() < kLargestFile && (file.read(buffer, sizeof buffer) || file.gcount() > 0);) {
      bytes.append(buffer, static_cast<std::size_t>(file.gcount()));
    }
    std::unique_ptr<TimeZone> zone(new TimeZone);
    zone->name_ = name;
    if (zone->Read(bytes)) return zone.release();
  }
  return nullptr;
}

// Version 1 holds 32-bit times; later versions repeat everything with 64 bits behind it, then a
// rule.
bool TimeZone::Read(std::string_view file) {
  Bytes bytes{file};
  Counts counts = ReadHeader(bytes);
  std::size_t width = 4;
  if (counts.version >= '2') {
    bytes.Take(counts.transitions * 5 + counts.periods * 6 + counts.characters + counts.leap * 8 +
               counts.standard + counts.ut);
    counts = ReadHeader(bytes);
    width = 8;
  }
  Bytes times{bytes.Take(counts.transitions * width)};
  const std::string_view indexes = bytes.Take(counts.transitions);
  Bytes periods{bytes.Take(counts.periods * 6)};
  const std::string_view characters = bytes.Take(counts.characters);
  bytes.Take(counts.leap * (width + 4) + counts.standard + counts.ut);
  if (bytes.failed || counts.periods == 0) return false;
  for (std::size_t i = 0; i < counts.periods; ++i) {
    Period period;
    period.offset = periods.Signed(4);
    period.is_summer = periods.Number(1) != 0;
    const std::size_t start = periods.Number(1);
    if (start >= characters.size()) return false;
    period.abbreviation = characters.substr(start, characters.find('\0', start) - start);
    periods_.push_back(std::move(period));
  }
  for (std::size_t i = 0; i < counts.transitions; ++i) {
    const auto period = static_cast<std::size_t>(static_cast<unsigned char>(indexes[i]));
    if (period >= periods_.size()) return false;
    transitions_.push_back({times.Signed(width), period});
  }
  if (width == 8 && bytes.rest.size() > 2 && bytes.rest[0] == '\n') {
    rule_ = bytes.rest.substr(1, bytes.rest.find('\n', 1) - 1);
  }
  return true;
}

// Before the first transition: a period that no transition leads to, else the last winter time
// before the first, else any.
const TimeZone::Period& TimeZone::FirstPeriod() const {
  const auto is_first = [](const Transition& t) { return t.period == 0; };
  if (std::ranges::none_of(transitions_, is_first)) return periods_[0];
  if (!transitions_.empty() && periods_[transitions_[0].period].is_summer) {
    for (std::size_t i = transitions_[0].period; i-- > 0;) {
      if (!periods_[i].is_summer) return periods_[i];
    }
  }
  const auto winter = std::ranges::find(periods_, false, &Period::is_summer);
  return winter != periods_.end() ? *winter : periods_[0];
}

TimeZone::Extent TimeZone::ExtentAt(std::int64_t unix_seconds) const {
  const auto next = std::ranges::upper_bound(transitions_, unix_seconds, {}, &Transition::at);
  Extent extent;
  if (next != transitions_.end()) extent.end = next->at;
  if (next == transitions_.begin()) {
    const Period& first = FirstPeriod();
    extent.local = {first.abbreviation, first.offset};
    return extent;
  }
  const Transition& current = *std::prev(next);
  const Period& period = periods_[current.period];
  extent.local = {period.abbreviation, period.offset};
  extent.start = current.at;
  if (next == transitions_.end() && !rule_.empty()) {
    const RuleAnswer answer = EvaluateRule(rule_, current.at, unix_seconds);
    if (answer.is_valid) return {{answer.abbreviation, answer.offset}, answer.start, answer.end};
  }
  return extent;
}

std::unique_ptr<const TimeZone> TimeZone::Parse(std::string_view file) {
  std::unique_ptr<TimeZone> zone(new TimeZone);
  if (!zone->Read(file)) zone.reset();
  return zone;
}

std::int64_t TimeZone::NextChange(std::int64_t unix_seconds) const {
  return ExtentAt(unix_seconds).end;
}

TimeZone::Local TimeZone::At(std::int64_t unix_seconds) const {
  if (transitions_.empty() && rule_.empty()) return {periods_[0].abbreviation, periods_[0].offset};
  return ExtentAt(unix_seconds).local;
}

// A wall clock may fit two instants or none: first the offset at that number of seconds, then the
// one around it.
std::int64_t TimeZone::OffsetOfWallClock(std::int64_t wall_seconds) const {
  const Extent first = ExtentAt(wall_seconds);
  if (first.local.offset == 0) return 0;
  const std::int64_t instant = wall_seconds - first.local.offset;
  if (instant >= first.start && instant < first.end) return first.local.offset;
  return ExtentAt(instant).local.offset;
}

}  // namespace promql::tmpl
