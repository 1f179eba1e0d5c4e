// SPDX-License-Identifier: Apache-2.0
// promwarden-lint parse: reads expressions, says whether they are right, of which type, and how
// they print.
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <charconv>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "promql/cli/caret.h"
#include "promql/cli/line_stream.h"
#include "promql/cli/verbs.h"
#include "promql/model/go_text.h"
#include "promql/syntax/parser.h"
#include "promql/syntax/printer.h"

namespace promql::cli {
namespace {

// A stream for RapidJSON's writer that appends to a string.
struct StringSink {
  using Ch = char;
  std::string* text;
  void Put(char c) { text->push_back(c); }
  void Flush() {}
};
using JsonWriter = rapidjson::Writer<StringSink>;

// JSON is UTF-8: bytes that are not become U+FFFD, as Go's encoder has it.
void Write(JsonWriter& json, std::string_view text) {
  if (IsValidUtf8(text)) {
    json.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    return;
  }
  std::string clean;
  while (!text.empty()) {
    const Rune rune = DecodeRune(text);
    AppendRune(clean, rune.value);
    text.remove_prefix(rune.width);
  }
  json.String(clean);
}

void WriteErrors(JsonWriter& json, const SyntaxErrors& errors) {
  json.StartObject();
  json.Key("ok");
  json.Bool(false);
  json.Key("errors");
  json.StartArray();
  for (const SyntaxError& error : errors) {
    json.StartObject();
    json.Key("start");
    json.Uint(error.span.start);
    json.Key("end");
    json.Uint(error.span.end);
    json.Key("message");
    Write(json, error.message);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
}

void WriteExpression(JsonWriter& json, const Expression& expression) {
  json.StartObject();
  json.Key("ok");
  json.Bool(true);
  json.Key("type");
  Write(json, Text(expression.type()));
  json.Key("canonical");
  Write(json, Print(expression.root()));
  json.EndObject();
}

void WriteSelector(JsonWriter& json, const Selector& selector) {
  json.StartObject();
  json.Key("ok");
  json.Bool(true);
  json.Key("matchers");
  json.StartArray();
  for (const LabelMatcher& matcher : selector.matchers()) {
    json.StartObject();
    json.Key("name");
    Write(json, matcher.name);
    json.Key("op");
    Write(json, Text(matcher.op));
    json.Key("value");
    Write(json, matcher.value);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
}

class ParseVerb final : public Verb {
 public:
  CLI::App* Declare(CLI::App& program) override {
    CLI::App* verb = program.add_subcommand(
        "parse", "Read PromQL expressions: verdict, type and canonical form");
    verb->add_option("EXPRESSION", expressions_,
                     "Expressions; without any, standard input, one a line");
    verb->add_flag("--json", json_,
                   "Read one JSON string a line, answer with one JSON object a line: "
                   "{\"ok\":true,\"type\":…,\"canonical\":…} or "
                   "{\"ok\":false,\"errors\":[{\"start\":…,\"end\":…,\"message\":…}]} "
                   "(byte offsets, end exclusive)");
    verb->add_flag(
        "--selector", selector_,
        "Read metric selectors, as in match[] parameters; with --json the answer has \"matchers\"");
    verb->add_flag("--pretty", pretty_, "Print expressions over several lines where they are long");
    verb->add_option("--enable-feature", features_,
                     "Feature flags as Prometheus has them, separated by commas")
        ->delimiter(',')
        ->allow_extra_args(false);
    verb->add_option_function<std::string>(
        "--target", [this](const std::string& text) { SetTarget(text); },
        "Refuse what this version of Prometheus does not have, for example 2.53");
    verb->footer(
        R"(Answers are those of Prometheus: what it refuses is refused, and what it takes is printed as it
prints. Errors are shown with a caret on standard error.

Examples:
  promwarden-lint parse 'sum(rate(a[5m])) by (b)'        prints sum by (b) (rate(a[5m]))
  promwarden-lint parse --pretty "$QUERY"                over several lines
  promwarden-lint parse --target 2.53 'info(a)'          refused: that server does not have info()
  promwarden-lint parse --enable-feature=promql-experimental-functions 'limitk(1, a)'
  promwarden-lint parse --selector 'up{job=~"a.*"}'      as match[] parameters are read
  echo '"up == 0"' | promwarden-lint parse --json        {"ok":true,"type":"vector","canonical":"up == 0"}

Exit codes: 0 all is well; 1 an expression is wrong (not with --json); 2 the command line is wrong;
3 something cannot be read or written.)");
    return verb;
  }

  int Run() override {
    for (const std::string& name : features_) {
      if (!options_.features.Enable(name))
        std::cerr << "promwarden-lint: feature " << name << " does not change parsing\n";
    }
    return json_ ? AnswerJson() : AnswerText();
  }

 private:
  void SetTarget(const std::string& text) {
    int major = 0;
    int minor = 0;
    const char* const end = text.data() + text.size();
    const auto [dot, error] = std::from_chars(text.data(), end, major);
    const bool has_minor = error == std::errc() && dot != end && *dot == '.' &&
                           std::from_chars(dot + 1, end, minor).ptr == end && dot + 1 != end;
    if (!has_minor || major < 0 || major > 99 || minor < 0 || minor > 99) {
      throw CLI::ValidationError("--target", "a version is written like 3.15");
    }
    options_.target = Version(major, minor);
  }

  // Bad lines are answered like bad expressions, so that answers and questions stay in step.
  int AnswerJson() {
    LineStream stream;
    JsonWriter json;
    std::string_view line;
    while (stream.Next(line)) {
      StringSink sink{&stream.out()};
      json.Reset(sink);
      rapidjson::Document question;
      question.Parse<rapidjson::kParseIterativeFlag>(line.data(), line.size());
      if (question.HasParseError()) {
        WriteErrors(json, {{Span{}, std::string("the line is no JSON: ") +
                                        rapidjson::GetParseError_En(question.GetParseError())}});
      } else if (!question.IsString()) {
        WriteErrors(json, {{Span{}, "the line is no JSON string"}});
      } else {
        Answer(json, {question.GetString(), question.GetStringLength()});
      }
      stream.out().push_back('\n');
    }
    stream.Flush();
    return kSuccess;
  }

  void Answer(JsonWriter& json, std::string_view text) const {
    if (selector_) {
      const auto selector = ParseSelector(text, options_);
      selector ? WriteSelector(json, *selector) : WriteErrors(json, selector.error());
    } else {
      const auto expression = ParseExpression(text, options_);
      expression ? WriteExpression(json, *expression) : WriteErrors(json, expression.error());
    }
  }

  int AnswerText() {
    LineStream stream;
    bool all_good = true;
    if (!expressions_.empty()) {
      for (const std::string& text : expressions_) all_good &= AnswerOne(text, stream.out());
    } else {
      std::string_view line;
      while (stream.Next(line)) all_good &= AnswerOne(line, stream.out());
    }
    stream.Flush();
    return all_good ? kSuccess : kFindings;
  }

  bool AnswerOne(std::string_view text, std::string& out) const {
    const SyntaxErrors errors = [&]() -> SyntaxErrors {
      if (selector_) {
        auto selector = ParseSelector(text, options_);
        if (!selector) return std::move(selector.error());
        for (std::size_t i = 0; i < selector->matchers().size(); ++i) {
          out += i == 0 ? "{" : ",";
          AppendMatcher(selector->matchers()[i], out);
        }
        out += selector->matchers().empty() ? "{}\n" : "}\n";
        return {};
      }
      auto expression = ParseExpression(text, options_);
      if (!expression) return std::move(expression.error());
      out += pretty_ ? PrintPretty(expression->root()) : Print(expression->root());
      out.push_back('\n');
      return {};
    }();
    for (const SyntaxError& error : errors)
      PrintCaret(text, error.span.start, error.span.end, error.message);
    return errors.empty();
  }

  std::vector<std::string> expressions_;
  std::vector<std::string> features_;
  bool json_ = false;
  bool selector_ = false;
  bool pretty_ = false;
  ParseOptions options_;
};

}  // namespace

std::unique_ptr<Verb> MakeParseVerb() { return std::make_unique<ParseVerb>(); }

}  // namespace promql::cli
