// SPDX-License-Identifier: Apache-2.0
#include "promql/syntax/token.h"

#include <array>

#include "promql/syntax/characters.h"

namespace promql {
namespace {

struct Keyword {
  std::string_view text;
  TokenType type;
};

using enum TokenType;
constexpr auto kKeywords = std::to_array<Keyword>({
    {"and", kAnd},
    {"or", kOr},
    {"unless", kUnless},
    {"atan2", kAtan2},
    {"sum", kSum},
    {"avg", kAvg},
    {"count", kCount},
    {"min", kMin},
    {"max", kMax},
    {"group", kGroup},
    {"stddev", kStddev},
    {"stdvar", kStdvar},
    {"topk", kTopk},
    {"bottomk", kBottomk},
    {"count_values", kCountValues},
    {"quantile", kQuantile},
    {"limitk", kLimitk},
    {"limit_ratio", kLimitRatio},
    {"offset", kOffset},
    {"smoothed", kSmoothed},
    {"anchored", kAnchored},
    {"by", kBy},
    {"without", kWithout},
    {"on", kOn},
    {"ignoring", kIgnoring},
    {"group_left", kGroupLeft},
    {"group_right", kGroupRight},
    {"fill", kFill},
    {"fill_left", kFillLeft},
    {"fill_right", kFillRight},
    {"bool", kBool},
    {"start", kStart},
    {"end", kStop},
    {"step", kStep},
    {"range", kRange},
    {"max_of", kMaxOf},
    {"min_of", kMinOf},
    {"inf", kNumber},
    {"nan", kNumber},
});
constexpr std::size_t kLongestKeyword = 12;

constexpr std::size_t Slot(std::string_view word) {
  std::size_t hash = word.size();
  hash = hash * 31 + static_cast<unsigned char>(ToLower(word.front()));
  hash = hash * 31 + static_cast<unsigned char>(ToLower(word[1]));
  hash = hash * 31 + static_cast<unsigned char>(ToLower(word.back()));
  return (hash ^ hash >> 7) & 255;
}

// Open addressing: slot → index into kKeywords plus one.
constexpr std::array<std::uint8_t, 256> kSlots = [] {
  std::array<std::uint8_t, 256> slots{};
  for (std::size_t i = 0; i < kKeywords.size(); ++i) {
    std::size_t slot = Slot(kKeywords[i].text);
    while (slots[slot] != 0) slot = (slot + 1) & 255;
    slots[slot] = static_cast<std::uint8_t>(i + 1);
  }
  return slots;
}();

bool EqualsIgnoringCase(std::string_view word, std::string_view keyword) {
  if (word.size() != keyword.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (ToLower(word[i]) != keyword[i]) return false;
  }
  return true;
}

}  // namespace

TokenType KeywordType(std::string_view word) {
  if (word.size() < 2 || word.size() > kLongestKeyword) return kIdentifier;
  for (std::size_t slot = Slot(word); kSlots[slot] != 0; slot = (slot + 1) & 255) {
    const Keyword& keyword = kKeywords[kSlots[slot] - 1U];
    if (EqualsIgnoringCase(word, keyword.text)) return keyword.type;
  }
  return kIdentifier;
}

bool IsMetricName(TokenType t) {
  switch (t) {
    case kIdentifier:
    case kMetricIdentifier:
    case kAnd:
    case kOr:
    case kUnless:
    case kBy:
    case kWithout:
    case kOffset:
    case kAnchored:
    case kSmoothed:
    case kFill:
    case kFillLeft:
    case kFillRight:
      return true;
    default:
      return IsAggregation(t) || IsFunctionKeyword(t);
  }
}

bool IsLabelName(TokenType t) {
  switch (t) {
    case kWithout:
      return false;
    case kAtan2:
    case kBool:
    case kOn:
    case kIgnoring:
    case kGroupLeft:
    case kGroupRight:
      return true;
    default:
      return IsMetricName(t);
  }
}

std::string Describe(const Token& token, std::string_view text) {
  if (token.type == kEnd) return "end of the expression";
  constexpr std::size_t kLongest = 40;
  std::string_view word = text.substr(token.span.start, token.span.end - token.span.start);
  std::string shown;
  if (word.size() > kLongest) {
    std::size_t cut = kLongest;
    while (cut > 0 && (static_cast<unsigned char>(word[cut]) & 0xC0) == 0x80) --cut;
    shown = std::string(word.substr(0, cut)) + "…";
  } else {
    shown = word;
  }
  const std::string_view kind = token.type == kNumber     ? "number "
                                : token.type == kDuration ? "duration "
                                : token.type == kString   ? "string "
                                                          : "";
  return std::string(kind) + "`" + shown + "`";
}

}  // namespace promql
