// SPDX-License-Identifier: Apache-2.0
// What `promwarden serve` is told on its command line, each flag also as an environment variable
// (PROMWARDEN_…).
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "server/base/log.h"
#include "server/base/result.h"

namespace warden::cli {

struct ServeFlags {  // as given
  std::string config_file;
  std::string storage_path = "promwarden.db";
  std::vector<std::string> listen_addresses = {":19093"};
  std::string external_url;
  std::string max_body_bytes = "16777216";
  std::string log_level = "info";
  std::string log_format = "logfmt";
  std::string shutdown_timeout = "10s";
};

struct ServeOptions {
  std::string config_file;   // empty: from the environment
  std::string storage_path;  // of the database file
  std::vector<std::string> listen_addresses;
  std::string external_url;  // no slash at its end; empty: none
  std::string prefix;        // its path
  std::size_t max_body_bytes = 0;
  LogLevel log_level = LogLevel::kInfo;
  LogFormat log_format = LogFormat::kLogfmt;
  std::chrono::milliseconds shutdown_timeout{0};
};

// invalid: names the flag and what it takes.
[[nodiscard]] Result<ServeOptions> ReadServeFlags(const ServeFlags& flags);

}  // namespace warden::cli
