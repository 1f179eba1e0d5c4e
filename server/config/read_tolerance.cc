// SPDX-License-Identifier: Apache-2.0
#include "server/config/read_tolerance.h"

#include <algorithm>

#include "server/base/read_file.h"
#include "server/config/alert_budget.h"
#include "server/config/choice.h"
#include "server/config/holidays.h"
#include "server/config/time_zone.h"

namespace warden {
namespace {

constexpr std::size_t kLargestCalendar = std::size_t{4} << 20;

void AddIcsFile(Reader& reader, const YamlNode& node, const std::string& name,
                std::vector<std::chrono::sys_days>& out) {
  const auto text = ReadFile(reader.Join(name), kLargestCalendar);
  if (!text) return reader.Error(node, "cannot read " + name + ": " + text.error().message);
  const auto read = ReadIcs(*text);
  if (!read) return reader.Error(node, name + ": " + read.error().message);
  if (read->not_understood > 0) {
    reader.Notice(node, name + ": " + std::to_string(read->not_understood) +
                            " events recur otherwise than yearly on a date; only their first day "
                            "counts");
  }
  out.insert(out.end(), read->days.begin(), read->days.end());
}

std::optional<double> Bound(Reader& reader, const YamlNode& node, double if_none) {
  if (node.IsNull()) return if_none;
  double value = if_none;
  const std::size_t before = reader.errors().size();
  ReadValue(reader, node, value);
  return reader.errors().size() == before ? std::optional(value) : std::nullopt;
}

}  // namespace

void ReadAlertBudget(Reader& reader, const YamlNode& node, double& alerts_per_day) {
  const auto text = reader.Text(node);
  if (!text) return;
  if (const auto budget = ParseAlertBudget(*text)) {
    alerts_per_day = *budget;
  } else {
    reader.Error(node, "expected a number of alerts and a duration: 1/30d");
  }
}

void ReadSensitivity(Reader& reader, const YamlNode& node, double& alerts_per_day) {
  constexpr Choice<double> kBudgets[] = {
      {"low", 1.0 / 90}, {"medium", 1.0 / 30}, {"high", 1.0 / 7}};
  ReadChoice(reader, node, kBudgets, alerts_per_day);
}

void ReadDirection(Reader& reader, const YamlNode& node, Direction& out) {
  constexpr Choice<Direction> kDirections[] = {
      {"both", Direction::kBoth}, {"above", Direction::kAbove}, {"below", Direction::kBelow}};
  ReadChoice(reader, node, kDirections, out);
}

void ReadRange(Reader& reader, const YamlNode& node, Tolerance& out) {
  if (node.IsNull()) return;
  if (node.kind != YamlNode::Kind::kSequence || node.items.size() != 2)
    return reader.Error(node, "expected the least and the largest value: [0, 1]");
  const auto least = Bound(reader, *node.items[0], Tolerance{}.range_min);
  const auto largest = Bound(reader, *node.items[1], Tolerance{}.range_max);
  if (!least || !largest) return;
  if (!(*least < *largest)) return reader.Error(node, "the least value comes first");
  out.range_min = *least;
  out.range_max = *largest;
}

void ReadZone(Reader& reader, const YamlNode& node, CalendarConfig& out) {
  if (node.IsNull()) return;
  const auto name = reader.Text(node);
  if (!name) return;
  auto zone = TimeZone::Load(*name);
  if (!zone) return reader.Error(node, zone.error());
  out.time_zone = *name;
  out.zone = *std::move(zone);
}

void ReadHolidays(Reader& reader, const YamlNode& node, CalendarConfig& out) {
  out.holidays.clear();
  if (!IsList(reader, node)) return;
  for (const YamlNode* item : node.items) {
    const auto text = reader.Text(*item);
    if (!text) continue;
    if (const auto day = ParseDate(*text)) {
      out.holidays.push_back(*day);
    } else if (text->ends_with(".ics")) {
      AddIcsFile(reader, *item, *text, out.holidays);
    } else {
      reader.Error(*item, "expected a date like 2026-12-25 or the name of an .ics file");
    }
  }
  std::ranges::sort(out.holidays);
  out.holidays.erase(std::unique(out.holidays.begin(), out.holidays.end()), out.holidays.end());
}

void CheckDomain(Reader& reader, const SeenKeys& seen, Direction direction,
                 const DetectorConfig& detector) {
  if (detector.domain == nullptr) return;
  const DomainCheckName& check = *detector.domain;
  const std::string name(check.name);
  for (const char* key : {"alert_budget", "sensitivity", "alert_budget_per", "threshold"}) {
    if (const YamlNode* at = seen.Find(key)) {
      reader.Error(*at, name + " has fixed limits: leave `" + key +
                            "` out, or name a detector that has no limits of its own");
    }
  }
  if (direction != Direction::kBoth && direction != check.direction) {
    reader.Error(*seen.Find("direction"),
                 name + " looks at one side only, " +
                     (check.direction == Direction::kAbove ? "above" : "below"));
  }
  const auto notice = [&](std::initializer_list<const char*> keys) {
    for (const char* key : keys) {
      if (const YamlNode* at = seen.Find(key))
        reader.Notice(*at, std::string(key) + " means nothing to " + name);
    }
  };
  notice({"data_range", "period", "alpha", "beta", "gamma", "window", "lower_percentile",
          "upper_percentile"});
  if (!check.has_baseline)
    notice({"min_deviation", "min_relative_deviation", "min_points", "time_zone", "holidays"});
}

void CheckTolerance(Reader& reader, const SeenKeys& seen, const Tolerance& tolerance,
                    const DetectorConfig& detector) {
  const YamlNode* budget = seen.Find("alert_budget");
  const YamlNode* sensitivity = seen.Find("sensitivity");
  if (budget != nullptr && sensitivity != nullptr)
    reader.Error(*sensitivity, "`sensitivity` is a name for an `alert_budget`: say one of them");
  const YamlNode* said = budget != nullptr ? budget : sensitivity;
  if (said != nullptr && !detector.is_auto() && detector.domain == nullptr) {
    reader.Notice(*said, "only the detector auto keeps to a budget; " +
                             std::string(detector.name()) + " has its `threshold`");
  }
  CheckDomain(reader, seen, tolerance.direction, detector);
  if (tolerance.min_deviation < 0)
    reader.Error(*seen.Find("min_deviation"), "`min_deviation` is not negative");
  if (tolerance.min_relative_deviation < 0) {
    reader.Error(*seen.Find("min_relative_deviation"),
                 "`min_relative_deviation` is not negative; 0.1 is a tenth of what is expected");
  }
}

}  // namespace warden
