// SPDX-License-Identifier: Apache-2.0
// `promwarden serve`: the daemon. SIGHUP reloads, SIGTERM and SIGINT drain and end it, a second one
// ends it at once, and so does the end of the timeout.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <thread>

#include "server/base/log.h"
#include "server/cli/daemon.h"
#include "server/cli/serve_options.h"
#include "server/cli/verbs.h"
#include "server/cli/version.h"

namespace warden::cli {
namespace {

sigset_t HandledSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGHUP, SIGTERM, SIGINT}) sigaddset(&signals, signal);
  return signals;
}

// Within this time.
bool IsToldToEnd(std::chrono::seconds within) {
  const sigset_t signals = HandledSignals();
  timespec wait{};
  wait.tv_sec = within.count();
  const int signal = sigtimedwait(&signals, nullptr, &wait);
  return signal == SIGTERM || signal == SIGINT;
}

// On the next signal, or when the time is up. All that matters is in the store by then.
void EndAtOnceAfter(std::chrono::milliseconds timeout) {
  std::thread([ends_at = std::chrono::steady_clock::now() + timeout] {
    const sigset_t signals = HandledSignals();
    for (;;) {
      const auto left = std::max<std::chrono::nanoseconds>(
          ends_at - std::chrono::steady_clock::now(), std::chrono::nanoseconds{0});
      const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
      timespec wait{};
      wait.tv_sec = seconds.count();
      wait.tv_nsec = (left - seconds).count();
      const int signal = sigtimedwait(&signals, nullptr, &wait);
      if (signal == SIGHUP) continue;
      if (signal > 0) {
        Log(LogLevel::kWarn, "second signal: ending at once");
        std::_Exit(1);
      }
      if (std::chrono::steady_clock::now() < ends_at) continue;
      Log(LogLevel::kWarn, "the time to shut down is up: ending at once, nothing is lost");
      std::_Exit(0);
    }
  }).detach();
}

// Thousands of senders may connect in the same second: as many sockets as the system allows.
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int Serve(const ServeOptions& options) {
  SetLog(options.log_level, options.log_format);
  // Blocked before any thread starts, so that only sigwait sees them.
  sigset_t signals = HandledSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  RaiseDescriptorLimit();

  Log(LogLevel::kInfo, "starting promwarden", {{"version", Version()}, {"revision", Revision()}});
  Daemon daemon(options);
  for (bool is_ready = false; !is_ready;) {
    const auto started = daemon.Start();
    if (!started) {
      Log(LogLevel::kError, "cannot start", {{"err", started.error().message}});
      return 1;
    }
    is_ready = *started == Daemon::State::kReady;
    if (!is_ready && IsToldToEnd(std::chrono::seconds{1})) {
      Log(LogLevel::kInfo, "bye");
      return 0;
    }
  }
  for (;;) {
    int signal = 0;
    sigwait(&signals, &signal);
    if (signal != SIGHUP) break;
    [[maybe_unused]] const auto logged = daemon.Reload();
  }
  EndAtOnceAfter(options.shutdown_timeout);
  Log(LogLevel::kInfo, "shutting down");
  daemon.Stop();
  Log(LogLevel::kInfo, "bye");
  return 0;
}

int ServeWithFlags(const ServeFlags& flags) {
  const auto options = ReadServeFlags(flags);
  if (!options) {
    std::cerr << "promwarden serve: " << options.error().message << '\n';
    return 2;
  }
  return Serve(*options);
}

}  // namespace

void AddServe(CLI::App& app, int& status) {
  auto* verb = app.add_subcommand("serve", "Run the daemon");
  auto flags = std::make_shared<ServeFlags>();
  const auto add = [verb](const char* name, auto& value, const char* variable, const char* type,
                          const char* says) {
    return verb->add_option(name, value, says)
        ->envname(variable)
        ->type_name(type)
        ->capture_default_str();
  };
  add("--config.file", flags->config_file, "PROMWARDEN_CONFIG_FILE", "FILE",
      "Configuration file; without one the configuration comes from the environment");
  add("--storage.path", flags->storage_path, "PROMWARDEN_STORAGE_PATH", "FILE",
      "SQLite database, created when missing");
  add("--web.listen-address", flags->listen_addresses, "PROMWARDEN_WEB_LISTEN_ADDRESS", "HOST:PORT",
      "Where to listen; repeatable")
      ->take_all();
  add("--web.external-url", flags->external_url, "PROMWARDEN_WEB_EXTERNAL_URL", "URL",
      "Where people reach this daemon; its path is the prefix of all endpoints");
  add("--web.max-body-bytes", flags->max_body_bytes, "PROMWARDEN_WEB_MAX_BODY_BYTES", "BYTES",
      "Largest webhook body");
  add("--log.level", flags->log_level, "PROMWARDEN_LOG_LEVEL", "LEVEL",
      "debug, info, warn or error");
  add("--log.format", flags->log_format, "PROMWARDEN_LOG_FORMAT", "FORMAT", "logfmt or json");
  add("--shutdown.timeout", flags->shutdown_timeout, "PROMWARDEN_SHUTDOWN_TIMEOUT", "DURATION",
      "How long messages under way may take after SIGTERM");
  verb->callback([flags, &status] { status = ServeWithFlags(*flags); });
}

}  // namespace warden::cli
