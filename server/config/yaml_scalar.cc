// SPDX-License-Identifier: Apache-2.0
#include "server/config/yaml_scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>
#include <optional>
#include <string_view>

namespace warden {
namespace {

constexpr std::string_view kTagPrefix = "tag:yaml.org,2002:";

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, text) != words.end();
}

// strconv.ParseInt(text, 0, 64): prefixes 0x, 0o, 0b and a leading 0 for octal. Negative values
// only with a sign.
struct Integer {
  bool is_negative = false;
  std::uint64_t magnitude = 0;
};

std::optional<Integer> ParseInteger(std::string_view text) {
  Integer integer;
  if (text.starts_with('+') || text.starts_with('-')) {
    integer.is_negative = text.front() == '-';
    text.remove_prefix(1);
  }
  int base = 10;
  const char second = text.size() > 1 && text[0] == '0' ? static_cast<char>(text[1] | 0x20) : '\0';
  if (second == 'x' || second == 'o' || second == 'b') {
    base = second == 'x' ? 16 : second == 'o' ? 8 : 2;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text[0] == '0') {
    base = 8;
    text.remove_prefix(1);
  }
  if (text.empty()) return std::nullopt;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), integer.magnitude, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return integer;
}

bool LooksLikeFloat(std::string_view text) {
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  const auto digits = [&text] {
    std::size_t count = 0;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
      text.remove_prefix(1);
      ++count;
    }
    return count;
  };
  const std::size_t before = digits();
  std::size_t after = 0;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    after = digits();
  }
  if (before + after == 0) return false;
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (digits() == 0) return false;
  }
  return text.empty();
}

std::optional<double> ParseFloat(std::string_view text) {
  if (!LooksLikeFloat(text)) return std::nullopt;
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  return value;
}

YamlValue ResolvePlain(const std::string& text) {
  if (IsOneOf(text, {"", "~", "null", "Null", "NULL"})) return YamlNull{};
  if (IsOneOf(text, {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"}))
    return true;
  if (IsOneOf(text, {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"}))
    return false;
  if (IsOneOf(text, {".nan", ".NaN", ".NAN"})) return std::numeric_limits<double>::quiet_NaN();
  if (IsOneOf(text, {".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"})) {
    return std::numeric_limits<double>::infinity();
  }
  if (IsOneOf(text, {"-.inf", "-.Inf", "-.INF"})) return -std::numeric_limits<double>::infinity();
  const char first = text.front();
  if (first == '.') {
    if (const auto value = ParseFloat(text)) return *value;
    return text;
  }
  if (first != '+' && first != '-' && (first < '0' || first > '9')) return text;
  std::string digits = text;
  std::erase(digits, '_');
  if (const auto integer = ParseInteger(digits)) {
    constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
    if (!integer->is_negative && integer->magnitude <= kMax)
      return static_cast<std::int64_t>(integer->magnitude);
    if (integer->is_negative && integer->magnitude <= kMax + 1) {
      return static_cast<std::int64_t>(~integer->magnitude + 1);
    }
    if (!integer->is_negative && first != '+') return integer->magnitude;
  }
  if (const auto value = ParseFloat(digits)) return *value;
  return text;
}

std::string JsonString(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\u%04x",
                    static_cast<unsigned>(static_cast<unsigned char>(c)));
      out += escape.data();
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string JsonScalar(const YamlNode& node) {
  const YamlValue value = Resolve(node);
  if (std::holds_alternative<YamlNull>(value)) return "null";
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  if (const auto* natural = std::get_if<std::uint64_t>(&value)) return std::to_string(*natural);
  const auto* real = std::get_if<double>(&value);
  if (real == nullptr || !std::isfinite(*real)) return JsonString(node.text);
  std::array<char, 32> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), *real);
  return {digits.data(), end};
}

}  // namespace

YamlValue Resolve(const YamlNode& node) {
  if (node.tag.empty()) return node.is_plain ? ResolvePlain(node.text) : YamlValue(node.text);
  if (!node.tag.starts_with(kTagPrefix)) return node.text;
  const std::string_view name = std::string_view(node.tag).substr(kTagPrefix.size());
  if (!IsOneOf(name, {"bool", "int", "float", "null"})) return node.text;
  YamlValue value = ResolvePlain(node.text);
  if (name == "float" && std::holds_alternative<std::int64_t>(value)) {
    value = static_cast<double>(std::get<std::int64_t>(value));
  }
  return value;
}

std::string ToJson(const YamlNode& node) {
  if (node.kind == YamlNode::Kind::kScalar) return JsonScalar(node);
  const bool is_mapping = node.kind == YamlNode::Kind::kMapping;
  std::string out(1, is_mapping ? '{' : '[');
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const bool is_value = is_mapping && i % 2 == 1;
    if (i > 0) out += is_value ? ':' : ',';
    out += is_mapping && !is_value ? JsonString(node.items[i]->text) : ToJson(*node.items[i]);
  }
  return out + (is_mapping ? '}' : ']');
}

}  // namespace warden
