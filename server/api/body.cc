// SPDX-License-Identifier: Apache-2.0
#include "server/api/body.h"

#include <rapidjson/error/en.h>

#include "server/alert/text.h"

namespace warden::api {

Result<rapidjson::Document> ReadJson(std::string_view body) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseFullPrecisionFlag>(body.data(),
                                                                                      body.size());
  if (!document.HasParseError()) return document;
  return Fail(ErrorCode::kInvalid, "the body is not JSON, at byte " +
                                       std::to_string(document.GetErrorOffset() + 1) + ": " +
                                       rapidjson::GetParseError_En(document.GetParseError()));
}

Fields::Fields(const rapidjson::Value& object) : object_(object) {
  if (!object.IsObject()) error_ = Error{ErrorCode::kInvalid, "the body must be a JSON object"};
}

std::optional<double> Fields::Number(const char* name) {
  const auto* value = Find(name);
  if (value == nullptr) return std::nullopt;
  if (value->IsNumber() && value->GetDouble() >= 0 && value->GetDouble() <= kLargest)
    return value->GetDouble();
  Complain(name, "a number from 0 to 1e12");
  return std::nullopt;
}

std::optional<std::int64_t> Fields::Count(const char* name) {
  const auto* value = Find(name);
  if (value == nullptr) return std::nullopt;
  if (value->IsInt64() && value->GetInt64() >= 0) return value->GetInt64();
  Complain(name, "a whole number that is not negative");
  return std::nullopt;
}

std::optional<std::string> Fields::Text(const char* name) {
  const auto* value = Find(name);
  if (value == nullptr) return std::nullopt;
  if (value->IsString()) return ToValidUtf8(View(*value));
  Complain(name, "a text");
  return std::nullopt;
}

const rapidjson::Value* Fields::Find(const char* name) const {
  if (error_) return nullptr;
  const auto found = object_.FindMember(name);
  return found == object_.MemberEnd() || found->value.IsNull() ? nullptr : &found->value;
}

void Fields::Complain(const char* name, std::string_view expected) {
  error_ =
      Error{ErrorCode::kInvalid, "`" + std::string(name) + "` must be " + std::string(expected)};
}

}  // namespace warden::api
