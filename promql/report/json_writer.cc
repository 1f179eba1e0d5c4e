// SPDX-License-Identifier: Apache-2.0
#include "promql/report/json_writer.h"

#include <utility>

#include "promql/model/go_text.h"
#include "promql/report/text.h"

namespace promql::report {

void JsonWriter::StartObject() {
  Do([](auto& json) { json.StartObject(); });
}
void JsonWriter::StartObject(std::string_view key) {
  Key(key);
  StartObject();
}
void JsonWriter::EndObject() {
  Do([](auto& json) { json.EndObject(); });
}
void JsonWriter::StartArray() {
  Do([](auto& json) { json.StartArray(); });
}
void JsonWriter::StartArray(std::string_view key) {
  Key(key);
  StartArray();
}
void JsonWriter::EndArray() {
  Do([](auto& json) { json.EndArray(); });
}

void JsonWriter::Key(std::string_view key) {
  Do([&](auto& json) {
    if (IsValidUtf8(key)) {
      json.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
    } else {
      const std::string clean = CleanUtf8(key);
      json.Key(clean.data(), static_cast<rapidjson::SizeType>(clean.size()));
    }
  });
}

void JsonWriter::String(std::string_view text) {
  Do([&](auto& json) {
    if (IsValidUtf8(text)) {
      json.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    } else {
      json.String(CleanUtf8(text));
    }
  });
}

void JsonWriter::Field(std::string_view key, std::string_view text) {
  Key(key);
  String(text);
}

void JsonWriter::Field(std::string_view key, std::uint64_t number) {
  Key(key);
  Number(number);
}

void JsonWriter::Field(std::string_view key, bool value) {
  Key(key);
  Do([&](auto& json) { json.Bool(value); });
}

void JsonWriter::Number(std::uint64_t number) {
  Do([&](auto& json) { json.Uint64(number); });
}

void JsonWriter::Null(std::string_view key) {
  Key(key);
  Do([](auto& json) { json.Null(); });
}

std::string JsonWriter::Take() {
  std::string text = std::exchange(out_, {});
  text += '\n';
  line_.Reset(sink_);
  pretty_.Reset(sink_);
  return text;
}

}  // namespace promql::report
