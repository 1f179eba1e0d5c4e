// SPDX-License-Identifier: Apache-2.0
// The functions of PromQL (functions.def): what they take, what they return, and which Prometheus
// has them. Immutable tables, safe from any thread; pointers to entries stay valid for ever.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "promql/syntax/types.h"

namespace promql {

// A Prometheus release without its patch number: {3, 15}.
struct Version {
  std::uint16_t number = 0;  // major * 100 + minor
  constexpr Version() = default;
  constexpr Version(int major, int minor)
      : number(static_cast<std::uint16_t>(major * 100 + minor)) {}
  [[nodiscard]] constexpr int major() const { return number / 100; }
  [[nodiscard]] constexpr int minor() const { return number % 100; }
  friend constexpr auto operator<=>(Version, Version) = default;
};

inline constexpr Version kNewestVersion{3, 15};

struct Function {
  std::string_view name;
  std::string_view argument_letters;  // one each: see ArgumentType
  int variadic =
      0;  // 0: exactly these; n: the last up to n times or not at all; -1: any number of times
  ValueType return_type = ValueType::kVector;
  bool experimental = false;
  Version since;    // {} = from the beginning
  Version removed;  // {} = still there

  [[nodiscard]] std::size_t arguments() const { return argument_letters.size(); }
  [[nodiscard]] std::size_t min_arguments() const {
    return variadic == 0 ? arguments() : arguments() - 1;
  }
  // The type of the argument at `index`; those beyond the last are of the last one's type.
  [[nodiscard]] ValueType ArgumentType(std::size_t index) const;
  [[nodiscard]] bool IsIn(Version version) const {
    return since <= version && (removed == Version{} || version < removed);
  }
};

// Null when no version has such a function. Case matters.
[[nodiscard]] const Function* FindFunction(std::string_view name);
[[nodiscard]] std::span<const Function> AllFunctions();

}  // namespace promql
