// SPDX-License-Identifier: Apache-2.0
// RapidJSON in the few shapes that the stand-ins need: an object of strings and numbers is written,
// fields are looked up with a default.
#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <string>

namespace warden::stand_in {

[[nodiscard]] std::string Quote(const std::string& text);  // as a JSON string, quotes included

[[nodiscard]] std::string Text(const rapidjson::Value& object, const char* key);
[[nodiscard]] std::int64_t Number(const rapidjson::Value& object, const char* key,
                                  std::int64_t otherwise = 0);
[[nodiscard]] std::string Print(const rapidjson::Value& value);

}  // namespace warden::stand_in
