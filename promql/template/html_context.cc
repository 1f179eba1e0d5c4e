// SPDX-License-Identifier: Apache-2.0
#include "promql/template/html_context.h"

#include <algorithm>
#include <array>
#include <utility>

#include "promql/template/html_words.h"
#include "promql/template/unicode.h"

namespace promql::tmpl {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

std::size_t SkipSpace(std::string_view text, std::size_t at = 0) {
  while (at < text.size() && IsHtmlSpace(text[at])) ++at;
  return at;
}

HtmlStep All(HtmlContext context, std::string_view text) {
  return {std::move(context), text.size()};
}

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Letters and digits, with single colons and hyphens between them.
std::size_t TagNameEnd(std::string_view text, std::size_t at) {
  if (at == text.size() || !IsLetter(text[at])) return at;
  for (++at; at < text.size(); ++at) {
    if (IsAsciiAlnum(text[at])) continue;
    const bool joins = text[at] == ':' || text[at] == '-';
    if (!joins || at + 1 == text.size() || !IsAsciiAlnum(text[at + 1])) break;
  }
  return at;
}

std::string_view NameOf(HtmlElement element) {
  static constexpr std::array<std::string_view, 6> kNames = {"",         "script", "style",
                                                             "textarea", "title",  "meta"};
  return kNames[static_cast<std::size_t>(element)];
}

HtmlElement ElementNamed(std::string_view name) {
  for (const auto element : {HtmlElement::kScript, HtmlElement::kStyle, HtmlElement::kTextarea,
                             HtmlElement::kTitle, HtmlElement::kMeta}) {
    if (EqualsIgnoringCase(name, NameOf(element))) return element;
  }
  return HtmlElement::kOther;
}

HtmlState ContentStateOf(HtmlElement element) {
  switch (element) {
    case HtmlElement::kScript:
      return HtmlState::kScript;
    case HtmlElement::kStyle:
      return HtmlState::kStyle;
    case HtmlElement::kTextarea:
    case HtmlElement::kTitle:
      return HtmlState::kRawText;
    default:
      return HtmlState::kText;
  }
}

HtmlAttribute AttributeNamed(std::string_view lower, HtmlElement element) {
  if (element == HtmlElement::kScript && lower == "type") return HtmlAttribute::kScriptType;
  if (element == HtmlElement::kMeta && lower == "content") return HtmlAttribute::kMetaContent;
  switch (ContentOfAttribute(lower)) {
    case HtmlContent::kUrl:
      return HtmlAttribute::kUrl;
    case HtmlContent::kStyle:
      return HtmlAttribute::kStyle;
    case HtmlContent::kScript:
      return HtmlAttribute::kScript;
    case HtmlContent::kSourceSet:
      return HtmlAttribute::kSourceSet;
    default:
      return HtmlAttribute::kOther;
  }
}

// To the next tag or comment.
HtmlStep StepInText(const HtmlContext& context, std::string_view text) {
  std::size_t at = text.find('<');
  while (at != kNone && at + 1 < text.size()) {
    if (text.substr(at).starts_with("<!--")) return {{.state = HtmlState::kComment}, at + 4};
    ++at;
    const bool closes = text[at] == '/';
    if (closes && ++at == text.size()) break;
    const std::size_t end = TagNameEnd(text, at);
    if (end != at) {
      const HtmlElement element =
          closes ? HtmlElement::kOther : ElementNamed(text.substr(at, end - at));
      return {{.state = HtmlState::kTag, .element = element}, end};
    }
    at = text.find('<', at);
  }
  return All(context, text);
}

std::expected<std::size_t, std::string> AttributeNameEnd(std::string_view text, std::size_t at) {
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (IsHtmlSpace(c) || c == '=' || c == '>') break;
    if (c == '\'' || c == '"' || c == '<')
      return std::unexpected(std::string("the name of an attribute holds ") + c);
  }
  return at;
}

HtmlStepResult StepInTag(const HtmlContext& context, std::string_view text) {
  const std::size_t at = SkipSpace(text);
  if (at == text.size()) return All(context, text);
  if (text[at] == '>') {
    if (context.element == HtmlElement::kMeta) return HtmlStep{{}, at + 1};
    return HtmlStep{{.state = ContentStateOf(context.element), .element = context.element}, at + 1};
  }
  const auto end = AttributeNameEnd(text, at);
  if (!end) return std::unexpected(end.error());
  if (*end == at) return std::unexpected("a tag goes on with an equals sign");
  const std::string name = ToLower(text.substr(at, *end - at));
  return HtmlStep{{.state = *end == text.size() ? HtmlState::kAttributeName : HtmlState::kAfterName,
                   .element = context.element,
                   .attribute = AttributeNamed(name, context.element)},
                  *end};
}

HtmlStepResult StepInAttributeName(HtmlContext context, std::string_view text) {
  const auto end = AttributeNameEnd(text, 0);
  if (!end) return std::unexpected(end.error());
  if (*end != text.size()) context.state = HtmlState::kAfterName;
  return HtmlStep{std::move(context), *end};
}

HtmlStep StepAfterName(HtmlContext context, std::string_view text) {
  const std::size_t at = SkipSpace(text);
  if (at == text.size()) return All(std::move(context), text);
  const bool has_value = text[at] == '=';
  context.state = has_value ? HtmlState::kBeforeValue : HtmlState::kTag;
  return {std::move(context), at + (has_value ? 1 : 0)};
}

HtmlStep StepBeforeValue(HtmlContext context, std::string_view text) {
  std::size_t at = SkipSpace(text);
  if (at == text.size()) return All(std::move(context), text);
  context.delimiter = HtmlDelimiter::kSpaceOrTagEnd;
  if (text[at] == '"') context.delimiter = HtmlDelimiter::kDoubleQuote;
  if (text[at] == '\'') context.delimiter = HtmlDelimiter::kSingleQuote;
  if (context.delimiter != HtmlDelimiter::kSpaceOrTagEnd) ++at;
  context.state = ValueStateOf(context.attribute);
  return {std::move(context), at};
}

HtmlStep StepInComment(const HtmlContext& context, std::string_view text) {
  const std::size_t end = text.find("-->");
  if (end == kNone) return All(context, text);
  return {{}, end + 3};
}

// Title and textarea: up to their end.
HtmlStep StepInRawText(const HtmlContext& context, std::string_view text) {
  const std::size_t end = FindElementEnd(text, context.element);
  if (end == kNone) return All(context, text);
  return {{}, end};
}

HtmlStep StepInMetaContent(HtmlContext context, std::string_view text) {
  for (std::size_t at = 0; at + 3 < text.size(); ++at) {
    if (!EqualsIgnoringCase(text.substr(at, 3), "url")) continue;
    const std::size_t equals = SkipSpace(text, at + 3);
    if (equals == text.size() || text[equals] != '=') continue;
    context.state = HtmlState::kMetaUrl;
    return {std::move(context), equals + 1};
  }
  return All(std::move(context), text);
}

HtmlStep StepInMetaUrl(HtmlContext context, std::string_view text) {
  const std::size_t end = text.find(';');
  if (end == kNone) return All(std::move(context), text);
  context.state = HtmlState::kMetaContent;
  return {std::move(context), end + 1};
}

}  // namespace

bool IsComment(HtmlState state) {
  switch (state) {
    case HtmlState::kComment:
    case HtmlState::kScriptBlockComment:
    case HtmlState::kScriptLineComment:
    case HtmlState::kScriptHtmlOpenComment:
    case HtmlState::kScriptHtmlCloseComment:
    case HtmlState::kStyleBlockComment:
    case HtmlState::kStyleLineComment:
      return true;
    default:
      return false;
  }
}

bool IsScriptLiteral(HtmlState state) {
  return state >= HtmlState::kScriptDoubleQuoted && state <= HtmlState::kScriptRegex;
}

HtmlState ValueStateOf(HtmlAttribute attribute) {
  switch (attribute) {
    case HtmlAttribute::kScript:
      return HtmlState::kScript;
    case HtmlAttribute::kStyle:
      return HtmlState::kStyle;
    case HtmlAttribute::kUrl:
      return HtmlState::kUrl;
    case HtmlAttribute::kSourceSet:
      return HtmlState::kSourceSet;
    case HtmlAttribute::kMetaContent:
      return HtmlState::kMetaContent;
    case HtmlAttribute::kOther:
    case HtmlAttribute::kScriptType:
      break;
  }
  return HtmlState::kPlainValue;
}

std::string_view Describe(HtmlState state) {
  if (IsComment(state)) return "a comment";
  if (state >= HtmlState::kStyle && state <= HtmlState::kStyleBareUrl) return "a style";
  if (state >= HtmlState::kScript && state <= HtmlState::kScriptRegex) return "a script";
  switch (state) {
    case HtmlState::kText:
      return "text";
    case HtmlState::kTag:
    case HtmlState::kAttributeName:
    case HtmlState::kAfterName:
    case HtmlState::kBeforeValue:
      return "a tag";
    case HtmlState::kRawText:
      return "a title or textarea";
    case HtmlState::kUrl:
    case HtmlState::kMetaUrl:
    case HtmlState::kSourceSet:
      return "an address";
    default:
      return "the value of an attribute";
  }
}

HtmlStepResult StepInState(const HtmlContext& context, std::string_view text) {
  switch (context.state) {
    case HtmlState::kText:
      return StepInText(context, text);
    case HtmlState::kTag:
      return StepInTag(context, text);
    case HtmlState::kAttributeName:
      return StepInAttributeName(context, text);
    case HtmlState::kAfterName:
      return StepAfterName(context, text);
    case HtmlState::kBeforeValue:
      return StepBeforeValue(context, text);
    case HtmlState::kComment:
      return StepInComment(context, text);
    case HtmlState::kRawText:
      return StepInRawText(context, text);
    case HtmlState::kUrl:
    case HtmlState::kSourceSet:
      return All(AfterUrl(context, text), text);
    case HtmlState::kMetaContent:
      return StepInMetaContent(context, text);
    case HtmlState::kMetaUrl:
      return StepInMetaUrl(context, text);
    case HtmlState::kPlainValue:
    case HtmlState::kNowhere:
      return All(context, text);
    default:
      return context.state >= HtmlState::kStyle ? StepInStyle(context, text)
                                                : StepInScript(context, text);
  }
}

HtmlContext AfterUrl(HtmlContext context, std::string_view text) {
  if (text.find_first_of("#?") != kNone) {
    context.url_part = UrlPart::kQueryOrFragment;
  } else if (SkipSpace(text) != text.size() && context.url_part == UrlPart::kStart) {
    context.url_part = UrlPart::kBeforeQuery;
  }
  return context;
}

std::size_t FindElementEnd(std::string_view text, HtmlElement element) {
  // A meta tag is ended by any closing tag, even one without a name.
  const std::string_view name = element == HtmlElement::kMeta ? "" : NameOf(element);
  for (std::size_t at = text.find("</"); at != kNone; at = text.find("</", at + 2)) {
    const std::string_view rest = text.substr(at + 2);
    if (rest.size() <= name.size() || !EqualsIgnoringCase(rest.substr(0, name.size()), name))
      continue;
    if (std::string_view("> \t\n\f/").find(rest[name.size()]) != kNone) return at;
  }
  return kNone;
}

}  // namespace promql::tmpl
