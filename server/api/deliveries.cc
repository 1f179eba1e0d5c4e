// SPDX-License-Identifier: Apache-2.0
// Deliveries, dead letters among them, and sending one again.
#include <array>
#include <utility>

#include "server/api/access.h"
#include "server/api/api.h"
#include "server/api/json.h"
#include "server/api/query.h"

namespace warden::api {
namespace {

std::optional<DeliveryState> StateNamed(std::string_view name) {
  for (const auto state : {DeliveryState::kPending, DeliveryState::kLeased, DeliveryState::kUnknown,
                           DeliveryState::kDelivered, DeliveryState::kDead, DeliveryState::kExpired,
                           DeliveryState::kSuperseded}) {
    if (Name(state) == name) return state;
  }
  return std::nullopt;
}

std::string Rows(const std::vector<Delivery>& rows) {
  Json json;
  json.Array();
  for (const auto& row : rows) {
    json.Object()
        .Field("id", row.id.value)
        .Field("destination", Text(row.destination))
        .Field("receiver", row.destination.receiver)
        .Field("kind", row.destination.kind)
        .Field("state", Name(row.state))
        .Field("attempts", row.attempts)
        .Field("created_at", row.created_at)
        .Field("not_before", row.not_before)
        .Field("expires_at", row.expires_at)
        .Field("settled_at", row.settled_at)
        .Field("last_error", row.last_error)
        .EndObject();
  }
  json.EndArray();
  return json.Take();
}

std::optional<std::string> Next(const Page<Delivery>& page) {
  if (!page.has_more) return std::nullopt;
  return std::to_string(page.rows.back().id.value);
}

ServerResponse List(const Parts& parts, const ServerRequest& request) {
  DeliveryFilter filter;
  if (const auto state = request.Query("state")) {
    filter.state = StateNamed(*state);
    if (!filter.state) {
      return Failure(
          400, "bad_data",
          "state must be pending, leased, unknown, delivered, dead, expired or superseded");
    }
  }
  const auto wanted = WantedOf(request, 1000, "before");
  if (!wanted) return FailureOf(wanted.error());
  filter.limit = wanted->limit;
  if (wanted->place) filter.before = DeliveryId{*wanted->place};
  if (const auto uid = request.Query("incident")) {
    const auto incident = parts.store.FindIncident(*uid, {.rows = 0});
    if (!incident) return FailureOf(incident.error());
    if (!*incident) return Failure(404, "not_found", "no such incident");
    filter.incident = (*incident)->incident.id;
  }
  const auto page = parts.store.ListDeliveries(filter);
  if (!page) return FailureOf(page.error());
  return SuccessPage(Rows(page->rows), Next(*page));
}
void Replay(const Parts& parts, const ServerRequest& request, Respond respond) {
  const auto id = ReadNumber(request.Param("id").value_or(""), "id");
  if (!id) return respond(FailureOf(id.error()));
  parts.courier.Replay(DeliveryId{*id},
                       [respond = std::move(respond)](Result<DeliveryId> result) mutable {
                         if (!result) return respond(FailureOf(result.error()));
                         Json json;
                         json.Object().Field("id", result->value).EndObject();
                         respond(Success(json.Take()));
                       });
}

}  // namespace

void AddDeliveryRoutes(const std::shared_ptr<const Parts>& parts) {
  AddRoute(parts,
           {"GET", "/api/v1/deliveries", OnLister(parts, [parts](const ServerRequest& request) {
              return List(*parts, request);
            })});
  AddRoute(parts,
           {.method = "POST",
            .path = "/api/v1/deliveries/{id}/replay",
            .handler = [parts](ServerRequest request,
                               Respond respond) { Replay(*parts, request, std::move(respond)); },
            .admit = OperatorsOnly(parts)});
}

}  // namespace warden::api
