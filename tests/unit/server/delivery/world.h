// SPDX-License-Identifier: Apache-2.0
// Everything around a courier, as far as tests can hold it in their hands: a wire that answers by a
// script and can keep requests back, a channel whose verdict is the status code, an enricher that
// answers when told, and a store in memory that can be made to fail.
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "server/delivery/courier.h"
#include "server/store/store.h"
#include "server/store/writer.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/flaky_store.h"

namespace warden {

using namespace std::chrono_literals;

// Shared by the fakes: what happened, and waiting for it without sleeping.
class Happenings {
 public:
  template <class Change>
  void Add(Change change) {
    {
      const std::lock_guard lock(mutex_);
      change();
    }
    changed_.notify_all();
  }
  template <class Claim>
  [[nodiscard]] bool Await(Claim claim, std::chrono::milliseconds at_most = 20s) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, at_most, claim);
  }
  template <class Look>
  [[nodiscard]] auto Read(Look look) {
    const std::lock_guard lock(mutex_);
    return look();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
};

// https://RECEIVER.example/KIND/STEP; what a host answers is a script, 200 without one.
class Wire final : public HttpClient {
 public:
  using Script = std::function<HttpResult(const HttpRequest&)>;
  explicit Wire(Happenings& happenings) : happenings_(happenings) {}

  void Answer(const std::string& host, Script script) {
    happenings_.Add([&] { scripts_[host] = std::move(script); });
  }
  void Answer(const std::string& host, int status, HttpHeaders headers = {},
              std::string body = "") {
    Answer(host, [=](const HttpRequest&) { return HttpResponse{status, headers, body}; });
  }
  void Hold(const std::string& host) {
    happenings_.Add([&] { held_hosts_[host] = true; });
  }
  // Answers what was kept back, and keeps nothing back any more.
  void Release(const std::string& host) {
    std::deque<std::pair<HttpRequest, Done>> held;
    happenings_.Add([&] {
      held_hosts_.erase(host);
      held.swap(held_[host]);
    });
    for (auto& [request, done] : held) done(ScriptOf(host)(request));
  }

  void Send(HttpRequest request, Done done) override {
    const std::string host = HostOf(request.url);
    bool is_held = false;
    happenings_.Add([&] {
      requests_.push_back(request);
      is_held = held_hosts_.contains(host);
      if (is_held) held_[host].emplace_back(std::move(request), std::move(done));
    });
    if (!is_held) done(ScriptOf(host)(requests().back()));
  }
  void SendMail(MailRequest /*mail*/, MailDone done) override { done(MailReceipt{}); }

  [[nodiscard]] std::vector<HttpRequest> requests() {
    return happenings_.Read([this] { return requests_; });
  }
  // Bodies sent to a host, in order.
  [[nodiscard]] std::vector<std::string> To(const std::string& host) {
    return happenings_.Read([&] { return ToLocked(host); });
  }
  [[nodiscard]] bool AwaitTo(const std::string& host, std::size_t count) {
    return happenings_.Await([&] { return ToLocked(host).size() >= count; });
  }

 private:
  static std::string HostOf(const std::string& url) {
    return url.substr(8, url.find(".example") - 8);
  }
  Script ScriptOf(const std::string& host) {
    return happenings_.Read([&]() -> Script {
      const auto found = scripts_.find(host);
      if (found != scripts_.end()) return found->second;
      return [](const HttpRequest&) { return HttpResponse{200, {}, ""}; };
    });
  }
  std::vector<std::string> ToLocked(const std::string& host) {
    std::vector<std::string> bodies;
    for (const HttpRequest& request : requests_) {
      if (HostOf(request.url) == host) bodies.push_back(request.body);
    }
    return bodies;
  }

  Happenings& happenings_;
  std::map<std::string, Script> scripts_;
  std::map<std::string, bool> held_hosts_;
  std::map<std::string, std::deque<std::pair<HttpRequest, Done>>> held_;
  std::vector<HttpRequest> requests_;
};

// Says `UID#SEQUENCE alert,alert [plain] [step] [duplicate?] [route's labels] [verdict]`.
class PlainSpokenChannel final : public Channel {
 public:
  explicit PlainSpokenChannel(Destination destination) : destination_(std::move(destination)) {}

  Result<ChannelRequest> Compose(const Message& message,
                                 const ChannelContext& context) const override;
  Verdict Judge(const Message& message, const ChannelContext& context,
                const ChannelResponse& response) const override;
  bool Wants(const Message& message) const override {
    return destination_.kind != "picky" && !message.alerts.empty();
  }

 private:
  Destination destination_;
};

class ToldEnricher final : public Enricher {
 public:
  explicit ToldEnricher(Happenings& happenings) : happenings_(happenings) {}
  void Enrich(const Message&, Instant deadline, Done done) override {
    happenings_.Add([&] {
      deadlines.push_back(deadline);
      waiting_.push_back(std::move(done));
    });
  }
  void SetConfig(std::shared_ptr<const Config>) override {}
  [[nodiscard]] bool AwaitAsked(std::size_t count) {
    return happenings_.Await([&] { return deadlines.size() >= count; });
  }
  void Answer(const std::optional<AnomalyVerdict>& verdict) {
    std::deque<Done> waiting;
    happenings_.Add([&] { waiting.swap(waiting_); });
    for (Done& done : waiting) done(verdict);
  }
  std::vector<Instant> deadlines;

 private:
  Happenings& happenings_;
  std::deque<Done> waiting_;
};

class World : public CourierObserver {
 public:
  World();
  ~World() override { courier.reset(); }

  void Start();
  // A notification of incident `incident` about alert `incident` to one destination. Returns the
  // delivery's id.
  DeliveryId Add(std::int64_t incident, const std::string& receiver,
                 const std::string& kind = "webhook", AlertStatus status = AlertStatus::kFiring);
  // The same notification to one more destination.
  DeliveryId AddCopy(const std::string& receiver, const std::string& kind = "webhook");
  void Pass(Duration time) {
    clock.Advance(time);
    courier->Notify();
  }
  [[nodiscard]] Delivery Row(DeliveryId id) { return **store.FindDelivery(id); }
  // Waits until the row has been settled `times` times in that state.
  [[nodiscard]] bool AwaitState(DeliveryId id, DeliveryState state, int times = 1) {
    return happenings.Await([&] { return settled[id][state] >= times; });
  }

  void OnAttempt(const Destination&, AttemptResult result) override {
    happenings.Add([&] { attempts.push_back(result); });
  }
  void OnSettled(const Delivery& row, Duration) override {
    happenings.Add([&] { ++settled[row.id][row.state]; });
  }
  void OnCircuit(const Destination& destination, CircuitState state) override {
    happenings.Add(
        [&] { circuits.push_back(destination.receiver + " " + std::string(Name(state))); });
  }
  void OnEnrichment(EnrichmentResult result) override {
    happenings.Add([&] { enrichments.emplace_back(Name(result)); });
  }

  Happenings happenings;
  fakes::FakeClock clock{Instant{Duration{1'700'000'000'000'000}}};
  fakes::FlakyStore store{std::move(*OpenSqliteStore(":memory:"))};
  StoreWriter writer{store};
  Wire wire{happenings};
  ToldEnricher enricher{happenings};
  bool with_enricher = false;
  std::shared_ptr<Config> config = std::make_shared<Config>();
  std::vector<AttemptResult> attempts;
  std::map<DeliveryId, std::map<DeliveryState, int>> settled;
  std::vector<std::string> circuits;
  std::vector<std::string> enrichments;
  std::unique_ptr<Courier> courier;

 private:
  std::map<std::int64_t, std::int64_t> sequences_;
  NotificationId last_notification_;
  IncidentId last_incident_;
  std::atomic<std::int64_t> last_delivery_{0};
};

}  // namespace warden
