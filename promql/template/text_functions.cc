// SPDX-License-Identifier: Apache-2.0
#include "promql/template/text_functions.h"

#include "promql/model/go_regex.h"

namespace promql::tmpl {

Value MatchText(Call& call) {
  const auto regex = GoRegex::Compile(call.Text(0));
  if (!regex) return call.Fail("bad regular expression: " + regex.error());
  return Value::Bool(regex->Matches(call.Text(1)));
}

Value ReplaceAllText(Call& call) {
  const auto regex = GoRegex::Compile(call.Text(0));
  if (!regex) return call.Fail("bad regular expression: " + regex.error());
  return Value::String(call.arena.Copy(regex->ReplaceAll(call.Text(2), call.Text(1))));
}

Value UpperText(Call& call) { return Value::String(call.arena.Copy(ToUpper(call.Text(0)))); }
Value LowerText(Call& call) { return Value::String(call.arena.Copy(ToLower(call.Text(0)))); }
Value SafeHtml(Call& call) { return Value::Text(kHtmlType, call.Text(0)); }

}  // namespace promql::tmpl
