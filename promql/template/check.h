// SPDX-License-Identifier: Apache-2.0
// What can be said about a template without running it: calls that fail whenever they are reached,
// and what of its data it uses. A mistake is only reported when no data could avoid it, so that a
// finding is never wrong.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "promql/template/template.h"

namespace promql::tmpl {

struct Mistake {
  Span span;
  std::string message;
};

// A label by name: $labels.job, .Labels.job, index $labels "job".
struct LabelUse {
  std::string_view name;   // as long as the template
  std::string_view field;  // the field it was taken from: Labels, ExternalLabels, CommonLabels …
  Span span;
};

struct FunctionUse {
  const Function* function = nullptr;
  Span span;
};

// A query with a constant text.
struct QueryUse {
  std::string_view expression;
  Span span;
};

struct TemplateFacts {
  std::vector<Mistake> mistakes;  // in the order of the text
  std::vector<LabelUse> labels;
  std::vector<FunctionUse> functions;
  std::vector<QueryUse> queries;
  bool uses_value = false;       // the value of a rule
  bool uses_all_labels = false;  // the whole label map: printed, gone through, handed on
};

// `data` is the type of the data that the main text will get: kRuleDataType,
// kNotificationPointerType.
[[nodiscard]] TemplateFacts CheckTemplate(const Template& checked, const Type& data);

}  // namespace promql::tmpl
