// SPDX-License-Identifier: Apache-2.0
#include "server/config/template_text.h"

#include "promql/template/template.h"

namespace warden {

std::optional<std::string> TemplateProblem(std::string_view text) {
  const auto parsed = promql::tmpl::Template::Parse(text, promql::tmpl::GoDialect());
  if (parsed) return std::nullopt;
  return parsed.error().message;
}

}  // namespace warden
