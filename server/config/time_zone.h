// SPDX-License-Identifier: Apache-2.0
// A time zone as schedules need it: offsets from UTC at any instant, and the instants at which they
// change. Names as Go's time.LoadLocation takes them: case-sensitive, no `..`, no absolute path;
// empty is UTC, Local what /etc/localtime says. Immutable; safe from any thread.
#pragma once

#include <chrono>
#include <expected>
#include <memory>
#include <string>
#include <utility>

namespace promql::tmpl {
class TimeZone;
}

namespace warden {

class TimeZone {
 public:
  // Fails with a message for an unknown zone. UTC needs no zone data.
  [[nodiscard]] static std::expected<std::shared_ptr<const TimeZone>, std::string> Load(
      const std::string& name);

  // Seconds east of UTC.
  [[nodiscard]] std::chrono::seconds OffsetAt(std::chrono::sys_seconds at) const;

  // The first instant after `at` at which the offset may change; `at` plus ten years when there is
  // none before.
  [[nodiscard]] std::chrono::sys_seconds NextTransition(std::chrono::sys_seconds at) const;

 private:
  explicit TimeZone(std::shared_ptr<const promql::tmpl::TimeZone> zone) : zone_(std::move(zone)) {}

  std::shared_ptr<const promql::tmpl::TimeZone> zone_;
};

}  // namespace warden
