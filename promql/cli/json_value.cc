// SPDX-License-Identifier: Apache-2.0
#include "promql/cli/json_value.h"

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace promql::cli {
namespace {

using tmpl::Arena;
using tmpl::Value;

class ValueReader : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, ValueReader> {
 public:
  explicit ValueReader(Arena& arena) : arena_(arena) {}

  bool Null() { return Add(Value::Nil()); }
  bool Bool(bool value) { return Add(Value::Bool(value)); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    const std::string_view number(text, size);
    if (number.find_first_of(".eE") == std::string_view::npos) {
      std::int64_t integer = 0;
      const auto result = std::from_chars(text, text + size, integer);
      return result.ec == std::errc{} && Add(Value::Int(integer));
    }
    double floating = 0;
    std::from_chars(text, text + size, floating);
    return Add(Value::Float(floating));
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    return Add(Value::String(arena_.Copy(std::string_view(text, size))));
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    keys_.push_back(arena_.Copy(std::string_view(text, size)));
    return true;
  }
  bool StartObject() { return Open(); }
  bool StartArray() { return Open(); }
  bool EndObject(rapidjson::SizeType count) {
    std::vector<tmpl::MapEntry> entries(count);
    for (std::size_t i = 0; i < count; ++i)
      entries[i] = {keys_[keys_.size() - count + i], values_[values_.size() - count + i]};
    keys_.resize(keys_.size() - count);
    values_.resize(values_.size() - count);
    --depth_;
    return Add(Value::Map(tmpl::kMapType, entries, arena_));
  }
  bool EndArray(rapidjson::SizeType count) {
    const std::vector<Value> elements(values_.end() - static_cast<std::ptrdiff_t>(count),
                                      values_.end());
    values_.resize(values_.size() - count);
    --depth_;
    return Add(Value::Slice(tmpl::kListType, elements, arena_));
  }

  [[nodiscard]] Value Result() const { return values_.size() == 1 ? values_[0] : Value{}; }

 private:
  static constexpr int kDeepest = 500;
  bool Open() { return ++depth_ <= kDeepest; }
  bool Add(const Value& value) {
    values_.push_back(value);
    return true;
  }

  Arena& arena_;
  std::vector<Value> values_;
  std::vector<std::string_view> keys_;
  int depth_ = 0;
};

}  // namespace

Value ReadJson(std::string_view text, Arena& arena) {
  ValueReader handler(arena);
  rapidjson::Reader reader;
  rapidjson::MemoryStream stream(text.data(), text.size());
  constexpr unsigned kFlags =
      rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseIterativeFlag;
  if (!reader.Parse<kFlags>(stream, handler)) return {};
  return handler.Result();
}

}  // namespace promql::cli
