// SPDX-License-Identifier: Apache-2.0
#include "promql/model/go_regex.h"

#include <re2/re2.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "promql/model/go_regex_syntax.h"
#include "promql/model/go_text.h"

namespace promql {
namespace {

constexpr std::int64_t kUsualMemory = 8 << 20;
constexpr std::int64_t kMostMemory = 256 << 20;  // Go allows programs of 128 MiB

RE2::Options Options(std::int64_t memory) {
  RE2::Options options(RE2::Quiet);
  options.set_max_mem(memory);
  return options;
}

re2::StringPiece Piece(std::string_view text) { return {text.data(), text.size()}; }

// RE2's reason is only seen where it refuses what Go takes: class names that neither of the checks
// before knows.
std::string Reason(const RE2& regex) {
  if (regex.error_code() == RE2::ErrorBadCharRange)
    return "invalid character class range: `" + regex.error_arg() + "`";
  if (regex.error_code() == RE2::ErrorPatternTooLarge) return "expression too large";
  return regex.error();
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Letters and digits beyond ASCII may stand in a name too; no group has such a name, so it only has
// to be skipped.
bool IsNameRune(const Rune& rune) {
  const auto c = rune.value;
  const bool is_word =
      c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  if (is_word || c < 0x80 || !rune.is_valid) return is_word;
  static const RE2 kLetterOrDigit("[\\pL\\p{Nd}]");
  std::string text;
  AppendRune(text, c);
  return RE2::FullMatch(text, kLetterOrDigit);
}

// A group reference at the front of `text`, behind the `$`; length 0 when there is none.
struct Reference {
  std::string_view name;
  std::optional<std::size_t> number;
  std::size_t length = 0;
};

Reference ReadReference(std::string_view text) {
  const bool is_braced = text.starts_with('{');
  const std::string_view inside = is_braced ? text.substr(1) : text;
  std::size_t length = 0;
  while (length < inside.size()) {
    const Rune rune = DecodeRune(inside.substr(length));
    if (!IsNameRune(rune)) break;
    length += rune.width;
  }
  if (length == 0 || (is_braced && (length >= inside.size() || inside[length] != '}'))) return {};
  Reference reference{inside.substr(0, length), std::nullopt, length + (is_braced ? 2 : 0)};
  std::size_t number = 0;
  for (const char c : reference.name) {
    if (!IsDigit(c) || number >= 100'000'000) return reference;
    number = number * 10 + static_cast<std::size_t>(c - '0');
  }
  if (reference.name.size() == 1 || reference.name.front() != '0') reference.number = number;
  return reference;
}

}  // namespace

struct GoRegex::Program {
  Program(const std::string& text, std::int64_t memory, std::vector<std::string> group_names)
      : regex(text, Options(memory)), names(std::move(group_names)) {}
  RE2 regex;
  std::vector<std::string> names;
};

std::expected<GoRegex, std::string> GoRegex::Compile(std::string_view pattern) {
  auto translated = TranslateGoRegex(pattern);
  if (!translated) return std::unexpected(std::move(translated).error());
  auto program =
      std::make_shared<const Program>(translated->text, kUsualMemory, translated->group_names);
  if (!program->regex.ok() && program->regex.error_code() == RE2::ErrorPatternTooLarge) {
    program =
        std::make_shared<const Program>(translated->text, kMostMemory, translated->group_names);
  }
  if (!program->regex.ok()) return std::unexpected(Reason(program->regex));
  return GoRegex(std::move(program));
}

std::expected<GoRegex, std::string> GoRegex::CompileAnchored(std::string_view pattern) {
  std::string whole = "^(?:";
  whole += pattern;
  whole += ")$";
  return Compile(whole);
}

bool GoRegex::Matches(std::string_view text) const {
  return program_->regex.Match(Piece(text), 0, text.size(), RE2::UNANCHORED, nullptr, 0);
}

std::optional<GoRegex::Groups> GoRegex::Find(std::string_view text, std::size_t from) const {
  const auto count = static_cast<std::size_t>(program_->regex.NumberOfCapturingGroups()) + 1;
  std::vector<re2::StringPiece> pieces(count);
  // RE2 lets `\B` match between the bytes of a character; Go does not.
  const auto is_inside_rune = [text](std::size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U &&
           IsValidUtf8(text);
  };
  for (;; ++from) {
    const bool found = from <= text.size() &&
                       program_->regex.Match(Piece(text), from, text.size(), RE2::UNANCHORED,
                                             pieces.data(), static_cast<int>(count));
    if (!found) return std::nullopt;
    from = static_cast<std::size_t>(pieces[0].data() - text.data());
    if (!pieces[0].empty() || !is_inside_rune(from)) break;
  }
  Groups groups(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (pieces[i].data() != nullptr)
      groups[i] = std::string_view(pieces[i].data(), pieces[i].size());
  }
  return groups;
}

std::string GoRegex::ReplaceAll(std::string_view text, std::string_view replacement) const {
  if (text.data() == nullptr) text = "";  // an unset group is told from an empty one by its pointer
  std::string out;
  std::size_t last_end = 0;
  std::size_t search = 0;
  while (search <= text.size()) {
    const auto groups = Find(text, search);
    if (!groups) break;
    const auto begin = static_cast<std::size_t>((*groups)[0]->data() - text.data());
    const std::size_t end = begin + (*groups)[0]->size();
    out += text.substr(last_end, begin - last_end);
    // An empty match right behind another match is none.
    if (end > last_end || begin == 0) out += Expand(replacement, *groups);
    last_end = end;
    const std::size_t width = DecodeRune(text.substr(search)).width;
    if (search + width > end) {
      search += width;
    } else {
      search = std::max(search + 1, end);
    }
  }
  out += text.substr(last_end);
  return out;
}

std::string GoRegex::Expand(std::string_view replacement, const Groups& groups) const {
  std::string out;
  while (!replacement.empty()) {
    const std::size_t dollar = replacement.find('$');
    out += replacement.substr(0, dollar);
    if (dollar == std::string_view::npos) break;
    replacement.remove_prefix(dollar + 1);
    if (replacement.starts_with('$')) {
      out += '$';
      replacement.remove_prefix(1);
      continue;
    }
    const Reference reference = ReadReference(replacement);
    if (reference.length == 0) {
      out += '$';
      continue;
    }
    replacement.remove_prefix(reference.length);
    if (reference.number) {
      if (*reference.number < groups.size()) out += groups[*reference.number].value_or("");
      continue;
    }
    for (std::size_t i = 0; i < groups.size(); ++i) {
      if (program_->names[i] != reference.name || !groups[i]) continue;
      out += *groups[i];
      break;
    }
  }
  return out;
}

std::span<const std::string> GoRegex::group_names() const { return program_->names; }

}  // namespace promql
