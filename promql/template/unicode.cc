// SPDX-License-Identifier: Apache-2.0
#include "promql/template/unicode.h"

#include <algorithm>
#include <cstdint>
#include <span>

#include "promql/model/go_text.h"

namespace promql::tmpl {
namespace {

struct RuneRange {
  std::uint32_t first;
  std::uint32_t last;
};

// Every `stride`th rune from first to last maps to itself plus delta.
struct CaseRange {
  std::uint32_t first;
  std::uint32_t last;
  std::uint32_t stride;
  std::int32_t delta;
};

struct ClassChange {
  std::uint32_t first;
  std::uint8_t bits;
};

struct CaseSpecial {
  std::uint32_t rune;
  std::string_view text;
};

#include "promql/template/unicode_tables.inc"

constexpr std::uint8_t kCased = 1;
constexpr std::uint8_t kIgnorable = 2;
constexpr std::uint8_t kMid = 4;
constexpr std::uint8_t kBreak = 8;

bool Contains(std::span<const RuneRange> ranges, Rune rune) {
  const auto at = std::ranges::lower_bound(ranges, rune, {}, &RuneRange::last);
  return at != ranges.end() && at->first <= rune;
}

Rune MapCase(std::span<const CaseRange> ranges, Rune rune) {
  const auto at = std::ranges::lower_bound(ranges, rune, {}, &CaseRange::last);
  if (at == ranges.end() || at->first > rune || (rune - at->first) % at->stride != 0) return rune;
  return static_cast<Rune>(static_cast<std::int32_t>(rune) + at->delta);
}

Rune UpperOf(Rune rune) {
  if (rune < 0x80) return rune >= 'a' && rune <= 'z' ? rune - 32 : rune;
  return MapCase(kToUpper, rune);
}

Rune LowerOf(Rune rune) {
  if (rune < 0x80) return rune >= 'A' && rune <= 'Z' ? rune + 32 : rune;
  return MapCase(kToLower, rune);
}

Rune TitleOf(Rune rune) { return rune < 0x80 ? UpperOf(rune) : MapCase(kToTitle, rune); }

std::uint8_t TitleClass(Rune rune) {
  const auto at = std::ranges::upper_bound(kTitleClass, rune, {}, &ClassChange::first);
  return std::prev(at)->bits;
}

void AppendMapped(std::span<const CaseSpecial> specials, Rune rune, Rune simple, std::string& out) {
  if (rune >= 0x80) {
    const auto at = std::ranges::lower_bound(specials, rune, {}, &CaseSpecial::rune);
    if (at != specials.end() && at->rune == rune) {
      out += at->text;
      return;
    }
  }
  AppendRune(simple, out);
}

template <class Map>
std::string MapRunes(std::string_view text, Map map) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Decoded decoded = DecodeRune(text);
    AppendRune(map(decoded.rune), out);
    text.remove_prefix(decoded.size);
  }
  return out;
}

// Title casing in the manner of Unicode's default word boundaries, cut down to one pass: a cased
// letter outside a word starts one; characters that break end it; of two "middle" characters in a
// row (an apostrophe, a full stop) the second does.
class TitleCaser {
 public:
  TitleCaser(std::string_view text, TitleRest rest) : text_(text), rest_(rest) {}

  std::string Run() {
    out_.reserve(text_.size() + 8);
    while (at_ < text_.size()) Step();
    return std::move(out_);
  }

 private:
  static constexpr int kLongestLookAhead = 31;
  static constexpr Rune kSigma = 0x3A3;

  void Step() {
    const Decoded now = DecodeRune(text_.substr(at_));
    const std::uint8_t bits =
        now.rune == kRuneError && now.size == 1 ? kBreak : TitleClass(now.rune);
    const std::string_view bytes = text_.substr(at_, now.size);
    at_ += now.size;
    bool was_middle = (bits & kMid) != 0;
    if ((bits & kCased) != 0) {
      if (!in_word_) {
        AppendMapped(kTitleSpecial, now.rune, TitleOf(now.rune), out_);
        in_word_ = true;
      } else if (rest_ == TitleRest::kKeep) {
        out_ += bytes;
      } else if (now.rune == kSigma) {
        was_middle = false;
        FinalSigma();
      } else {
        AppendMapped(kLowerSpecial, now.rune, LowerOf(now.rune), out_);
      }
    } else {
      out_ += bytes;
      if ((bits & kBreak) != 0) in_word_ = false;
    }
    if (was_middle && at_ < text_.size() &&
        (TitleClass(DecodeRune(text_.substr(at_)).rune) & kMid) != 0)
      in_word_ = false;
  }

  // A sigma is final unless a cased letter follows behind any number of ignorable characters, which
  // are copied meanwhile.
  void FinalSigma() {
    const std::size_t sigma = out_.size();
    out_ += "\xcf\x82";
    bool was_middle = false;
    for (int i = 0; i < kLongestLookAhead && at_ < text_.size(); ++i) {
      const Decoded next = DecodeRune(text_.substr(at_));
      const std::uint8_t bits = TitleClass(next.rune);
      if ((bits & kIgnorable) == 0) {
        if ((bits & kCased) != 0) out_[sigma + 1] = '\x83';
        return;
      }
      const bool is_middle = (bits & kMid) != 0;
      if ((was_middle && is_middle) || (bits & kBreak) != 0) in_word_ = false;
      was_middle = is_middle;
      out_ += text_.substr(at_, next.size);
      at_ += next.size;
    }
  }

  std::string_view text_;
  TitleRest rest_;
  std::string out_;
  std::size_t at_ = 0;
  bool in_word_ = false;
};

}  // namespace

Decoded DecodeRune(std::string_view text) {
  if (text.empty()) return {};
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  const auto continues = [&](std::size_t i) {
    return i < text.size() && (byte(i) & 0xC0U) == 0x80;
  };
  if (first >= 0xC2 && first <= 0xDF && continues(1)) {
    return {static_cast<Rune>((first & 0x1FU) << 6U | (byte(1) & 0x3FU)), 2};
  }
  if (first >= 0xE0 && first <= 0xEF && continues(1) && continues(2)) {
    const auto rune =
        static_cast<Rune>((first & 0x0FU) << 12U | (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU));
    if (rune >= 0x800 && (rune < 0xD800 || rune > 0xDFFF)) return {rune, 3};
  }
  if (first >= 0xF0 && first <= 0xF4 && continues(1) && continues(2) && continues(3)) {
    const auto rune = static_cast<Rune>((first & 0x07U) << 18U | (byte(1) & 0x3FU) << 12U |
                                        (byte(2) & 0x3FU) << 6U | (byte(3) & 0x3FU));
    if (rune >= 0x10000 && rune <= 0x10FFFF) return {rune, 4};
  }
  return {kRuneError, 1};
}

void AppendRune(Rune rune, std::string& out) {
  if (rune > 0x10FFFF || (rune >= 0xD800 && rune <= 0xDFFF)) rune = kRuneError;
  const auto put = [&out](std::uint32_t byte) {
    out += static_cast<char>(static_cast<unsigned char>(byte));
  };
  if (rune < 0x80) {
    put(rune);
  } else if (rune < 0x800) {
    put(0xC0U | rune >> 6U);
    put(0x80U | (rune & 0x3FU));
  } else if (rune < 0x10000) {
    put(0xE0U | rune >> 12U);
    put(0x80U | (rune >> 6U & 0x3FU));
    put(0x80U | (rune & 0x3FU));
  } else {
    put(0xF0U | rune >> 18U);
    put(0x80U | (rune >> 12U & 0x3FU));
    put(0x80U | (rune >> 6U & 0x3FU));
    put(0x80U | (rune & 0x3FU));
  }
}

std::size_t CountRunes(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); ++count) text.remove_prefix(DecodeRune(text).size);
  return count;
}

bool IsLetterOrDigit(Rune rune) {
  if (rune < 0x80) {
    return (rune >= 'a' && rune <= 'z') || (rune >= 'A' && rune <= 'Z') ||
           (rune >= '0' && rune <= '9') || rune == '_';
  }
  return Contains(kIdentifier, rune);
}

bool IsPrint(Rune rune) { return promql::IsPrint(rune); }
bool IsSpace(Rune rune) { return promql::IsSpace(rune); }

std::string ToUpper(std::string_view text) { return MapRunes(text, UpperOf); }
std::string ToLower(std::string_view text) { return MapRunes(text, LowerOf); }

std::string_view TrimSpace(std::string_view text) { return promql::TrimSpace(text); }

std::string ToTitle(std::string_view text, TitleRest rest) { return TitleCaser(text, rest).Run(); }

}  // namespace promql::tmpl
