// SPDX-License-Identifier: Apache-2.0
// `promwarden route explain`: which nodes of the tree an alert meets, what would mute it then, and
// who would hear of it.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "server/base/clock.h"
#include "server/cli/verbs.h"
#include "server/config/load.h"
#include "server/triage/explain.h"

namespace warden::cli {
namespace {

struct Options {
  std::string config_file;
  std::string time;
  std::vector<std::string> labels;
};

Result<promql::LabelSet> ReadLabels(const std::vector<std::string>& texts) {
  promql::LabelSet labels;
  for (const auto& text : texts) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Fail(ErrorCode::kInvalid, "\"" + text + "\" is not of the form LABEL=VALUE");
    }
    labels.Set(text.substr(0, equals), text.substr(equals + 1));
  }
  return labels;
}

int Explain(const Options& options) {
  const auto loaded = LoadConfigFile(options.config_file);
  if (!loaded) {
    std::cerr << Format(loaded.error());
    return 1;
  }
  const auto labels = ReadLabels(options.labels);
  if (!labels) {
    std::cerr << "promwarden: " << labels.error().message << '\n';
    return 2;
  }
  Instant at = SystemClock{}.Now();
  if (!options.time.empty()) {
    const auto parsed = ParseRfc3339(options.time);
    if (!parsed) {
      std::cerr << "promwarden: --time " << options.time
                << " is not an RFC 3339 time such as 2026-11-21T12:00:00Z\n";
      return 2;
    }
    at = *parsed;
  }
  std::cout << ExplainRoute(loaded->config, *labels, at);
  return 0;
}

}  // namespace

void AddRoute(CLI::App& app, int& status) {
  auto* verb = app.add_subcommand("route", "Look into the route tree");
  verb->require_subcommand(1);
  auto* explain = verb->add_subcommand(
      "explain", "Say which routes take an alert, what mutes it, and who hears of it");
  auto options = std::make_shared<Options>();
  explain->add_option("--config.file", options->config_file, "Configuration file")
      ->envname("PROMWARDEN_CONFIG_FILE")
      ->required()
      ->type_name("FILE");
  explain->add_option("--time", options->time, "When the alert fires (RFC 3339); now unless given")
      ->type_name("TIME");
  explain->add_option("labels", options->labels, "The alert's labels")
      ->required()
      ->type_name("LABEL=VALUE");
  explain->callback([options, &status] { status = Explain(*options); });
}

}  // namespace warden::cli
