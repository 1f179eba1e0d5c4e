// SPDX-License-Identifier: Apache-2.0
// Parts of a template, for the checks that speak of them.
#pragma once

#include <string>

#include "promql/lint/context.h"
#include "promql/template/ast.h"

namespace promql::lint {

// "annotation 'summary'": what a finding calls the text.
[[nodiscard]] std::string FieldName(const TemplateText& text);

// The statement whose braces a part stands between; null for a part outside of all.
[[nodiscard]] const tmpl::Statement* ActionAround(tmpl::Block block, tmpl::Span part);

}  // namespace promql::lint
