// SPDX-License-Identifier: Apache-2.0
// The searches behind language.h. Used by its sources only.
#pragma once

#include <atomic>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "promql/analysis/automaton.h"
#include "promql/analysis/language.h"

namespace promql::analysis {

// Before any complement: a finite set in byte order, a program, or what is not known.
struct LanguagePattern {
  std::variant<std::monostate, std::vector<std::string>, Program> content;
  // What was found out; threads that ask at once find the same.
  mutable std::atomic<std::optional<Answer>> is_empty;
  mutable std::atomic<std::optional<Answer>> is_universal;
};

struct LanguageSearch {
  static Answer Contains(const Language& language, std::string_view text, Budget& budget);
  static Meeting Meet(std::span<const Language> languages);
  static Language::Listing List(const Language& language);

 private:
  static Meeting MeetWithFinite(const std::vector<std::string>& members,
                                std::span<const Language> languages);
};

}  // namespace promql::analysis
