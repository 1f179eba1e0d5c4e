// SPDX-License-Identifier: Apache-2.0
// Bodies that were JSON but no usable webhook.
#include "server/alert/text.h"
#include "server/api/api.h"
#include "server/api/json.h"
#include "server/api/query.h"

namespace warden::api {
namespace {

constexpr std::int64_t kShownBytes = 64 * 1024;

ServerResponse List(const Parts& parts, const ServerRequest& request) {
  const auto wanted = WantedOf(request, 100, "before");
  if (!wanted) return FailureOf(wanted.error());
  const auto page = parts.store.ListQuarantine(
      {.limit = wanted->limit, .before = wanted->place, .shown_bytes = kShownBytes});
  if (!page) return FailureOf(page.error());
  Json json;
  json.Array();
  for (const auto& [row, bytes] : page->rows) {
    json.Object()
        .Field("id", row.id)
        .Field("at", row.at)
        .Field("source", row.source)
        .Field("reason", row.reason)
        .Field("bytes", bytes)
        .Field("body", ToValidUtf8(CutOnCharacter(row.body, std::size_t{kShownBytes})))
        .EndObject();
  }
  json.EndArray();
  std::optional<std::string> next;
  if (page->has_more) next = std::to_string(page->rows.back().row.id);
  return SuccessPage(json.Take(), next);
}

}  // namespace

void AddQuarantineRoutes(const std::shared_ptr<const Parts>& parts) {
  AddRoute(parts,
           {"GET", "/api/v1/quarantine", OnLister(parts, [parts](const ServerRequest& request) {
              return List(*parts, request);
            })});
}

}  // namespace warden::api
