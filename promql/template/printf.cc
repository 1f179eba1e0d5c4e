// SPDX-License-Identifier: Apache-2.0
// The format of printf: which value goes where, with which flags.
#include <algorithm>
#include <utility>

#include "promql/template/format.h"
#include "promql/template/format_flags.h"

namespace promql::tmpl {
namespace {

constexpr int kMostWidth = 1000000;  // beyond it a width or precision is a mistake

// printf's format, read from left to right.
class FormatRun {
 public:
  FormatRun(std::string_view format, std::span<const Value> values, std::string& out,
            std::size_t limit)
      : format_(format), values_(values), out_(out), limit_(limit) {}

  void Run() {
    while (at_ < format_.size() && out_.size() <= limit_) {
      const std::size_t percent = std::min(format_.find('%', at_), format_.size());
      out_ += format_.substr(at_, percent - at_);
      if (percent == format_.size()) break;
      at_ = percent + 1;
      if (!Directive()) break;
    }
    if (!reordered_ && next_ < values_.size()) Extra();
  }

 private:
  bool Directive() {
    index_is_good_ = true;
    after_index_ = false;
    flags_ = {};
    if (!ReadFlags()) return true;
    ArgumentIndex();
    Width();
    Precision();
    if (!after_index_) ArgumentIndex();
    if (at_ >= format_.size()) {
      out_ += "%!(NOVERB)";
      return false;
    }
    const Decoded verb = DecodeRune(format_.substr(at_));
    at_ += verb.size;
    if (verb.rune == '%') {
      out_ += '%';
    } else if (!index_is_good_) {
      Mistake(verb.rune, "(BADINDEX)");
    } else if (next_ >= values_.size()) {
      Mistake(verb.rune, "(MISSING)");
    } else {
      Print(verb.rune);
    }
    return true;
  }

  // False when a lower-case verb followed at once and is done.
  bool ReadFlags() {
    for (; at_ < format_.size(); ++at_) {
      const char c = format_[at_];
      switch (c) {
        case '#':
          flags_.sharp = true;
          continue;
        case '0':
          flags_.zero = true;
          continue;
        case '+':
          flags_.plus = true;
          continue;
        case '-':
          flags_.minus = true;
          continue;
        case ' ':
          flags_.space = true;
          continue;
        default:
          break;
      }
      if (c < 'a' || c > 'z' || next_ >= values_.size()) return true;
      ++at_;
      Print(static_cast<Rune>(c));
      return false;
    }
    return true;
  }

  void Print(Rune verb) {
    if (verb == 'v' || verb == 'w') {
      flags_.sharp_v = std::exchange(flags_.sharp, false);
      flags_.plus_v = std::exchange(flags_.plus, false);
    }
    AppendFormatted(values_[next_++], verb, flags_, out_);
  }

  void Mistake(Rune verb, std::string_view what) {
    out_ += "%!";
    AppendRune(verb, out_);
    out_ += what;
  }

  struct Digits {
    int value = 0;
    bool found = false;
  };
  // A number that is too large ends the format.
  Digits ReadDigits(std::size_t end) {
    Digits digits;
    for (; at_ < end && format_[at_] >= '0' && format_[at_] <= '9'; ++at_) {
      if (digits.value > kMostWidth) {
        at_ = end;
        return {};
      }
      digits.value = digits.value * 10 + (format_[at_] - '0');
      digits.found = true;
    }
    return digits;
  }

  // [n], which chooses the argument; from 1.
  void ArgumentIndex() {
    after_index_ = false;
    if (at_ >= format_.size() || format_[at_] != '[') return;
    reordered_ = true;
    const std::size_t open = at_;
    const std::size_t close = format_.find(']', open + 1);
    if (format_.size() - open < 3 || close == std::string_view::npos) {
      index_is_good_ = false;
      at_ = open + 1;
      return;
    }
    at_ = open + 1;
    const Digits digits = ReadDigits(close);
    const bool is_number = digits.found && at_ == close;
    at_ = close + 1;
    if (is_number && digits.value >= 1 &&
        static_cast<std::size_t>(digits.value) <= values_.size()) {
      next_ = static_cast<std::size_t>(digits.value) - 1;
      after_index_ = true;
      return;
    }
    index_is_good_ = false;
    after_index_ = is_number;
  }

  // The argument that a * stands for.
  Digits Star() {
    ++at_;
    if (next_ >= values_.size()) return {};
    const Value value = values_[next_++];
    const bool is_integer =
        value.kind() == Kind::kInt || (value.kind() == Kind::kUint && value.AsInt() >= 0);
    if (!is_integer || value.AsInt() > kMostWidth || value.AsInt() < -kMostWidth) return {};
    return {static_cast<int>(value.AsInt()), true};
  }

  void Width() {
    FormatFlags& flags = flags_;
    if (at_ < format_.size() && format_[at_] == '*') {
      const Digits width = Star();
      flags.has_width = width.found;
      flags.width = width.value;
      if (!width.found) out_ += "%!(BADWIDTH)";
      if (flags.width < 0) {
        flags.width = -flags.width;
        flags.minus = true;
        flags.zero = false;
      }
      after_index_ = false;
      return;
    }
    const Digits width = ReadDigits(format_.size());
    flags.has_width = width.found;
    flags.width = width.value;
    if (after_index_ && width.found) index_is_good_ = false;
  }

  void Precision() {
    if (at_ + 1 >= format_.size() || format_[at_] != '.') return;
    FormatFlags& flags = flags_;
    ++at_;
    if (after_index_) index_is_good_ = false;
    ArgumentIndex();
    if (at_ < format_.size() && format_[at_] == '*') {
      const Digits precision = Star();
      flags.has_precision = precision.found && precision.value >= 0;
      flags.precision = flags.has_precision ? precision.value : 0;
      if (!flags.has_precision) out_ += "%!(BADPREC)";
      after_index_ = false;
      return;
    }
    flags.precision = ReadDigits(format_.size()).value;
    flags.has_precision = true;
  }

  void Extra() {
    flags_ = {};
    out_ += "%!(EXTRA ";
    for (std::size_t i = next_; i < values_.size(); ++i) {
      if (i > next_) out_ += ", ";
      const Value& value = values_[i];
      if (value.kind() == Kind::kInvalid || value.kind() == Kind::kInterface) {
        out_ += "<nil>";
        continue;
      }
      out_ += value.type()->name;
      out_ += '=';
      AppendFormatted(value, 'v', flags_, out_);
    }
    out_ += ')';
  }

  std::string_view format_;
  std::span<const Value> values_;
  std::string& out_;
  std::size_t limit_;
  FormatFlags flags_;
  std::size_t at_ = 0;
  std::size_t next_ = 0;  // argument
  bool reordered_ = false;
  bool index_is_good_ = true;
  bool after_index_ = false;
};

}  // namespace

void AppendPrintf(std::string_view format, std::span<const Value> values, std::string& out,
                  std::size_t limit) {
  FormatRun(format, values, out, limit).Run();
}

}  // namespace promql::tmpl
