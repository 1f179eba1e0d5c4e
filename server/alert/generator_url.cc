// SPDX-License-Identifier: Apache-2.0
#include "server/alert/generator_url.h"

#include <rapidjson/reader.h>

#include <algorithm>

namespace warden {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// A value of a query string. What is no escape stays as it is.
std::string Decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? HexDigit(text[i + 2]) : -1;
    if (text[i] == '%' && high >= 0 && low >= 0) {
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      out.push_back(text[i] == '+' ? ' ' : text[i]);
    }
  }
  return out;
}

// Finds the first `"expr": "…"`, however deep. Strings come one at a time, nothing is built.
struct ExprFinder : rapidjson::BaseReaderHandler<rapidjson::UTF8<>, ExprFinder> {
  bool Default() {
    is_expr = false;
    return true;
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    is_expr = std::string_view(text, size) == "expr";
    return true;
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    if (!is_expr) return true;
    found.emplace(text, size);
    return false;  // enough
  }

  bool is_expr = false;
  std::optional<std::string> found;
};

std::optional<std::string> ExprInJson(const std::string& json) {
  ExprFinder finder;
  rapidjson::StringStream stream(json.c_str());
  rapidjson::Reader reader;
  static_cast<void>(reader.Parse < rapidjson::kParseIterativeFlag |
                    rapidjson::kParseValidateEncodingFlag > (stream, finder));
  return finder.found;
}

std::optional<std::string> ExpressionIn(std::string_view name, std::string_view value) {
  if (name == "g0.expr" || name == "expr") return Decoded(value);
  if (name == "left" || name == "panes") return ExprInJson(Decoded(value));
  return std::nullopt;
}

}  // namespace

std::optional<std::string> ExpressionOf(std::string_view generator_url) {
  // The web page of VictoriaMetrics has its query behind a `#`.
  std::size_t at = generator_url.find('?');
  while (at != std::string_view::npos && at < generator_url.size()) {
    const std::size_t end = generator_url.find_first_of("&?#", at + 1);
    const std::string_view pair =
        generator_url.substr(0, end).substr(std::min(at + 1, generator_url.size()));
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos) {
      const auto found = ExpressionIn(Decoded(pair.substr(0, equals)), pair.substr(equals + 1));
      if (found && !found->empty()) return found;
    }
    at = end;
  }
  return std::nullopt;
}

}  // namespace warden
