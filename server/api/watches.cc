// SPDX-License-Identifier: Apache-2.0
// What the watches know: how each stands, its series with what is expected of them, and what was
// unusual in them.
#include <algorithm>
#include <utility>

#include "server/api/api.h"
#include "server/api/json.h"
#include "server/api/query.h"
#include "server/api/request_limiter.h"

namespace warden::api {
namespace {

double Seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

void WriteVerdict(Json& json, const anomaly::Verdict& verdict) {
  json.Field("at", verdict.at)
      .Field("state", anomaly::Name(verdict.state))
      .Field("kind", anomaly::Name(verdict.kind))
      .Field("severity", anomaly::Name(verdict.severity))
      .Field("detector", anomaly::DetectorName(verdict))
      .Field("observed", verdict.observed)
      .Field("expected", verdict.expected)
      .Field("lower", verdict.lower)
      .Field("upper", verdict.upper)
      .Field("score", verdict.score)
      .Field("z", verdict.z)
      .Field("deviation", verdict.deviation)
      .Field("confidence", verdict.confidence)
      .Field("reason", verdict.reason);
}

void WriteWatch(Json& json, const WatchView& view) {
  const auto& report = *view.report;
  json.Object()
      .Field("name", view.name)
      .Field("query", report.watch.query)
      .Field("detector", report.watch.detector.name())
      .Field("state", warden::Name(report.state))
      .Field("error", report.error)
      .Field("running", view.is_running)
      .Field("last_run", report.last_run)
      .Field("last_success", report.last_success)
      .Field("next_run", view.next_run)
      .Field("series", report.series.size())
      .Field("left_out", report.left_out)
      .Field("open_alerts", report.open_alerts)
      .Field("points", report.points)
      .Field("alerts_per_day", report.alerts_per_day.value_or(anomaly::kUnknown));
  json.Key("skipped").Object();
  for (std::size_t i = 0; i < kSkippedNames.size(); ++i)
    json.Field(kSkippedNames[i], report.skipped[static_cast<Skipped>(i)]);
  json.EndObject().Key("warnings").Array();
  for (const auto& warning : report.warnings) json.Text(warning);
  json.EndArray().EndObject();
}

ServerResponse ListWatches(const Parts& parts) {
  Json json;
  json.Array();
  for (const auto& view : parts.watches()) WriteWatch(json, view);
  json.EndArray();
  return Success(json.Take());
}

ServerResponse ListSeries(const Parts& parts, const ServerRequest& request) {
  const auto limit = LimitOf(request, 1000);
  if (!limit) return FailureOf(limit.error());
  const auto views = parts.watches();
  const auto view = std::ranges::find(views, request.Param("name").value_or(""), &WatchView::name);
  if (view == views.end()) return Failure(404, "not_found", "no such watch");
  Json json;
  json.Array();
  const auto& series = view->report->series;
  const auto shown = std::min(series.size(), static_cast<std::size_t>(*limit));
  for (std::size_t i = 0; i < shown; ++i) {
    json.Object().Field("labels", series[i].labels);
    WriteVerdict(json, series[i].verdict);
    json.Field("learning_left_seconds", Seconds(series[i].learning_left)).EndObject();
  }
  json.EndArray();
  return Success(json.Take());
}

struct Found {
  const WatchView* watch;
  const AnomalyRecord* record;
};

// Of all watches, or one, the newest first.
std::vector<Found> FindAnomalies(const std::vector<WatchView>& views,
                                 std::optional<std::string_view> watch, std::string_view state) {
  std::vector<Found> found;
  for (const auto& view : views) {
    if (watch && view.name != *watch) continue;
    for (const auto& record : view.report->anomalies) {
      const bool is_open = !record.ended_at;
      if (state == "all" || is_open == (state == "open")) found.push_back({&view, &record});
    }
  }
  std::ranges::stable_sort(found, std::ranges::greater{},
                           [](const Found& each) { return each.record->started_at; });
  return found;
}

ServerResponse ListAnomalies(const Parts& parts, const ServerRequest& request) {
  const auto limit = LimitOf(request, 100);
  if (!limit) return FailureOf(limit.error());
  const auto state = request.Query("state").value_or("all");
  if (state != "open" && state != "closed" && state != "all")
    return Failure(400, "bad_data", "state must be open, closed or all");
  const auto views = parts.watches();
  auto found = FindAnomalies(views, request.Query("watch"), state);
  found.resize(std::min(found.size(), static_cast<std::size_t>(*limit)));
  Json json;
  json.Array();
  for (const auto& [watch, record] : found) {
    json.Object()
        .Field("watch", watch->name)
        .Field("labels", record->series)
        .Field("started_at", record->started_at)
        .Field("ended_at", record->ended_at);
    json.Key("peak").Object();
    WriteVerdict(json, record->peak);
    json.EndObject().EndObject();
  }
  json.EndArray();
  return Success(json.Take());
}

}  // namespace

void AddWatchRoutes(const std::shared_ptr<const Parts>& parts,
                    const std::shared_ptr<RequestLimiter>& limiter) {
  const auto add = [&](const char* path, auto list) {
    AddRoute(
        parts,
        {.method = "GET",
         .path = path,
         .handler = OnLister(
             parts, [parts, list](const ServerRequest& request) { return list(*parts, request); }),
         .admit = Limited(parts, limiter)});
  };
  add("/api/v1/watches", [](const Parts& all, const ServerRequest&) { return ListWatches(all); });
  add("/api/v1/watches/{name}/series", ListSeries);
  add("/api/v1/anomalies", ListAnomalies);
}

}  // namespace warden::api
