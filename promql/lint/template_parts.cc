// SPDX-License-Identifier: Apache-2.0
#include "promql/lint/template_parts.h"

namespace promql::lint {

std::string FieldName(const TemplateText& text) {
  return std::string(text.is_label ? "label '" : "annotation '") +
         std::string(text.field->name.value) + "'";
}

const tmpl::Statement* ActionAround(tmpl::Block block, tmpl::Span part) {
  for (const tmpl::Statement& statement : block) {
    if (statement.kind != tmpl::StatementKind::kText && statement.span.start <= part.start &&
        part.end <= statement.span.end) {
      return &statement;
    }
    for (const tmpl::Block inner : {statement.body, statement.otherwise}) {
      if (const tmpl::Statement* found = ActionAround(inner, part)) return found;
    }
  }
  return nullptr;
}

}  // namespace promql::lint
