// SPDX-License-Identifier: Apache-2.0
// /metrics: what was counted where it happened, and gauges that are looked up at each scrape.
#include <chrono>
#include <string>
#include <vector>

#include "server/api/api.h"

namespace warden::api {
namespace {

void RefreshDeliveries(const Parts& parts) {
  auto& metrics = parts.metrics;
  if (const auto balance = parts.store.Balance()) {
    metrics.deliveries_created.AdvanceTo(static_cast<double>(balance->created));
    metrics.deliveries_delivered.AdvanceTo(static_cast<double>(balance->delivered));
    metrics.deliveries_dead.AdvanceTo(static_cast<double>(balance->dead));
    metrics.deliveries_expired.AdvanceTo(static_cast<double>(balance->expired));
    metrics.deliveries_superseded.AdvanceTo(static_cast<double>(balance->superseded));
    metrics.deliveries_pending.Set(static_cast<double>(balance->pending));
  }
  const auto queues = parts.store.Queues();
  if (!queues) return;
  std::vector<LabelledValue> lengths;
  std::vector<LabelledValue> ages;
  const Instant now = parts.clock.Now();
  for (const auto& [destination, queue] : *queues) {
    lengths.push_back({{destination}, static_cast<double>(queue.waiting)});
    if (queue.oldest)
      ages.push_back({{destination}, std::chrono::duration<double>(now - *queue.oldest).count()});
  }
  metrics.delivery_queue_length.Replace(lengths);
  metrics.delivery_oldest_age.Replace(ages);
}

}  // namespace

std::string RenderMetrics(const Parts& parts) {
  auto& metrics = parts.metrics;
  RefreshDeliveries(parts);
  const auto counts = parts.intake.counts();
  metrics.incidents_open.Set(static_cast<double>(counts.open_incidents));
  metrics.incidents_muted.Set(static_cast<double>(counts.muted_incidents));
  metrics.alerts_firing.Set(static_cast<double>(counts.firing_alerts));
  metrics.intake_queue_length.Set(static_cast<double>(parts.intake.queued()));
  metrics.store_commits.AdvanceTo(static_cast<double>(parts.writer.commits()));
  metrics.store_failures.AdvanceTo(static_cast<double>(parts.writer.failures()));
  metrics.store_healthy.Set(parts.writer.healthy() ? 1 : 0);
  const auto server = parts.server.counts();
  metrics.http_connections.AdvanceTo(static_cast<double>(server.connections));
  metrics.http_connections_shed.AdvanceTo(static_cast<double>(server.shed));
  metrics.http_connections_open.Set(static_cast<double>(server.open));
  return metrics.Text();
}

}  // namespace warden::api
