// SPDX-License-Identifier: Apache-2.0
// Where the bytes of texts stand, for every way of writing them.
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "promql/model/go_text.h"
#include "promql/rulefile/read.h"
#include "tests/unit/promql/rulefile/spelling.h"

namespace promql::rulefile {
namespace {

// A rule with this text behind `expr:`.
RuleFile WithExpr(const std::string& written) {
  return ReadRuleFile("a.yml",
                      "groups:\n- name: a\n  rules:\n  - alert: A\n    expr: " + written + "\n");
}

const Rule& OnlyRule(const RuleFile& file) { return file.groups.at(0).rules.at(0); }

struct StyleCase {
  std::string_view written;
  std::string_view value;
  Style style;
};

TEST(Position, IsExactForEveryStyle) {
  for (const StyleCase& one : {
           StyleCase{"up == 0", "up == 0", Style::kPlain},
           StyleCase{"up\n      == 0", "up == 0", Style::kPlain},
           StyleCase{"up\n\n\n      == 0", "up\n\n== 0", Style::kPlain},
           StyleCase{"up \t\r\n      == 0", "up == 0", Style::kPlain},
           StyleCase{"\n      up", "up", Style::kPlain},
           StyleCase{"&x up", "up", Style::kPlain},
           StyleCase{"&x !!str # c\n      up", "up", Style::kPlain},
           StyleCase{"'up{a=''b''}'", "up{a='b'}", Style::kSingleQuoted},
           StyleCase{"'up\n      {a=''b''}\n\n      '", "up {a='b'}\n", Style::kSingleQuoted},
           StyleCase{"' up '", " up ", Style::kSingleQuoted},
           StyleCase{"\"up\"", "up", Style::kDoubleQuoted},
           StyleCase{R"("up\t{a=\"b\\n\"}")", "up\t{a=\"b\\n\"}", Style::kDoubleQuoted},
           StyleCase{R"("\x75\u0070\U00000021\u00e9\u20ac\U0001F600\N\_\L")",
                     "up!\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xC2\x85\xC2\xA0\xE2\x80\xA8",
                     Style::kDoubleQuoted},
           StyleCase{"\"up \\\n      \\ == 0\"", "up  == 0", Style::kDoubleQuoted},
           StyleCase{"\"up  \n   \t  == 0\"", "up == 0", Style::kDoubleQuoted},
           StyleCase{"\"up\\\n\n\n      == 0\"", "up\n\n== 0", Style::kDoubleQuoted},
           StyleCase{"|\n      up\n      == 0", "up\n== 0\n", Style::kLiteral},
           StyleCase{"| # c\n\n     \n      up\n\n        == 0\n\n", "\n\nup\n\n  == 0\n",
                     Style::kLiteral},
           StyleCase{"|-\n     up\n       == 0", "up\n  == 0", Style::kLiteral},
           StyleCase{"|+\n     up\n\n\n", "up\n\n\n\n", Style::kLiteral},
           StyleCase{"|2\n        up\n      == 0", "  up\n== 0\n", Style::kLiteral},
           StyleCase{"|2-\r\n      up\r\n      == 0\r\n", "up\n== 0", Style::kLiteral},
           StyleCase{">\n      up\n      == 0", "up == 0\n", Style::kFolded},
           StyleCase{">-\n      up\n\n      ==\n       0\n      1", "up\n==\n 0\n1",
                     Style::kFolded},
           StyleCase{">+\n\n      up\r\n      == 0\n\n", "\nup == 0\n\n\n", Style::kFolded},
           StyleCase{"|\n      \xC3\xA9\xF0\x9F\x98\x80 up", "\xC3\xA9\xF0\x9F\x98\x80 up\n",
                     Style::kLiteral},
       }) {
    const RuleFile file = WithExpr(std::string(one.written));
    ASSERT_EQ(file.rule_count(), 1U) << one.written;
    const Text& expr = OnlyRule(file).expr;
    EXPECT_EQ(expr.value, one.value) << one.written;
    EXPECT_EQ(expr.style, one.style) << one.written;
    EXPECT_EQ(Misspelt(file, expr), "") << one.written;
    EXPECT_NE(file.TextOf(expr.source).back(), '\n') << one.written;
  }
}

TEST(Position, OfATextIsItsWholeScalar) {
  const RuleFile anchored = WithExpr("&x 'up'");
  EXPECT_EQ(anchored.TextOf(OnlyRule(anchored).expr.source), "'up'");
  const RuleFile file = WithExpr("|  # c\n      up\n      == 0\n");
  EXPECT_EQ(file.TextOf(OnlyRule(file).expr.source), "|  # c\n      up\n      == 0");
}

TEST(Position, OfAnAliasIsThatOfTheAnchoredText) {
  const RuleFile file = ReadRuleFile("a.yml",
                                     "groups:\n- name: a\n  rules:\n"
                                     "  - alert: A\n    expr: &e 'up'\n    labels: &l {a: b}\n"
                                     "  - alert: B\n    expr: *e\n    labels:\n      <<: *l\n");
  ASSERT_EQ(file.rule_count(), 2U);
  const Rule& rule = file.groups[0].rules[1];
  EXPECT_EQ(file.TextOf(rule.expr.source), "'up'");
  EXPECT_EQ(file.TextOf(rule.expr.alias), "*e");
  ASSERT_EQ(rule.labels.size(), 1U);
  EXPECT_EQ(file.TextOf(rule.labels[0].value.source), "b");
  EXPECT_EQ(file.TextOf(rule.labels[0].value.alias), "*l");
  EXPECT_FALSE(file.groups[0].rules[0].labels[0].value.is_aliased());
}

TEST(Position, GoesThroughTheLayersOfAConfigMap) {
  ReadOptions options;
  options.schema = Schema::kAuto;
  for (const std::string text :
       {"|\n    groups:  # c\n    - name: a\n      rules:\n      - alert: A\n        expr: |\n"
        "          up{a=\"\\n\"}\n          == 0\n        labels: {b: \"\\u00e9\"}\n",
        "\"groups:  # c\\n- name: a\\n  rules:\\n  - alert: A\\n    expr: |\\n      "
        "up{a=\\\"\\\\n\\\"}\\n      == 0\\n    labels: {b: \\\"\\\\u00e9\\\"}\\n\"\n",
        ">\n    groups:  # c\n\n    - name: a\n\n      rules:\n      - alert: A\n        expr: |\n"
        "          up{a=\"\\n\"}\n          == 0\n        labels: {b: \"\\u00e9\"}\n"}) {
    const RuleFile file = ReadRuleFile(
        "a.yml", "kind: ConfigMap\nmetadata: {name: m}\ndata:\n  a.rules: " + text, options);
    ASSERT_EQ(file.rule_count(), 1U) << text;
    const Group& group = file.groups[0];
    EXPECT_EQ(group.origin.kind, Origin::Kind::kConfigMap);
    EXPECT_EQ(group.origin.resource_name.value, "m");
    EXPECT_EQ(group.origin.key.value, "a.rules");
    const Rule& rule = group.rules[0];
    EXPECT_EQ(rule.expr.value, "up{a=\"\\n\"}\n== 0\n");
    EXPECT_EQ(rule.labels.at(0).value.value, "\xC3\xA9");
    EXPECT_TRUE(file.TextOf(rule.expr.SourceOf(0, 2)) == "up") << text;
    const std::size_t zero = rule.expr.value.find('0');
    EXPECT_EQ(file.TextOf(rule.expr.SourceOf(zero, zero + 1)), "0") << text;
    ASSERT_EQ(file.comments.size(), 1U);
    EXPECT_EQ(file.content[file.comments[0].source.begin], '#');
    EXPECT_EQ(file.comments[0].text.substr(0, 3), "# c");
  }
}

TEST(Position, CommentsAreNoMoreThanComments) {
  const RuleFile file = ReadRuleFile("a.yml",
                                     "# a\ngroups: # b\n- name: 'x # no' #c\n  rules:\n"
                                     "  - alert: a#no\n    expr: | # d\n      up # no\n    # e\n"
                                     "    annotations: {x: y,# f\n      z: \"# no\"}# g\n# h");
  EXPECT_FALSE(file.is_refused());
  std::string all;
  for (const Comment& comment : file.comments) {
    EXPECT_EQ(file.TextOf(comment.source), comment.text);
    all += std::to_string(comment.line) + std::string(comment.text) + ";";
  }
  EXPECT_EQ(all, "1# a;2# b;3#c;6# d;8# e;9# f;10# g;11# h;");
}

TEST(Position, LinesEndAsEditorsSeeThem) {
  const std::string text = "a\xC3\xA9\xF0\x9F\x98\x80z\r\nb\rc\n";
  const LineIndex lines(text);
  EXPECT_EQ(lines.line_count(), 4U);
  EXPECT_EQ(lines.At(7), (Position{1, 4}));
  EXPECT_EQ(lines.At(7, ColumnUnit::kUtf16), (Position{1, 5}));
  EXPECT_EQ(lines.At(7, ColumnUnit::kBytes), (Position{1, 8}));
  EXPECT_EQ(lines.At(10), (Position{2, 1}));
  EXPECT_EQ(lines.At(12), (Position{3, 1}));
  EXPECT_EQ(lines.At(99), (Position{4, 1}));
  EXPECT_EQ(lines.LineText(2), "b");
  EXPECT_EQ(lines.LineText(4), "");
  EXPECT_EQ(lines.LineText(5), "");
  EXPECT_EQ(LineIndex("\xEF\xBB\xBFgroups:").At(3), (Position{1, 1}));
}

TEST(LineIndex, CountsLongLinesAsItCountsShortOnes) {
  std::string text = "short\n\xEF\xBB\xBF";
  const std::size_t start = 6;
  for (int i = 0; i < 2000; ++i)
    text += i % 3 == 0 ? "\xF0\x9F\x98\x80" : i % 3 == 1 ? "\xC3\xA9" : "a\xFF";
  const std::size_t end = text.size();
  text += "\nshort";
  const LineIndex lines(text);
  Position code_points{2, 1};
  Position utf16{2, 1};
  for (std::size_t at = start; at < end;) {
    EXPECT_EQ(lines.At(at), code_points) << at;
    EXPECT_EQ(lines.At(at, ColumnUnit::kUtf16), utf16) << at;
    EXPECT_EQ(lines.At(at, ColumnUnit::kBytes).column, at - start + 1);
    const Rune rune = DecodeRune(std::string_view(text).substr(at));
    at += rune.width;
    ++code_points.column;
    utf16.column += rune.value > 0xFFFF ? 2 : 1;
  }
  EXPECT_EQ(lines.At(end + 3), (Position{3, 3}));
}

TEST(RuleFileValue, KeepsItsAddressesWhenMoved) {
  RuleFile file = ReadRuleFile("a.yml", "groups: [{name: a, rules: [{alert: b, expr: up}]}]");
  const char* content = file.content.data();
  const char* name = OnlyRule(file).name.value.data();
  const RuleFile moved = std::move(file);
  EXPECT_EQ(moved.content.data(), content);
  EXPECT_EQ(OnlyRule(moved).name.value.data(), name);
  EXPECT_EQ(moved.lines.LineText(1).data(), content);
}

}  // namespace
}  // namespace promql::rulefile
