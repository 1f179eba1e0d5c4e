// SPDX-License-Identifier: Apache-2.0
// The OpenAPI document, as it stands beside this file.
#include <string>
#include <string_view>

#include "server/api/api.h"

namespace warden::embedded {
extern const std::string_view kOpenApi;
}

namespace warden::api {

void AddDocumentRoute(const std::shared_ptr<const Parts>& parts) {
  AddRoute(parts, {"GET", "/api/v1/openapi.yaml", [](const ServerRequest&, Respond respond) {
                     ServerResponse response;
                     response.content_type = "application/yaml";
                     response.body = embedded::kOpenApi;
                     respond(std::move(response));
                   }});
}

}  // namespace warden::api
