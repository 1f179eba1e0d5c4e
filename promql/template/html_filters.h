// SPDX-License-Identifier: Apache-2.0
// Functions that make a value safe for its place in an HTML document. What Alertmanager's safeHtml
// and safeUrl mark is taken at its word where the mark fits. Constant.
#pragma once

#include <cstdint>

#include "promql/template/function.h"

namespace promql::tmpl {

enum class HtmlFilter : std::uint8_t {
  kJoin,           // several arguments to one text
  kText,           // for text
  kRawText,        // for title and textarea
  kValue,          // for a quoted value of an attribute
  kBareValue,      // for one without quotes
  kAttributeName,  // lets letters and digits through
  kComment,        // nothing
  kUrlScheme,      // lets http, https, mailto and relative addresses through
  kUrl,            // keeps what means something in an address
  kUrlQuery,       // for a part of a query
  kSourceSet,
  kScriptValue,  // JSON
  kScriptString,
  kScriptTemplate,
  kScriptRegex,
  kStyleString,
  kStyleValue,
  // Functions of the language itself, when the text called them last:
  kHtml,
  kUrlQueryFunction,
};

[[nodiscard]] const Function& FunctionOf(HtmlFilter filter);

}  // namespace promql::tmpl
