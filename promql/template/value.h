// SPDX-License-Identifier: Apache-2.0
// Values that templates work on, with the Go types that templates can see (`%T`, `%#v`,
// comparisons, arguments). A Value is a small copyable view: text, lists, maps and structs live in
// the Arena of whoever made them and must outlive every use. A Type is a constant; two types are
// the same when their addresses are.
#pragma once

#include <array>
#include <complex>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "promql/template/arena.h"

namespace promql::tmpl {

struct Function;
class Value;

enum class Kind : std::uint8_t {
  kInvalid,    // nothing at all: no value
  kInterface,  // a nil that was found in a map or list of anything, or given to a parameter of any
               // type
  kBool,
  kInt,
  kUint,
  kFloat,
  kComplex,
  kString,
  kSlice,
  kMap,  // keys are strings, in the order of their bytes
  kStruct,
  kPointer,
};

struct Type;

struct Field {
  std::string_view name;
  std::string_view json;
  const Type* type = nullptr;  // of every value that it holds; none when that is open
};

struct Type {
  std::string_view name;  // as Go's %T prints it
  Kind kind = Kind::kInvalid;
  bool named = false;                  // has a name of its own, unlike []string
  const Type* element = nullptr;       // of slices, maps and pointers
  const Type* underlying = this;       // the unnamed type with the same structure
  std::span<const Field> fields = {};  // of structs
  std::span<const Function> methods = {};
  // Appends what the method String (GoString for %#v) gives; none when the type has no such method.
  void (*append_text)(const Value& value, std::string& out) = nullptr;
  void (*append_go_text)(const Value& value, std::string& out) = nullptr;
  // What printf shows of a struct whose fields templates cannot name.
  std::array<Value, 3> (*hidden_parts)(const Value& value) = nullptr;
};

struct MapEntry;

class Value {
 public:
  Value() = default;  // no value

  [[nodiscard]] static Value Nil();
  [[nodiscard]] static Value Bool(bool value);
  [[nodiscard]] static Value Int(std::int64_t value);
  [[nodiscard]] static Value Integer(const Type& type,
                                     std::int64_t value);  // kinds bool, int, uint
  [[nodiscard]] static Value Float(double value);
  [[nodiscard]] static Value Complex(const std::complex<double>& value, Arena& arena);
  [[nodiscard]] static Value String(std::string_view text);
  [[nodiscard]] static Value Text(const Type& type,
                                  std::string_view text);  // any type of kind string
  // `capacity` elements are there, the first `size` are the list's.
  [[nodiscard]] static Value Slice(const Type& type, Value* data, std::size_t size,
                                   std::size_t capacity);
  [[nodiscard]] static Value Slice(const Type& type, std::span<const Value> elements, Arena& arena);
  // Sorts; of equal keys the last wins.
  [[nodiscard]] static Value Map(const Type& type, std::span<const MapEntry> entries, Arena& arena);
  // Entries are sorted already, without equal keys; borrowed.
  [[nodiscard]] static Value SortedMap(const Type& type, std::span<const MapEntry> entries);
  // As many values as the type has fields.
  [[nodiscard]] static Value Struct(const Type& type, std::span<const Value> fields, Arena& arena);
  // A struct that is no list of values (a time): `data` is the type's own business.
  [[nodiscard]] static Value Opaque(const Type& type, const void* data);
  [[nodiscard]] static Value Pointer(const Type& type, const Value& to, Arena& arena);
  [[nodiscard]] static Value Zero(const Type& type);

  [[nodiscard]] const Type* type() const { return type_; }
  [[nodiscard]] Kind kind() const { return type_ == nullptr ? Kind::kInvalid : type_->kind; }
  [[nodiscard]] bool IsValid() const { return type_ != nullptr; }
  // No value, a nil interface, slice, map or pointer.
  [[nodiscard]] bool IsNil() const;

  [[nodiscard]] bool AsBool() const { return integer_ != 0; }
  [[nodiscard]] std::int64_t AsInt() const { return integer_; }
  [[nodiscard]] std::uint64_t AsUint() const { return static_cast<std::uint64_t>(integer_); }
  [[nodiscard]] double AsFloat() const { return float_; }
  [[nodiscard]] const std::complex<double>& AsComplex() const {
    return *static_cast<const std::complex<double>*>(data_);
  }
  [[nodiscard]] std::string_view AsString() const {
    return {static_cast<const char*>(data_), size_};
  }
  [[nodiscard]] std::span<Value> AsSlice() const {
    return {static_cast<Value*>(const_cast<void*>(data_)), size_};
  }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }  // of slices
  [[nodiscard]] std::span<const MapEntry> AsMap() const;
  [[nodiscard]] const Value* Find(std::string_view key) const;  // in a map
  [[nodiscard]] std::span<const Value> AsStruct() const {
    return {static_cast<const Value*>(data_), type_->fields.size()};
  }
  [[nodiscard]] const void* AsOpaque() const { return data_; }
  [[nodiscard]] const Value& Target() const {
    return *static_cast<const Value*>(data_);
  }  // of a pointer
  [[nodiscard]] std::size_t size() const { return size_; }  // of strings (bytes), slices, maps

  // Numbers out of a list or map of anything keep that they were found there: Go's slice refuses
  // them as indexes, until a pipeline has unpacked them.
  void MarkFoundInAny() {
    if (kind() == Kind::kInt || kind() == Kind::kUint) capacity_ = 1;
  }
  void Unpack() {
    if (kind() == Kind::kInt || kind() == Kind::kUint) capacity_ = 0;
  }
  [[nodiscard]] bool IsFoundInAny() const {
    return (kind() == Kind::kInt || kind() == Kind::kUint) && capacity_ == 1;
  }

  // The same value under another type with the same structure.
  [[nodiscard]] Value As(const Type& type) const;

 private:
  const Type* type_ = nullptr;
  union {
    std::int64_t integer_ = 0;
    double float_;
    const void* data_;
  };
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;
};

struct MapEntry {
  std::string_view key;
  Value value;
};

// What `if` and `and` make of a value.
[[nodiscard]] bool IsTrue(const Value& value);
// Through pointers to what they point at; the nil itself when there is one on the way.
[[nodiscard]] Value Indirect(const Value& value);
// Go's assignability: same type, any type, or same structure and at most one of both named.
[[nodiscard]] bool IsAssignable(const Type& from, const Type& to);

// Types that every dialect knows. kAny is the empty interface.
extern const Type kAnyType, kBoolType, kIntType, kInt64Type, kUint8Type, kFloatType, kComplexType,
    kStringType;
extern const Type kListType;        // []interface {}
extern const Type kMapType;         // map[string]interface {}
extern const Type kStringListType;  // []string
extern const Type kStringMapType;   // map[string]string
extern const Type kHtmlType, kUrlType;

}  // namespace promql::tmpl
