// SPDX-License-Identifier: Apache-2.0
#include "promql/template/function.h"

#include <algorithm>

namespace promql::tmpl {
namespace {

bool SameLetters(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

}  // namespace

std::string WrongCount(const Function& function, std::size_t given) {
  return std::string(function.name) + " takes " + (function.is_variadic ? "at least " : "") +
         std::to_string(function.required()) +
         (function.required() == 1 ? " argument" : " arguments") + ", not " + std::to_string(given);
}

std::string NoSuchField(const Type& type, std::string_view name) {
  const Type& of = type.kind == Kind::kPointer ? *type.element : type;
  const bool has_name = !of.name.starts_with("struct");
  std::string message = "there is no field or method " + std::string(name) + " in " +
                        (has_name ? "a value of type " + std::string(of.name) : "the data");
  const auto suggest = [&](std::string_view other) {
    if (SameLetters(name, other)) message += ": did you mean " + std::string(other) + "?";
  };
  for (const Field& field : of.fields) suggest(field.name);
  for (const Function& method : of.methods) suggest(method.name);
  return message;
}

}  // namespace promql::tmpl
