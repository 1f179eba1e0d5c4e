// SPDX-License-Identifier: Apache-2.0
// Writing JSON answers: a thin skin over RapidJSON's writer with the types this daemon has, and the
// two envelopes of Prometheus' API. Single-threaded.
#pragma once

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "promql/model/labels.h"
#include "server/base/clock.h"
#include "server/net/http_server.h"

namespace warden::api {

class Json {
 public:
  Json& Object() { return writer_.StartObject(), *this; }
  Json& EndObject() { return writer_.EndObject(), *this; }
  Json& Array() { return writer_.StartArray(), *this; }
  Json& EndArray() { return writer_.EndArray(), *this; }
  Json& Key(std::string_view key) { return writer_.Key(key.data(), Size(key)), *this; }
  Json& Text(std::string_view text) { return writer_.String(text.data(), Size(text)), *this; }
  Json& Int(std::int64_t value) { return writer_.Int64(value), *this; }
  Json& Double(double value);  // null for NaN and infinities
  Json& Bool(bool value) { return writer_.Bool(value), *this; }
  Json& Null() { return writer_.Null(), *this; }

  Json& Field(std::string_view key, std::string_view text) { return Key(key).Text(text); }
  Json& Field(std::string_view key, const char* text) { return Key(key).Text(text); }
  Json& Field(std::string_view key, const std::string& text) { return Key(key).Text(text); }
  Json& Field(std::string_view key, std::int64_t value) { return Key(key).Int(value); }
  Json& Field(std::string_view key, int value) { return Key(key).Int(value); }
  Json& Field(std::string_view key, std::size_t value) {
    return Key(key).Int(static_cast<std::int64_t>(value));
  }
  Json& Field(std::string_view key, bool value) { return Key(key).Bool(value); }
  Json& Field(std::string_view key, double value) { return Key(key).Double(value); }
  Json& Field(std::string_view key, Instant at) { return Key(key).Text(FormatRfc3339(at)); }
  Json& Field(std::string_view key, const std::optional<Instant>& at);  // null when unset
  Json& Field(std::string_view key, const promql::LabelSet& labels);

  [[nodiscard]] std::string Take() const { return {buffer_.GetString(), buffer_.GetSize()}; }

 private:
  static rapidjson::SizeType Size(std::string_view text) {
    return static_cast<rapidjson::SizeType>(text.size());
  }

  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
};

[[nodiscard]] ServerResponse JsonResponse(int status, std::string body);
// {"status":"success","data":…}: `data` is JSON.
[[nodiscard]] ServerResponse Success(std::string_view data);
// The same with "next": what leads to the rest of a list, null at its end.
[[nodiscard]] ServerResponse SuccessPage(std::string_view data,
                                         const std::optional<std::string>& next);
// {"status":"error","errorType":…,"error":…}
[[nodiscard]] ServerResponse Failure(int status, std::string_view type, std::string_view message);

}  // namespace warden::api
