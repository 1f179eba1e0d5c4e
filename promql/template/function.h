// SPDX-License-Identifier: Apache-2.0
// A function or method that templates may call, with the parameter types that Go would check.
// Tables of these are constant; a call may allocate in the expansion's arena and never outlives it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "promql/template/value.h"

namespace promql::tmpl {

struct Environment;

// One call under way. Arguments have been checked against the parameters; a method's receiver is
// the first argument.
struct Call {
  std::span<const Value> args;
  Arena& arena;
  const Environment& environment;
  const Value& root;       // the data that the expansion was started with
  std::string error = {};  // set by Fail
  bool failed = false;

  [[nodiscard]] std::string_view Text(std::size_t index) const { return args[index].AsString(); }
  Value Fail(std::string message) {
    error = std::move(message);
    failed = true;
    return {};
  }
};

// A version of the server that a function first came with; 0.0 when it was always there.
struct Version {
  int major = 0;
  int minor = 0;
};

// A parameter that takes everything, even no value at all.
inline constexpr const Type* kAnything = nullptr;

struct Function {
  enum class Special : std::uint8_t { kNone, kAnd, kOr, kCall };

  std::string_view name;
  Value (*call)(Call& call) = nullptr;  // none: returns what templates cannot use, calling fails
  const Type* result = nullptr;         // when it is always the same
  std::uint8_t parameter_count = 0;     // without the receiver, with the variadic one
  bool is_variadic = false;  // the last parameter may come any number of times, also never
  const Type* parameters[3] = {};
  Version since = {};
  Special special = Special::kNone;

  [[nodiscard]] std::size_t required() const { return parameter_count - (is_variadic ? 1U : 0U); }
  [[nodiscard]] const Type* parameter(std::size_t index) const {
    return parameters[index < parameter_count ? index : parameter_count - 1U];
  }
};

// "len takes 1 argument, not 2"
[[nodiscard]] std::string WrongCount(const Function& function, std::size_t given);
// "there is no field or method labels in the data: did you mean Labels?"
[[nodiscard]] std::string NoSuchField(const Type& type, std::string_view name);

}  // namespace promql::tmpl
