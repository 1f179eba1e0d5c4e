// SPDX-License-Identifier: Apache-2.0
#include "server/cli/config_source.h"

#include <ranges>
#include <utility>

#include "server/base/log.h"
#include "server/config/environment.h"
#include "server/config/load.h"

namespace warden::cli {
namespace {

constexpr std::size_t kMostTold = 20;  // mistakes in one line of the log

}  // namespace

Result<void> ConfigSource::Reload() {
  const std::lock_guard reloading(reload_mutex_);
  auto loaded = file_.empty() ? ConfigFromEnvironment(ProcessEnvironment()) : LoadConfigFile(file_);
  if (!loaded) {
    std::string text;
    for (const auto& diagnostic : loaded.error() | std::views::take(kMostTold)) {
      text += (text.empty() ? "" : "; ") + diagnostic.file;
      if (diagnostic.line > 0)
        text += ":" + std::to_string(diagnostic.line) + ":" + std::to_string(diagnostic.column);
      text += ": " + diagnostic.message;
    }
    if (loaded.error().size() > kMostTold)
      text += "; and " + std::to_string(loaded.error().size() - kMostTold) + " more";
    return Fail(ErrorCode::kInvalid, std::move(text));
  }
  for (const auto& notice : loaded->notices) {
    Log(LogLevel::kInfo, notice.message,
        {{"file", notice.file}, {"line", notice.line}, {"column", notice.column}});
  }
  for (const auto& skipped : loaded->config.skipped_channels) {
    Log(LogLevel::kInfo, "channel skipped: not configured",
        {{"channel", skipped.channel}, {"variable", skipped.variable}});
  }
  auto config = std::make_shared<const Config>(std::move(loaded->config));
  {
    const std::lock_guard lock(mutex_);
    current_ = config;
  }
  for (const auto& subscriber : subscribers_) subscriber(config);
  return {};
}

std::shared_ptr<const Config> ConfigSource::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

}  // namespace warden::cli
