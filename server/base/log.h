// SPDX-License-Identifier: Apache-2.0
// Structured log lines on standard error, logfmt or JSON, with Prometheus' slog keys: time, level,
// msg, then fields in snake_case. Safe from any thread: a line is written with one call. Values are
// escaped, so hostile text stays on its line. Callers never pass secrets; warden::Secret has no way
// into a Field.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace warden {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarn, kError };
enum class LogFormat : std::uint8_t { kLogfmt, kJson };

struct LogField {
  std::string_view key;
  std::string value;

  LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  LogField(std::string_view k, const char* v) : key(k), value(v) {}
  LogField(std::string_view k, const std::string& v) : key(k), value(v) {}
  LogField(std::string_view k, std::string&& v) : key(k), value(std::move(v)) {}
  template <class Number>
    requires std::integral<Number> || std::floating_point<Number>
  LogField(std::string_view k, Number v) : key(k), value(std::to_string(v)) {}
};

// Set once at start, before threads are started; later changes are seen by every thread.
void SetLog(LogLevel least, LogFormat format);
[[nodiscard]] bool LogEnabled(LogLevel level);

void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

// The line itself, for tests and for Log: `time=… level=warn msg="…" key=value`.
[[nodiscard]] std::string LogLine(LogFormat format, std::string_view time, LogLevel level,
                                  std::string_view message, std::initializer_list<LogField> fields);

}  // namespace warden
