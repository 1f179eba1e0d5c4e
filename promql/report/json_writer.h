// SPDX-License-Identifier: Apache-2.0
// JSON for reporters: RapidJSON's writer into a string, with keys and values in one call and every
// string made valid UTF-8.
#pragma once

#include <rapidjson/prettywriter.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace promql::report {

class JsonWriter {
 public:
  // With line breaks and indentation, or all on one line.
  enum class Shape : std::uint8_t { kPretty, kLine };
  explicit JsonWriter(Shape shape) : sink_{&out_}, line_(sink_), pretty_(sink_), shape_(shape) {
    pretty_.SetIndent(' ', 1);
  }
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  void StartObject();
  void StartObject(std::string_view key);
  void EndObject();
  void StartArray();
  void StartArray(std::string_view key);
  void EndArray();
  void Key(std::string_view key);
  void String(std::string_view text);
  void Field(std::string_view key, std::string_view text);
  void Field(std::string_view key, const char* text) { Field(key, std::string_view(text)); }
  void Field(std::string_view key, std::uint64_t number);
  void Field(std::string_view key, std::uint32_t number) { Field(key, std::uint64_t{number}); }
  void Field(std::string_view key, bool value);
  void Number(std::uint64_t number);
  void Null(std::string_view key);
  // What has been written, with a line feed; the writer is as new.
  [[nodiscard]] std::string Take();

 private:
  struct Sink {
    using Ch = char;
    std::string* text;
    void Put(char c) { text->push_back(c); }
    void Flush() {}
  };
  template <typename Call>
  void Do(Call call) {
    shape_ == Shape::kPretty ? call(pretty_) : call(line_);
  }

  std::string out_;
  Sink sink_;
  rapidjson::Writer<Sink> line_;
  rapidjson::PrettyWriter<Sink> pretty_;
  Shape shape_;
};

}  // namespace promql::report
