// SPDX-License-Identifier: Apache-2.0
#include "promql/template/dialect.h"

#include <algorithm>

namespace promql::tmpl {

Dialect::Dialect(std::string_view name, std::span<const Function> functions,
                 std::span<const PreludeVariable> prelude)
    : name_(name), prelude_(prelude) {
  for (const Function& function : functions) functions_.push_back(&function);
  for (const Function& function : BuiltinFunctions()) functions_.push_back(&function);
  const auto by_name = [](const Function* function) { return function->name; };
  std::ranges::stable_sort(functions_, {}, by_name);
  functions_.erase(std::ranges::unique(functions_, {}, by_name).begin(), functions_.end());
}

const Function* Dialect::Find(std::string_view name) const {
  const auto at = std::ranges::lower_bound(functions_, name, {},
                                           [](const Function* function) { return function->name; });
  return at != functions_.end() && (*at)->name == name ? *at : nullptr;
}

const Dialect& GoDialect() {
  static const Dialect dialect("go", {}, {});
  return dialect;
}

}  // namespace promql::tmpl
