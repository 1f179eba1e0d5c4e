// SPDX-License-Identifier: Apache-2.0
#include "promql/template/html_filters.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "promql/template/dialect.h"
#include "promql/template/format.h"
#include "promql/template/go_time.h"
#include "promql/template/html_context.h"
#include "promql/template/html_words.h"
#include "promql/template/json.h"
#include "promql/template/time_value.h"
#include "promql/template/unicode.h"

namespace promql::tmpl {
namespace {

constexpr std::string_view kRefused =
    "ZgotmplZ";  // what Go writes for what it does not let through

enum class Mark : std::uint8_t { kNone, kHtml, kUrl };

struct Marked {
  std::string text;
  Mark mark = Mark::kNone;
};

Value ToPrint(const Value& value) {
  const bool is_bare_pointer =
      value.kind() == Kind::kPointer && value.type()->append_text == nullptr;
  return is_bare_pointer ? Indirect(value) : value;
}

// The value as text; nothing at all is an empty one.
Marked TextOf(const Call& call) {
  if (call.args.empty()) return {};  // {{ html }}
  const Value value = Indirect(call.args[0]);
  if (value.kind() == Kind::kString) {
    const std::string text(value.AsString());
    if (value.type() == &kStringType) return {text, Mark::kNone};
    if (value.type() == &kHtmlType) return {text, Mark::kHtml};
    if (value.type() == &kUrlType) return {text, Mark::kUrl};
  }
  if (value.IsNil() && value.kind() <= Kind::kInterface) return {};
  const Value shown = ToPrint(call.args[0]);
  Marked marked;
  AppendPrint(std::span(&shown, 1), marked.text);
  return marked;
}

Value Keep(Call& call, std::string_view text) { return Value::String(call.arena.Copy(text)); }

struct Replacement {
  char of = 0;
  std::string_view by;
};

void AppendReplaced(std::string_view text, std::span<const Replacement> table, std::string& out) {
  for (const char c : text) {
    const auto at = std::ranges::find(table, c, &Replacement::of);
    if (at == table.end()) {
      out += c;
    } else {
      out += at->by;
    }
  }
}

// The plus sign too: it starts an encoding in UTF-7. The ampersand comes first: it stays in what is
// HTML already.
constexpr auto kHtmlReplacements = std::to_array<Replacement>({{'&', "&amp;"},
                                                               {'"', "&#34;"},
                                                               {'\'', "&#39;"},
                                                               {'+', "&#43;"},
                                                               {'<', "&lt;"},
                                                               {'>', "&gt;"},
                                                               {'\0', "\ufffd"}});
constexpr auto kBareReplacements = std::to_array<Replacement>({{'&', "&amp;"},
                                                               {'"', "&#34;"},
                                                               {'\'', "&#39;"},
                                                               {'+', "&#43;"},
                                                               {'<', "&lt;"},
                                                               {'>', "&gt;"},
                                                               {'\0', "&#xfffd;"},
                                                               {'\t', "&#9;"},
                                                               {'\n', "&#10;"},
                                                               {'\v', "&#11;"},
                                                               {'\f', "&#12;"},
                                                               {'\r', "&#13;"},
                                                               {' ', "&#32;"},
                                                               {'=', "&#61;"},
                                                               {'`', "&#96;"}});

enum class Ampersand : std::uint8_t { kEscape, kKeep };

Value Escaped(Call& call, std::string_view text, std::span<const Replacement> table,
              Ampersand ampersand) {
  std::string out;
  AppendReplaced(text, table.subspan(ampersand == Ampersand::kKeep ? 1 : 0), out);
  return Keep(call, out);
}

// HTML without its tags and comments.
std::string WithoutTags(std::string_view html) {
  std::string out;
  bool is_all_text = true;
  HtmlContext context;
  std::string_view left = html;
  const auto is_text = [&] {
    return context.state == HtmlState::kText || context.state == HtmlState::kRawText;
  };
  while (!left.empty()) {
    if (context.delimiter != HtmlDelimiter::kNone) {
      const bool is_bare = context.delimiter == HtmlDelimiter::kSpaceOrTagEnd;
      const char* const ends = is_bare                                            ? " \t\n\f\r>"
                               : context.delimiter == HtmlDelimiter::kDoubleQuote ? "\""
                                                                                  : "'";
      const std::size_t end = left.find_first_of(ends);
      if (end == std::string_view::npos) return out;
      left.remove_prefix(end + (is_bare ? 0 : 1));
      context = {.state = HtmlState::kTag, .element = context.element};
      continue;
    }
    HtmlContext seen = context;
    const bool is_in_tag =
        context.state >= HtmlState::kTag && context.state <= HtmlState::kBeforeValue;
    if (context.element != HtmlElement::kOther && !is_in_tag) seen.state = HtmlState::kRawText;
    const auto step = StepInState(seen, left);
    if (!step) return out;
    const std::string_view part = left.substr(0, step->size);
    if (is_text()) {
      const bool opens = step->context.state != context.state;
      out += part.substr(0, opens ? part.rfind('<') : part.size());
    } else {
      is_all_text = false;
    }
    left.remove_prefix(step->size);
    context = step->context;
  }
  return is_all_text ? std::string(html) : out;
}

Value JoinFilter(Call& call) {
  std::vector<Value> shown;
  for (const Value& value : call.args) shown.push_back(ToPrint(value));
  std::string text;
  AppendPrint(shown, text);
  return Keep(call, text);
}

Value TextFilter(Call& call) {
  const Marked marked = TextOf(call);
  if (marked.mark == Mark::kHtml) return Keep(call, marked.text);
  return Escaped(call, marked.text, kHtmlReplacements, Ampersand::kEscape);
}

Value RawTextFilter(Call& call) {
  const Marked marked = TextOf(call);
  return Escaped(call, marked.text, kHtmlReplacements,
                 marked.mark == Mark::kHtml ? Ampersand::kKeep : Ampersand::kEscape);
}

Value ValueFilter(Call& call) {
  const Marked marked = TextOf(call);
  if (marked.mark != Mark::kHtml)
    return Escaped(call, marked.text, kHtmlReplacements, Ampersand::kEscape);
  return Escaped(call, WithoutTags(marked.text), kHtmlReplacements, Ampersand::kKeep);
}

// Without quotes some browsers end a value at characters that are none.
std::string WithoutNonCharacters(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Decoded decoded = DecodeRune(text);
    const Rune rune = decoded.rune;
    const bool is_none = (rune >= 0xfdd0 && rune <= 0xfdef) || (rune >= 0xfff0 && rune <= 0xffff);
    if (is_none) {
      static constexpr std::string_view kDigits = "0123456789abcdef";
      out += "&#x";
      for (unsigned shift = 16; shift > 0; shift -= 4) out += kDigits[(rune >> (shift - 4)) & 0xfU];
      out += ';';
    } else {
      out += text.substr(0, decoded.size);
    }
    text.remove_prefix(decoded.size);
  }
  return out;
}

Value BareValueFilter(Call& call) {
  const Marked marked = TextOf(call);
  if (marked.text.empty()) return Value::String(kRefused);
  const bool is_html = marked.mark == Mark::kHtml;
  std::string out;
  AppendReplaced(is_html ? WithoutTags(marked.text) : marked.text,
                 std::span(kBareReplacements).subspan(is_html ? 1 : 0), out);
  return Keep(call, WithoutNonCharacters(out));
}

Value AttributeNameFilter(Call& call) {
  const std::string name = ToLower(TextOf(call).text);
  const bool is_good = !name.empty() && ContentOfAttribute(name) == HtmlContent::kPlain &&
                       std::ranges::all_of(name, IsAsciiAlnum);
  return is_good ? Keep(call, name) : Value::String(kRefused);
}

Value CommentFilter(Call& /*call*/) { return Value::String(""); }

bool HasSafeScheme(std::string_view url) {
  const std::size_t colon = url.find(':');
  const std::string_view scheme = url.substr(0, colon);
  if (colon == std::string_view::npos || scheme.find('/') != std::string_view::npos) return true;
  const std::string lower = AsciiLower(scheme);
  return lower == "http" || lower == "https" || lower == "mailto";
}

Value UrlSchemeFilter(Call& call) {
  const Marked marked = TextOf(call);
  const bool is_good = marked.mark == Mark::kUrl || HasSafeScheme(marked.text);
  return Keep(call, is_good ? marked.text : "#" + std::string(kRefused));
}

enum class Reserved : std::uint8_t { kKeep, kEncode };

void AppendUrl(std::string_view text, Reserved reserved, std::string& out) {
  constexpr std::string_view kReserved = "!#$&*+,/:;=?@[]";
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool is_escape =
        c == '%' && i + 2 < text.size() && IsHexDigit(text[i + 1]) && IsHexDigit(text[i + 2]);
    const bool stays =
        IsAsciiAlnum(c) || std::string_view("-._~").find(c) != std::string_view::npos ||
        (reserved == Reserved::kKeep && (is_escape || kReserved.find(c) != std::string_view::npos));
    if (stays) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 0xfU];
  }
}

Value UrlFilter(Call& call) {
  std::string out;
  AppendUrl(TextOf(call).text, Reserved::kKeep, out);
  return Keep(call, out);
}

Value UrlQueryFilter(Call& call) {
  const Marked marked = TextOf(call);
  std::string out;
  AppendUrl(marked.text, marked.mark == Mark::kUrl ? Reserved::kKeep : Reserved::kEncode, out);
  return Keep(call, out);
}

// One `address 2x` of a list.
void AppendSource(std::string_view source, std::string& out) {
  std::size_t start = 0;
  while (start < source.size() && IsHtmlSpace(source[start])) ++start;
  std::size_t end = start;
  while (end < source.size() && !IsHtmlSpace(source[end])) ++end;
  const std::string_view url = source.substr(start, end - start);
  const std::string_view size = source.substr(end);
  const bool is_good = HasSafeScheme(url) && std::ranges::all_of(size, [](char c) {
                         return IsHtmlSpace(c) || IsAsciiAlnum(c);
                       });
  if (!is_good) {
    out += "#" + std::string(kRefused);
    return;
  }
  out += source.substr(0, start);
  AppendUrl(url, Reserved::kKeep, out);
  out += size;
}

Value SourceSetFilter(Call& call) {
  const Marked marked = TextOf(call);
  std::string out;
  if (marked.mark == Mark::kUrl) {
    std::string url;
    AppendUrl(marked.text, Reserved::kKeep, url);
    static constexpr auto kComma = std::to_array<Replacement>({{',', "%2c"}});
    AppendReplaced(url, kComma, out);
    return Keep(call, out);
  }
  for (std::string_view left = marked.text;;) {
    const std::size_t comma = left.find(',');
    AppendSource(left.substr(0, comma), out);
    if (comma == std::string_view::npos) break;
    out += ',';
    left.remove_prefix(comma + 1);
  }
  return Keep(call, out);
}

// Why JSON cannot hold it, as the comment in the script says.
std::string WhyNoJson(const Value& value) {
  if (value.kind() == Kind::kFloat) {
    const std::string_view text = std::isnan(value.AsFloat()) ? "NaN"
                                  : value.AsFloat() > 0       ? "+Inf"
                                                              : "-Inf";
    return "json: unsupported value: " + std::string(text);
  }
  if (value.kind() == Kind::kComplex) return "json: unsupported type: complex128";
  return "json: unsupported value";
}

Value ScriptValueFilter(Call& call) {
  Value value = call.args.empty() ? Value::String("") : Indirect(call.args[0]);
  std::string text;
  const bool is_shown_as_text =
      value.IsValid() && value.type()->append_text != nullptr && value.type() != &kTimeType;
  if (is_shown_as_text) {
    value.type()->append_text(value, text);
    value = Value::String(text);
  }
  const auto json = ToJson(value);
  if (!json) return Keep(call, " /* " + WhyNoJson(value) + " */null ");
  const bool could_touch_words = IsScriptNameChar(json->front()) || IsScriptNameChar(json->back());
  return Keep(call, could_touch_words ? " " + *json + " " : *json);
}

// Backslash escapes of JavaScript: control characters, line ends of JavaScript alone, then what
// the table has.
std::string ScriptEscaped(std::string_view text, std::span<const Replacement> table) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto at = std::ranges::find(table, c, &Replacement::of);
    const std::string_view rest = text.substr(i);
    if (at != table.end()) {
      out += at->by;
    } else if (c >= 0 && c < 0x20) {
      out += "\\u00";
      out += kDigits[static_cast<unsigned char>(c) >> 4U];
      out += kDigits[static_cast<unsigned char>(c) & 0xfU];
    } else if (rest.starts_with("\u2028") || rest.starts_with("\u2029")) {
      out += rest.starts_with("\u2028") ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      out += c;
    }
  }
  return out;
}

constexpr auto kStringReplacements = std::to_array<Replacement>({{'\t', "\\t"},
                                                                 {'\n', "\\n"},
                                                                 {'\f', "\\f"},
                                                                 {'\r', "\\r"},
                                                                 {'"', "\\u0022"},
                                                                 {'`', "\\u0060"},
                                                                 {'&', "\\u0026"},
                                                                 {'\'', "\\u0027"},
                                                                 {'+', "\\u002b"},
                                                                 {'/', "\\/"},
                                                                 {'<', "\\u003c"},
                                                                 {'>', "\\u003e"},
                                                                 {'\\', "\\\\"}});
constexpr auto kTemplateReplacements = std::to_array<Replacement>({{'\t', "\\t"},
                                                                   {'\n', "\\n"},
                                                                   {'\f', "\\f"},
                                                                   {'\r', "\\r"},
                                                                   {'"', "\\u0022"},
                                                                   {'`', "\\u0060"},
                                                                   {'&', "\\u0026"},
                                                                   {'\'', "\\u0027"},
                                                                   {'+', "\\u002b"},
                                                                   {'/', "\\/"},
                                                                   {'<', "\\u003c"},
                                                                   {'>', "\\u003e"},
                                                                   {'\\', "\\\\"},
                                                                   {'$', "\\u0024"},
                                                                   {'{', "\\u007b"},
                                                                   {'}', "\\u007d"}});
constexpr auto kRegexReplacements = std::to_array<Replacement>(
    {{'\t', "\\t"},    {'\n', "\\n"},    {'\f', "\\f"},     {'\r', "\\r"}, {'"', "\\u0022"},
     {'$', "\\$"},     {'&', "\\u0026"}, {'\'', "\\u0027"}, {'(', "\\("},  {')', "\\)"},
     {'*', "\\*"},     {'+', "\\u002b"}, {'-', "\\-"},      {'.', "\\."},  {'/', "\\/"},
     {'<', "\\u003c"}, {'>', "\\u003e"}, {'?', "\\?"},      {'[', "\\["},  {'\\', "\\\\"},
     {']', "\\]"},     {'^', "\\^"},     {'{', "\\{"},      {'|', "\\|"},  {'}', "\\}"}});

Value ScriptStringFilter(Call& call) {
  return Keep(call, ScriptEscaped(TextOf(call).text, kStringReplacements));
}

Value ScriptTemplateFilter(Call& call) {
  return Keep(call, ScriptEscaped(TextOf(call).text, kTemplateReplacements));
}

Value ScriptRegexFilter(Call& call) {
  const std::string text = ScriptEscaped(TextOf(call).text, kRegexReplacements);
  return Keep(call, text.empty() ? "(?:)" : text);  // two slashes would start a comment
}

Value StyleStringFilter(Call& call) {
  static constexpr auto kReplacements = std::to_array<Replacement>({{'\0', "\\0"},
                                                                    {'\t', "\\9"},
                                                                    {'\n', "\\a"},
                                                                    {'\f', "\\c"},
                                                                    {'\r', "\\d"},
                                                                    {'"', "\\22"},
                                                                    {'&', "\\26"},
                                                                    {'\'', "\\27"},
                                                                    {'(', "\\28"},
                                                                    {')', "\\29"},
                                                                    {'+', "\\2b"},
                                                                    {'/', "\\2f"},
                                                                    {':', "\\3a"},
                                                                    {';', "\\3b"},
                                                                    {'<', "\\3c"},
                                                                    {'>', "\\3e"},
                                                                    {'\\', "\\\\"},
                                                                    {'{', "\\7b"},
                                                                    {'}', "\\7d"}});
  const std::string text = TextOf(call).text;
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto at = std::ranges::find(kReplacements, text[i], &Replacement::of);
    if (at == kReplacements.end()) {
      out += text[i];
      continue;
    }
    out += at->by;
    // A blank ends the escape where it could swallow what follows.
    const bool is_ended = text[i] == '\\' || (i + 1 < text.size() && !IsHexDigit(text[i + 1]) &&
                                              !IsHtmlSpace(text[i + 1]));
    if (!is_ended) out += ' ';
  }
  return Keep(call, out);
}

// Lets numbers, names, colours and their like through: nothing that could run code.
Value StyleValueFilter(Call& call) {
  const std::string text = DecodeStyle(TextOf(call).text);
  constexpr std::string_view kDangerous("\0\"'()/;@[\\]`{}<>", 16);
  const bool has_dangerous =
      text.find_first_of(kDangerous) != std::string::npos || text.find("--") != std::string::npos;
  std::string word;
  for (const char c : text) {
    if (c >= 0 && IsStyleNameChar(static_cast<unsigned char>(c))) word += c;
  }
  std::erase(word, '-');
  word = AsciiLower(word);
  const bool runs_code =
      word.find("expression") != std::string::npos || word.find("mozbinding") != std::string::npos;
  return has_dangerous || runs_code ? Value::String(kRefused) : Keep(call, text);
}

Function Filter(std::string_view name, Value (*call)(Call&)) {
  return {.name = name,
          .call = call,
          .parameter_count = 1,
          .is_variadic = true,
          .parameters = {kAnything}};
}

}  // namespace

const Function& FunctionOf(HtmlFilter filter) {
  static const std::array<Function, 17> kFilters = {
      Filter("join", JoinFilter),
      Filter("escape for text", TextFilter),
      Filter("escape for raw text", RawTextFilter),
      Filter("escape for a value", ValueFilter),
      Filter("escape for a bare value", BareValueFilter),
      Filter("check the name of an attribute", AttributeNameFilter),
      Filter("leave out of a comment", CommentFilter),
      Filter("check an address", UrlSchemeFilter),
      Filter("escape an address", UrlFilter),
      Filter("escape for a query", UrlQueryFilter),
      Filter("check a list of addresses", SourceSetFilter),
      Filter("escape for a script", ScriptValueFilter),
      Filter("escape for a string of a script", ScriptStringFilter),
      Filter("escape for a template of a script", ScriptTemplateFilter),
      Filter("escape for a regular expression", ScriptRegexFilter),
      Filter("escape for a string of a style", StyleStringFilter),
      Filter("check a value of a style", StyleValueFilter)};
  if (filter == HtmlFilter::kHtml) return *GoDialect().Find("html");
  if (filter == HtmlFilter::kUrlQueryFunction) return *GoDialect().Find("urlquery");
  return kFilters[static_cast<std::size_t>(filter)];
}

}  // namespace promql::tmpl
