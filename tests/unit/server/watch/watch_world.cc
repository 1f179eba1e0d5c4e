// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/server/watch/watch_world.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numbers>

namespace warden {
namespace {

std::string Unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::string ParameterOf(const HttpRequest& request, std::string_view name) {
  const std::string text =
      request.url.substr(request.url.find('?') == std::string::npos ? 0 : request.url.find('?')) +
      '&' + request.body;
  for (const char before : {'?', '&'}) {
    const std::string key = before + std::string(name) + '=';
    const auto begin = text.find(key);
    if (begin == std::string::npos) continue;
    const auto from = begin + key.size();
    return Unescaped(std::string_view(text).substr(from, text.find('&', from) - from));
  }
  return {};
}

Instant TimeOf(const std::string& text) {
  return Instant{Duration{std::llround(std::strtod(text.c_str(), nullptr) * 1e6)}};
}

double Seconds(Instant at) { return std::chrono::duration<double>(at.time_since_epoch()).count(); }

}  // namespace

FakePrometheus::FakePrometheus() {
  http_.SetScript([this](const HttpRequest& request) { return Answer(request); });
}

promapi::PrometheusClient FakePrometheus::client() {
  return promapi::PrometheusClient(http_, []() -> Result<HttpRequest> {
    HttpRequest base;
    base.url = "http://prometheus";
    base.max_response_bytes = std::size_t{1} << 30;
    return base;
  });
}

HttpResult FakePrometheus::Answer(const HttpRequest& request) {
  const std::string query = ParameterOf(request, "query");
  const Instant start = TimeOf(ParameterOf(request, "start"));
  const Instant end = TimeOf(ParameterOf(request, "end"));
  const Duration step{
      std::llround(std::strtod(ParameterOf(request, "step").c_str(), nullptr) * 1e6)};
  asked_.push_back({query, start, end});
  HttpResponse response;
  const bool is_refused = fails > 0 || query == refused;
  response.status = is_refused ? 422 : 200;
  if (is_refused) {
    fails = std::max(0, fails - 1);
    response.body = R"({"status":"error","errorType":"execution","error":"no"})";
    return response;
  }
  std::string result;
  for (const auto& [labels, values] : series[query]) {
    std::string samples;
    for (Instant at = start; at <= end; at += step) {
      const double value = values(at);
      if (std::isnan(value)) continue;
      char text[96];
      std::snprintf(text, sizeof text, "%s[%.3f,\"%.17g\"]", samples.empty() ? "" : ",",
                    Seconds(at), value);
      samples += text;
    }
    if (samples.empty()) continue;
    std::string json;
    std::string_view rest = labels;
    while (!rest.empty()) {
      const auto equals = rest.find('=');
      const auto comma = std::min(rest.find(',', equals), rest.size());
      json += (json.empty() ? "\"" : ",\"") + std::string(rest.substr(0, equals)) +
              "\":" + std::string(rest.substr(equals + 1, comma - equals - 1));
      rest.remove_prefix(std::min(rest.size(), comma + 1));
    }
    result += (result.empty() ? "" : ",");
    result += R"({"metric":{)" + json + R"(},"values":[)" + samples + "]}";
  }
  response.body =
      R"({"status":"success","data":{"resultType":"matrix","result":[)" + result + "]}}";
  return response;
}

WatchWorld::WatchWorld() {
  watch.name = "w";
  watch.query = "q";
  store_ = std::make_unique<fakes::FlakyStore>(std::move(*OpenSqliteStore(":memory:")));
  Config config;
  config.route.receiver = "team";
  config.route.route_key = config.route.route_id = "{}";
  config.receivers.emplace_back().name = "team";
  config_ = std::make_shared<const Config>(std::move(config));
  Start();
}

WatchWorld::~WatchWorld() {
  task_.reset();
  intake_->Stop();
}

void WatchWorld::Start() {
  writer_ = std::make_unique<StoreWriter>(*store_);
  intake_ = std::make_unique<Intake>(*store_, *writer_, clock, config_, IntakeEvents{});
  EXPECT_TRUE(intake_->Start());
  WatchParts parts{*store_, *writer_, *intake_, clock,
                   [this](const auto&) { return prometheus.client(); }};
  parts.to_alertmanager = [this](const auto&, std::string alerts) -> Result<void> {
    if (!alertmanager_is_up) return Fail(ErrorCode::kUnavailable, "down");
    posted.push_back(std::move(alerts));
    return {};
  };
  task_ = std::make_unique<WatchTask>(parts, watch.name);
}

void WatchWorld::RunAt(Instant at) {
  clock.Set(at + SettledAfter(watch) + std::chrono::seconds{1});
  task_->Run(config_, watch);
}

void WatchWorld::Restart(bool saves) {
  if (saves) task_->Save();
  task_.reset();
  intake_->Stop();
  intake_.reset();
  writer_.reset();
  Start();
}

void WatchWorld::KeepStates() {
  for (const std::string_view prefix : {"watch-state/", "watch-chunk/"}) {
    const auto names = store_->BlobNames(prefix);
    for (const auto& name : *names) kept_[name] = **store_->FindBlob(name);
  }
}

void WatchWorld::BringStatesBack() {
  EXPECT_TRUE(writer_->Run([this](Transaction& transaction) -> Result<void> {
    for (const auto& [name, bytes] : kept_) {
      if (auto done = transaction.PutBlob(name, bytes); !done) return done;
    }
    return {};
  }));
}

std::vector<IncidentRow> WatchWorld::Incidents() {
  auto incidents = store_->ListIncidents({.state = IncidentState::kAll});
  return incidents ? std::move(incidents->rows) : std::vector<IncidentRow>{};
}

std::size_t WatchWorld::Alerts(AlertStatus status) {
  std::size_t count = 0;
  for (const auto& incident : Incidents()) {
    for (const auto& alert : incident.alerts) count += alert.alert.status == status ? 1U : 0U;
  }
  return count;
}

double Load(Instant at, unsigned seed) {
  const double day = Seconds(at) / 86400;
  auto random = static_cast<std::uint64_t>(Seconds(at)) * 0x9E3779B97F4A7C15U + seed;
  double noise = 0;
  for (int i = 0; i < 6; ++i) {
    random = (random ^ (random >> 30U)) * 0xBF58476D1CE4E5B9U;
    random = (random ^ (random >> 27U)) * 0x94D049BB133111EBU + 0x632BE59BD9B4E019U;
    noise += static_cast<double>(random >> 11U) / 9007199254740992.0;
  }
  return 100 + 40 * std::sin(2 * std::numbers::pi * day) + 3 * (noise - 3);
}

}  // namespace warden
