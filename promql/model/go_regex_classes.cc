// SPDX-License-Identifier: Apache-2.0
#include "promql/model/go_regex_classes.h"

#include <algorithm>
#include <array>
#include <utility>

namespace promql {
namespace {

// Long names of the general categories, as canonical names (no underscores, first letter upper
// case).
constexpr std::array<std::pair<std::string_view, std::string_view>, 43> kCategoryAliases = {
    {{"Casedletter", "Lc"},
     {"Closepunctuation", "Pe"},
     {"Combiningmark", "M"},
     {"Connectorpunctuation", "Pc"},
     {"Control", "Cc"},
     {"Currencysymbol", "Sc"},
     {"Dashpunctuation", "Pd"},
     {"Decimalnumber", "Nd"},
     {"Enclosingmark", "Me"},
     {"Finalpunctuation", "Pf"},
     {"Format", "Cf"},
     {"Initialpunctuation", "Pi"},
     {"Letter", "L"},
     {"Letternumber", "Nl"},
     {"Lineseparator", "Zl"},
     {"Lowercaseletter", "Ll"},
     {"Mark", "M"},
     {"Mathsymbol", "Sm"},
     {"Modifierletter", "Lm"},
     {"Modifiersymbol", "Sk"},
     {"Nonspacingmark", "Mn"},
     {"Number", "N"},
     {"Openpunctuation", "Ps"},
     {"Other", "C"},
     {"Otherletter", "Lo"},
     {"Othernumber", "No"},
     {"Otherpunctuation", "Po"},
     {"Othersymbol", "So"},
     {"Paragraphseparator", "Zp"},
     {"Privateuse", "Co"},
     {"Punctuation", "P"},
     {"Separator", "Z"},
     {"Spaceseparator", "Zs"},
     {"Spacingmark", "Mc"},
     {"Surrogate", "Cs"},
     {"Symbol", "S"},
     {"Titlecaseletter", "Lt"},
     {"Unassigned", "Cn"},
     {"Uppercaseletter", "Lu"},
     {"Cntrl", "Cc"},
     {"Digit", "Nd"},
     {"Punct", "P"},
     {"Ascii", "Ascii"}}};

constexpr std::string_view kNotOther = R"(\p{L}\p{M}\p{N}\p{P}\p{S}\p{Z})";
constexpr std::string_view kAssigned = R"(\p{L}\p{M}\p{N}\p{P}\p{S}\p{Z}\p{C})";

// `\p{Lu}\p{Ll}` cannot be complemented item by item; single ones can.
std::string ComplementOf(const std::string& inside) {
  if (inside == "\\x{0}-\\x{7f}") return "\\x{80}-\\x{10ffff}";
  if (inside == "\\p{Lu}\\p{Ll}\\p{Lt}")
    return "\\p{Lm}\\p{Lo}\\p{M}\\p{N}\\p{P}\\p{S}\\p{Z}\\p{C}";
  return "\\P" + inside.substr(2);
}

}  // namespace

std::string CanonicalClassName(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '_' || c == '-' || c == ' ') continue;
    const bool is_first = out.empty();
    if (is_first && c >= 'a' && c <= 'z') {
      out += static_cast<char>(c - 'a' + 'A');
    } else if (!is_first && c >= 'A' && c <= 'Z') {
      out += static_cast<char>(c - 'A' + 'a');
    } else {
      out += c;
    }
  }
  for (const auto& [alias, category] : kCategoryAliases) {
    if (alias == out) return std::string(category);
  }
  return out;
}

UnicodeClass UnicodeClassNamed(const std::string& name, bool is_negated) {
  if (name == "Ascii") return {"\\x{0}-\\x{7f}", is_negated};
  if (name == "Lc") return {"\\p{Lu}\\p{Ll}\\p{Lt}", is_negated};
  if (name == "C")
    return {std::string(kNotOther), !is_negated};  // Go counts unassigned code points among them
  if (name == "Cn") return {std::string(kAssigned), !is_negated};
  if (name == "Assigned") return {std::string(kAssigned), is_negated};
  return {"\\p{" + name + "}", is_negated};
}

bool IsPosixClass(std::string_view name) {
  static constexpr std::array<std::string_view, 14> kNames = {
      "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph",
      "lower", "print", "punct", "space", "upper", "word",  "xdigit"};
  if (name.starts_with('^')) name.remove_prefix(1);
  return std::ranges::find(kNames, name) != kNames.end();
}

void BracketText::Add(const UnicodeClass& unicode) {
  if (!unicode.is_negated) {
    inside += unicode.inside;
  } else if (!is_negated) {
    outside += "|[^" + unicode.inside + "]";
  } else if (unicode.inside == kNotOther || unicode.inside == kAssigned) {
    complement = unicode.inside;
  } else {
    inside += ComplementOf(unicode.inside);
  }
}

std::string BracketText::Finish() const {
  if (is_negated && inside.empty() && !complement.empty()) return "[" + complement + "]";
  std::string items = inside;
  if (complement == kNotOther) items += "\\p{C}";
  const std::string bracket = items.empty() ? "" : (is_negated ? "[^" : "[") + items + "]";
  if (outside.empty()) return bracket;
  return "(?:" + (bracket.empty() ? outside.substr(1) : bracket + outside) + ")";
}

}  // namespace promql
