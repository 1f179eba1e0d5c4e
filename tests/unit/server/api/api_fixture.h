// SPDX-License-Identifier: Apache-2.0
// All endpoints on a free port, with a store in memory, a clock that stands still, and nobody
// outside.
#pragma once

#include <gtest/gtest.h>
#include <httplib.h>
#include <rapidjson/document.h>

#include <memory>
#include <string>
#include <utility>

#include "server/api/api.h"
#include "server/config/load.h"
#include "server/store/writer.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_http_client.h"
#include "tests/fakes/flaky_store.h"

namespace warden::api {

inline constexpr const char* kPlainConfig =
    "route: {receiver: team}\n"
    "receivers: [{name: team, slack_configs: [{api_url: 'https://slack.example/x'}],"
    " webhook_configs: [{url: 'https://hook.example/'}]}]\n";

class ApiTest : public testing::Test {
 protected:
  void SetUp() override {
    store_ = std::make_unique<fakes::FlakyStore>(std::move(*OpenSqliteStore(":memory:")));
  }
  void TearDown() override { Close(); }

  // `config` is added to kPlainConfig.
  void Open(const std::string& config = "") {
    auto loaded = LoadConfig(kPlainConfig + config, "test.yml");
    ASSERT_TRUE(loaded) << Format(loaded.error());
    config_ = std::make_shared<const Config>(std::move(loaded->config));
    writer_ = std::make_unique<StoreWriter>(*store_);
    intake_ = std::make_unique<Intake>(*store_, *writer_, clock_, config_, IntakeEvents{});
    ASSERT_TRUE(intake_->Start());
    courier_ = std::make_unique<Courier>(
        CourierParts{*store_, *writer_, http_, clock_, MakeChannel, [] { return 0.5; },
                     [this] { return intake_->NewDeliveryId(); }},
        config_);
    worker_ = std::make_unique<Worker>("api");
    lister_ = std::make_unique<Worker>("lists");
    server_ = std::make_unique<HttpServer>();
    AddRoutes(std::make_shared<const Parts>(Parts{*server_,
                                                  *worker_,
                                                  *lister_,
                                                  *store_,
                                                  *writer_,
                                                  *intake_,
                                                  *courier_,
                                                  charts_,
                                                  metrics_,
                                                  webhooks_,
                                                  clock_,
                                                  [this] { return config_; },
                                                  [] { return Result<void>{}; },
                                                  draining_,
                                                  {"1.2.3", "abc"},
                                                  clock_.Now(),
                                                  prefix_,
                                                  std::size_t{16} << 20,
                                                  [this] { return watches_; }}));
    ASSERT_TRUE(server_->Start({"127.0.0.1:0"}));
  }
  void Close() {
    if (server_) server_->Stop(std::chrono::seconds{1});
    if (intake_) intake_->Stop();
    worker_.reset();
    lister_.reset();
    server_.reset();
    courier_.reset();
    intake_.reset();
    writer_.reset();
  }

  struct Answer {
    int status = 0;
    std::string body;
    rapidjson::Document json;
    std::string retry_after;
  };
  Answer Ask(const std::string& method, const std::string& path, const std::string& body = "",
             const httplib::Headers& headers = {}) {
    httplib::Client client("127.0.0.1", server_->port());
    httplib::Request request;
    request.method = method;
    request.path = path;
    request.headers = headers;
    request.body = body;
    const auto result = client.send(request);
    Answer answer;
    if (!result) return answer;
    answer.status = result->status;
    answer.body = result->body;
    answer.retry_after = result->get_header_value("Retry-After");
    answer.json.Parse(answer.body.data(), answer.body.size());
    return answer;
  }

  fakes::FakeClock clock_{Instant{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}}};
  fakes::FakeHttpClient http_;
  Metrics metrics_{BuildInfo{"1.2.3", "abc"}};
  WebhookTotals webhooks_;
  ChartShelf charts_{"key"};
  std::atomic<bool> draining_{false};
  std::vector<WatchView> watches_;
  std::string prefix_;  // of all paths; counts when it opens
  std::shared_ptr<const Config> config_;
  std::unique_ptr<fakes::FlakyStore> store_;
  std::unique_ptr<StoreWriter> writer_;
  std::unique_ptr<Intake> intake_;
  std::unique_ptr<Courier> courier_;
  std::unique_ptr<Worker> worker_;
  std::unique_ptr<Worker> lister_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace warden::api
