// SPDX-License-Identifier: Apache-2.0
#include "promql/rulefile/format.h"

#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>

#include "promql/rulefile/scalar_text.h"
#include "promql/syntax/format.h"
#include "promql/syntax/printer.h"

namespace promql::rulefile {
namespace {

constexpr std::size_t kLeastWidth = 20;
constexpr std::size_t kOneLine = 1'000'000;  // a width that needs no breaks

// The edits of one expression, which hang together.
struct Draft {
  Source at;
  std::vector<Edit> edits;
};

bool IsBlock(Style style) { return style == Style::kLiteral || style == Style::kFolded; }

// Plans the edits of one expression.
class ExprFormat {
 public:
  ExprFormat(const RuleFile& file, const Rule& rule, const ReadOptions& options, std::size_t width)
      : file_(file), rule_(rule), expr_(rule.expr), options_(options), width_(width) {
    const std::size_t end = file_.content.find('\n', expr_.source.begin);
    const bool has_return =
        end != std::string_view::npos && end > 0 && file_.content[end - 1] == '\r';
    line_end_ = has_return ? "\r\n" : "\n";
    const Field* field = rule.Find("expr");
    key_column_ = ColumnOf(field->name.source.begin);
  }

  // Nothing when it cannot be written; no edits when it is as it should be.
  std::optional<std::vector<Edit>> Plan() const {
    if (IsBlock(expr_.style)) return PlanBlock();
    const bool is_flow = file_.content[rule_.source.begin] == '{';
    const auto context = is_flow ? YamlContext::kFlow : YamlContext::kBlock;
    const std::size_t column = ColumnOf(expr_.source.begin);
    const std::string line = Formatted(is_flow ? kOneLine : Rest(column));
    const bool fits = line.find('\n') == std::string::npos;
    if (!fits && !is_flow) return PlanNewBlock();
    if (line == expr_.value) return std::vector<Edit>{};
    auto text = SpellScalar(line, expr_.style, context);
    if (!text) return std::nullopt;
    return std::vector<Edit>{{expr_.source, *std::move(text)}};
  }

 private:
  std::size_t ColumnOf(std::size_t offset) const {
    return offset - file_.lines.LineStart(file_.lines.LineAt(offset));
  }
  std::size_t Rest(std::size_t column) const {
    return std::max(kLeastWidth, width_ - std::min(width_, column));
  }
  std::string Formatted(std::size_t width) const {
    return FormatExpression(expr_.value, width, options_.expressions)
        .value_or(std::string(expr_.value));
  }

  // The same without the spaces that the first line begins with, as people write blocks; where
  // that would change a text over several lines, it stays.
  std::string Block(std::size_t width) const {
    std::string text = Formatted(width);
    const std::size_t depth = std::min(text.find_first_not_of(' '), text.size());
    if (depth == 0) return text;
    std::string flush;
    for (std::string_view rest = text;;) {
      const std::size_t end = rest.find('\n');
      const std::string_view line = rest.substr(0, end);
      flush += line.substr(std::min({depth, line.find_first_not_of(' '), line.size()}));
      if (end == std::string_view::npos) break;
      flush += '\n';
      rest.remove_prefix(end + 1);
    }
    const auto expression = ParseExpression(flush, options_.expressions);
    const bool is_same = expression && Print(expression->root()) == Print(rule_.expression->root());
    return is_same ? flush : text;
  }

  // The lines of a block, without the end of the last.
  std::string Body(std::string_view text, std::size_t indent) const {
    std::string body;
    for (;;) {
      const std::size_t end = text.find('\n');
      const std::string_view line = text.substr(0, end);
      if (!line.empty()) body.append(indent, ' ').append(line);
      if (end == std::string_view::npos) return body;
      body += line_end_;
      text.remove_prefix(end + 1);
    }
  }

  // Where the first line begins with spaces, a block says how deep it is; else that goes unsaid.
  static bool NeedsIndicator(std::string_view text) { return text.starts_with(' '); }

  std::optional<std::vector<Edit>> PlanBlock() const {
    const std::size_t first = expr_.value.find_first_not_of('\n');
    if (first == std::string_view::npos) return std::nullopt;
    const std::size_t indent = ColumnOf(expr_.SourceOffset(first));
    const std::string text = Block(Rest(indent));
    const std::size_t header_end = file_.content.find_first_of("\r\n", expr_.source.begin);
    if (header_end == std::string_view::npos || header_end > expr_.source.end) return std::nullopt;
    const auto body_at = static_cast<std::uint32_t>(
        file_.lines.LineStart(file_.lines.LineAt(expr_.source.begin) + 1));
    std::vector<Edit> edits;
    if (NeedsIndicator(text) && !HasIndicator(header_end)) {
      if (indent <= key_column_ || indent - key_column_ > 9) return std::nullopt;
      const std::uint32_t at = expr_.source.begin + 1;
      edits.push_back({{at, at}, std::to_string(indent - key_column_)});
    }
    edits.push_back({{body_at, expr_.source.end}, Body(text, indent)});
    const bool is_same = edits.size() == 1 && file_.TextOf(edits[0].source) == edits[0].text;
    if (is_same) edits.clear();
    return edits;
  }

  bool HasIndicator(std::size_t header_end) const {
    const std::string_view header =
        file_.content.substr(expr_.source.begin, header_end - expr_.source.begin);
    const std::string_view indicators = header.substr(0, header.find_first_of(" \t#"));
    return indicators.find_first_of("123456789") != std::string_view::npos;
  }

  // A literal block in place of a scalar that is too long for one line. What follows on the line,
  // a comment at most, stays there.
  std::optional<std::vector<Edit>> PlanNewBlock() const {
    constexpr std::size_t kIndent = 2;
    const std::size_t indent = key_column_ + kIndent;
    const std::string text = Block(Rest(indent));
    const auto line_end = static_cast<std::uint32_t>(
        std::min(file_.content.find_first_of("\r\n", expr_.source.end), file_.content.size()));
    const std::string header = NeedsIndicator(text) ? "|" + std::to_string(kIndent) : "|";
    std::string body = std::string(line_end_) + Body(text, indent);
    if (line_end == expr_.source.end) return std::vector<Edit>{{expr_.source, header + body}};
    return std::vector<Edit>{{expr_.source, header}, {{line_end, line_end}, std::move(body)}};
  }

  const RuleFile& file_;
  const Rule& rule_;
  const Text& expr_;
  const ReadOptions& options_;
  std::size_t width_;
  std::string_view line_end_;
  std::size_t key_column_ = 0;
};

bool IsSameText(const Text& a, const Text& b) {
  return a.value == b.value && a.style == b.style && a.is_aliased() == b.is_aliased();
}

bool AreSameLabels(const std::vector<Label>& a, const std::vector<Label>& b) {
  return std::ranges::equal(a, b, [](const Label& x, const Label& y) {
    return IsSameText(x.name, y.name) && IsSameText(x.value, y.value);
  });
}

bool AreSameFields(std::span<const Field> a, std::span<const Field> b, bool is_rule) {
  return std::ranges::equal(a, b, [&](const Field& x, const Field& y) {
    if (!IsSameText(x.name, y.name)) return false;
    return (is_rule && x.name.value == "expr") || IsSameText(x.value, y.value);
  });
}

bool IsSameExpression(const Rule& a, const Rule& b) {
  if (!a.expression || !b.expression)
    return a.expression.has_value() == b.expression.has_value() && a.expr.value == b.expr.value;
  return Print(a.expression->root()) == Print(b.expression->root());
}

bool AreSameRules(const std::vector<Rule>& a, const std::vector<Rule>& b) {
  return std::ranges::equal(a, b, [](const Rule& x, const Rule& y) {
    return x.kind == y.kind && IsSameText(x.name, y.name) && IsSameExpression(x, y) &&
           AreSameFields(x.fields, y.fields, true) && AreSameLabels(x.labels, y.labels) &&
           AreSameLabels(x.annotations, y.annotations);
  });
}

// Whether two files say the same, comments included.
bool IsSame(const RuleFile& a, const RuleFile& b) {
  const bool same_groups =
      std::ranges::equal(a.groups, b.groups, [](const Group& x, const Group& y) {
        return AreSameFields(x.fields, y.fields, false) && AreSameLabels(x.labels, y.labels) &&
               AreSameRules(x.rules, y.rules);
      });
  const bool same_comments = std::ranges::equal(
      a.comments, b.comments, [](const Comment& x, const Comment& y) { return x.text == y.text; });
  const bool same_problems = std::ranges::equal(
      a.problems, b.problems, [](const Problem& x, const Problem& y) { return x.cls == y.cls; });
  return same_groups && same_comments && same_problems;
}

std::vector<Edit> Flat(std::span<const Draft> drafts) {
  std::vector<Edit> edits;
  for (const Draft& draft : drafts)
    edits.insert(edits.end(), draft.edits.begin(), draft.edits.end());
  return edits;
}

// Reads what comes out and keeps what changes no meaning: all, or by halves.
class Verification {
 public:
  Verification(const RuleFile& file, const ReadOptions& options, FormatPlan& plan)
      : file_(file), options_(options), plan_(plan) {}

  void Keep(std::span<const Draft> drafts) {
    if (drafts.empty()) return;
    const std::vector<Edit> edits = Flat(drafts);
    if (++readings_ > kMostReadings) {
      for (const Draft& draft : drafts)
        plan_.left.push_back({draft.at, "too many others cannot be laid out in this file"});
      return;
    }
    if (IsSame(file_, ReadRuleFile(file_.path, Apply(file_.content, edits), options_))) {
      plan_.edits.insert(plan_.edits.end(), edits.begin(), edits.end());
      return;
    }
    if (drafts.size() == 1) {
      plan_.left.push_back({drafts[0].at, "laid out, it would not mean the same in this place"});
      return;
    }
    Keep(drafts.first(drafts.size() / 2));
    Keep(drafts.subspan(drafts.size() / 2));
  }

 private:
  // Every reading takes as long as the file is.
  static constexpr int kMostReadings = 100;

  const RuleFile& file_;
  const ReadOptions& options_;
  FormatPlan& plan_;
  int readings_ = 0;
};

bool IsReadable(const RuleFile& file) {
  // All that keeps a file from being read to its end.
  return !file.was_utf16 && std::ranges::none_of(file.problems, [](const Problem& problem) {
    return problem.cls <= ProblemClass::kAlias;
  });
}

}  // namespace

FormatPlan PlanFormat(const RuleFile& file, const ReadOptions& options, std::size_t width) {
  FormatPlan plan;
  plan.is_readable = IsReadable(file);
  if (!plan.is_readable) return plan;
  std::vector<Draft> drafts;
  for (const Group& group : file.groups) {
    for (const Rule& rule : group.rules) {
      // Anchored texts are laid out where they stand.
      if (rule.expr.is_aliased() || rule.expr.empty()) continue;
      if (!rule.expression) {
        plan.left.push_back({rule.expr.source, "the expression has errors", true});
        continue;
      }
      auto edits = ExprFormat(file, rule, options, width).Plan();
      if (!edits) {
        plan.left.push_back({rule.expr.source, "it cannot be laid out in this place"});
      } else if (!edits->empty()) {
        drafts.push_back({rule.expr.source, *std::move(edits)});
      }
    }
  }
  std::ranges::sort(drafts, {}, [](const Draft& draft) { return draft.at.begin; });
  Verification(file, options, plan).Keep(drafts);
  std::ranges::sort(plan.left, {}, [](const Unformatted& one) { return one.source.begin; });
  return plan;
}

std::string Apply(std::string_view content, std::span<const Edit> edits) {
  std::string out;
  std::size_t at = 0;
  for (const Edit& edit : edits) {
    out += content.substr(at, edit.source.begin - at);
    out += edit.text;
    at = edit.source.end;
  }
  return out.append(content.substr(at));
}

}  // namespace promql::rulefile
