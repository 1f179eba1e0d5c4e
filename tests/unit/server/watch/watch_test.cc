// SPDX-License-Identifier: Apache-2.0
#include "server/watch/watch.h"

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"

namespace warden {
namespace {

const Instant kStart{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}};

TEST(Watcher, EndsTheAlertsOfAWatchThatLeftTheConfiguration) {
  const fakes::FakeClock clock{kStart};
  const auto store = std::move(*OpenSqliteStore(":memory:"));
  StoreWriter writer(*store);
  Config config;
  config.route.receiver = "team";
  config.route.route_key = config.route.route_id = "{}";
  config.receivers.emplace_back().name = "team";
  const auto shared = std::make_shared<const Config>(std::move(config));
  Intake intake(*store, writer, clock, shared, {});
  ASSERT_TRUE(intake.Start());

  Episode episode;
  episode.fires = true;
  episode.starts_at = kStart;
  episode.labels = {{"alertname", "Old"}, {"service", "shop"}};
  WebhookMessage message;
  message.source = "watch";
  message.external_url = "promwarden";
  Alert& alert = message.alerts.emplace_back();
  alert.labels = episode.labels;
  alert.starts_at = kStart;
  alert.fingerprint = alert.labels.Fingerprint();
  intake.Submit(std::move(message), [](const Result<Receipt>& told) { EXPECT_TRUE(told); });
  const Episodes episodes{{{{"service", "shop"}}, episode}};
  ASSERT_TRUE(writer.Run([&](Transaction& transaction) {
    return transaction.PutBlob("watch/Old", EncodeEpisodes(episodes));
  }));

  Watcher watcher({*store, writer, intake, clock, {}}, shared);
  while (!store->BlobNames("watch/")->empty()) std::this_thread::yield();
  watcher.Stop();
  const auto incidents = store->ListIncidents({.state = IncidentState::kAll});
  ASSERT_EQ(incidents->rows.size(), 1U);
  EXPECT_EQ(incidents->rows.at(0).alerts.at(0).alert.status, AlertStatus::kResolved);
}

}  // namespace
}  // namespace warden
