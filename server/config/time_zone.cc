// SPDX-License-Identifier: Apache-2.0
#include "server/config/time_zone.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

namespace warden {
namespace {

using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

constexpr const char* kFolders[] = {"/usr/share/zoneinfo/", "/usr/share/lib/zoneinfo/",
                                    "/usr/lib/locale/TZ/", "/etc/zoneinfo/"};

// Big-endian numbers from the front of the bytes; reading past the end sets `is_short`.
class Bytes {
 public:
  explicit Bytes(std::string_view data) : data_(data) {}

  std::int64_t Number(std::size_t size) {
    const std::string_view bytes = Take(size);
    if (bytes.size() < size) return 0;
    std::uint64_t value =
        (static_cast<unsigned char>(bytes[0]) & 0x80U) != 0 ? ~std::uint64_t{0} : 0;
    for (const char c : bytes) value = (value << 8U) | static_cast<unsigned char>(c);
    return static_cast<std::int64_t>(value);
  }
  std::string_view Take(std::size_t size) {
    if (size > data_.size()) {
      is_short_ = true;
      data_ = {};
      return {};
    }
    const std::string_view bytes = data_.substr(0, size);
    data_.remove_prefix(size);
    return bytes;
  }
  [[nodiscard]] bool is_short() const { return is_short_; }
  [[nodiscard]] std::string_view rest() const { return data_; }

 private:
  std::string_view data_;
  bool is_short_ = false;
};

struct Header {
  char version = 0;
  std::size_t utc_indicators = 0, standard_indicators = 0, leap_seconds = 0, transitions = 0,
              types = 0, letters = 0;

  [[nodiscard]] std::size_t BodySize(std::size_t time_size) const {
    return transitions * (time_size + 1) + types * 6 + letters + leap_seconds * (time_size + 4) +
           standard_indicators + utc_indicators;
  }
};

std::optional<Header> ReadHeader(Bytes& bytes) {
  if (bytes.Take(4) != "TZif") return std::nullopt;
  Header header;
  const std::string_view version = bytes.Take(16);
  if (!version.empty()) header.version = version.front();
  for (std::size_t* count :
       {&header.utc_indicators, &header.standard_indicators, &header.leap_seconds,
        &header.transitions, &header.types, &header.letters}) {
    const std::int64_t value = bytes.Number(4);
    if (value < 0 || value > 100'000) return std::nullopt;
    *count = static_cast<std::size_t>(value);
  }
  if (bytes.is_short() || header.types == 0) return std::nullopt;
  return header;
}

bool TakeChar(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<int> TakeInt(std::string_view& text) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  int value = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9' && value < 100'000) {
    value = value * 10 + (text.front() - '0');
    text.remove_prefix(1);
  }
  return value;
}

bool TakeName(std::string_view& text) {
  const bool is_quoted = TakeChar(text, '<');
  std::size_t length = 0;
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  while (length < text.size() && (is_quoted ? text[length] != '>' : is_letter(text[length])))
    ++length;
  text.remove_prefix(length);
  return length > 0 && (!is_quoted || TakeChar(text, '>'));
}

// `[+-]hh[:mm[:ss]]` in seconds.
std::optional<std::int64_t> TakeTime(std::string_view& text) {
  const bool is_negative = text.starts_with('-');
  if (!TakeChar(text, '-')) TakeChar(text, '+');
  std::int64_t total = 0;
  for (const int unit : {3600, 60, 1}) {
    const auto value = TakeInt(text);
    if (!value) return std::nullopt;
    total += std::int64_t{*value} * unit;
    if (!TakeChar(text, ':')) break;
  }
  return is_negative ? -total : total;
}

// `M3.2.0/2`, `J60`, `59/1`.
std::optional<TimeZone::Rule> TakeRule(std::string_view& text) {
  TimeZone::Rule rule;
  if (TakeChar(text, 'M')) {
    const auto month = TakeInt(text);
    if (!month || !TakeChar(text, '.')) return std::nullopt;
    const auto week = TakeInt(text);
    if (!week || !TakeChar(text, '.')) return std::nullopt;
    const auto day = TakeInt(text);
    if (!day || *month < 1 || *month > 12 || *week < 1 || *week > 5 || *day > 6)
      return std::nullopt;
    rule = {TimeZone::Rule::Kind::kMonth, *day, *week, *month, 7200};
  } else {
    const bool is_julian = TakeChar(text, 'J');
    const auto day = TakeInt(text);
    if (!day || *day > 365 || (is_julian && *day < 1)) return std::nullopt;
    rule = {is_julian ? TimeZone::Rule::Kind::kJulian : TimeZone::Rule::Kind::kDay, *day, 0, 0,
            7200};
  }
  if (TakeChar(text, '/')) {
    const auto time = TakeTime(text);
    if (!time) return std::nullopt;
    rule.time = *time;
  }
  return rule;
}

// Midnight of the rule's day plus its time, as local seconds.
std::int64_t LocalTime(const TimeZone::Rule& rule, int year) {
  using namespace std::chrono;
  const auto y = std::chrono::year(year);
  sys_days date = y / January / 1;
  switch (rule.kind) {
    case TimeZone::Rule::Kind::kDay:
      date += days(rule.day);
      break;
    case TimeZone::Rule::Kind::kJulian:
      date += days(rule.day - 1 + (y.is_leap() && rule.day >= 60 ? 1 : 0));
      break;
    case TimeZone::Rule::Kind::kMonth: {
      const auto month_of = y / month(static_cast<unsigned>(rule.month));
      const auto day_of_week = weekday(static_cast<unsigned>(rule.day));
      date = rule.week == 5 ? sys_days(month_of / day_of_week[last])
                            : sys_days(month_of / day_of_week[static_cast<unsigned>(rule.week)]);
      break;
    }
  }
  return duration_cast<seconds>(date.time_since_epoch()).count() + rule.time;
}

int YearOf(std::int64_t at) {
  const auto day = std::chrono::floor<std::chrono::days>(sys_seconds(seconds(at)));
  return static_cast<int>(std::chrono::year_month_day(day).year());
}

bool IsSafeName(std::string_view name) {
  return !name.starts_with('/') && !name.starts_with('\\') &&
         name.find("..") == std::string_view::npos && name.find('\\') == std::string_view::npos &&
         name.find('\0') == std::string_view::npos;
}

}  // namespace

std::expected<std::shared_ptr<const TimeZone>, std::string> TimeZone::Load(
    const std::string& name) {
  if (name.empty() || name == "UTC") return std::make_shared<const TimeZone>();
  if (!IsSafeName(name)) return std::unexpected("`" + name + "` is no name of a time zone");
  const std::string wanted = name == "Local" ? "/etc/localtime" : name;
  for (const char* folder : kFolders) {
    const std::string path = name == "Local" ? wanted : folder + wanted;
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) continue;
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    auto zone = Parse(bytes);
    if (!zone) return std::unexpected("time zone `" + name + "`: " + zone.error());
    return std::make_shared<const TimeZone>(*std::move(zone));
  }
  if (name == "Local") return std::make_shared<const TimeZone>();
  return std::unexpected("unknown time zone `" + name + "`");
}

std::expected<TimeZone, std::string> TimeZone::Parse(std::string_view tzif) {
  Bytes bytes(tzif);
  auto header = ReadHeader(bytes);
  if (!header) return std::unexpected("not a time zone file");
  std::size_t time_size = 4;
  if (header->version >= '2') {  // the second block has 64-bit times
    bytes.Take(header->BodySize(4));
    header = ReadHeader(bytes);
    if (!header) return std::unexpected("damaged time zone file");
    time_size = 8;
  }
  TimeZone zone;
  zone.transitions_.resize(header->transitions);
  for (Transition& transition : zone.transitions_) transition.at = bytes.Number(time_size);
  const std::string_view indexes = bytes.Take(header->transitions);
  std::vector<std::int32_t> offsets;
  std::optional<std::int32_t> first_standard;
  for (std::size_t i = 0; i < header->types; ++i) {
    offsets.push_back(static_cast<std::int32_t>(bytes.Number(4)));
    const bool is_dst = bytes.Number(1) != 0;
    bytes.Number(1);
    if (!is_dst && !first_standard) first_standard = offsets.back();
  }
  if (bytes.is_short()) return std::unexpected("damaged time zone file");
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    const auto type = static_cast<unsigned char>(indexes[i]);
    if (type >= offsets.size()) return std::unexpected("damaged time zone file");
    zone.transitions_[i].offset = offsets[type];
  }
  zone.first_offset_ = indexes.find('\0') == std::string_view::npos
                           ? offsets.front()
                           : first_standard.value_or(offsets.front());
  if (!std::ranges::is_sorted(zone.transitions_, {}, &Transition::at))
    return std::unexpected("damaged time zone file");
  bytes.Take(header->letters + header->leap_seconds * (time_size + 4) +
             header->standard_indicators + header->utc_indicators);
  std::string_view footer = bytes.rest();
  if (time_size == 8 && TakeChar(footer, '\n')) {
    if (!ParseFooter(footer.substr(0, footer.find('\n')), zone.footer_)) zone.footer_ = {};
  }
  return zone;
}

bool TimeZone::ParseFooter(std::string_view text, Footer& out) {
  if (text.empty() || !TakeName(text)) return false;
  const auto standard = TakeTime(text);
  if (!standard) return false;
  out.is_set = true;
  out.standard = static_cast<std::int32_t>(-*standard);
  if (text.empty()) return true;
  if (!TakeName(text)) return false;
  out.daylight = out.standard + 3600;
  if (!text.starts_with(',')) {
    const auto daylight = TakeTime(text);
    if (!daylight) return false;
    out.daylight = static_cast<std::int32_t>(-*daylight);
  }
  if (!TakeChar(text, ',')) return false;
  const auto start = TakeRule(text);
  if (!start || !TakeChar(text, ',')) return false;
  const auto end = TakeRule(text);
  if (!end || !text.empty()) return false;
  out.start = *start;
  out.end = *end;
  out.has_dst = true;
  return true;
}

std::vector<TimeZone::Transition> TimeZone::ChangesOf(int year) const {
  if (!footer_.has_dst) return {};
  std::vector<Transition> changes = {
      {LocalTime(footer_.start, year) - footer_.standard, footer_.daylight},
      {LocalTime(footer_.end, year) - footer_.daylight, footer_.standard}};
  std::ranges::sort(changes, {}, &Transition::at);
  return changes;
}

seconds TimeZone::OffsetAt(sys_seconds when) const {
  const std::int64_t at = when.time_since_epoch().count();
  const auto after = std::ranges::upper_bound(transitions_, at, {}, &Transition::at);
  const bool is_past_table = after == transitions_.end();
  const std::int32_t last =
      after == transitions_.begin() ? first_offset_ : std::prev(after)->offset;
  if (!is_past_table || !footer_.is_set) return seconds(last);
  if (!footer_.has_dst) return seconds(footer_.standard);
  std::int32_t offset = last;
  for (int year = YearOf(at) - 1; year <= YearOf(at) + 1; ++year) {
    for (const Transition& change : ChangesOf(year)) {
      if (change.at <= at) offset = change.offset;
    }
  }
  return seconds(offset);
}

sys_seconds TimeZone::NextTransition(sys_seconds when) const {
  const std::int64_t at = when.time_since_epoch().count();
  const auto after = std::ranges::upper_bound(transitions_, at, {}, &Transition::at);
  if (after != transitions_.end()) return sys_seconds(seconds(after->at));
  for (int year = YearOf(at) - 1; footer_.has_dst && year <= YearOf(at) + 1; ++year) {
    for (const Transition& change : ChangesOf(year)) {
      if (change.at > at) return sys_seconds(seconds(change.at));
    }
  }
  return when + std::chrono::days(3653);
}

}  // namespace warden
