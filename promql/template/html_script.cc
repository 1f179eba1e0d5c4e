// SPDX-License-Identifier: Apache-2.0
// JavaScript and CSS as far as escaping needs them: strings, comments, regular expressions,
// addresses.
#include <algorithm>
#include <string>
#include <utility>

#include "promql/template/html_context.h"
#include "promql/template/html_words.h"
#include "promql/template/unicode.h"

namespace promql::tmpl {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kMostEscapes = 1000;  // in one string of CSS: each has all of it decoded

std::unexpected<std::string> Unfinished(std::string_view what) {
  return std::unexpected("unfinished " + std::string(what));
}

// What a slash behind this code would start.
ScriptSlash SlashAfter(std::string_view code, ScriptSlash before) {
  code = TrimScriptSpaceRight(code);
  if (code.empty()) return before;
  const char last = code.back();
  if (last == '+' || last == '-') {
    // x++ /2/ divides, x + /2/ does not: an even number of signs ends a value.
    const std::size_t other = code.find_last_not_of(last);
    const std::size_t count = other == kNone ? code.size() : code.size() - other - 1;
    return count % 2 == 1 ? ScriptSlash::kRegex : ScriptSlash::kDivision;
  }
  if (last == '.') {
    const bool ends_number =
        code.size() > 1 && code[code.size() - 2] >= '0' && code[code.size() - 2] <= '9';
    return ends_number ? ScriptSlash::kDivision : ScriptSlash::kRegex;
  }
  if (std::string_view(",<>=*%&|^?!~([:;{}").find(last) != kNone) return ScriptSlash::kRegex;
  std::size_t start = code.size();
  while (start > 0 && IsScriptNameChar(code[start - 1])) --start;
  return ComesBeforeRegex(code.substr(start)) ? ScriptSlash::kRegex : ScriptSlash::kDivision;
}

HtmlStepResult StepAtSlash(HtmlContext context, std::string_view text, std::size_t at) {
  const char next = at + 1 < text.size() ? text[at + 1] : '\0';
  if (next == '/' || next == '*') {
    context.state = next == '/' ? HtmlState::kScriptLineComment : HtmlState::kScriptBlockComment;
    return HtmlStep{std::move(context), at + 2};
  }
  if (context.slash == ScriptSlash::kUnclear)
    return std::unexpected("a slash could start a division or a regular expression");
  if (context.slash == ScriptSlash::kRegex) {
    context.state = HtmlState::kScriptRegex;
  } else {
    context.slash = ScriptSlash::kRegex;
  }
  return HtmlStep{std::move(context), at + 1};
}

HtmlStep StepAtBrace(HtmlContext context, char brace, std::size_t at) {
  if (brace == '{') {
    if (!context.open_braces.empty()) ++context.open_braces.back();
  } else if (!context.open_braces.empty() && --context.open_braces.back() < 0) {
    context.open_braces.pop_back();
    context.state = HtmlState::kScriptTemplate;
    return {std::move(context), at + 1};
  }
  context.slash = ScriptSlash::kRegex;
  return {std::move(context), at + 1};
}

HtmlStepResult StepInCode(HtmlContext context, std::string_view text) {
  const std::size_t at = text.find_first_of("\"`'/{}<-#");
  context.slash = SlashAfter(text.substr(0, at), context.slash);
  if (at == kNone) return HtmlStep{std::move(context), text.size()};
  const std::string_view rest = text.substr(at);
  std::size_t size = 1;
  const auto starts = [&](std::string_view mark, HtmlState state) {
    if (!rest.starts_with(mark)) return;
    context.state = state;
    size = mark.size();
  };
  switch (rest.front()) {
    case '/':
      return StepAtSlash(std::move(context), text, at);
    case '{':
    case '}':
      return StepAtBrace(std::move(context), rest.front(), at);
    case '<':
      starts("<!--", HtmlState::kScriptHtmlOpenComment);
      break;
    case '-':
      starts("-->", HtmlState::kScriptHtmlCloseComment);
      break;
    case '#':
      starts("#!", HtmlState::kScriptLineComment);
      break;
    default:
      context.slash = ScriptSlash::kRegex;
      starts("\"", HtmlState::kScriptDoubleQuoted);
      starts("'", HtmlState::kScriptSingleQuoted);
      starts("`", HtmlState::kScriptTemplate);
  }
  return HtmlStep{std::move(context), at + size};
}

HtmlStepResult StepInTemplate(HtmlContext context, std::string_view text) {
  for (std::size_t at = text.find_first_of("`\\$"); at != kNone;
       at = text.find_first_of("`\\$", at + 1)) {
    if (text[at] == '`') {
      context.state = HtmlState::kScript;
      return HtmlStep{std::move(context), at + 1};
    }
    if (text[at] == '\\') {
      if (++at == text.size()) return Unfinished("escape in a script");
    } else if (text.substr(at).starts_with("${")) {
      context.open_braces.push_back(0);
      context.state = HtmlState::kScript;
      return HtmlStep{std::move(context), at + 2};
    }
  }
  return HtmlStep{std::move(context), text.size()};
}

HtmlStepResult StepInQuotes(HtmlContext context, std::string_view text) {
  const bool is_regex = context.state == HtmlState::kScriptRegex;
  const std::string_view marks = is_regex                                          ? "\\/[]"
                                 : context.state == HtmlState::kScriptSingleQuoted ? "\\'"
                                                                                   : "\\\"";
  bool in_class = false;
  for (std::size_t at = text.find_first_of(marks); at != kNone;
       at = text.find_first_of(marks, at + 1)) {
    const char c = text[at];
    if (c == '\\') {
      if (++at == text.size()) return Unfinished("escape in a script");
    } else if (c == '[' || c == ']') {
      in_class = c == '[';
    } else if (is_regex && at > 0 && EqualsIgnoringCase(text.substr(at - 1, 8), "</script")) {
      ++at;
    } else if (!in_class) {
      context.state = HtmlState::kScript;
      context.slash = ScriptSlash::kDivision;
      return HtmlStep{std::move(context), at + 1};
    }
  }
  if (in_class) return Unfinished("class of a regular expression");
  return HtmlStep{std::move(context), text.size()};
}

HtmlStep StepInBlockComment(HtmlContext context, std::string_view text, HtmlState around) {
  const std::size_t end = text.find("*/");
  if (end == kNone) return {std::move(context), text.size()};
  context.state = around;
  return {std::move(context), end + 2};
}

// The line end itself is not part of the comment.
HtmlStep StepInLineComment(HtmlContext context, std::string_view text, HtmlState around) {
  std::size_t end = text.size();
  const auto ends_at = [&](std::string_view mark) { end = std::min(end, text.find(mark)); };
  for (const std::string_view mark : {"\n", "\r"}) ends_at(mark);
  if (around == HtmlState::kStyle) {
    ends_at("\f");
  } else {
    ends_at("\u2028");
    ends_at("\u2029");
  }
  if (end < text.size()) context.state = around;
  return {std::move(context), end};
}

bool EndsWithUrlKeyword(std::string_view text) {
  while (!text.empty() && IsHtmlSpace(text.back())) text.remove_suffix(1);
  if (text.size() < 3 || !EqualsIgnoringCase(text.substr(text.size() - 3), "url")) return false;
  if (text.size() == 3) return true;
  const char before = text[text.size() - 4];
  // Of characters beyond ASCII any may stand in a name.
  return static_cast<signed char>(before) >= 0 &&
         !IsStyleNameChar(static_cast<unsigned char>(before));
}

HtmlStep StepAtParenthesis(HtmlContext context, std::string_view text, std::size_t at) {
  for (++at; at < text.size() && IsHtmlSpace(text[at]);) ++at;
  context.state = HtmlState::kStyleBareUrl;
  if (at < text.size() && text[at] == '"') context.state = HtmlState::kStyleDoubleQuotedUrl;
  if (at < text.size() && text[at] == '\'') context.state = HtmlState::kStyleSingleQuotedUrl;
  if (context.state != HtmlState::kStyleBareUrl) ++at;
  return {std::move(context), at};
}

HtmlStep StepInDeclarations(HtmlContext context, std::string_view text) {
  for (std::size_t at = text.find_first_of("(\"'/"); at != kNone;
       at = text.find_first_of("(\"'/", at + 1)) {
    const char next = at + 1 < text.size() ? text[at + 1] : '\0';
    switch (text[at]) {
      case '(':
        if (EndsWithUrlKeyword(text.substr(0, at)))
          return StepAtParenthesis(std::move(context), text, at);
        break;
      case '/':
        if (next != '/' && next != '*') break;
        context.state = next == '/' ? HtmlState::kStyleLineComment : HtmlState::kStyleBlockComment;
        return {std::move(context), at + 2};
      default:
        context.state =
            text[at] == '"' ? HtmlState::kStyleDoubleQuoted : HtmlState::kStyleSingleQuoted;
        return {std::move(context), at + 1};
    }
  }
  return {std::move(context), text.size()};
}

std::string_view StyleStringMarks(HtmlState state) {
  switch (state) {
    case HtmlState::kStyleDoubleQuoted:
    case HtmlState::kStyleDoubleQuotedUrl:
      return "\\\"";
    case HtmlState::kStyleSingleQuoted:
    case HtmlState::kStyleSingleQuotedUrl:
      return "\\'";
    default:
      return "\\\t\n\f\r )";
  }
}

// Strings are followed like addresses: they may be one.
HtmlStepResult StepInStyleString(HtmlContext context, std::string_view text) {
  const std::string_view marks = StyleStringMarks(context.state);
  std::size_t start = 0;
  for (std::size_t escapes = 0;; ++escapes) {
    std::size_t at = text.find_first_of(marks, start);
    if (at == kNone) {
      context = AfterUrl(std::move(context), DecodeStyle(text.substr(start)));
      return HtmlStep{std::move(context), text.size()};
    }
    if (text[at] != '\\') {
      context.state = HtmlState::kStyle;
      return HtmlStep{std::move(context), at + 1};
    }
    if (++at == text.size()) return Unfinished("escape in a style");
    if (escapes == kMostEscapes) return std::unexpected("too many escapes in a style");
    context = AfterUrl(std::move(context), DecodeStyle(text.substr(0, at + 1)));
    start = at + 1;
  }
}

}  // namespace

HtmlStepResult StepInScript(const HtmlContext& context, std::string_view text) {
  switch (context.state) {
    case HtmlState::kScript:
      return StepInCode(context, text);
    case HtmlState::kScriptTemplate:
      return StepInTemplate(context, text);
    case HtmlState::kScriptBlockComment:
      return StepInBlockComment(context, text, HtmlState::kScript);
    case HtmlState::kScriptLineComment:
    case HtmlState::kScriptHtmlOpenComment:
    case HtmlState::kScriptHtmlCloseComment:
      return StepInLineComment(context, text, HtmlState::kScript);
    default:
      return StepInQuotes(context, text);
  }
}

HtmlStepResult StepInStyle(const HtmlContext& context, std::string_view text) {
  switch (context.state) {
    case HtmlState::kStyle:
      return StepInDeclarations(context, text);
    case HtmlState::kStyleBlockComment:
      return StepInBlockComment(context, text, HtmlState::kStyle);
    case HtmlState::kStyleLineComment:
      return StepInLineComment(context, text, HtmlState::kStyle);
    default:
      return StepInStyleString(context, text);
  }
}

}  // namespace promql::tmpl
