// SPDX-License-Identifier: Apache-2.0
// What the programs that use the language add to it: functions beyond Go's own, and variables that
// are there from the start. Dialects are constant and live as long as the process; any thread may
// use them.
#pragma once

#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "promql/template/function.h"

namespace promql::tmpl {

// A variable that the main text, but no named template, finds declared: $labels is .Labels.
struct PreludeVariable {
  std::string_view name;
  std::string_view field;
};

class Dialect {
 public:
  Dialect(std::string_view name, std::span<const Function> functions,
          std::span<const PreludeVariable> prelude);

  [[nodiscard]] std::string_view name() const { return name_; }
  // Go's own functions included; where a dialect has one of the same name, its own.
  [[nodiscard]] const Function* Find(std::string_view name) const;
  [[nodiscard]] std::span<const Function* const> functions() const {
    return functions_;
  }  // by name
  [[nodiscard]] std::span<const PreludeVariable> prelude() const { return prelude_; }

 private:
  std::string_view name_;
  std::vector<const Function*> functions_;
  std::span<const PreludeVariable> prelude_;
};

[[nodiscard]] const Dialect& GoDialect();            // nothing but Go's own functions
[[nodiscard]] const Dialect& PrometheusDialect();    // rule annotations and labels
[[nodiscard]] const Dialect& AlertmanagerDialect();  // notification texts

// Go's own: and, call, eq, ge, gt, html, index, js, le, len, lt, ne, not, or, print, printf,
// println, slice, urlquery.
[[nodiscard]] std::span<const Function> BuiltinFunctions();

}  // namespace promql::tmpl
