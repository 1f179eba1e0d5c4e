// SPDX-License-Identifier: Apache-2.0
// The daemon's HTTP face: one file per resource, each adding its routes. Handlers run on the
// listener's thread and pass anything that blocks to a Worker: lists to the lister, so that metrics
// and webhooks never wait for them. What they show never holds a secret.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/api/worker.h"
#include "server/base/clock.h"
#include "server/config/config.h"
#include "server/delivery/chart_shelf.h"
#include "server/delivery/courier.h"
#include "server/intake/intake.h"
#include "server/net/http_server.h"
#include "server/store/store.h"
#include "server/telemetry/metrics.h"
#include "server/watch/report.h"

namespace warden::api {

class RequestLimiter;

struct Build {
  std::string version;
  std::string revision;
};

// Webhooks since the start, for /stats; /metrics has them by source.
struct WebhookTotals {
  std::atomic<std::int64_t> accepted{0};
  std::atomic<std::int64_t> duplicate{0};
  std::atomic<std::int64_t> quarantined{0};
  std::atomic<std::int64_t> rejected{0};
};

// What handlers borrow; everything outlives the server.
struct Parts {
  HttpServer& server;
  Worker& worker;
  Worker& lister;
  Store& store;
  StoreWriter& writer;
  Intake& intake;
  Courier& courier;
  ChartShelf& charts;
  Metrics& metrics;
  WebhookTotals& webhooks;
  const Clock& clock;
  std::function<std::shared_ptr<const Config>()> config;  // the one in force; any thread
  std::function<Result<void>()> reload;                   // blocks; the error says what is wrong
  std::atomic<bool>& draining;
  Build build;
  Instant started_at;
  std::string prefix;  // of all paths: that of the external URL, without a slash at its end
  std::size_t max_body_bytes = std::size_t{16} << 20;
  // As their last runs left them; any thread.
  std::function<std::vector<WatchView>()> watches = [] { return std::vector<WatchView>{}; };
};

// Adds every route. Before the server starts.
void AddRoutes(const std::shared_ptr<const Parts>& parts);

// One a resource.
void AddWebhookRoutes(const std::shared_ptr<const Parts>& parts);
void AddIncidentRoutes(const std::shared_ptr<const Parts>& parts);
void AddIncidentPage(const std::shared_ptr<const Parts>& parts);
void AddChartRoutes(const std::shared_ptr<const Parts>& parts);
void AddDeliveryRoutes(const std::shared_ptr<const Parts>& parts);
void AddQuarantineRoutes(const std::shared_ptr<const Parts>& parts);
void AddLifecycleRoutes(const std::shared_ptr<const Parts>& parts);
void AddPredecessorRoutes(const std::shared_ptr<const Parts>& parts);
void AddUnitRoutes(const std::shared_ptr<const Parts>& parts,
                   const std::shared_ptr<RequestLimiter>& limiter);
void AddUnitAlertRoute(const std::shared_ptr<const Parts>& parts,
                       const std::shared_ptr<RequestLimiter>& limiter);
void AddWatchRoutes(const std::shared_ptr<const Parts>& parts,
                    const std::shared_ptr<RequestLimiter>& limiter);
void AddDocumentRoute(const std::shared_ptr<const Parts>& parts);

// Adds a route under the prefix and counts its requests, also those that are turned away before or
// within the body.
void AddRoute(const std::shared_ptr<const Parts>& parts, HttpRoute route);

// Brings the gauges that are looked up, not counted, up to date; then what /metrics answers.
[[nodiscard]] std::string RenderMetrics(const Parts& parts);

// A handler whose work runs on the worker, or on the lister, where it may take its time; 503 when
// that has too much to do.
[[nodiscard]] Handler OnWorker(const std::shared_ptr<const Parts>& parts,
                               std::function<ServerResponse(const ServerRequest&)> handler);
[[nodiscard]] Handler OnLister(const std::shared_ptr<const Parts>& parts,
                               std::function<ServerResponse(const ServerRequest&)> handler);

// 503 with Retry-After: cheap, and what makes Alertmanager come again.
[[nodiscard]] ServerResponse ComeAgain(std::string_view reason);

// An error of the store or of a lower room as an answer.
[[nodiscard]] ServerResponse FailureOf(const Error& error);

}  // namespace warden::api
