// SPDX-License-Identifier: Apache-2.0
// All parts of the running daemon, put together in one place. Threads and what each owns:
//   main         waits for signals; starts, reloads, stops
//   http-server  the listener's sockets; runs handlers
//   api          what handlers must not wait for
//   store        the database's write side, triage and its image
//   flush        wakes triage when an incident's time has come
//   courier      deliveries under way
//   http-client  the sockets to channels, Prometheus and Grafana
//   enrich       verdicts for messages
//   watch        scheduled checks
// Stop order: listener refuses, no new watch run, intake, courier, listener, watches, enricher,
// client, writer, store. Start and Stop are for one thread.
#pragma once

#include <cstdint>
#include <memory>

#include "server/base/result.h"
#include "server/cli/serve_options.h"

namespace warden::cli {

class Daemon {
 public:
  explicit Daemon(ServeOptions options);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  enum class State : std::uint8_t { kReady, kWaiting };
  // kReady: takes webhooks. kWaiting: the disk is full, everybody is told to come again; call it
  // again after a moment. An error: it cannot run.
  [[nodiscard]] Result<State> Start();
  // Validates first; keeps the old configuration on error.
  [[nodiscard]] Result<void> Reload();
  // Gives up what is under way when the timeout has passed; nothing is lost by that.
  void Stop();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace warden::cli
