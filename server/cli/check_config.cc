// SPDX-License-Identifier: Apache-2.0
// `promwarden check-config FILE…`: every mistake with its line and column, or that the file is
// fine.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "server/cli/verbs.h"
#include "server/config/load.h"

namespace warden::cli {

void AddCheckConfig(CLI::App& app, int& status) {
  auto* verb = app.add_subcommand("check-config",
                                  "Check configuration files; exits 1 when one has a mistake");
  auto files = std::make_shared<std::vector<std::string>>();
  verb->add_option("files", *files, "Configuration files")->required()->type_name("FILE");
  verb->callback([files, &status] {
    for (const auto& file : *files) {
      const auto report = CheckConfigFile(file);
      (report.is_valid ? std::cout : std::cerr) << report.text;
      if (!report.is_valid) status = 1;
    }
  });
}

}  // namespace warden::cli
