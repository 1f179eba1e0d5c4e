// SPDX-License-Identifier: Apache-2.0
// The verbs of `promwarden`, one file each. A verb adds its subcommand with a callback that stores
// the exit status.
#pragma once

namespace CLI {
class App;
}

namespace warden::cli {

// `status` outlives the parse: what main returns. 0 fine, 1 found wanting, 2 wrong usage.
void AddServe(CLI::App& app, int& status);
void AddCheckConfig(CLI::App& app, int& status);
void AddRoute(CLI::App& app, int& status);
void AddBacktest(CLI::App& app, int& status);
void AddForecast(CLI::App& app, int& status);
void AddChart(CLI::App& app, int& status);

inline constexpr auto kVerbs = {AddServe, AddCheckConfig, AddRoute, AddBacktest, AddForecast, AddChart};

}  // namespace warden::cli
