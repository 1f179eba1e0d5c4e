// SPDX-License-Identifier: Apache-2.0
#include "server/api/json.h"

#include <cmath>
#include <utility>

namespace warden::api {

Json& Json::Double(double value) {
  if (!std::isfinite(value)) return Null();
  writer_.Double(value);
  return *this;
}

Json& Json::Field(std::string_view key, const std::optional<Instant>& at) {
  return at ? Field(key, *at) : Key(key).Null();
}

Json& Json::Field(std::string_view key, const promql::LabelSet& labels) {
  Key(key).Object();
  for (const auto& [name, value] : labels) Field(name, value);
  return EndObject();
}

ServerResponse JsonResponse(int status, std::string body) {
  ServerResponse response;
  response.status = status;
  response.body = std::move(body);
  response.content_type = "application/json";
  return response;
}

ServerResponse Success(std::string_view data) {
  std::string body = R"({"status":"success","data":)";
  body += data;
  body += "}\n";
  return JsonResponse(200, std::move(body));
}

ServerResponse SuccessPage(std::string_view data, const std::optional<std::string>& next) {
  Json after;
  if (next) {
    after.Text(*next);
  } else {
    after.Null();
  }
  std::string body = R"({"status":"success","data":)";
  body += data;
  body += R"(,"next":)" + after.Take() + "}\n";
  return JsonResponse(200, std::move(body));
}

ServerResponse Failure(int status, std::string_view type, std::string_view message) {
  Json json;
  json.Object()
      .Field("status", "error")
      .Field("errorType", type)
      .Field("error", message)
      .EndObject();
  return JsonResponse(status, json.Take() + "\n");
}

}  // namespace warden::api
