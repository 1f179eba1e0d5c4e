// SPDX-License-Identifier: Apache-2.0
#include "promql/template/html_follow.h"

#include <algorithm>
#include <array>
#include <utility>

namespace promql::tmpl {
namespace {

// Loops in loops are followed twice a level, so that a few kilobytes could take for ever.
constexpr std::size_t kMostSteps = 500'000;
constexpr std::size_t kBytesAStep = 64;
constexpr int kDeepest = 2'000;  // blocks and calls inside each other

// A value makes up a minimal mind: a name of an attribute begins, a value without quotes.
HtmlContext AtValue(HtmlContext context) {
  switch (context.state) {
    case HtmlState::kTag:
      context.state = HtmlState::kAttributeName;
      break;
    case HtmlState::kBeforeValue:
      context.state = ValueStateOf(context.attribute);
      context.delimiter = HtmlDelimiter::kSpaceOrTagEnd;
      context.attribute = HtmlAttribute::kOther;
      break;
    case HtmlState::kAfterName:
      context.state = HtmlState::kAttributeName;
      context.attribute = HtmlAttribute::kOther;
      break;
    default:
      break;
  }
  return context;
}

// The context that covers both, if there is one.
std::optional<HtmlContext> Covering(const HtmlContext& one, const HtmlContext& other) {
  if (one.state == HtmlState::kNowhere || one == other) return other;
  if (other.state == HtmlState::kNowhere) return one;
  HtmlContext both = one;
  both.url_part = other.url_part;
  if (both == other) {
    both.url_part = UrlPart::kUnclear;
    return both;
  }
  both = one;
  both.slash = other.slash;
  if (both == other) {
    both.slash = ScriptSlash::kUnclear;
    return both;
  }
  const HtmlContext one_later = AtValue(one);
  const HtmlContext other_later = AtValue(other);
  if (one_later == one && other_later == other) return std::nullopt;
  return Covering(one_later, other_later);
}

std::string KeyOf(const HtmlContext& context) {
  std::string key;
  for (const auto part : {static_cast<int>(context.state), static_cast<int>(context.delimiter),
                          static_cast<int>(context.url_part), static_cast<int>(context.slash),
                          static_cast<int>(context.element), static_cast<int>(context.attribute)})
    key += static_cast<char>('a' + part);
  for (const int depth : context.open_braces) key += std::to_string(depth) + ",";
  return key;
}

bool CallsEscaper(const Command& command) {
  const Operand& first = command.operands[0];
  return first.kind == OperandKind::kFunction && first.fields.empty() &&
         (first.function->name == "html" || first.function->name == "urlquery");
}

// Filters for the language that a value stands in; those for the attribute around come later.
// False where that cannot be told.
bool AddFilters(const HtmlContext& context, std::vector<HtmlFilter>& filters) {
  const bool in_style_string = context.state == HtmlState::kStyleDoubleQuoted ||
                               context.state == HtmlState::kStyleSingleQuoted;
  switch (context.state) {
    case HtmlState::kText:
      filters.push_back(HtmlFilter::kText);
      return true;
    case HtmlState::kRawText:
      filters.push_back(HtmlFilter::kRawText);
      return true;
    case HtmlState::kAttributeName:
      filters.push_back(HtmlFilter::kAttributeName);
      return true;
    case HtmlState::kSourceSet:
      filters.push_back(HtmlFilter::kSourceSet);
      return true;
    case HtmlState::kMetaUrl:
      filters.push_back(HtmlFilter::kUrlScheme);
      return true;
    case HtmlState::kScript:
      filters.push_back(HtmlFilter::kScriptValue);
      return true;
    case HtmlState::kScriptDoubleQuoted:
    case HtmlState::kScriptSingleQuoted:
      filters.push_back(HtmlFilter::kScriptString);
      return true;
    case HtmlState::kScriptTemplate:
      filters.push_back(HtmlFilter::kScriptTemplate);
      return true;
    case HtmlState::kScriptRegex:
      filters.push_back(HtmlFilter::kScriptRegex);
      return true;
    case HtmlState::kStyle:
      filters.push_back(HtmlFilter::kStyleValue);
      return true;
    case HtmlState::kUrl:
    case HtmlState::kStyleDoubleQuoted:
    case HtmlState::kStyleSingleQuoted:
    case HtmlState::kStyleDoubleQuotedUrl:
    case HtmlState::kStyleSingleQuotedUrl:
    case HtmlState::kStyleBareUrl:
      break;
    default:
      if (IsComment(context.state)) filters.push_back(HtmlFilter::kComment);
      return true;
  }
  if (context.url_part == UrlPart::kUnclear) return false;
  if (context.url_part == UrlPart::kQueryOrFragment) {
    filters.push_back(HtmlFilter::kUrlQuery);
    return true;
  }
  if (context.url_part == UrlPart::kStart) filters.push_back(HtmlFilter::kUrlScheme);
  filters.push_back(in_style_string ? HtmlFilter::kStyleString : HtmlFilter::kUrl);
  return true;
}

}  // namespace

std::expected<void, Problem> HtmlFollower::Run() {
  instances_.push_back({.definition = nullptr, .body = tree_.body(), .start = {}, .end = {}});
  const Followed end = FollowInstance(0, {});
  if (!end) return std::unexpected(std::move(problem_));
  if (end->state == HtmlState::kText) return {};
  const auto size = static_cast<std::uint32_t>(tree_.text().size());
  Fail({size, size}, "the text ends in " + std::string(Describe(end->state)));
  return std::unexpected(std::move(problem_));
}

HtmlFollower::Followed HtmlFollower::Fail(Span span, std::string message) {
  problem_ = {Phase::kExecute, span, "HTML: " + std::move(message), {}};
  const Definition* const definition = instances_[instance_].definition;
  const auto own = tree_.definitions();
  const bool is_own = definition == nullptr || std::ranges::any_of(own, [&](const Definition& one) {
                        return &one == definition;
                      });
  if (!is_own) problem_.template_name = definition->name;
  return std::nullopt;
}

bool HtmlFollower::Count(std::size_t steps, Span span) {
  steps_ += steps;
  if (steps_ <= kMostSteps) return true;
  Fail(span, "following the template takes too many steps");
  return false;
}

void HtmlFollower::ForgetSince(const Mark& mark) {
  edits_.erase(edits_.begin() + static_cast<std::ptrdiff_t>(mark.edits), edits_.end());
  while (finished_.size() > mark.finished) {
    instances_[finished_.back()].end.reset();
    finished_.pop_back();
  }
}

std::size_t HtmlFollower::InstanceOf(const Definition& definition, const HtmlContext& start) {
  const auto [at, is_new] =
      index_.try_emplace(std::pair(&definition, KeyOf(start)), instances_.size());
  if (is_new) {
    instances_.push_back(
        {.definition = &definition, .body = definition.body, .start = start, .end = {}});
  }
  return at->second;
}

// A template that calls itself needs its end to be known: that it ends as it starts is a guess,
// which is then tried.
HtmlFollower::Followed HtmlFollower::FollowInstance(std::size_t instance, Span call) {
  const std::size_t calls_before = calls_;
  const Mark mark = MarkNow();
  HtmlContext guess = instances_[instance].start;
  for (int attempt = 0; attempt < 2; ++attempt) {
    instances_[instance].end = guess;
    const Followed end = FollowBody(instance);
    if (!end) return end;
    if (instances_[instance].last_call <= calls_before || *end == guess) {
      instances_[instance].end = end;
      finished_.push_back(instance);
      return end;
    }
    ForgetSince(mark);
    guess = *end;
  }
  return Fail(call, "where a template that calls itself ends cannot be told");
}

HtmlFollower::Followed HtmlFollower::FollowBody(std::size_t instance) {
  const std::size_t around = std::exchange(instance_, instance);
  Loop* const loop = std::exchange(loop_, nullptr);
  const Followed end = FollowBlock(instances_[instance].body, instances_[instance].start);
  instance_ = around;
  loop_ = loop;
  return end;
}

HtmlFollower::Followed HtmlFollower::FollowBlock(Block block, HtmlContext context) {
  if (++depth_ > kDeepest) return Fail({}, "blocks and templates lie too deep in each other");
  for (const Statement& statement : block) {
    if (!Count(1 + context.open_braces.size() / kBytesAStep, statement.span)) return std::nullopt;
    Followed after = FollowStatement(statement, std::move(context));
    if (!after) return after;
    context = *std::move(after);
    if (context.state == HtmlState::kNowhere) break;
  }
  --depth_;
  return context;
}

HtmlFollower::Followed HtmlFollower::FollowStatement(const Statement& statement,
                                                     HtmlContext context) {
  switch (statement.kind) {
    case StatementKind::kText:
      return FollowText(statement, context);
    case StatementKind::kAction:
      return statement.pipeline->variables.empty() ? FollowAction(statement, std::move(context))
                                                   : context;
    case StatementKind::kIf:
    case StatementKind::kWith:
      return FollowBranch(statement, context);
    case StatementKind::kRange:
      return FollowLoop(statement, context);
    case StatementKind::kTemplate:
      return FollowCall(statement, context);
    case StatementKind::kBreak:
      loop_->breaks.push_back({std::move(context), statement.span});
      break;
    case StatementKind::kContinue:
      loop_->continues.push_back({std::move(context), statement.span});
      break;
  }
  return HtmlContext{.state = HtmlState::kNowhere};
}

HtmlFollower::Followed HtmlFollower::FollowText(const Statement& statement,
                                                const HtmlContext& context) {
  if (!Count(statement.text.size() / kBytesAStep, statement.span)) return std::nullopt;
  auto passage = PassHtml(context, statement.text);
  if (!passage) return Fail(statement.span, std::move(passage).error());
  if (passage->written != statement.text) {
    edits_.push_back({.instance = instance_,
                      .statement = &statement,
                      .text = std::move(passage->written),
                      .filters = {},
                      .callee = {}});
  }
  return std::move(passage->context);
}

HtmlFollower::Followed HtmlFollower::FollowAction(const Statement& statement, HtmlContext context) {
  context = AtValue(std::move(context));
  const auto commands = statement.pipeline->commands;
  const bool is_bare =
      context.state == HtmlState::kPlainValue && context.delimiter == HtmlDelimiter::kSpaceOrTagEnd;
  for (const Command& command : commands) {
    if (!CallsEscaper(command)) continue;
    const std::string name(command.operands[0].function->name);
    if (&command != &commands.back())
      return Fail(command.span, name + " must come last: what follows could undo it");
    if (is_bare && name == "html")
      return Fail(command.span, "html is not enough for a value without quotes");
  }
  std::vector<HtmlFilter> filters;
  if (!AddFilters(context, filters))
    return Fail(statement.span, "this can be in the path or in the query of an address");
  if (context.delimiter == HtmlDelimiter::kSpaceOrTagEnd) {
    filters.push_back(HtmlFilter::kBareValue);
  } else if (context.delimiter != HtmlDelimiter::kNone) {
    filters.push_back(HtmlFilter::kValue);
  }
  edits_.push_back({.instance = instance_,
                    .statement = &statement,
                    .text = {},
                    .filters = std::move(filters),
                    .callee = {}});
  if (context.state == HtmlState::kScript) context.slash = ScriptSlash::kDivision;
  return context;
}

HtmlFollower::Followed HtmlFollower::Join(const HtmlContext& one, const HtmlContext& other,
                                          Span span) {
  auto both = Covering(one, other);
  if (both) return both;
  const bool is_same_state = Describe(one.state) == Describe(other.state);
  return Fail(span, "branches end in different places: in " + std::string(Describe(one.state)) +
                        (is_same_state ? " and another one"
                                       : " and in " + std::string(Describe(other.state))));
}

HtmlFollower::Followed HtmlFollower::JoinExits(HtmlContext context, const Loop& loop) {
  for (const auto* exits : {&loop.breaks, &loop.continues}) {
    for (const Exit& exit : *exits) {
      Followed joined = Join(context, exit.context, exit.span);
      if (!joined) return joined;
      context = *std::move(joined);
    }
  }
  return context;
}

HtmlFollower::Followed HtmlFollower::FollowBranch(const Statement& statement,
                                                  const HtmlContext& context) {
  const Followed body = FollowBlock(statement.body, context);
  if (!body) return body;
  const Followed otherwise = FollowBlock(statement.otherwise, context);
  if (!otherwise) return otherwise;
  return Join(*body, *otherwise, statement.span);
}

// A round may start where the one before ended: the body is followed from there too, only to see
// that it ends there again.
HtmlFollower::Followed HtmlFollower::FollowLoop(const Statement& statement,
                                                const HtmlContext& context) {
  Loop* const around = loop_;
  Loop first;
  loop_ = &first;
  Followed end = FollowBlock(statement.body, context);
  if (end) end = JoinExits(*std::move(end), first);
  if (end) {
    Loop again;
    loop_ = &again;
    const Mark mark = MarkNow();
    const Followed next = FollowBlock(statement.body, *end);
    ForgetSince(mark);
    end = next ? Join(*end, *next, statement.span) : next;
    if (end) end = JoinExits(*std::move(end), again);
  }
  loop_ = around;
  if (!end) return end;
  const Followed otherwise = FollowBlock(statement.otherwise, context);
  if (!otherwise) return otherwise;
  return Join(*end, *otherwise, statement.span);
}

HtmlFollower::Followed HtmlFollower::FollowCall(const Statement& statement,
                                                const HtmlContext& context) {
  const Definition* const definition = tree_.Find(statement.text);
  if (definition == nullptr)
    return Fail(statement.span, "there is no template \"" + std::string(statement.text) + "\"");
  const std::size_t callee = InstanceOf(*definition, context);
  instances_[callee].last_call = ++calls_;
  Followed end = instances_[callee].end;
  if (!end) end = FollowInstance(callee, statement.span);
  if (end) {
    edits_.push_back({.instance = instance_,
                      .statement = &statement,
                      .text = {},
                      .filters = {},
                      .callee = callee});
  }
  return end;
}

}  // namespace promql::tmpl
