// SPDX-License-Identifier: Apache-2.0
#include "server/config/load.h"

#include <algorithm>
#include <cstddef>
#include <set>

#include "promql/model/fnv.h"
#include "promql/model/go_text.h"
#include "server/base/read_file.h"
#include "server/config/sections.h"

namespace warden {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{64} << 20U;

// The top level as it stands in the file.
struct FileDraft {
  GlobalDraft global;
  std::vector<std::string> templates;
  std::optional<RouteDraft> route;
  std::vector<ReceiverDraft> receivers;
  std::vector<InhibitRule> inhibit_rules;
  std::vector<TimeInterval> time_intervals, mute_time_intervals;
  const YamlNode* time_intervals_at = nullptr;
  const YamlNode* mute_time_intervals_at = nullptr;
  PrometheusConfig prometheus;
  std::optional<UrlText> alertmanager_url;
  GrafanaConfig grafana;
  AnomalyConfig anomaly;
  std::vector<WatchConfig> watches;
  std::vector<MaintenanceWindow> maintenance_windows;
  StorageConfig storage;
  IntakeConfig intake;
  DeliveryConfig delivery;
  ApiConfig api;
};

void SetReceivers(FileDraft& out, Reader& reader, const YamlNode& node) {
  ReadList(reader, node, out.receivers);
  for (std::size_t i = 0; i < out.receivers.size(); ++i) out.receivers[i].at = node.items[i];
}

void SetTimeIntervals(FileDraft& out, Reader& reader, const YamlNode& node) {
  out.time_intervals_at = &node;
  ReadList(reader, node, out.time_intervals);
}

void SetMuteTimeIntervals(FileDraft& out, Reader& reader, const YamlNode& node) {
  out.mute_time_intervals_at = &node;
  ReadList(reader, node, out.mute_time_intervals);
}

void SetGlobal(FileDraft& out, Reader& reader, const YamlNode& node) {
  out.global = {};
  if (!node.IsNull()) ReadValue(reader, node, out.global);
}

void SetTracing(FileDraft&, Reader& reader, const YamlNode& node) {
  reader.Notice(node, "tracing is not built: without effect");
}

constexpr Field<FileDraft> kFileFields[] = {
    {"global", SetGlobal},
    {"templates", Set<&FileDraft::templates>},
    {"route", Set<&FileDraft::route>},
    {"receivers", SetReceivers},
    {"inhibit_rules", SetList<&FileDraft::inhibit_rules>},
    {"time_intervals", SetTimeIntervals},
    {"mute_time_intervals", SetMuteTimeIntervals},
    {"tracing", SetTracing},
    {"prometheus", Set<&FileDraft::prometheus>},
    {"alertmanager_url", Set<&FileDraft::alertmanager_url>},
    {"grafana", Set<&FileDraft::grafana>},
    {"anomaly", Set<&FileDraft::anomaly>},
    {"watches", SetList<&FileDraft::watches>},
    {"maintenance_windows", SetList<&FileDraft::maintenance_windows>},
    {"storage", Set<&FileDraft::storage>},
    {"intake", Set<&FileDraft::intake>},
    {"delivery", Set<&FileDraft::delivery>},
    {"api", Set<&FileDraft::api>},
};

void FinishReceivers(Reader& reader, const FileDraft& draft, Config& config) {
  std::set<std::string_view> names;
  for (const ReceiverDraft& receiver : draft.receivers) {
    if (!names.insert(receiver.name).second) {
      reader.Error(*receiver.at, "there are two receivers `" + receiver.name + "`");
    }
    config.receivers.push_back(FinishReceiver(reader, receiver, draft.global));
  }
}

void FinishTimeIntervals(Reader& reader, FileDraft& draft, Config& config) {
  std::set<std::string> names;
  const auto take = [&](std::vector<TimeInterval>& intervals, const YamlNode* at) {
    for (std::size_t i = 0; i < intervals.size(); ++i) {
      if (!names.insert(intervals[i].name).second) {
        reader.Error(*at->items[i], "there are two time intervals `" + intervals[i].name + "`");
      }
      config.time_intervals.push_back(std::move(intervals[i]));
    }
  };
  take(draft.mute_time_intervals, draft.mute_time_intervals_at);
  take(draft.time_intervals, draft.time_intervals_at);
}

template <class T>
void CheckUnique(Reader& reader, const YamlNode* at, const std::vector<T>& list,
                 const std::string& what) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!names.insert(list[i].name).second) {
      reader.Error(*at->items[i], "there are two " + what + " `" + list[i].name + "`");
    }
  }
}

void CheckOurs(Reader& reader, const YamlNode& root, const SeenKeys& seen, const FileDraft& draft) {
  CheckUnique(reader, seen.Find("watches"), draft.watches, "watches");
  CheckUnique(reader, seen.Find("maintenance_windows"), draft.maintenance_windows,
              "maintenance windows");
  const bool needs_prometheus = !draft.watches.empty() || !draft.anomaly.queries.empty();
  if (needs_prometheus && !draft.prometheus.is_set()) {
    const YamlNode* at = draft.watches.empty() ? seen.Find("anomaly") : seen.Find("watches");
    reader.Error(at != nullptr ? *at : root,
                 "watches and queries need `prometheus` with its `url`");
  }
  const bool needs_alertmanager = std::ranges::any_of(draft.watches, [](const WatchConfig& watch) {
    return watch.raise_in == RaiseIn::kAlertmanager;
  });
  if (needs_alertmanager && !draft.alertmanager_url)
    reader.Error(*seen.Find("watches"), "`raise_in: alertmanager` needs `alertmanager_url`");
}

Config Finish(Reader& reader, const YamlNode& root, const SeenKeys& seen, FileDraft& draft) {
  Config config;
  config.global = draft.global;
  for (const std::string& pattern : draft.templates)
    config.templates.push_back(reader.Join(pattern));
  FinishReceivers(reader, draft, config);
  FinishTimeIntervals(reader, draft, config);
  CheckOurs(reader, root, seen, draft);
  if (draft.route && draft.route->at != nullptr) {
    config.route = FinishRoute(reader, *draft.route, config);
  } else {
    reader.Error(root, "there is no `route`");
  }
  config.inhibit_rules = std::move(draft.inhibit_rules);
  config.prometheus = std::move(draft.prometheus);
  if (draft.alertmanager_url) config.alertmanager_url = draft.alertmanager_url->text;
  config.grafana = std::move(draft.grafana);
  config.anomaly = std::move(draft.anomaly);
  config.watches = std::move(draft.watches);
  config.maintenance_windows = std::move(draft.maintenance_windows);
  config.storage = draft.storage;
  config.intake = std::move(draft.intake);
  config.delivery = draft.delivery;
  config.api = draft.api;
  return config;
}

}  // namespace

std::expected<LoadedConfig, ConfigDiagnostics> LoadConfig(std::string_view yaml,
                                                          const std::string& file) {
  Reader reader(file, yaml);
  const auto document = YamlDocument::Parse(yaml);
  if (!document) {
    reader.ErrorAt(document.error().line, document.error().column, document.error().message);
    return std::unexpected(reader.TakeErrors());
  }
  if (document->root() == nullptr) {
    reader.ErrorAt(0, 0, "the file is empty: at least `route` and `receivers` are needed");
    return std::unexpected(reader.TakeErrors());
  }
  const YamlNode& root = *document->root();
  FileDraft draft;
  const SeenKeys seen = ReadSection(reader, root, "configuration", kFileFields, draft);
  Config config;
  // Without a mapping there is nothing whose parts could be missing.
  if (root.kind == YamlNode::Kind::kMapping || root.IsLooseNull())
    config = Finish(reader, root, seen, draft);
  if (!reader.errors().empty()) return std::unexpected(reader.TakeErrors());
  config.source = file;
  config.hash = promql::Fnv1a(yaml);
  return LoadedConfig{std::move(config), reader.TakeNotices()};
}

std::expected<LoadedConfig, ConfigDiagnostics> LoadConfigFile(const std::string& file) {
  const auto text = ReadFile(file, kMaxFileBytes);
  if (!text) {
    return std::unexpected(
        ConfigDiagnostics{{file, 0, 0, "cannot read the file: " + text.error().message, ""}});
  }
  return LoadConfig(*text, file);
}

KnownKeys AllKnownKeys() {
  KnownKeys known;
  AddKnownKeys(known, "configuration", kFileFields);
  AddGlobalKeys(known);
  AddRouteKeys(known);
  AddReceiverKeys(known);
  AddUnbuiltKeys(known);
  AddHttpKeys(known);
  AddTimeKeys(known);
  AddOurKeys(known);
  AddWatchKeys(known);
  return known;
}

}  // namespace warden
