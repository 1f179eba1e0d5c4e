// SPDX-License-Identifier: Apache-2.0
// Where in an HTML document a point of a template lies, and how text leads from one such place to
// the next: tags, attributes, addresses, JavaScript and CSS, as Go's html/template tells them
// apart (1.26). Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace promql::tmpl {

enum class HtmlState : std::uint8_t {
  kText,
  kTag,
  kAttributeName,
  kAfterName,    // of an attribute, where = may come
  kBeforeValue,  // behind the =
  kComment,
  kRawText,  // of title and textarea: entities, but no tags
  // Values of attributes, or what script and style hold:
  kPlainValue,
  kUrl,
  kSourceSet,
  kMetaContent,
  kMetaUrl,  // behind url= in the content of a meta tag
  kScript,
  kScriptDoubleQuoted,
  kScriptSingleQuoted,
  kScriptTemplate,  // in backquotes
  kScriptRegex,
  kScriptBlockComment,
  kScriptLineComment,
  kScriptHtmlOpenComment,   // <!-- starts a line comment
  kScriptHtmlCloseComment,  // --> too
  kStyle,
  kStyleDoubleQuoted,
  kStyleSingleQuoted,
  kStyleDoubleQuotedUrl,
  kStyleSingleQuotedUrl,
  kStyleBareUrl,
  kStyleBlockComment,
  kStyleLineComment,
  kNowhere,  // behind break and continue
};

// What ends the value of an attribute.
enum class HtmlDelimiter : std::uint8_t { kNone, kDoubleQuote, kSingleQuote, kSpaceOrTagEnd };
enum class UrlPart : std::uint8_t { kStart, kBeforeQuery, kQueryOrFragment, kUnclear };
// What a slash would start in JavaScript.
enum class ScriptSlash : std::uint8_t { kRegex, kDivision, kUnclear };
enum class HtmlElement : std::uint8_t { kOther, kScript, kStyle, kTextarea, kTitle, kMeta };
enum class HtmlAttribute : std::uint8_t {
  kOther,
  kScript,
  kScriptType,
  kStyle,
  kUrl,
  kSourceSet,
  kMetaContent
};

struct HtmlContext {
  HtmlState state = HtmlState::kText;
  HtmlDelimiter delimiter = HtmlDelimiter::kNone;
  UrlPart url_part = UrlPart::kStart;
  ScriptSlash slash = ScriptSlash::kRegex;
  HtmlElement element = HtmlElement::kOther;
  HtmlAttribute attribute = HtmlAttribute::kOther;
  std::vector<int> open_braces = {};  // in each ${ } of the JavaScript templates around
  friend bool operator==(const HtmlContext&, const HtmlContext&) = default;
};

[[nodiscard]] bool IsComment(HtmlState state);
[[nodiscard]] bool IsScriptLiteral(HtmlState state);
// Which state a value of this attribute starts in.
[[nodiscard]] HtmlState ValueStateOf(HtmlAttribute attribute);
[[nodiscard]] std::string_view Describe(HtmlState state);  // "the value of an attribute"

struct HtmlStep {
  HtmlContext context;
  std::size_t size = 0;  // bytes read; at the end of something, maybe none
};
using HtmlStepResult = std::expected<HtmlStep, std::string>;

// One step within a state, not minding what ends an attribute or an element around.
[[nodiscard]] HtmlStepResult StepInState(const HtmlContext& context, std::string_view text);
[[nodiscard]] HtmlStepResult StepInScript(const HtmlContext& context, std::string_view text);
[[nodiscard]] HtmlStepResult StepInStyle(const HtmlContext& context, std::string_view text);
// To what a text of an address, or a part of one, leads.
[[nodiscard]] HtmlContext AfterUrl(HtmlContext context, std::string_view text);

// Where the element around ends: the start of </script and its like.
[[nodiscard]] std::size_t FindElementEnd(std::string_view text, HtmlElement element);

// The context behind a text, and what is to be written for it: comments are gone, a stray < is
// &lt;, and literals of scripts end no script.
struct HtmlPassage {
  HtmlContext context;
  std::string written;
};
[[nodiscard]] std::expected<HtmlPassage, std::string> PassHtml(const HtmlContext& context,
                                                               std::string_view text);

}  // namespace promql::tmpl
