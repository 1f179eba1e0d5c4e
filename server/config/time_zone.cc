// SPDX-License-Identifier: Apache-2.0
#include "server/config/time_zone.h"

#include <algorithm>
#include <cstdint>

#include "promql/template/time_zone.h"
#include "server/base/read_file.h"

namespace warden {
namespace {

using Zone = promql::tmpl::TimeZone;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr std::size_t kLargestFile = std::size_t{1} << 20U;
constexpr auto kHorizon = std::chrono::days(3653);

// Templates take UTC for local time, as in a container; a schedule means the machine's own.
std::shared_ptr<const Zone> MachineZone() {
  const auto bytes = ReadFile("/etc/localtime", kLargestFile);
  return bytes ? Zone::Parse(*bytes) : nullptr;
}

}  // namespace

std::expected<std::shared_ptr<const TimeZone>, std::string> TimeZone::Load(
    const std::string& name) {
  std::shared_ptr<const Zone> zone = name == "Local" ? MachineZone() : nullptr;
  // Of those that are kept for the life of the process nothing is owned here.
  if (!zone) zone = {std::shared_ptr<const void>(), Zone::Find(name)};
  if (!zone) return std::unexpected("unknown time zone `" + name + "`");
  return std::shared_ptr<const TimeZone>(new TimeZone(std::move(zone)));
}

seconds TimeZone::OffsetAt(sys_seconds at) const {
  return seconds(zone_->At(at.time_since_epoch().count()).offset);
}

sys_seconds TimeZone::NextTransition(sys_seconds at) const {
  const std::int64_t change = zone_->NextChange(at.time_since_epoch().count());
  const sys_seconds horizon = at + kHorizon;
  return sys_seconds(seconds(std::min(change, horizon.time_since_epoch().count())));
}

}  // namespace warden
