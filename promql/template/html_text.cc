// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "promql/template/html_context.h"
#include "promql/template/html_words.h"

namespace promql::tmpl {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

std::string_view EndsOf(HtmlDelimiter delimiter) {
  switch (delimiter) {
    case HtmlDelimiter::kDoubleQuote:
      return "\"";
    case HtmlDelimiter::kSingleQuote:
      return "'";
    default:
      return " \t\n\f\r>";
  }
}

// `<!--`, `/*` …: how much of it has been read when a comment begins.
std::size_t OpeningSize(HtmlState comment) {
  switch (comment) {
    case HtmlState::kComment:
    case HtmlState::kScriptHtmlOpenComment:
      return 4;
    case HtmlState::kScriptHtmlCloseComment:
      return 3;
    default:
      return 2;
  }
}

// One text, from one context to the next.
class Passage {
 public:
  Passage(HtmlContext context, std::string_view text) : context_(std::move(context)), text_(text) {}

  std::expected<HtmlPassage, std::string> Run() {
    for (std::size_t at = 0; at < text_.size();) {
      auto step = Step(at);
      if (!step) return std::unexpected(std::move(step).error());
      Write(text_.substr(at, step->size), step->context);
      at += step->size;
      context_ = std::move(step->context);
    }
    return HtmlPassage{std::move(context_), std::move(written_)};
  }

 private:
  HtmlStepResult Step(std::size_t at) {
    const std::string_view rest = text_.substr(at);
    if (context_.delimiter != HtmlDelimiter::kNone) return StepInValue(rest);
    const std::size_t end = ElementEnd(at);
    if (end == at) return HtmlStep{};
    return StepInState(context_, text_.substr(at, end - at));
  }

  // Where the element that the point lies in ends. Looked for once, not again at each step.
  std::size_t ElementEnd(std::size_t at) {
    const HtmlElement element = context_.element;
    if (element == HtmlElement::kOther) return text_.size();
    // Literals and comments of scripts may hold </script: it is escaped there.
    const bool is_hidden = element == HtmlElement::kScript &&
                           (IsScriptLiteral(context_.state) || IsComment(context_.state));
    if (is_hidden) return text_.size();
    if (element != known_element_ || known_end_ < at || known_from_ > at) {
      const std::size_t end = FindElementEnd(text_.substr(at), element);
      known_element_ = element;
      known_from_ = at;
      known_end_ = end == kNone ? text_.size() : at + end;
    }
    return known_end_;
  }

  HtmlStepResult StepInValue(std::string_view rest) {
    const bool is_bare = context_.delimiter == HtmlDelimiter::kSpaceOrTagEnd;
    const std::size_t end = std::min(rest.find_first_of(EndsOf(context_.delimiter)), rest.size());
    const std::string_view value = rest.substr(0, end);
    if (const std::size_t bad = value.find_first_of("\"'<=`"); is_bare && bad != kNone)
      return std::unexpected(std::string("an attribute without quotes holds ") + value[bad]);
    if (end == rest.size()) return StepThrough(value);
    HtmlElement element = context_.element;
    const bool is_type = element == HtmlElement::kScript &&
                         context_.attribute == HtmlAttribute::kScriptType &&
                         context_.state == HtmlState::kPlainValue;
    if (is_type && !IsScriptType(value)) element = HtmlElement::kOther;
    return HtmlStep{{.state = HtmlState::kTag, .element = element}, end + (is_bare ? 0U : 1U)};
  }

  // The value goes on behind this text: follow it through the states inside.
  [[nodiscard]] HtmlStepResult StepThrough(std::string_view value) const {
    const std::string decoded = DecodeEntities(value);
    HtmlContext context = context_;
    for (std::string_view left = decoded; !left.empty();) {
      auto step = StepInState(context, left);
      if (!step) return step;
      context = std::move(step->context);
      left.remove_prefix(step->size);
    }
    return HtmlStep{std::move(context), value.size()};
  }

  void Write(std::string_view part, const HtmlContext& after) {
    const HtmlState state = context_.state;
    const bool is_comment = IsComment(state) && context_.delimiter == HtmlDelimiter::kNone;
    if (is_comment) {
      WriteInsteadOfComment(part);
    } else if (state == HtmlState::kText || state == HtmlState::kRawText) {
      WriteText(part, after.state != state);
    } else if (IsScriptLiteral(state)) {
      WriteLiteral(part);
    } else {
      written_ += part;
    }
    const bool begins_comment =
        after.state != state && IsComment(after.state) && after.delimiter == HtmlDelimiter::kNone;
    if (begins_comment) written_.resize(written_.size() - OpeningSize(after.state));
  }

  // What separates words goes on doing so.
  void WriteInsteadOfComment(std::string_view comment) {
    if (context_.state == HtmlState::kStyleBlockComment) written_ += ' ';
    if (context_.state != HtmlState::kScriptBlockComment) return;
    const bool has_line_end = comment.find_first_of("\n\r") != kNone ||
                              comment.find("\u2028") != kNone || comment.find("\u2029") != kNone;
    written_ += has_line_end ? '\n' : ' ';
  }

  // A < that opens no tag is text. The one that opens what comes next stands last.
  void WriteText(std::string_view part, bool opens) {
    std::size_t end = opens ? part.rfind('<') : part.size();
    if (end == kNone) end = part.size();
    for (std::size_t at = 0; at < end; ++at) {
      const bool is_doctype = EqualsIgnoringCase(part.substr(at, 9), "<!doctype");
      if (part[at] == '<' && !is_doctype) {
        written_ += "&lt;";
      } else {
        written_ += part[at];
      }
    }
    written_ += part.substr(end);
  }

  // A browser would end the script, or see a comment, in the middle of a string.
  void WriteLiteral(std::string_view part) {
    static constexpr std::array<std::string_view, 3> kSpecial = {"<script", "</script", "<!--"};
    for (std::size_t at = 0; at < part.size(); ++at) {
      const bool is_special =
          part[at] == '<' && std::ranges::any_of(kSpecial, [&](std::string_view special) {
            return EqualsIgnoringCase(part.substr(at, special.size()), special);
          });
      if (is_special) {
        written_ += "\\x3C";
      } else {
        written_ += part[at];
      }
    }
  }

  HtmlContext context_;
  std::string_view text_;
  std::string written_;
  HtmlElement known_element_ = HtmlElement::kOther;
  std::size_t known_from_ = 0;
  std::size_t known_end_ = 0;
};

}  // namespace

std::expected<HtmlPassage, std::string> PassHtml(const HtmlContext& context,
                                                 std::string_view text) {
  return Passage(context, text).Run();
}

}  // namespace promql::tmpl
