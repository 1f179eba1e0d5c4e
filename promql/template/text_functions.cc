// SPDX-License-Identifier: Apache-2.0
#include "promql/template/text_functions.h"

#include "promql/model/go_regex.h"

namespace promql::tmpl {
namespace {

// No replacement in a text this long times this long a replacement is tried.
constexpr std::size_t kLongestReplaced = std::size_t{1} << 28U;
constexpr std::size_t kLongestJoined = std::size_t{32} << 20U;

}  // namespace

Value MatchText(Call& call) {
  const auto regex = GoRegex::Compile(call.Text(0));
  if (!regex) return call.Fail("bad regular expression: " + regex.error());
  return Value::Bool(regex->Matches(call.Text(1)));
}

Value ReplaceAllText(Call& call) {
  if ((call.Text(2).size() + 1) > kLongestReplaced / (call.Text(1).size() + 1)) {
    return call.Fail("the text and its replacement are too long");
  }
  const auto regex = GoRegex::Compile(call.Text(0));
  if (!regex) return call.Fail("bad regular expression: " + regex.error());
  return Value::String(call.arena.Copy(regex->ReplaceAll(call.Text(2), call.Text(1))));
}

Value JoinTexts(Call& call, std::span<const Value> texts, std::string_view separator) {
  std::string joined;
  bool is_first = true;
  for (const Value& text : texts) {
    if (!is_first) joined += separator;
    is_first = false;
    joined += text.AsString();
    if (joined.size() > kLongestJoined) return call.Fail("the joined text is too long");
  }
  return Value::String(call.arena.Copy(joined));
}

Value UpperText(Call& call) { return Value::String(call.arena.Copy(ToUpper(call.Text(0)))); }
Value LowerText(Call& call) { return Value::String(call.arena.Copy(ToLower(call.Text(0)))); }
Value SafeHtml(Call& call) { return Value::Text(kHtmlType, call.Text(0)); }

}  // namespace promql::tmpl
