// SPDX-License-Identifier: Apache-2.0
// Bodies that were JSON but no usable webhook.
#include "server/alert/text.h"
#include "server/api/api.h"
#include "server/api/json.h"
#include "server/api/query.h"

namespace warden::api {
namespace {

constexpr std::size_t kShownBytes = 64 * 1024;

ServerResponse List(const Parts& parts, const ServerRequest& request) {
  const auto limit = LimitOf(request, 100);
  if (!limit) return FailureOf(limit.error());
  const auto rows = parts.store.ListQuarantine(*limit);
  if (!rows) return FailureOf(rows.error());
  Json json;
  json.Array();
  for (const auto& row : *rows) {
    json.Object()
        .Field("id", row.id)
        .Field("at", row.at)
        .Field("source", row.source)
        .Field("reason", row.reason)
        .Field("bytes", row.body.size())
        .Field("body", ToValidUtf8(CutOnCharacter(row.body, kShownBytes)))
        .EndObject();
  }
  json.EndArray();
  return Success(json.Take());
}

}  // namespace

void AddQuarantineRoutes(const std::shared_ptr<const Parts>& parts) {
  AddRoute(parts,
           {"GET", "/api/v1/quarantine", OnWorker(parts, [parts](const ServerRequest& request) {
              return List(*parts, request);
            })});
}

}  // namespace warden::api
