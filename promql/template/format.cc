// SPDX-License-Identifier: Apache-2.0
#include "promql/template/format.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "promql/template/format_flags.h"
#include "promql/template/number.h"
#include "promql/template/unicode.h"

namespace promql::tmpl {
namespace {

constexpr int kDeepest = 1000;  // values inside values
// Lists may hold one list many times over: what is printed ends here, however much there is.
constexpr std::size_t kMostParts = 1U << 22U;
constexpr std::size_t kLongestText = std::size_t{32} << 20U;

enum class Sign : std::uint8_t { kSigned, kUnsigned };

bool IsTextVerb(Rune verb) {
  return verb == 'v' || verb == 's' || verb == 'x' || verb == 'X' || verb == 'q';
}

class Printer {
 public:
  explicit Printer(std::string& out, const FormatFlags& start = {}) : flags(start), out_(out) {}

  // The operand itself: an argument of print or printf.
  void Argument(const Value& value, Rune verb) {
    in_value_ = false;
    current_ = value;
    if (value.kind() == Kind::kInvalid || value.kind() == Kind::kInterface) {
      current_ = {};
      if (verb == 'T' || verb == 'v') return Padded("<nil>");
      return BadVerb(verb);
    }
    if (verb == 'T') return Text(value.type()->name);
    if (verb == 'p') return PointerVerb(value, 'p');
    if (Methods(value, verb)) return;
    Nested(value, verb, 0);
  }

  FormatFlags flags;

 private:
  void Pad(std::string_view text, std::size_t runes) {
    const auto width = static_cast<std::size_t>(flags.has_width ? flags.width : 0);
    const std::size_t missing = width > runes ? width - runes : 0;
    if (!flags.minus) out_.append(missing, flags.zero ? '0' : ' ');
    out_ += text;
    if (flags.minus) out_.append(missing, ' ');
  }
  void Padded(std::string_view text) {
    if (!flags.has_width) {
      out_ += text;
      return;
    }
    Pad(text, CountRunes(text));
  }
  // Never pads with zeros.
  void PaddedBlank(std::string_view text) {
    const bool zero = std::exchange(flags.zero, false);
    Padded(text);
    flags.zero = zero;
  }

  std::string_view Truncated(std::string_view text) const {
    if (!flags.has_precision) return text;
    std::size_t at = 0;
    for (int left = flags.precision; left > 0 && at < text.size(); --left)
      at += DecodeRune(text.substr(at)).size;
    return text.substr(0, at);
  }

  void Text(std::string_view text) { Padded(Truncated(text)); }

  void BadVerb(Rune verb) {
    erroring_ = true;
    out_ += "%!";
    AppendRune(verb, out_);
    out_ += '(';
    if (current_.IsValid()) {
      const Value value = current_;
      out_ += value.type()->name;
      out_ += '=';
      if (in_value_) {
        Nested(value, 'v', 0);
      } else {
        Argument(value, 'v');
      }
    } else {
      out_ += "<nil>";
    }
    out_ += ')';
    erroring_ = false;
  }

  // The methods String and GoString.
  bool Methods(const Value& value, Rune verb) {
    if (erroring_) return false;
    if (verb == 'w') {
      BadVerb(verb);
      return true;
    }
    const Type& type = *value.type();
    std::string text;
    if (flags.sharp_v) {
      if (type.append_go_text == nullptr) return false;
      type.append_go_text(value, text);
      Text(text);
      return true;
    }
    if (type.append_text == nullptr || !IsTextVerb(verb)) return false;
    type.append_text(value, text);
    String(text, verb);
    return true;
  }

  void Nested(const Value& value, Rune verb, int depth) {
    if (depth > kDeepest || ++parts_ > kMostParts || out_.size() > kLongestText) {
      parts_ = out_.size() > kLongestText ? kMostParts + 1 : parts_;
      out_ += "...";
      return;
    }
    if (depth > 0 && value.IsValid() && value.kind() != Kind::kInterface) {
      in_value_ = false;
      current_ = value;
      if (Methods(value, verb)) return;
    }
    in_value_ = true;
    current_ = value;
    switch (value.kind()) {
      case Kind::kInvalid:
        out_ += depth == 0 ? "<invalid reflect.Value>" : "<nil>";
        return;
      case Kind::kInterface:
        out_ += flags.sharp_v ? "interface {}(nil)" : "<nil>";
        return;
      case Kind::kBool:
        return Bool(value.AsBool(), verb);
      case Kind::kInt:
        return Integer(value.AsUint(), Sign::kSigned, verb);
      case Kind::kUint:
        return Integer(value.AsUint(), Sign::kUnsigned, verb);
      case Kind::kFloat:
        return Float(value.AsFloat(), verb);
      case Kind::kComplex:
        return Complex(value.AsComplex(), verb);
      case Kind::kString:
        return String(value.AsString(), verb);
      case Kind::kMap:
        return Map(value, verb, depth);
      case Kind::kStruct:
        return Struct(value, verb, depth);
      case Kind::kSlice:
        return Slice(value, verb, depth);
      case Kind::kPointer:
        return Pointer(value, verb, depth);
    }
  }

  void Between(std::size_t index) {
    if (index > 0) out_ += flags.sharp_v ? ", " : " ";
  }

  bool TypeIntroduces(const Value& value) {
    if (!flags.sharp_v) return true;
    out_ += value.type()->name;
    if (value.IsNil()) out_ += "(nil)";
    return !value.IsNil();
  }

  void Map(const Value& value, Rune verb, int depth) {
    if (!TypeIntroduces(value)) return;
    out_ += flags.sharp_v ? "{" : "map[";
    std::size_t index = 0;
    for (const MapEntry& entry : value.AsMap()) {
      if (parts_ > kMostParts) break;
      Between(index++);
      Nested(Value::String(entry.key), verb, depth + 1);
      out_ += ':';
      Nested(entry.value, verb, depth + 1);
    }
    out_ += flags.sharp_v ? '}' : ']';
  }

  void Slice(const Value& value, Rune verb, int depth) {
    if (!TypeIntroduces(value)) return;
    out_ += flags.sharp_v ? '{' : '[';
    std::size_t index = 0;
    for (const Value& element : value.AsSlice()) {
      if (parts_ > kMostParts) break;
      Between(index++);
      Nested(element, verb, depth + 1);
    }
    out_ += flags.sharp_v ? '}' : ']';
  }

  void Struct(const Value& value, Rune verb, int depth) {
    if (flags.sharp_v) out_ += value.type()->name;
    out_ += '{';
    if (value.type()->hidden_parts != nullptr) HiddenParts(value, verb);
    std::size_t index = 0;
    for (const Field& field : value.type()->fields) {
      Between(index);
      if (flags.plus_v || flags.sharp_v) {
        out_ += field.name;
        out_ += ':';
      }
      Nested(value.AsStruct()[index++], verb, depth + 1);
    }
    out_ += '}';
  }

  // Fields without names for templates; their methods do not count.
  void HiddenParts(const Value& value, Rune verb) {
    std::size_t index = 0;
    for (const Value& part : value.type()->hidden_parts(value)) {
      Between(index++);
      in_value_ = true;
      current_ = part;
      part.kind() == Kind::kPointer ? PointerVerb(part, verb) : Nested(part, verb, 0);
    }
  }

  void Pointer(const Value& value, Rune verb, int depth) {
    if (depth == 0 && !value.IsNil()) {
      const Value target = value.Target();
      if (target.kind() == Kind::kSlice || target.kind() == Kind::kStruct ||
          target.kind() == Kind::kMap) {
        out_ += '&';
        return Nested(target, verb, depth + 1);
      }
    }
    PointerVerb(value, verb);
  }

  // An address means nothing here and is never the same twice: a fixed one stands for all.
  void PointerVerb(const Value& value, Rune verb) {
    const Kind kind = value.kind();
    if (kind != Kind::kPointer && kind != Kind::kMap && kind != Kind::kSlice) return BadVerb(verb);
    const std::uint64_t address = value.IsNil() ? 0 : 0xc000000000;
    switch (verb) {
      case 'v':
        if (flags.sharp_v) {
          out_ += '(';
          out_ += value.type()->name;
          out_ += ")(";
          address == 0 ? void(out_ += "nil") : Hex(address, true);
          out_ += ')';
        } else if (address == 0) {
          Padded("<nil>");
        } else {
          Hex(address, !flags.sharp);
        }
        return;
      case 'p':
        return Hex(address, !flags.sharp);
      case 'b':
      case 'o':
      case 'd':
      case 'x':
      case 'X':
        return Integer(address, Sign::kUnsigned, verb);
      default:
        return BadVerb(verb);
    }
  }

  void Hex(std::uint64_t number, bool prefix) {
    const bool sharp = std::exchange(flags.sharp, prefix);
    Digits(number, 16, Sign::kUnsigned, 'v');
    flags.sharp = sharp;
  }

  void Bool(bool value, Rune verb) {
    if (verb != 't' && verb != 'v') return BadVerb(verb);
    Padded(value ? "true" : "false");
  }

  void Integer(std::uint64_t value, Sign sign, Rune verb) {
    switch (verb) {
      case 'v':
        if (flags.sharp_v && sign == Sign::kUnsigned) return Hex(value, true);
        return Digits(value, 10, sign, verb);
      case 'd':
        return Digits(value, 10, sign, verb);
      case 'b':
        return Digits(value, 2, sign, verb);
      case 'o':
      case 'O':
        return Digits(value, 8, sign, verb);
      case 'x':
      case 'X':
        return Digits(value, 16, sign, verb);
      case 'c': {
        std::string text;
        AppendRune(value > 0x10FFFF ? kRuneError : static_cast<Rune>(value), text);
        return Padded(text);
      }
      case 'q': {
        std::string text;
        AppendQuotedRune(value > 0x10FFFF ? kRuneError : static_cast<Rune>(value),
                         flags.plus ? QuoteStyle::kAscii : QuoteStyle::kUnicode, text);
        return Padded(text);
      }
      case 'U':
        return Unicode(value);
      default:
        return BadVerb(verb);
    }
  }

  void Unicode(std::uint64_t value) {
    std::string digits;
    for (std::uint64_t rest = value; rest != 0 || digits.empty(); rest >>= 4U)
      digits += "0123456789ABCDEF"[rest & 0xFU];
    const auto least =
        static_cast<std::size_t>(flags.has_precision && flags.precision > 4 ? flags.precision : 4);
    if (digits.size() < least) digits.append(least - digits.size(), '0');
    std::string text = "U+";
    text.append(digits.rbegin(), digits.rend());
    if (flags.sharp && value <= 0x10FFFF && IsPrint(static_cast<Rune>(value))) {
      text += " '";
      AppendRune(static_cast<Rune>(value), text);
      text += '\'';
    }
    PaddedBlank(text);
  }

  void Digits(std::uint64_t value, unsigned base, Sign sign, Rune verb) {
    const bool negative = sign == Sign::kSigned && static_cast<std::int64_t>(value) < 0;
    if (negative) value = 0 - value;
    int least = 0;
    if (flags.has_precision) {
      least = flags.precision;
      if (least == 0 && value == 0) {
        if (flags.has_width) out_.append(static_cast<std::size_t>(flags.width), ' ');
        return;
      }
    } else if (flags.zero && !flags.minus && flags.has_width) {
      least = flags.width - (negative || flags.plus || flags.space ? 1 : 0);
    }
    const char* const alphabet = verb == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    std::string text;  // backwards
    for (; value != 0 || text.empty(); value /= base) text += alphabet[value % base];
    if (least > 0 && text.size() < static_cast<std::size_t>(least))
      text.resize(static_cast<std::size_t>(least), '0');
    if (flags.sharp) {
      if (base == 2) text += "b0";
      if (base == 8 && text.back() != '0') text += '0';
      if (base == 16) text += verb == 'X' ? "X0" : "x0";
    }
    if (verb == 'O') text += "o0";
    if (negative) {
      text += '-';
    } else if (flags.plus) {
      text += '+';
    } else if (flags.space) {
      text += ' ';
    }
    std::ranges::reverse(text);
    PaddedBlank(text);
  }

  void Float(double value, Rune verb) {
    switch (verb) {
      case 'v':
        return FloatDigits(value, 'g', -1);
      case 'b':
      case 'g':
      case 'G':
      case 'x':
      case 'X':
        return FloatDigits(value, static_cast<char>(verb), -1);
      case 'f':
      case 'e':
      case 'E':
        return FloatDigits(value, static_cast<char>(verb), 6);
      case 'F':
        return FloatDigits(value, 'f', 6);
      default:
        return BadVerb(verb);
    }
  }

  void FloatDigits(double value, char format, int precision) {
    if (flags.has_precision) precision = flags.precision;
    std::string text;
    AppendFloat(value, format, precision, text);
    char sign = '+';
    if (text[0] == '-' || text[0] == '+') {
      sign = text[0];
      text.erase(0, 1);
    }
    if (flags.space && sign == '+' && !flags.plus) sign = ' ';
    if (text[0] == 'I' || text[0] == 'N') {
      // An infinity always shows its sign.
      if (text[0] == 'I' || flags.space || flags.plus) text.insert(text.begin(), sign);
      return PaddedBlank(text);
    }
    if (flags.sharp && format != 'b') KeepPoint(text, format, precision);
    if (!flags.plus && sign == '+') return Padded(text);
    if (flags.zero && !flags.minus && flags.has_width &&
        static_cast<std::size_t>(flags.width) > text.size() + 1) {
      out_ += sign;
      out_.append(static_cast<std::size_t>(flags.width) - text.size() - 1, '0');
      out_ += text;
      return;
    }
    text.insert(text.begin(), sign);
    Padded(text);
  }

  // The flag # keeps the point and, with %g, the zeros behind it.
  static void KeepPoint(std::string& text, char format, int precision) {
    int missing = 0;
    if (format == 'g' || format == 'G' || format == 'x') missing = precision == -1 ? 6 : precision;
    const bool hex = format == 'x' || format == 'X';
    const std::size_t tail = std::min(text.find_first_of(hex ? "pP" : "eE"), text.size());
    bool has_point = false;
    bool significant = false;
    for (std::size_t i = 0; i < tail; ++i) {
      if (text[i] == '.') {
        has_point = true;
        continue;
      }
      if (text[i] != '0') significant = true;
      if (significant) --missing;
    }
    std::string middle;
    if (!has_point) {
      if (tail == 1 && text[0] == '0') --missing;
      middle += '.';
    }
    if (missing > 0) middle.append(static_cast<std::size_t>(missing), '0');
    text.insert(tail, middle);
  }

  void Complex(const std::complex<double>& value, Rune verb) {
    static constexpr std::string_view kVerbs = "vbgGxXfFeE";
    if (verb >= 0x80 || kVerbs.find(static_cast<char>(verb)) == std::string_view::npos)
      return BadVerb(verb);
    const bool plus = flags.plus;
    out_ += '(';
    Float(value.real(), verb);
    flags.plus = true;
    Float(value.imag(), verb);
    out_ += "i)";
    flags.plus = plus;
  }

  void String(std::string_view text, Rune verb) {
    switch (verb) {
      case 'v':
        if (flags.sharp_v) return Quoted(text);
        return Text(text);
      case 's':
        return Text(text);
      case 'x':
        return HexText(text, "0123456789abcdef", 'x');
      case 'X':
        return HexText(text, "0123456789ABCDEF", 'X');
      case 'q':
        return Quoted(text);
      default:
        return BadVerb(verb);
    }
  }

  void Quoted(std::string_view text) {
    text = Truncated(text);
    std::string quoted;
    if (flags.sharp && CanBackquote(text)) {
      quoted = '`' + std::string(text) + '`';
    } else {
      AppendQuoted(text, '"', flags.plus ? QuoteStyle::kAscii : QuoteStyle::kUnicode, quoted);
    }
    Padded(quoted);
  }

  void HexText(std::string_view text, std::string_view digits, char x) {
    if (flags.has_precision) text = text.substr(0, static_cast<std::size_t>(flags.precision));
    std::string hex;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (i > 0 && flags.space) hex += ' ';
      if (flags.sharp && (i == 0 || flags.space)) {
        hex += '0';
        hex += x;
      }
      const auto byte = static_cast<unsigned char>(text[i]);
      hex += digits[byte >> 4U];
      hex += digits[byte & 0xFU];
    }
    Padded(hex);
  }

  std::string& out_;
  Value current_;          // what a wrong verb is reported with
  bool in_value_ = false;  // it was reached through a list, map or struct: its methods do not count
  bool erroring_ = false;
  std::size_t parts_ = 0;
};

}  // namespace

void AppendFormatted(const Value& value, Rune verb, const FormatFlags& flags, std::string& out) {
  Printer(out, flags).Argument(value, verb);
}

void AppendPrint(std::span<const Value> values, std::string& out) {
  Printer printer(out);
  bool after_string = false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool is_string = values[i].kind() == Kind::kString;
    if (i > 0 && !is_string && !after_string) out += ' ';
    printer.Argument(values[i], 'v');
    after_string = is_string;
  }
}

void AppendPrintln(std::span<const Value> values, std::string& out) {
  Printer printer(out);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += ' ';
    printer.Argument(values[i], 'v');
  }
  out += '\n';
}

void AppendShown(const Value& value, std::string& out) {
  switch (value.kind()) {
    case Kind::kInvalid:
      out += "<no value>";
      return;
    case Kind::kString:
      if (value.type()->append_text == nullptr) {
        out += value.AsString();
        return;
      }
      break;
    case Kind::kPointer: {
      const Value target = Indirect(value);
      Printer(out).Argument(target, 'v');
      return;
    }
    default:
      break;
  }
  Printer(out).Argument(value, 'v');
}

}  // namespace promql::tmpl
