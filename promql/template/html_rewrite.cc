// SPDX-License-Identifier: Apache-2.0
#include "promql/template/html_rewrite.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "promql/template/html_filters.h"
#include "promql/template/html_follow.h"

namespace promql::tmpl {
namespace {

enum class Family : std::uint8_t { kOther, kHtml, kUrl };

// Functions that the language has and filters that do at least as much.
Family FamilyOf(HtmlFilter filter) {
  switch (filter) {
    case HtmlFilter::kText:
    case HtmlFilter::kRawText:
    case HtmlFilter::kValue:
      return Family::kHtml;
    case HtmlFilter::kUrl:
    case HtmlFilter::kUrlQuery:
      return Family::kUrl;
    default:
      return Family::kOther;
  }
}

// Nothing that `later` escapes is left by `earlier`.
bool MakesNeedless(HtmlFilter earlier, HtmlFilter later) {
  switch (earlier) {
    case HtmlFilter::kComment:
      return later == HtmlFilter::kValue || later == HtmlFilter::kText;
    case HtmlFilter::kStyleString:
    case HtmlFilter::kScriptRegex:
    case HtmlFilter::kScriptString:
    case HtmlFilter::kScriptTemplate:
      return later == HtmlFilter::kValue;
    case HtmlFilter::kUrlQuery:
      return later == HtmlFilter::kUrl;
    default:
      return false;
  }
}

class Rewriter {
 public:
  Rewriter(const Template& tree, const HtmlFollower& follower) : tree_(tree), follower_(follower) {
    for (const HtmlEdit& edit : follower.edits()) edits_[{edit.instance, edit.statement}] = &edit;
  }

  ParsedText Run() {
    const auto& instances = follower_.instances();
    // Definitions name each other by address: all of them exist before any has its body.
    copy_.text = tree_.text();
    copy_.definitions.reserve(instances.size());
    for (const HtmlInstance& instance : instances) {
      Definition definition;
      if (instance.definition != nullptr) definition = *instance.definition;
      if (IsOwn(instance.definition)) {
        copy_.definitions.push_back(definition);
        definitions_.push_back(&copy_.definitions.back());
      } else {
        definitions_.push_back(copy_.arena.New<Definition>(definition));
      }
    }
    for (std::size_t i = 0; i < instances.size(); ++i) {
      // Met only in a pass that was forgotten: nothing calls it.
      if (!instances[i].end) continue;
      definitions_[i]->body = Copy(i, instances[i].body);
    }
    copy_.main = definitions_[0]->body;
    return std::move(copy_);
  }

 private:
  [[nodiscard]] bool IsOwn(const Definition* definition) const {
    const auto own = tree_.definitions();
    return definition == nullptr ||
           std::ranges::any_of(own, [=](const Definition& one) { return &one == definition; });
  }

  Block Copy(std::size_t instance, Block block) {
    const std::span<Statement> statements = copy_.arena.Copy<Statement>(block);
    for (std::size_t i = 0; i < block.size(); ++i) {
      Statement& statement = statements[i];
      statement.body = Copy(instance, block[i].body);
      statement.otherwise = Copy(instance, block[i].otherwise);
      const auto at = edits_.find({instance, &block[i]});
      if (at == edits_.end()) continue;
      const HtmlEdit& edit = *at->second;
      if (edit.text) statement.text = copy_.arena.Copy(std::string_view(*edit.text));
      if (edit.callee) statement.callee = definitions_[*edit.callee];
      if (!edit.filters.empty())
        statement.pipeline = WithFilters(*statement.pipeline, edit.filters);
    }
    return statements;
  }

  Command CallOf(HtmlFilter filter, Span span) {
    const std::span<Operand> operands = copy_.arena.Array<Operand>(1);
    operands[0] = {};
    operands[0].kind = OperandKind::kFunction;
    operands[0].span = span;
    operands[0].function = &FunctionOf(filter);
    return {span, operands};
  }

  // `html` or `urlquery` at the end stands for a filter of its family: it moves to that one's
  // place, or stays where there is none.
  const Pipeline* WithFilters(const Pipeline& pipeline, std::vector<HtmlFilter> filters) {
    std::vector<Command> commands(pipeline.commands.begin(), pipeline.commands.end());
    const Operand& last = commands.back().operands[0];
    const bool is_call = last.kind == OperandKind::kFunction && last.fields.empty();
    if (is_call && last.function->name == "html")
      TakeOver(HtmlFilter::kHtml, Family::kHtml, commands, filters);
    if (is_call && last.function->name == "urlquery")
      TakeOver(HtmlFilter::kUrlQueryFunction, Family::kUrl, commands, filters);
    const HtmlFilter* before = nullptr;
    for (const HtmlFilter& filter : filters) {
      if (before != nullptr && MakesNeedless(*before, filter)) continue;
      commands.push_back(CallOf(filter, pipeline.span));
      before = &filter;
    }
    Pipeline* const copy = copy_.arena.New<Pipeline>(pipeline);
    copy->commands = copy_.arena.Copy<Command>(std::span<const Command>(commands));
    return copy;
  }

  void TakeOver(HtmlFilter function, Family family, std::vector<Command>& commands,
                std::vector<HtmlFilter>& filters) {
    // `html a b`: what the call joins is still to be joined.
    if (commands.size() == 1 && commands[0].operands.size() > 1) {
      const std::span<Operand> operands =
          copy_.arena.Copy<Operand>(std::span<const Operand>(commands[0].operands));
      operands[0].function = &FunctionOf(HtmlFilter::kJoin);
      commands[0].operands = operands;
      commands.push_back(CallOf(function, commands[0].span));
    }
    bool is_replaced = false;
    for (HtmlFilter& filter : filters) {
      if (FamilyOf(filter) != family) continue;
      filter = function;
      is_replaced = true;
    }
    if (is_replaced) commands.pop_back();
  }

  const Template& tree_;
  const HtmlFollower& follower_;
  std::map<std::pair<std::size_t, const Statement*>, const HtmlEdit*> edits_;
  std::vector<Definition*> definitions_;
  ParsedText copy_;
};

}  // namespace

std::expected<ParsedText, Problem> RewriteForHtml(const Template& tree) {
  HtmlFollower follower(tree);
  if (auto followed = follower.Run(); !followed)
    return std::unexpected(std::move(followed).error());
  return Rewriter(tree, follower).Run();
}

}  // namespace promql::tmpl
