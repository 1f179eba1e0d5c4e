// SPDX-License-Identifier: Apache-2.0
// The parser against verdicts of Prometheus' own, and over real expressions, where these files are
// at hand.
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "promql/model/go_text.h"
#include "promql/syntax/equal.h"
#include "promql/syntax/format.h"
#include "promql/syntax/lexer.h"
#include "promql/syntax/parser.h"
#include "promql/syntax/printer.h"

namespace promql {
namespace {

std::string SharedFile(const std::string& name) {
  const char* shared = std::getenv("PROMWARDEN_SHARED");
  const char* source = std::getenv("PROMWARDEN_SOURCE");
  const std::string root = source != nullptr ? source : "..";
  return (shared != nullptr ? std::string(shared) : root + "/../shared") + "/corpus/" + name;
}

// False when the file is missing.
bool ForEachLine(const std::string& name,
                 const std::function<void(const rapidjson::Document&)>& visit) {
  std::ifstream file(SharedFile(name));
  if (!file) return false;
  for (std::string line; std::getline(file, line);) {
    rapidjson::Document document;
    document.Parse(line.data(), line.size());
    visit(document);
  }
  return true;
}

std::string_view View(const rapidjson::Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

ParseOptions Everything() {
  ParseOptions options;
  options.features = Features::All();
  return options;
}

struct Disagreements {
  int questions = 0;
  int verdicts = 0;
  int texts = 0;
  int spans = 0;
};

void Compare(const rapidjson::Value& record, std::string_view input, const ParseOptions& options,
             Disagreements& found) {
  ++found.questions;
  const auto expression = ParseExpression(input, options);
  const rapidjson::Value& want = record.HasMember("v3_15") ? record["v3_15"] : record;
  if (expression.has_value() != want["ok"].GetBool()) {
    if (++found.verdicts < 5) ADD_FAILURE() << "verdict: " << input;
  } else if (expression) {
    const bool same = !want.HasMember("canonical") || !want["canonical"].IsString() ||
                      Print(expression->root()) == View(want["canonical"]);
    if (!same || Text(expression->type()) != View(want["type"])) {
      if (++found.texts < 5) ADD_FAILURE() << "type or canonical form: " << input;
    }
  } else if (want.HasMember("errors") && !want["errors"].Empty()) {
    const rapidjson::Value& error = want["errors"][0];
    const Span span = expression.error().front().span;
    if (span != Span{error["start"].GetUint(), error["end"].GetUint()} && ++found.spans < 5) {
      ADD_FAILURE() << "first span: " << input;
    }
  }
}

TEST(SyntaxCorpus, AgreesWithPrometheusOwnParser) {
  Disagreements found;
  const bool there = ForEachLine("promql/oracle_dev.jsonl", [&](const rapidjson::Document& record) {
    const std::string_view features = View(record["features"]);
    if (features != "all") Compare(record, View(record["input"]), {}, found);
    if (features != "default") Compare(record, View(record["input"]), Everything(), found);
  });
  if (!there) GTEST_SKIP() << "no " << SharedFile("promql/oracle_dev.jsonl");
  EXPECT_GT(found.questions, 40'000);
  EXPECT_EQ(found.verdicts, 0);
  EXPECT_EQ(found.texts, 0);
  EXPECT_EQ(found.spans, 0);
}

TEST(SyntaxCorpus, AgreesOnLoneSelectors) {
  int questions = 0;
  const bool there =
      ForEachLine("promql/selector_oracle_dev.jsonl", [&](const rapidjson::Document& record) {
        ++questions;
        const auto selector = ParseSelector(View(record["input"]));
        ASSERT_EQ(selector.has_value(), record["ok"].GetBool()) << View(record["input"]);
        if (!selector) return;
        const auto& matchers = record["matchers"];
        ASSERT_EQ(selector->matchers().size(), matchers.Size());
        for (rapidjson::SizeType i = 0; i < matchers.Size(); ++i) {
          const LabelMatcher& matcher = selector->matchers()[i];
          EXPECT_EQ(matcher.name, View(matchers[i]["name"]));
          // JSON cannot hold bytes that are not UTF-8.
          if (!IsValidUtf8(matcher.value)) continue;
          EXPECT_EQ(matcher.value, View(matchers[i]["value"]));
        }
      });
  if (!there) GTEST_SKIP() << "no " << SharedFile("promql/selector_oracle_dev.jsonl");
  EXPECT_GT(questions, 200);
}

// Prints, parses and prints again.
TEST(SyntaxCorpus, RealExpressionsComeBackFromPrint) {
  int count = 0;
  const bool there = ForEachLine("exprs.jsonl", [&](const rapidjson::Document& text) {
    ++count;
    const auto first = ParseExpression(View(text));
    ASSERT_TRUE(first) << View(text) << ": " << first.error().front().message;
    const std::string canonical = Print(first->root());
    for (const std::string& printed :
         {canonical, PrintPretty(first->root()), PrintPretty(first->root(), 10)}) {
      const auto second = ParseExpression(printed);
      ASSERT_TRUE(second) << printed;
      ASSERT_EQ(Print(second->root()), canonical);
      ASSERT_EQ(second->type(), first->type());
    }
  });
  if (!there) GTEST_SKIP() << "no " << SharedFile("exprs.jsonl");
  EXPECT_GT(count, 9'000);
}

std::size_t CountComments(std::string_view text) {
  const std::string copy(text);
  Lexer lexer({copy.c_str(), copy.size()});
  std::vector<Span> comments;
  lexer.CollectComments(comments);
  while (lexer.Next().type > TokenType::kError) {
  }
  return comments.size();
}

TEST(SyntaxCorpus, FormattingKeepsMeaningAndCommentsAndIsStable) {
  int count = 0;
  int with_comments = 0;
  const auto check = [&](std::string_view text, const ParseOptions& options) {
    const auto before = ParseExpression(text, options);
    if (!before) return;
    ++count;
    const std::size_t comments = CountComments(text);
    with_comments += comments > 0 ? 1 : 0;
    for (const std::size_t width : {100U, 80U, 30U}) {
      const auto formatted = FormatExpression(text, width, options);
      ASSERT_TRUE(formatted) << text;
      const auto after = ParseExpression(*formatted, options);
      ASSERT_TRUE(after) << *formatted;
      EXPECT_TRUE(IsSameTree(before->root(), after->root())) << text << "\n" << *formatted;
      EXPECT_EQ(FormatExpression(*formatted, width, options), *formatted) << text;
      EXPECT_EQ(CountComments(*formatted), comments) << text << "\n" << *formatted;
    }
  };
  const bool there =
      ForEachLine("exprs.jsonl", [&](const rapidjson::Document& text) { check(View(text), {}); });
  if (!there) GTEST_SKIP() << "no " << SharedFile("exprs.jsonl");
  ForEachLine("promql/oracle_dev.jsonl", [&](const rapidjson::Document& record) {
    check(View(record["input"]), Everything());
  });
  EXPECT_GT(count, 20'000);
  EXPECT_GT(with_comments, 200);
}

TEST(SyntaxCorpus, PrettyFormIsPrometheusOwn) {
  int count = 0;
  const bool there = ForEachLine("promql/oracle_dev.jsonl", [&](const rapidjson::Document& record) {
    if (!record.HasMember("pretty")) return;
    ++count;
    const auto expression = ParseExpression(View(record["input"]));
    ASSERT_TRUE(expression);
    ASSERT_EQ(PrintPretty(expression->root()), View(record["pretty"]));
  });
  if (!there) GTEST_SKIP() << "no " << SharedFile("promql/oracle_dev.jsonl");
  EXPECT_GT(count, 1'000);
}

TEST(SyntaxCorpus, TableOfFunctionsIsThatOfPrometheus) {
  std::ifstream file(SharedFile("promql/functions.json"));
  if (!file) GTEST_SKIP() << "no " << SharedFile("promql/functions.json");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  rapidjson::Document document;
  document.Parse(text.data(), text.size());
  std::size_t here = 0;
  for (const Function& function : AllFunctions()) here += function.IsIn(kNewestVersion) ? 1U : 0U;
  EXPECT_EQ(here, document["functions"].Size());
  for (const auto& want : document["functions"].GetArray()) {
    const Function* function = FindFunction(View(want["name"]));
    ASSERT_NE(function, nullptr) << View(want["name"]);
    EXPECT_EQ(function->variadic, want["variadic"].GetInt()) << function->name;
    EXPECT_EQ(Text(function->return_type), View(want["return_type"])) << function->name;
    EXPECT_EQ(function->experimental, want["experimental"].GetBool()) << function->name;
    ASSERT_EQ(function->arguments(), want["arg_types"].Size()) << function->name;
    for (rapidjson::SizeType i = 0; i < want["arg_types"].Size(); ++i) {
      EXPECT_EQ(Text(function->ArgumentType(i)), View(want["arg_types"][i])) << function->name;
    }
  }
}

}  // namespace
}  // namespace promql
