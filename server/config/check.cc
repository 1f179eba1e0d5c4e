// SPDX-License-Identifier: Apache-2.0
// Diagnostics as people read them.
#include <ranges>

#include "promql/model/go_text.h"
#include "server/config/load.h"

namespace warden {
namespace {

constexpr std::size_t kMaxShown = 160;  // bytes of a source line
constexpr std::size_t kMostShown =
    100;  // diagnostics: nobody reads more, and a file may hold thousands

std::string Counted(std::size_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

// The line and a caret under the column; tabs stay tabs so that both lines agree. Control
// characters do not get out.
std::string Excerpt(const ConfigDiagnostic& diagnostic) {
  std::string line;
  std::string caret;
  int column = 1;
  for (std::string_view rest = diagnostic.source_line; !rest.empty() && line.size() < kMaxShown;
       ++column) {
    const promql::Rune rune = promql::DecodeRune(rest);
    const bool is_shown = rune.value == '\t' || promql::IsPrint(rune.value);
    if (is_shown && rune.is_valid) {
      line += rest.substr(0, rune.width);
    } else {
      line += '?';
    }
    if (column < diagnostic.column) caret += rune.value == '\t' ? '\t' : ' ';
    rest.remove_prefix(rune.width);
  }
  if (column < diagnostic.column) return "  " + line + "\n";
  return "  " + line + "\n  " + caret + "^\n";
}

}  // namespace

std::string Format(const ConfigDiagnostic& diagnostic) {
  std::string text = diagnostic.file;
  if (diagnostic.line > 0)
    text += ":" + std::to_string(diagnostic.line) + ":" + std::to_string(diagnostic.column);
  text += ": " + diagnostic.message + "\n";
  if (!diagnostic.source_line.empty() && diagnostic.column > 0) text += Excerpt(diagnostic);
  return text;
}

std::string Format(const ConfigDiagnostics& diagnostics) {
  std::string text;
  for (const ConfigDiagnostic& diagnostic : diagnostics | std::views::take(kMostShown))
    text += Format(diagnostic);
  if (diagnostics.size() > kMostShown)
    text += "… and " + std::to_string(diagnostics.size() - kMostShown) + " more\n";
  return text;
}

namespace {

std::size_t RouteCount(const Route& route) {
  std::size_t count = 1;
  for (const Route& child : route.routes) count += RouteCount(child);
  return count;
}

std::string Summary(const Config& config) {
  return config.source + " is fine: " + Counted(RouteCount(config.route), "route", "routes") +
         ", " + Counted(config.receivers.size(), "receiver", "receivers") + ", " +
         Counted(config.inhibit_rules.size(), "inhibit rule", "inhibit rules") + ", " +
         Counted(config.time_intervals.size(), "time interval", "time intervals") + ", " +
         Counted(config.maintenance_windows.size(), "maintenance window", "maintenance windows") +
         ", " + Counted(config.watches.size(), "watch", "watches") + "\n";
}

}  // namespace

CheckReport CheckConfigFile(const std::string& file) {
  const auto loaded = LoadConfigFile(file);
  if (!loaded) {
    return {false,
            Format(loaded.error()) + Counted(loaded.error().size(), "error", "errors") + "\n"};
  }
  ConfigDiagnostics notices = loaded->notices;
  for (ConfigDiagnostic& notice : notices) notice.message = "notice: " + notice.message;
  return {true, Format(notices) + Summary(loaded->config)};
}

}  // namespace warden
