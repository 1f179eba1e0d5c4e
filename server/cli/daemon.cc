// SPDX-License-Identifier: Apache-2.0
#include "server/cli/daemon.h"

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <random>
#include <utility>

#include "server/api/api.h"
#include "server/api/waiting_room.h"
#include "server/base/log.h"
#include "server/cli/alertmanager_poster.h"
#include "server/cli/config_source.h"
#include "server/cli/observers.h"
#include "server/cli/prometheus_clients.h"
#include "server/cli/version.h"
#include "server/delivery/courier.h"
#include "server/delivery/prometheus_enricher.h"
#include "server/intake/intake.h"
#include "server/net/curl_http_client.h"
#include "server/net/http_server.h"
#include "server/store/writer.h"
#include "server/telemetry/metrics.h"
#include "server/watch/watch.h"

namespace warden::cli {
namespace {

std::function<double()> Chance() {
  auto engine = std::make_shared<std::mt19937_64>(std::random_device{}());
  return [engine] { return std::uniform_real_distribution<double>{0, 1}(*engine); };
}

Result<void> MakeFolderOf(const std::string& file) {
  const auto folder = std::filesystem::path(file).parent_path();
  if (folder.empty()) return {};
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const bool is_full = error == std::errc::no_space_on_device || error.value() == EDQUOT;
  if (error)
    return Fail(is_full ? ErrorCode::kUnavailable : ErrorCode::kInvalid,
                "cannot create the folder " + folder.string() + ": " + error.message());
  return {};
}

}  // namespace

// Members are destroyed from the last to the first: whoever borrows stands below what it borrows.
struct Daemon::Parts {
  explicit Parts(ServeOptions given) : options(std::move(given)), configs(options.config_file) {}

  const ServeOptions options;
  SystemClock clock;
  Metrics metrics{warden::BuildInfo{Version(), Revision()}};
  DeliveryMetrics delivery_metrics{metrics};
  WatchMetrics watch_metrics{metrics};
  EnrichmentMetrics enrichment_metrics{metrics};
  api::WebhookTotals webhooks;
  std::atomic<bool> draining{false};
  ConfigSource configs;
  std::unique_ptr<Store> store;
  std::unique_ptr<StoreWriter> writer;
  ChartShelf charts{RandomKey()};
  std::unique_ptr<CurlHttpClient> http;
  std::unique_ptr<Enricher> enricher;
  std::unique_ptr<Intake> intake;
  std::unique_ptr<Courier> courier;
  std::atomic<Courier*> notified{nullptr};  // the courier, once triage may call it
  std::unique_ptr<Watcher> watcher;
  std::unique_ptr<api::WaitingRoom> waiting_room;
  std::unique_ptr<api::Worker> worker;
  std::unique_ptr<api::Worker> lister;
  std::unique_ptr<HttpServer> server;

  Result<void> LoadConfig();
  Result<void> OpenStore();
  Result<void> Wait(const Error& why);
  Result<void> Start();
  void StartDelivery();
  Result<void> StartIntake();
  void StartWatches();
  Result<void> StartServer();
  Result<void> Reload();
};

Daemon::Daemon(ServeOptions options) : parts_(std::make_unique<Parts>(std::move(options))) {}
Daemon::~Daemon() { Stop(); }

Result<Daemon::State> Daemon::Start() {
  auto& parts = *parts_;
  if (auto loaded = parts.LoadConfig(); !loaded) return std::unexpected(loaded.error());
  auto opened = parts.OpenStore();
  if (!opened && opened.error().code == ErrorCode::kUnavailable) {
    if (auto waiting = parts.Wait(opened.error()); !waiting)
      return std::unexpected(waiting.error());
    return State::kWaiting;
  }
  parts.waiting_room.reset();
  if (opened) opened = parts.Start();
  if (!opened) return std::unexpected(opened.error());
  return State::kReady;
}

// The first time it says why.
Result<void> Daemon::Parts::Wait(const Error& why) {
  if (waiting_room) return {};
  Log(LogLevel::kError, "the store cannot be opened yet; senders are told to come again",
      {{"err", why.message}});
  auto room = api::WaitingRoom::Open(options.listen_addresses, options.prefix, why.message);
  if (!room) return std::unexpected(room.error());
  waiting_room = std::move(*room);
  return {};
}

Result<void> Daemon::Parts::LoadConfig() {
  if (configs.current()) return {};
  if (auto done = configs.Reload(); !done)
    return Fail(done.error().code, "configuration: " + done.error().message);
  metrics.config_last_reload_successful.Set(1);
  metrics.config_last_reload_success_timestamp.Set(
      std::chrono::duration<double>(clock.Now().time_since_epoch()).count());
  metrics.SetConfigHash(configs.current()->hash);
  return {};
}

Result<void> Daemon::Parts::Start() {
  writer = std::make_unique<StoreWriter>(*store);
  StartDelivery();
  auto done = StartIntake();
  if (done) {
    StartWatches();
    done = StartServer();
  }
  return done;
}

Result<void> Daemon::Parts::OpenStore() {
  if (auto made = MakeFolderOf(options.storage_path); !made) return made;
  auto opened = OpenSqliteStore(options.storage_path);
  if (!opened) return std::unexpected(opened.error());
  // A disk that was full when the last one ended may still be: nothing can be taken then.
  if (auto written = Probe(**opened); !written) return written;
  store = std::move(*opened);
  return {};
}

Result<void> Daemon::Parts::StartIntake() {
  IntakeEvents events;
  // Triage begins with what is overdue while the courier is still being made.
  events.deliveries_added = [this] {
    if (auto* const target = notified.load()) target->Notify();
  };
  events.notified = [this](const Notification& notification) {
    metrics.notifications.Add({Name(notification.reason)});
  };
  intake = std::make_unique<Intake>(*store, *writer, clock, configs.current(), std::move(events));
  // Before triage's ids are loaded nothing may be leased: the courier starts after this.
  if (auto started = intake->Start(); !started) return started;
  CourierParts parts{*store,
                     *writer,
                     *http,
                     clock,
                     MakeChannel,
                     Chance(),
                     [this] { return intake->NewDeliveryId(); }};
  parts.enricher = enricher.get();
  parts.observer = &delivery_metrics;
  parts.external_url = options.external_url;
  parts.charts = &charts;
  courier = std::make_unique<Courier>(std::move(parts), configs.current());
  notified = courier.get();
  courier->Notify();
  configs.Subscribe([this](const std::shared_ptr<const Config>& config) {
    intake->SetConfig(config);
    enricher->SetConfig(config);
    courier->SetConfig(config);
  });
  return {};
}

void Daemon::Parts::StartDelivery() {
  CurlOptions curl;
  curl.user_agent = "promwarden/" + Version();
  http = std::make_unique<CurlHttpClient>(curl);
  EnricherParts parts{clock, PrometheusClients(*http)};
  parts.observer = &enrichment_metrics;
  enricher = std::make_unique<PrometheusEnricher>(std::move(parts), configs.current());
}

void Daemon::Parts::StartWatches() {
  WatchParts parts{*store, *writer, *intake, clock, PrometheusClients(*http)};
  parts.observer = &watch_metrics;
  parts.to_alertmanager = AlertmanagerPoster(*http);
  watcher = std::make_unique<Watcher>(std::move(parts), configs.current());
  configs.Subscribe(
      [this](const std::shared_ptr<const Config>& config) { watcher->SetConfig(config); });
}

Result<void> Daemon::Parts::StartServer() {
  worker = std::make_unique<api::Worker>("api");
  lister = std::make_unique<api::Worker>("lists");
  server = std::make_unique<HttpServer>();
  auto face = std::make_shared<api::Parts>(api::Parts{*server,
                                                      *worker,
                                                      *lister,
                                                      *store,
                                                      *writer,
                                                      *intake,
                                                      *courier,
                                                      charts,
                                                      metrics,
                                                      webhooks,
                                                      clock,
                                                      [this] { return configs.current(); },
                                                      [this] { return Reload(); },
                                                      draining,
                                                      {Version(), Revision()},
                                                      clock.Now(),
                                                      options.prefix,
                                                      options.max_body_bytes,
                                                      [this] { return watcher->Snapshot(); }});
  api::AddRoutes(face);
  if (auto started = server->Start(options.listen_addresses); !started) return started;
  Log(LogLevel::kInfo, "listening",
      {{"address", options.listen_addresses.front()}, {"port", server->port()}});
  return {};
}

Result<void> Daemon::Parts::Reload() {
  auto done = configs.Reload();
  metrics.config_last_reload_successful.Set(done ? 1 : 0);
  if (!done) {
    Log(LogLevel::kError, "configuration not reloaded; the old one stays",
        {{"err", done.error().message}});
    return done;
  }
  metrics.config_last_reload_success_timestamp.Set(
      std::chrono::duration<double>(clock.Now().time_since_epoch()).count());
  metrics.SetConfigHash(configs.current()->hash);
  Log(LogLevel::kInfo, "configuration reloaded");
  return done;
}

Result<void> Daemon::Reload() { return parts_->Reload(); }

void Daemon::Stop() {
  auto& parts = *parts_;
  if (parts.draining.exchange(true)) return;
  parts.waiting_room.reset();
  const auto patience = parts.options.shutdown_timeout;
  if (parts.watcher) parts.watcher->BeginStop();
  if (parts.intake) parts.intake->Stop();
  if (parts.courier && !parts.courier->Drain(patience * 7 / 10)) {
    Log(LogLevel::kWarn,
        "some messages were under way: their outcome is unknown, they are tried again at the next "
        "start");
  }
  if (parts.server)
    parts.server->Stop(std::min<std::chrono::milliseconds>(patience / 10, std::chrono::seconds{1}));
  parts.worker.reset();
  parts.lister.reset();
  // Last of those who use the client, because a Prometheus that hangs may hold it up.
  if (parts.watcher) parts.watcher->Stop();
  parts.notified = nullptr;
  parts.courier.reset();
  parts.enricher.reset();
  parts.http.reset();
  if (parts.writer) parts.writer->Stop();
}

}  // namespace warden::cli
