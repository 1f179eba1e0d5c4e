// SPDX-License-Identifier: Apache-2.0
#include "promql/template/json.h"

#include <cmath>

#include "promql/template/number.h"
#include "promql/template/time_value.h"
#include "promql/template/unicode.h"

namespace promql::tmpl {
namespace {

constexpr int kDeepest = 1000;
// Lists may hold one list many times over: there is an end to what comes out.
constexpr std::size_t kLongest = std::size_t{32} << 20U;

void AppendEscape(Rune rune, std::string& out) {
  out += "\\u";
  for (unsigned shift = 16; shift > 0; shift -= 4)
    out += "0123456789abcdef"[rune >> (shift - 4) & 0xFU];
}

void AppendText(std::string_view text, std::string& out) {
  out += '"';
  while (!text.empty()) {
    const Decoded decoded = DecodeRune(text);
    const Rune rune = decoded.rune;
    if (rune == '"' || rune == '\\') {
      out += '\\';
      out += static_cast<char>(rune);
    } else if (rune == '\b') {
      out += "\\b";
    } else if (rune == '\f') {
      out += "\\f";
    } else if (rune == '\n') {
      out += "\\n";
    } else if (rune == '\r') {
      out += "\\r";
    } else if (rune == '\t') {
      out += "\\t";
    } else if (rune < ' ' || rune == '<' || rune == '>' || rune == '&' || rune == 0x2028 ||
               rune == 0x2029 || (rune == kRuneError && decoded.size == 1)) {
      AppendEscape(rune, out);
    } else {
      out += text.substr(0, decoded.size);
    }
    text.remove_prefix(decoded.size);
  }
  out += '"';
}

// The fewest digits; an exponent below 1e-6 and from 1e21 on, without a leading zero.
bool AppendNumber(double value, std::string& out) {
  if (!std::isfinite(value)) return false;
  const double size = std::abs(value);
  if (size == 0 || (size >= 1e-6 && size < 1e21)) {
    AppendFloat(value, 'f', -1, out);
    return true;
  }
  std::string text;
  AppendFloat(value, 'e', -1, text);
  const std::size_t zero = text.size() - 2;
  if (text[zero] == '0' && text[zero - 1] == '-') text.erase(zero, 1);
  out += text;
  return true;
}

bool AppendJsonTime(const Time& time, std::string& out) {
  const std::int64_t year = InItsZone(time).year;
  if (year < 0 || year > 9999 || std::abs(time.zone->At(time.seconds).offset) >= 86400)
    return false;
  out += '"';
  AppendTime(time, "2006-01-02T15:04:05.999999999Z07:00", out);
  out += '"';
  return true;
}

bool Append(const Value& value, int depth, std::string& out);

bool AppendMembers(const Value& value, int depth, std::string& out) {
  out += '{';
  bool first = true;
  const auto member = [&](std::string_view name, const Value& of) {
    if (!first) out += ',';
    first = false;
    AppendText(name, out);
    out += ':';
    return Append(of, depth + 1, out);
  };
  if (value.kind() == Kind::kMap) {
    for (const auto& [key, of] : value.AsMap()) {
      if (!member(key, of)) return false;
    }
  } else {
    std::size_t index = 0;
    for (const Field& field : value.type()->fields) {
      if (!member(field.json.empty() ? field.name : field.json, value.AsStruct()[index++]))
        return false;
    }
  }
  out += '}';
  return true;
}

bool AppendElements(const Value& value, int depth, std::string& out) {
  out += '[';
  bool first = true;
  for (const Value& element : value.AsSlice()) {
    if (!first) out += ',';
    first = false;
    if (!Append(element, depth + 1, out)) return false;
  }
  out += ']';
  return true;
}

bool Append(const Value& value, int depth, std::string& out) {
  if (depth > kDeepest || out.size() > kLongest) return false;
  if (value.IsNil()) {
    out += "null";
    return true;
  }
  switch (value.kind()) {
    case Kind::kBool:
      out += value.AsBool() ? "true" : "false";
      return true;
    case Kind::kInt:
    case Kind::kUint:
      AppendInt(value.AsInt(), out);
      return true;
    case Kind::kFloat:
      return AppendNumber(value.AsFloat(), out);
    case Kind::kString:
      AppendText(value.AsString(), out);
      return true;
    case Kind::kSlice:
      return AppendElements(value, depth, out);
    case Kind::kPointer:
      return Append(value.Target(), depth + 1, out);
    case Kind::kStruct:
      if (value.type() == &kTimeType) return AppendJsonTime(AsTime(value), out);
      return AppendMembers(value, depth, out);
    case Kind::kMap:
      return AppendMembers(value, depth, out);
    default:
      return false;
  }
}

}  // namespace

std::optional<std::string> ToJson(const Value& value) {
  std::string out;
  if (!Append(value, 0, out)) return std::nullopt;
  return out;
}

std::string ToValidUtf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Decoded decoded = DecodeRune(text);
    if (decoded.rune == kRuneError) {
      AppendRune(kRuneError, out);
    } else {
      out += text.substr(0, decoded.size);
    }
    text.remove_prefix(decoded.size);
  }
  return out;
}

}  // namespace promql::tmpl
