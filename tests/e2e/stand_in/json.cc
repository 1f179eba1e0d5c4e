// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/stand_in/json.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace warden::stand_in {

std::string Quote(const std::string& text) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.String(text.c_str(), static_cast<rapidjson::SizeType>(text.size()));
  return {buffer.GetString(), buffer.GetSize()};
}

std::string Text(const rapidjson::Value& object, const char* key) {
  if (!object.IsObject()) return "";
  const auto member = object.FindMember(key);
  if (member == object.MemberEnd() || !member->value.IsString()) return "";
  return {member->value.GetString(), member->value.GetStringLength()};
}

std::int64_t Number(const rapidjson::Value& object, const char* key, std::int64_t otherwise) {
  if (!object.IsObject()) return otherwise;
  const auto member = object.FindMember(key);
  if (member == object.MemberEnd() || !member->value.IsInt64()) return otherwise;
  return member->value.GetInt64();
}

std::string Print(const rapidjson::Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace warden::stand_in
