// SPDX-License-Identifier: Apache-2.0
// JSON as this room needs it: written value by value (never glued from text), and looked up in
// answers that may be anything. Hides the library.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "promql/model/labels.h"

namespace warden {

// Texts are made valid UTF-8. Every Begin has its End before Take.
class JsonWriter {
 public:
  JsonWriter();
  ~JsonWriter();

  JsonWriter& BeginObject();
  JsonWriter& EndObject();
  JsonWriter& BeginArray();
  JsonWriter& EndArray();
  JsonWriter& Key(std::string_view key);
  JsonWriter& Text(std::string_view text);
  JsonWriter& Integer(std::int64_t number);
  JsonWriter& Number(double number);  // null for NaN and the infinities
  JsonWriter& Bool(bool value);
  JsonWriter& Null();
  JsonWriter& Labels(const promql::LabelSet& labels);  // {"a":"b"}

  JsonWriter& Field(std::string_view key, std::string_view text);
  JsonWriter& FieldIfAny(std::string_view key, std::string_view text);

  [[nodiscard]] std::string Take();
  [[nodiscard]] std::size_t size() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// An answer's body. What is missing or of another type is empty; nothing here fails.
class JsonAnswer {
 public:
  using Path = std::initializer_list<const char*>;

  explicit JsonAnswer(std::string_view body);
  ~JsonAnswer();
  JsonAnswer(JsonAnswer&&) noexcept;

  [[nodiscard]] bool is_object() const;
  [[nodiscard]] bool is_array() const;
  [[nodiscard]] std::string Text(Path path) const;  // of a string or a whole number
  [[nodiscard]] std::optional<double> Number(Path path) const;
  [[nodiscard]] std::optional<std::int64_t> Integer(Path path) const;
  [[nodiscard]] std::optional<bool> Bool(Path path) const;
  // The texts that stand anywhere in the array or object at `path`, in order.
  [[nodiscard]] std::string AllText(Path path) const;
  // Calls Text, Number … on each element of the array at `path` (an object's members: their
  // values).
  [[nodiscard]] std::vector<JsonAnswer> Elements(Path path) const;

 private:
  struct Impl;
  explicit JsonAnswer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The same JSON with each string value as `map` gives it; nothing when it is no JSON or `map` gives
// nothing. Names stay.
[[nodiscard]] std::optional<std::string> MapStrings(
    std::string_view json, const std::function<std::optional<std::string>(std::string_view)>& map);

}  // namespace warden
