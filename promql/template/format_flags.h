// SPDX-License-Identifier: Apache-2.0
// One directive of printf: a value, a verb and what stood between % and the verb. Private to the
// room.
#pragma once

#include <string>

#include "promql/template/unicode.h"
#include "promql/template/value.h"

namespace promql::tmpl {

struct FormatFlags {
  bool sharp = false;
  bool zero = false;
  bool plus = false;
  bool minus = false;
  bool space = false;
  bool sharp_v = false;  // %#v
  bool plus_v = false;   // %+v
  bool has_width = false;
  bool has_precision = false;
  int width = 0;
  int precision = 0;
};

void AppendFormatted(const Value& value, Rune verb, const FormatFlags& flags, std::string& out);

}  // namespace promql::tmpl
