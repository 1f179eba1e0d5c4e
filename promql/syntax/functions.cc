// SPDX-License-Identifier: Apache-2.0
#include "promql/syntax/functions.h"

#include <algorithm>
#include <array>

namespace promql {
namespace {

constexpr ValueType TypeOf(char letter) {
  switch (letter) {
    case 'v':
      return ValueType::kVector;
    case 'm':
      return ValueType::kMatrix;
    case 's':
      return ValueType::kScalar;
    case 't':
      return ValueType::kString;
    default:
      return ValueType::kNone;
  }
}

constexpr Version VersionOf(int number) { return {number / 100, number % 100}; }

constexpr auto kFunctions = std::to_array<Function>({
#define FUNCTION(name, arguments, variadic, result, experimental, since, removed) \
  {name,         arguments,        variadic,          TypeOf(#result[0]),         \
   experimental, VersionOf(since), VersionOf(removed)},
#include "promql/syntax/functions.def"
#undef FUNCTION
});

static_assert(std::ranges::is_sorted(kFunctions, {}, &Function::name));

constexpr std::size_t kSlots = 512;

constexpr std::size_t Slot(std::string_view name) {
  std::size_t hash = 2166136261U;
  for (const char c : name)
    hash = ((hash ^ static_cast<unsigned char>(c)) * 16777619U) & 0xFFFFFFFFU;
  return (hash ^ hash >> 15) % kSlots;
}

// Open addressing: slot → index into kFunctions plus one.
constexpr auto kIndex = [] {
  static_assert(kFunctions.size() < 255);
  std::array<std::uint8_t, kSlots> slots{};
  for (std::size_t i = 0; i < kFunctions.size(); ++i) {
    std::size_t slot = Slot(kFunctions[i].name);
    while (slots[slot] != 0) slot = (slot + 1) % kSlots;
    slots[slot] = static_cast<std::uint8_t>(i + 1);
  }
  return slots;
}();

}  // namespace

ValueType Function::ArgumentType(std::size_t index) const {
  if (argument_letters.empty()) return ValueType::kNone;
  return TypeOf(argument_letters[std::min(index, argument_letters.size() - 1)]);
}

const Function* FindFunction(std::string_view name) {
  for (std::size_t slot = Slot(name); kIndex[slot] != 0; slot = (slot + 1) % kSlots) {
    const Function& function = kFunctions[kIndex[slot] - 1U];
    if (function.name == name) return &function;
  }
  return nullptr;
}

std::span<const Function> AllFunctions() { return kFunctions; }

}  // namespace promql
