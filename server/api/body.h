// SPDX-License-Identifier: Apache-2.0
// Reading small JSON bodies: values by name, with errors that say which field is wrong. Pure.
#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/base/result.h"

namespace warden::api {

inline std::string_view View(const rapidjson::Value& text) {
  return {text.GetString(), text.GetStringLength()};
}

// invalid: not JSON, with the place.
[[nodiscard]] Result<rapidjson::Document> ReadJson(std::string_view body);

inline constexpr double kLargest = 1e12;

// Fields of an object, which it borrows. What is missing or null is not set; the first mistake is
// kept, and nothing else is read after it.
class Fields {
 public:
  explicit Fields(const rapidjson::Value& object);

  // From 0 to kLargest: sums of such numbers stay finite.
  [[nodiscard]] std::optional<double> Number(const char* name);
  [[nodiscard]] std::optional<std::int64_t> Count(const char* name);
  [[nodiscard]] std::optional<std::string> Text(const char* name);  // valid UTF-8

  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  [[nodiscard]] const rapidjson::Value* Find(const char* name) const;
  void Complain(const char* name, std::string_view expected);

  const rapidjson::Value& object_;
  std::optional<Error> error_;
};

}  // namespace warden::api
