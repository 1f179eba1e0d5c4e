// SPDX-License-Identifier: Apache-2.0
#include "promql/template/value.h"

#include <cassert>
#include <vector>

#include "promql/template/function.h"

namespace promql::tmpl {

const Type kAnyType{.name = "interface {}", .kind = Kind::kInterface};
const Type kBoolType{.name = "bool", .kind = Kind::kBool, .named = true};
const Type kIntType{.name = "int", .kind = Kind::kInt, .named = true};
const Type kInt64Type{.name = "int64", .kind = Kind::kInt, .named = true};
const Type kUint8Type{.name = "uint8", .kind = Kind::kUint, .named = true};
const Type kFloatType{.name = "float64", .kind = Kind::kFloat, .named = true};
const Type kComplexType{.name = "complex128", .kind = Kind::kComplex, .named = true};
const Type kStringType{.name = "string", .kind = Kind::kString, .named = true};
const Type kListType{.name = "[]interface {}", .kind = Kind::kSlice, .element = &kAnyType};
const Type kMapType{.name = "map[string]interface {}", .kind = Kind::kMap, .element = &kAnyType};
const Type kStringListType{.name = "[]string", .kind = Kind::kSlice, .element = &kStringType};
const Type kStringMapType{.name = "map[string]string", .kind = Kind::kMap, .element = &kStringType};
const Type kHtmlType{.name = "template.HTML", .kind = Kind::kString, .named = true};
const Type kUrlType{.name = "template.URL", .kind = Kind::kString, .named = true};

namespace {

// Where empty, but not nil, lists and maps point.
Value empty_slot;

}  // namespace

Value Value::Nil() { return Zero(kAnyType); }
Value Value::Bool(bool value) { return Integer(kBoolType, value ? 1 : 0); }
Value Value::Int(std::int64_t value) { return Integer(kIntType, value); }

Value Value::Integer(const Type& type, std::int64_t value) {
  Value result;
  result.type_ = &type;
  result.integer_ = value;
  return result;
}

Value Value::Float(double value) {
  Value result;
  result.type_ = &kFloatType;
  result.float_ = value;
  return result;
}

Value Value::Complex(const std::complex<double>& value, Arena& arena) {
  return Opaque(kComplexType, arena.New<std::complex<double>>(value));
}

Value Value::String(std::string_view text) { return Text(kStringType, text); }

Value Value::Text(const Type& type, std::string_view text) {
  Value result = Opaque(type, text.data());
  result.size_ = static_cast<std::uint32_t>(text.size());
  return result;
}

Value Value::Slice(const Type& type, Value* data, std::size_t size, std::size_t capacity) {
  Value result = Opaque(type, data == nullptr ? &empty_slot : data);
  result.size_ = static_cast<std::uint32_t>(size);
  result.capacity_ = static_cast<std::uint32_t>(capacity);
  return result;
}

Value Value::Slice(const Type& type, std::span<const Value> elements, Arena& arena) {
  const auto copy = arena.Copy<Value>(elements);
  return Slice(type, copy.data(), copy.size(), copy.size());
}

Value Value::Map(const Type& type, std::span<const MapEntry> entries, Arena& arena) {
  auto sorted = arena.Copy<MapEntry>(entries);
  const auto by_key = [](const MapEntry& a, const MapEntry& b) { return a.key < b.key; };
  if (!std::ranges::is_sorted(sorted, by_key)) std::ranges::stable_sort(sorted, by_key);
  std::size_t size = 0;
  for (const MapEntry& entry : sorted) {
    if (size > 0 && sorted[size - 1].key == entry.key) {
      sorted[size - 1] = entry;
    } else {
      sorted[size++] = entry;
    }
  }
  return SortedMap(type, sorted.first(size));
}

Value Value::SortedMap(const Type& type, std::span<const MapEntry> entries) {
  Value result =
      Opaque(type, entries.empty() ? static_cast<const void*>(&empty_slot) : entries.data());
  result.size_ = static_cast<std::uint32_t>(entries.size());
  return result;
}

Value Value::Struct(const Type& type, std::span<const Value> fields, Arena& arena) {
  assert(fields.size() == type.fields.size());
  return Opaque(type, arena.Copy<Value>(fields).data());
}

Value Value::Opaque(const Type& type, const void* data) {
  Value result;
  result.type_ = &type;
  result.data_ = data;
  return result;
}

Value Value::Pointer(const Type& type, const Value& to, Arena& arena) {
  return Opaque(type, arena.New<Value>(to));
}

Value Value::Zero(const Type& type) { return Opaque(type, nullptr); }

bool Value::IsNil() const {
  switch (kind()) {
    case Kind::kInvalid:
    case Kind::kInterface:
      return true;
    case Kind::kSlice:
    case Kind::kMap:
    case Kind::kPointer:
      return data_ == nullptr;
    default:
      return false;
  }
}

std::span<const MapEntry> Value::AsMap() const {
  return {static_cast<const MapEntry*>(data_), size_};
}

const Value* Value::Find(std::string_view key) const {
  const auto entries = AsMap();
  if (entries.size() <= 8) {
    for (const MapEntry& entry : entries) {
      if (entry.key == key) return &entry.value;
    }
    return nullptr;
  }
  const auto at = std::ranges::lower_bound(entries, key, {}, &MapEntry::key);
  return at != entries.end() && at->key == key ? &at->value : nullptr;
}

Value Value::As(const Type& type) const {
  Value result = *this;
  result.type_ = &type;
  return result;
}

bool IsTrue(const Value& value) {
  switch (value.kind()) {
    case Kind::kInvalid:
    case Kind::kInterface:
      return false;
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kUint:
      return value.AsInt() != 0;
    case Kind::kFloat:
      return value.AsFloat() != 0;
    case Kind::kComplex:
      return value.AsComplex() != 0.0;
    case Kind::kString:
    case Kind::kSlice:
    case Kind::kMap:
      return value.size() > 0;
    case Kind::kStruct:
      return true;
    case Kind::kPointer:
      return !value.IsNil();
  }
  return false;
}

Value Indirect(const Value& value) {
  Value at = value;
  while (at.kind() == Kind::kPointer && !at.IsNil()) at = at.Target();
  return at;
}

bool IsAssignable(const Type& from, const Type& to) {
  if (&from == &to || &to == &kAnyType) return true;
  return from.underlying == to.underlying && !(from.named && to.named);
}

}  // namespace promql::tmpl
