// SPDX-License-Identifier: Apache-2.0
#include "promql/rulefile/fields.h"

#include <algorithm>
#include <array>

namespace promql::rulefile {
namespace {

constexpr auto kFileKeys = std::to_array<std::string_view>({"groups"});
constexpr auto kGroupKeys = std::to_array<std::string_view>(
    {"name", "interval", "query_offset", "limit", "labels", "rules"});
constexpr auto kRuleKeys = std::to_array<std::string_view>(
    {"record", "alert", "expr", "for", "keep_firing_for", "labels", "annotations"});

struct ExtraKey {
  Place place;
  Schema schema;
  std::string_view key;
};

constexpr auto kExtraKeys = std::to_array<ExtraKey>({
    {Place::kGroup, Schema::kThanos, "partial_response_strategy"},
    {Place::kFile, Schema::kMimir, "namespace"},
    {Place::kGroup, Schema::kMimir, "source_tenants"},
    {Place::kGroup, Schema::kMimir, "evaluation_delay"},
    {Place::kGroup, Schema::kMimir, "align_evaluation_time_on_interval"},
    {Place::kGroup, Schema::kMimir, "remote_write"},
    {Place::kGroup, Schema::kVictoriaMetrics, "type"},
    {Place::kGroup, Schema::kVictoriaMetrics, "concurrency"},
    {Place::kGroup, Schema::kVictoriaMetrics, "eval_offset"},
    {Place::kGroup, Schema::kVictoriaMetrics, "eval_delay"},
    {Place::kGroup, Schema::kVictoriaMetrics, "eval_alignment"},
    {Place::kGroup, Schema::kVictoriaMetrics, "extra_filter_labels"},
    {Place::kGroup, Schema::kVictoriaMetrics, "params"},
    {Place::kGroup, Schema::kVictoriaMetrics, "headers"},
    {Place::kGroup, Schema::kVictoriaMetrics, "notifier_headers"},
    {Place::kGroup, Schema::kVictoriaMetrics, "tenant"},
    {Place::kGroup, Schema::kVictoriaMetrics, "debug"},
    {Place::kRule, Schema::kVictoriaMetrics, "debug"},
    {Place::kRule, Schema::kVictoriaMetrics, "update_entries_limit"},
});

}  // namespace

std::span<const std::string_view> KnownKeys(Place place) {
  if (place == Place::kFile) return kFileKeys;
  if (place == Place::kGroup) return kGroupKeys;
  return kRuleKeys;
}

bool IsExtraKey(Place place, std::string_view key, Schema schema) {
  return std::ranges::any_of(kExtraKeys, [&](const ExtraKey& extra) {
    return extra.place == place && extra.schema == schema && extra.key == key;
  });
}

KeyOwner OwnerOf(Place place, std::string_view key) {
  for (const ExtraKey& extra : kExtraKeys) {
    if (extra.place != place || extra.key != key) continue;
    if (extra.schema == Schema::kThanos) return {"Thanos", "thanos"};
    if (extra.schema == Schema::kMimir) return {"Mimir", "mimir"};
    return {"VictoriaMetrics", "victoriametrics"};
  }
  return {};
}

}  // namespace promql::rulefile
