// SPDX-License-Identifier: Apache-2.0
// The configuration in force: loaded from a file or from the environment, replaced as a whole by
// Reload, which validates first and keeps the old one on error. Safe from any thread; subscribers
// are called on the thread that reloads.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "server/base/result.h"
#include "server/config/config.h"

namespace warden::cli {

class ConfigSource {
 public:
  using Subscriber = std::function<void(const std::shared_ptr<const Config>&)>;

  // An empty file name: from the environment.
  explicit ConfigSource(std::string file) : file_(std::move(file)) {}

  // The first time, and again at every reload. invalid: every mistake, a line each.
  Result<void> Reload();
  [[nodiscard]] std::shared_ptr<const Config> current() const;
  // Before the first Reload that matters to it; never removed.
  void Subscribe(Subscriber subscriber) { subscribers_.push_back(std::move(subscriber)); }

 private:
  const std::string file_;
  mutable std::mutex mutex_;
  std::mutex reload_mutex_;
  std::shared_ptr<const Config> current_;  // guarded by mutex_
  std::vector<Subscriber> subscribers_;
};

}  // namespace warden::cli
