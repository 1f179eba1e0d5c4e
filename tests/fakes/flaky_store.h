// SPDX-License-Identifier: Apache-2.0
// A store on a disk that can be told to fail: everything else is passed on to the one it owns.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/store/store.h"

namespace warden::fakes {

class FlakyStore final : public Store {
 public:
  explicit FlakyStore(std::unique_ptr<Store> store) : store_(std::move(store)) {}
  std::atomic<bool> is_full{false};
  std::atomic<bool> is_unreadable{false};  // of blobs and of lists of incidents
  std::function<void()> on_list = [] {};   // runs within each list of incidents; set before use

  Result<void> Transact(const std::function<Result<void>(Transaction&)>& work) override {
    if (is_full) return Fail(ErrorCode::kUnavailable, "disk full");
    return store_->Transact(work);
  }
  Result<StoredState> Load(Instant recent) override { return store_->Load(recent); }
  Result<Page<IncidentRow>> ListIncidents(const IncidentFilter& filter) override {
    on_list();
    if (is_unreadable) return Fail(ErrorCode::kUnavailable, "disk failing");
    return store_->ListIncidents(filter);
  }
  Result<std::optional<IncidentRow>> FindIncident(std::string_view uid,
                                                  const PageLimit& alerts) override {
    return store_->FindIncident(uid, alerts);
  }
  Result<Page<IncidentAlert>> ListAlerts(const AlertFilter& filter) override {
    return store_->ListAlerts(filter);
  }
  Result<Page<TimelineEntry>> Timeline(const TimelineFilter& filter) override {
    return store_->Timeline(filter);
  }
  Result<IncidentCounts> CountsOf(IncidentId incident) override {
    return store_->CountsOf(incident);
  }
  Result<Page<Delivery>> ListDeliveries(const DeliveryFilter& filter) override {
    return store_->ListDeliveries(filter);
  }
  Result<std::optional<Delivery>> FindDelivery(DeliveryId id) override {
    return store_->FindDelivery(id);
  }
  Result<Page<QuarantinePart>> ListQuarantine(const QuarantineFilter& filter) override {
    return store_->ListQuarantine(filter);
  }
  Result<Message> LoadMessage(const Delivery& row) override { return store_->LoadMessage(row); }
  Result<std::string> RemoteId(IncidentId id, const Destination& destination) override {
    return store_->RemoteId(id, destination);
  }
  Result<std::optional<Instant>> NextDue(const std::vector<Destination>& blocked) override {
    return store_->NextDue(blocked);
  }
  Result<DeliveryBalance> Balance() override { return store_->Balance(); }
  Result<std::map<std::string, DestinationQueue>> Queues() override { return store_->Queues(); }
  Result<std::optional<std::string>> FindBlob(std::string_view name) override {
    if (is_unreadable) return Fail(ErrorCode::kUnavailable, "disk failing");
    return store_->FindBlob(name);
  }
  Result<std::vector<std::string>> BlobNames(std::string_view prefix) override {
    if (is_unreadable) return Fail(ErrorCode::kUnavailable, "disk failing");
    return store_->BlobNames(prefix);
  }

 private:
  std::unique_ptr<Store> store_;
};

}  // namespace warden::fakes
