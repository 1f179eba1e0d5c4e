// SPDX-License-Identifier: Apache-2.0
#include "server/config/template_text.h"

#include "promql/template/template.h"

namespace warden {
namespace {

std::optional<std::string> Problem(std::string_view text, const promql::tmpl::Dialect& dialect) {
  if (text.find("{{") == std::string_view::npos) return std::nullopt;
  const auto parsed = promql::tmpl::Template::Parse(text, dialect);
  if (parsed) return std::nullopt;
  return parsed.error().message;
}

}  // namespace

std::optional<std::string> TemplateProblem(std::string_view text) {
  return Problem(text, promql::tmpl::GoDialect());
}

std::optional<std::string> MessageTemplateProblem(std::string_view text) {
  return Problem(text, promql::tmpl::AlertmanagerDialect());
}

}  // namespace warden
