// SPDX-License-Identifier: Apache-2.0
// promwarden: stands between Alertmanager and the people it wakes up.
#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>

#include "server/cli/verbs.h"
#include "server/cli/version.h"

int main(int argc, char** argv) {
  try {
    CLI::App app{
        "Takes Alertmanager's webhooks, decides durably what each alert deserves, and gets word to "
        "people.",
        "promwarden"};
    app.set_version_flag("--version", warden::VersionText());
    app.set_help_flag("-h,--help", "Print this help and exit");
    app.require_subcommand(1);
    int status = 0;
    for (const auto add : warden::cli::kVerbs) add(app, status);
    try {
      app.parse(argc, argv);
    } catch (const CLI::Success& done) {
      return app.exit(done);
    } catch (const CLI::ParseError& error) {
      app.exit(error);
      return 2;
    }
    return status;
  } catch (const std::exception& error) {
    std::cerr << "promwarden: " << error.what() << '\n';
    return 1;
  }
}
