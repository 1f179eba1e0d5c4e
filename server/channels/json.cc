// SPDX-License-Identifier: Apache-2.0
#include "server/channels/json.h"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <cmath>

#include "server/alert/text.h"

namespace warden {

struct JsonWriter::Impl {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};
};

JsonWriter::JsonWriter() : impl_(std::make_unique<Impl>()) {}
JsonWriter::~JsonWriter() = default;

JsonWriter& JsonWriter::BeginObject() {
  impl_->writer.StartObject();
  return *this;
}

JsonWriter& JsonWriter::EndObject() {
  impl_->writer.EndObject();
  return *this;
}

JsonWriter& JsonWriter::BeginArray() {
  impl_->writer.StartArray();
  return *this;
}

JsonWriter& JsonWriter::EndArray() {
  impl_->writer.EndArray();
  return *this;
}

JsonWriter& JsonWriter::Key(std::string_view key) {
  const std::string valid = ToValidUtf8(key);
  impl_->writer.Key(valid.data(), static_cast<rapidjson::SizeType>(valid.size()), true);
  return *this;
}

JsonWriter& JsonWriter::Text(std::string_view text) {
  const std::string valid = ToValidUtf8(text);
  impl_->writer.String(valid.data(), static_cast<rapidjson::SizeType>(valid.size()), true);
  return *this;
}

JsonWriter& JsonWriter::Integer(std::int64_t number) {
  impl_->writer.Int64(number);
  return *this;
}

JsonWriter& JsonWriter::Number(double number) {
  if (!std::isfinite(number)) return Null();
  impl_->writer.Double(number);
  return *this;
}

JsonWriter& JsonWriter::Bool(bool value) {
  impl_->writer.Bool(value);
  return *this;
}

JsonWriter& JsonWriter::Null() {
  impl_->writer.Null();
  return *this;
}

JsonWriter& JsonWriter::Labels(const promql::LabelSet& labels) {
  BeginObject();
  for (const auto& [name, value] : labels) Field(name, value);
  return EndObject();
}

JsonWriter& JsonWriter::Field(std::string_view key, std::string_view text) {
  return Key(key).Text(text);
}

JsonWriter& JsonWriter::FieldIfAny(std::string_view key, std::string_view text) {
  return text.empty() ? *this : Field(key, text);
}

std::string JsonWriter::Take() { return {impl_->buffer.GetString(), impl_->buffer.GetSize()}; }

std::size_t JsonWriter::size() const { return impl_->buffer.GetSize(); }

// Elements share the document of the whole.
struct JsonAnswer::Impl {
  std::shared_ptr<rapidjson::Document> document;
  const rapidjson::Value* value = nullptr;

  [[nodiscard]] const rapidjson::Value* At(Path path) const {
    const rapidjson::Value* at = value;
    for (const char* name : path) {
      if (!at->IsObject()) return nullptr;
      const auto member = at->FindMember(name);
      if (member == at->MemberEnd()) return nullptr;
      at = &member->value;
    }
    return at;
  }
};

JsonAnswer::JsonAnswer(std::string_view body) : impl_(std::make_unique<Impl>()) {
  impl_->document = std::make_shared<rapidjson::Document>();
  impl_->document->Parse<rapidjson::kParseIterativeFlag>(body.data(), body.size());
  if (impl_->document->HasParseError()) impl_->document->SetNull();
  impl_->value = impl_->document.get();
}

JsonAnswer::JsonAnswer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
JsonAnswer::~JsonAnswer() = default;
JsonAnswer::JsonAnswer(JsonAnswer&&) noexcept = default;

bool JsonAnswer::is_object() const { return impl_->value->IsObject(); }
bool JsonAnswer::is_array() const { return impl_->value->IsArray(); }

std::string JsonAnswer::Text(Path path) const {
  const rapidjson::Value* at = impl_->At(path);
  if (at == nullptr) return {};
  if (at->IsString()) return {at->GetString(), at->GetStringLength()};
  return at->IsInt64() ? std::to_string(at->GetInt64()) : std::string();
}

std::optional<double> JsonAnswer::Number(Path path) const {
  const rapidjson::Value* at = impl_->At(path);
  if (at == nullptr || !at->IsNumber()) return std::nullopt;
  return at->GetDouble();
}

std::optional<std::int64_t> JsonAnswer::Integer(Path path) const {
  const rapidjson::Value* at = impl_->At(path);
  if (at == nullptr || !at->IsInt64()) return std::nullopt;
  return at->GetInt64();
}

std::optional<bool> JsonAnswer::Bool(Path path) const {
  const rapidjson::Value* at = impl_->At(path);
  if (at == nullptr || !at->IsBool()) return std::nullopt;
  return at->GetBool();
}

std::string JsonAnswer::AllText(Path path) const {
  std::string text;
  for (const JsonAnswer& element : Elements(path)) {
    const std::string own = element.Text({});
    if (!own.empty() && !text.empty()) text += "; ";
    text += own;
  }
  return text;
}

std::vector<JsonAnswer> JsonAnswer::Elements(Path path) const {
  std::vector<JsonAnswer> elements;
  const auto add = [&](const rapidjson::Value& value) {
    elements.push_back(JsonAnswer(std::make_unique<Impl>(Impl{impl_->document, &value})));
  };
  const rapidjson::Value* at = impl_->At(path);
  if (at != nullptr && at->IsArray()) {
    for (const auto& value : at->GetArray()) add(value);
  } else if (at != nullptr && at->IsObject()) {
    for (const auto& member : at->GetObject()) add(member.value);
  }
  return elements;
}

namespace {

using StringMap = std::function<std::optional<std::string>(std::string_view)>;

// The configuration bounds the depth.
bool MapIn(rapidjson::Value& value, const StringMap& map,
           rapidjson::Document::AllocatorType& memory) {
  if (value.IsString()) {
    const auto mapped = map({value.GetString(), value.GetStringLength()});
    if (mapped) value.SetString(*mapped, memory);
    return mapped.has_value();
  }
  if (value.IsArray()) {
    return std::ranges::all_of(value.GetArray(),
                               [&](auto& element) { return MapIn(element, map, memory); });
  }
  if (!value.IsObject()) return true;
  return std::ranges::all_of(value.GetObject(),
                             [&](auto& member) { return MapIn(member.value, map, memory); });
}

}  // namespace

std::optional<std::string> MapStrings(std::string_view json, const StringMap& map) {
  rapidjson::Document document;
  document.Parse(json.data(), json.size());
  if (document.HasParseError()) return std::nullopt;
  if (!MapIn(document, map, document.GetAllocator())) return std::nullopt;
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  document.Accept(writer);
  return std::string(buffer.GetString(), buffer.GetSize());
}

}  // namespace warden
