// SPDX-License-Identifier: Apache-2.0
// Tree → text: the canonical form, byte for byte Prometheus' own, and its form over several lines.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "promql/syntax/ast.h"

namespace promql {

// One line.
[[nodiscard]] std::string Print(const Expr& expr);
void AppendPrinted(const Expr& expr, std::string& out);

// Prometheus' own form over several lines (its width is 100): broken where a part is wider than
// `width`.
[[nodiscard]] std::string PrintPretty(const Expr& expr, std::size_t width = 100);

// On one line, but with literals and matchers as they stand in `source`, the text that was parsed.
// False as below.
bool AppendAsWritten(const Expr& expr, std::string_view source, std::size_t width,
                     std::string& out);
void AppendMatcherAsWritten(const LabelMatcher& matcher, std::string_view source, std::string& out);

// Parts, for those who print trees in their own way.
// Appends the canonical form; false, with only some of it appended, when that is wider than
// `width`. Takes no longer than `width` asks for, but for one leaf; leaves are always whole.
bool AppendPrintedUpTo(const Expr& expr, std::size_t width, std::string& out);
void AppendMatcher(const LabelMatcher& matcher, std::string& out);
// The matchers inside the braces.
[[nodiscard]] std::span<const LabelMatcher> WrittenMatchers(const VectorSelector& selector);
// What follows the braces: range (may be null), modifiers.
void AppendSelectorSuffix(const VectorSelector& selector, const DurationValue* range,
                          std::string& out);
void AppendLabelList(std::span<const std::string_view> labels, std::string& out);
// ` by (a, b) ` behind an aggregation's name, or nothing.
void AppendGrouping(const AggregateExpr& aggregate, std::string& out);
// The operator with ` bool`, ` on (…)` and the like.
void AppendOperator(const BinaryExpr& binary, std::string& out);
void AppendDuration(const DurationExpr& duration, std::string& out);
void AppendDuration(const DurationValue& duration, std::string& out);
// `[5m:1m] @ 1.000 offset 1h`
void AppendSubquerySuffix(const Subquery& subquery, std::string& out);

}  // namespace promql
