// SPDX-License-Identifier: Apache-2.0
// YAML bytes → Config. Reads the file as Go's yaml does (YAML 1.1; unknown and duplicate keys are
// errors), checks everything that Alertmanager checks and what is ours, and reports all mistakes at
// once with file, line and column. Secret files are not opened, templates of messages not parsed.
// Pure but for LoadConfigFile; safe from any thread.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/result.h"
#include "server/config/config.h"

namespace warden {

struct ConfigDiagnostic {
  std::string file;
  int line = 0;    // 1-based; 0: the file as a whole
  int column = 0;  // 1-based, in characters
  std::string message;
  std::string source_line;  // text of that line, for the caret
};

using ConfigDiagnostics = std::vector<ConfigDiagnostic>;

struct LoadedConfig {
  Config config;
  ConfigDiagnostics
      notices;  // valid, but worth knowing: fields with templates, channels not built yet
};

// `file` names the bytes in messages; relative paths of templates, TLS and HTTP settings start at
// its folder.
[[nodiscard]] std::expected<LoadedConfig, ConfigDiagnostics> LoadConfig(std::string_view yaml,
                                                                        const std::string& file);

// Reads the file first; a file that cannot be read is one diagnostic.
[[nodiscard]] std::expected<LoadedConfig, ConfigDiagnostics> LoadConfigFile(
    const std::string& file);

// `file:line:column: message`, the line of the source and a caret below.
[[nodiscard]] std::string Format(const ConfigDiagnostic& diagnostic);

// The same for all of them, one after another, each with a line break at its end.
[[nodiscard]] std::string Format(const ConfigDiagnostics& diagnostics);

// What `check-config` prints: errors, or the notices and one line that the file is fine with what
// it holds.
struct CheckReport {
  bool is_valid = false;
  std::string text;
};
[[nodiscard]] CheckReport CheckConfigFile(const std::string& file);

}  // namespace warden
