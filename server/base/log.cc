// SPDX-License-Identifier: Apache-2.0
#include "server/base/log.h"

#include <unistd.h>

#include <atomic>

#include "server/base/clock.h"

namespace warden {
namespace {

std::atomic<LogLevel> least_level{LogLevel::kInfo};
std::atomic<LogFormat> line_format{LogFormat::kLogfmt};

std::string_view LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarn:
      return "warn";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

void AppendQuoted(std::string& out, std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 0xf];
    } else {
      out += c;
    }
  }
  out += '"';
}

bool NeedsQuotes(std::string_view text) {
  if (text.empty()) return true;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || c == '"' || c == '=' || c == '\\' || byte == 0x7f) return true;
  }
  return false;
}

void AppendLogfmt(std::string& out, std::string_view key, std::string_view value) {
  if (!out.empty()) out += ' ';
  out += key;
  out += '=';
  if (NeedsQuotes(value)) {
    AppendQuoted(out, value);
  } else {
    out += value;
  }
}

void AppendJson(std::string& out, std::string_view key, std::string_view value) {
  out += out.size() == 1 ? "" : ",";
  AppendQuoted(out, key);
  out += ':';
  AppendQuoted(out, value);
}

}  // namespace

void SetLog(LogLevel least, LogFormat format) {
  least_level = least;
  line_format = format;
}

bool LogEnabled(LogLevel level) { return level >= least_level.load(); }

std::string LogLine(LogFormat format, std::string_view time, LogLevel level,
                    std::string_view message, std::initializer_list<LogField> fields) {
  const bool json = format == LogFormat::kJson;
  const auto append = json ? AppendJson : AppendLogfmt;
  std::string line = json ? "{" : "";
  append(line, "time", time);
  append(line, "level", LevelName(level));
  append(line, "msg", message);
  for (const auto& field : fields) append(line, field.key, field.value);
  if (json) line += '}';
  return line;
}

void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  if (!LogEnabled(level)) return;
  std::string line =
      LogLine(line_format.load(), FormatRfc3339(SystemClock{}.Now()), level, message, fields);
  line += '\n';
  // A full log disk or a closed pipe must not stop alerts: a failed write is dropped.
  [[maybe_unused]] const auto written = write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace warden
