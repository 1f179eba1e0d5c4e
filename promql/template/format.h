// SPDX-License-Identifier: Apache-2.0
// Values as text, the way Go's package fmt writes them: print, println, printf with every verb and
// flag, and what an action of a template shows. None of it fails: what a verb cannot do comes out
// as %!d(string=x).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "promql/template/value.h"

namespace promql::tmpl {

// Blanks between operands where neither is a string.
void AppendPrint(std::span<const Value> values, std::string& out);
// Blanks between all operands and a line feed.
void AppendPrintln(std::span<const Value> values, std::string& out);
// Stops soon after `out` has grown beyond `limit` bytes.
void AppendPrintf(std::string_view format, std::span<const Value> values, std::string& out,
                  std::size_t limit);

// What {{ value }} writes: pointers are followed, no value is <no value>.
void AppendShown(const Value& value, std::string& out);

}  // namespace promql::tmpl
