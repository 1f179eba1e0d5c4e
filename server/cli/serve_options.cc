// SPDX-License-Identifier: Apache-2.0
#include "server/cli/serve_options.h"

#include <charconv>

#include "promql/model/duration.h"

namespace warden::cli {
namespace {

Result<void> ReadExternalUrl(std::string url, ServeOptions& options) {
  while (url.ends_with('/')) url.pop_back();
  if (url.empty()) return {};
  const auto scheme = url.find("://");
  const bool is_http = url.starts_with("http://") || url.starts_with("https://");
  if (!is_http || url.size() == scheme + 3 || url.find_first_of("?# ") != std::string::npos) {
    return Fail(ErrorCode::kInvalid, "--web.external-url must be http(s)://HOST[:PORT][/PATH]");
  }
  const auto slash = url.find('/', scheme + 3);
  if (slash != std::string::npos) options.prefix = url.substr(slash);
  options.external_url = std::move(url);
  return {};
}

Result<void> ReadLog(const ServeFlags& flags, ServeOptions& options) {
  if (flags.log_level == "debug") {
    options.log_level = LogLevel::kDebug;
  } else if (flags.log_level == "info") {
    options.log_level = LogLevel::kInfo;
  } else if (flags.log_level == "warn") {
    options.log_level = LogLevel::kWarn;
  } else if (flags.log_level == "error") {
    options.log_level = LogLevel::kError;
  } else {
    return Fail(ErrorCode::kInvalid, "--log.level must be debug, info, warn or error");
  }
  if (flags.log_format != "logfmt" && flags.log_format != "json") {
    return Fail(ErrorCode::kInvalid, "--log.format must be logfmt or json");
  }
  options.log_format = flags.log_format == "json" ? LogFormat::kJson : LogFormat::kLogfmt;
  return {};
}

}  // namespace

Result<ServeOptions> ReadServeFlags(const ServeFlags& flags) {
  ServeOptions options;
  options.config_file = flags.config_file;
  options.storage_path = flags.storage_path;
  options.listen_addresses = flags.listen_addresses;
  if (options.storage_path.empty())
    return Fail(ErrorCode::kInvalid, "--storage.path must not be empty");
  const auto& bytes = flags.max_body_bytes;
  const auto [end, error] =
      std::from_chars(bytes.data(), bytes.data() + bytes.size(), options.max_body_bytes);
  if (error != std::errc{} || end != bytes.data() + bytes.size() || options.max_body_bytes == 0) {
    return Fail(ErrorCode::kInvalid, "--web.max-body-bytes must be a number of bytes from 1 on");
  }
  const auto timeout = promql::ParseDuration(flags.shutdown_timeout);
  if (!timeout)
    return Fail(ErrorCode::kInvalid, "--shutdown.timeout must be a duration such as 10s");
  options.shutdown_timeout = *timeout;
  if (auto read = ReadExternalUrl(flags.external_url, options); !read)
    return std::unexpected(read.error());
  if (auto read = ReadLog(flags, options); !read) return std::unexpected(read.error());
  return options;
}

}  // namespace warden::cli
