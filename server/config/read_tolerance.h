// SPDX-License-Identifier: Apache-2.0
// Keys that watches and the check of arriving alerts share: the budget, limits of what counts, and
// the calendar. Private to this folder.
#pragma once

#include "server/config/reader.h"
#include "server/config/watch_config.h"

namespace warden {

void ReadAlertBudget(Reader& reader, const YamlNode& node, double& alerts_per_day);  // 1/30d
void ReadSensitivity(Reader& reader, const YamlNode& node, double& alerts_per_day);
void ReadDirection(Reader& reader, const YamlNode& node, Direction& out);
void ReadRange(Reader& reader, const YamlNode& node, Tolerance& out);  // [0, 1]; null: no limit
void ReadZone(Reader& reader, const YamlNode& node, CalendarConfig& out);
void ReadHolidays(Reader& reader, const YamlNode& node, CalendarConfig& out);  // dates, *.ics
// Keys of a section beside a domain check, whose limits and side are fixed.
void CheckDomain(Reader& reader, const SeenKeys& seen, Direction direction,
                 const DetectorConfig& detector);
// What the keys say together.
void CheckTolerance(Reader& reader, const SeenKeys& seen, const Tolerance& tolerance,
                    const DetectorConfig& detector);

}  // namespace warden
