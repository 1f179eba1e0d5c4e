// SPDX-License-Identifier: Apache-2.0
// GET /api/v1/charts/{name}: the pictures that messages point to. Whoever knows a name may see its
// picture, for it is signed and expires; nothing can be listed.
#include "server/api/api.h"
#include "server/api/json.h"

namespace warden::api {

void AddChartRoutes(const std::shared_ptr<const Parts>& parts) {
  AddRoute(parts, {.method = "GET",
                   .path = "/api/v1/charts/{name}",
                   .handler = [parts](ServerRequest request, Respond respond) {
                     std::string_view name = request.Param("name").value_or("");
                     constexpr std::string_view kEnding = ".png";
                     if (name.ends_with(kEnding)) name.remove_suffix(kEnding.size());
                     const auto picture = parts->charts.Get(name, parts->clock.Now());
                     if (!picture) {
                       const bool was_here = picture.error().code == ErrorCode::kUnavailable;
                       respond(Failure(was_here ? 410 : 404, was_here ? "gone" : "not_found",
                                       picture.error().message));
                       return;
                     }
                     ServerResponse response;
                     response.content_type = "image/png";
                     response.headers = {{"Cache-Control", "public, max-age=86400, immutable"},
                                         {"X-Content-Type-Options", "nosniff"}};
                     response.body = **picture;
                     respond(std::move(response));
                   }});
}

}  // namespace warden::api
