// SPDX-License-Identifier: Apache-2.0
// Character classes of Go's regular expressions in RE2's terms. Used by go_regex_syntax.cc only.
#pragma once

#include <string>
#include <string_view>

namespace promql {

// What `\p{name}` means, as the inside of an RE2 bracket. `is_negated` tells that it must be
// complemented.
struct UnicodeClass {
  std::string inside;
  bool is_negated = false;
};

// `_`, `-` and blanks dropped, first letter upper case, the others lower; long names of categories
// become short ones.
[[nodiscard]] std::string CanonicalClassName(std::string_view name);
[[nodiscard]] UnicodeClass UnicodeClassNamed(const std::string& canonical_name, bool is_negated);
// `alpha`, `^alpha` of `[[:alpha:]]`.
[[nodiscard]] bool IsPosixClass(std::string_view name);

// A bracket in the making. Complemented Unicode classes cannot stand inside an RE2 bracket: they
// become alternatives beside it.
struct BracketText {
  bool is_negated = false;
  std::string inside;
  std::string outside;     // alternatives, each with its `|`
  std::string complement;  // the class whose complement a negated bracket leaves out

  void Add(const UnicodeClass& unicode);
  [[nodiscard]] std::string Finish() const;
};

}  // namespace promql
