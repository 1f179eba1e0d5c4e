// SPDX-License-Identifier: Apache-2.0
#include "promql/report/report.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "fixtures.h"
#include "promql/model/go_text.h"
#include "promql/report/text.h"

namespace promql::report {
namespace {

const Style kPlainStyle{.color = false, .width = 80, .token = "b7d1f0"};

std::string Write(std::string_view format, const Report& report, const Style& style = kPlainStyle) {
  const Reporter* const reporter = FindReporter(format);
  return reporter == nullptr ? "no such format" : reporter->write(report, style);
}

std::size_t Occurrences(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos;
       at = text.find(part, at + part.size())) {
    ++count;
  }
  return count;
}

std::vector<std::string> SplitLines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

rapidjson::Document Parse(const std::string& text) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag>(text.data(), text.size());
  EXPECT_FALSE(document.HasParseError()) << text.substr(0, 200);
  return document;
}

class EveryReporter : public testing::TestWithParam<Reporter> {};

// tests/data/promql/report/FIXTURE.FORMAT holds exactly what is written.
void CheckGolden(const Reporter& reporter, const std::string& fixture, const Report& report) {
  const char* const source = std::getenv("PROMWARDEN_SOURCE");
  const std::string path = std::string(source != nullptr ? source : "..") +
                           "/tests/data/promql/report/" + fixture + "." +
                           std::string(reporter.name);
  const std::string written = reporter.write(report, kPlainStyle);
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path) << written;
  std::ifstream file(path);
  ASSERT_TRUE(file) << path;
  std::ostringstream expected;
  expected << file.rdbuf();
  EXPECT_EQ(written, expected.str()) << path;
}

TEST_P(EveryReporter, WritesWhatItsGoldenFilesHold) {
  CheckGolden(GetParam(), "clean", Clean());
  CheckGolden(GetParam(), "ordinary", Ordinary());
  CheckGolden(GetParam(), "hostile", Hostile());
}

TEST_P(EveryReporter, WritesValidTextWithoutControlCharacters) {
  for (const Report& report : {Clean(), Ordinary(), Hostile(), Wide()}) {
    const std::string text = GetParam().write(report, kPlainStyle);
    EXPECT_TRUE(IsValidUtf8(text));
    EXPECT_TRUE(std::ranges::none_of(text, [](char c) {
      return static_cast<unsigned char>(c) < 0x20 && c != '\n';
    })) << text;
    EXPECT_TRUE(text.empty() || text.ends_with('\n'));
  }
}

TEST_P(EveryReporter, IsDescribedInTheTable) {
  EXPECT_FALSE(GetParam().summary.empty());
  EXPECT_EQ(FindReporter(GetParam().name)->write, GetParam().write);
}

INSTANTIATE_TEST_SUITE_P(Table, EveryReporter, testing::ValuesIn(AllReporters()),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(Reporters, AreFoundByTheirNamesOnly) {
  EXPECT_EQ(FindReporter("Json"), nullptr);
  EXPECT_EQ(FindReporter(""), nullptr);
}

TEST(Gate, LetsThroughWhatIsNotLoudOrSureEnough) {
  Finding finding;
  finding.severity = Severity::kError;
  finding.confidence = Confidence::kHeuristic;
  EXPECT_FALSE(Gate{}.Fails(finding));
  finding.confidence = Confidence::kLikely;
  EXPECT_TRUE(Gate{}.Fails(finding));
  EXPECT_FALSE((Gate{.from = std::nullopt}.Fails(finding)));
  finding.severity = Severity::kWarning;
  EXPECT_FALSE(Gate{}.Fails(finding));
  EXPECT_TRUE((Gate{.from = Severity::kWarning}.Fails(finding)));
}

// What a finding of a very long line brings along is only the part around its place.
TEST(Console, PointsIntoTheMiddleOfALongLine) {
  Report report = Clean();
  Finding finding = NeverTrue();
  finding.place = PlaceAt(7, 5003, 7, 5006);
  finding.source = {{7, "abcdefghijklmnopqrstuvwxyz", 4990, 6000}};
  report.findings = {finding};
  const std::string text = Write("console", report);
  EXPECT_NE(text.find(" | abcdefghijklmnopqrstuvwxyz\n   |             ^^^\n"), std::string::npos)
      << text;
}

TEST(Rdjson, CountsBytesThatAreNotShown) {
  Report report = Clean();
  Finding finding = NeverTrue();
  finding.source = {{7, "abc", 4990, 6000}};
  finding.place = PlaceAt(7, 4992, 7, 4993);
  Finding outside = finding;
  outside.place = PlaceAt(7, 3, 7, 4992);
  report.findings = {finding, outside};
  const rapidjson::Document document = Parse(Write("rdjson", report));
  const auto& told = document["diagnostics"];
  EXPECT_EQ(told[0]["location"]["range"]["start"]["column"].GetUint(), 6002U);
  EXPECT_EQ(told[0]["location"]["range"]["end"]["column"].GetUint(), 6003U);
  EXPECT_FALSE(told[1]["location"]["range"]["start"].HasMember("column"));
}

TEST(Json, HoldsEveryFindingOnceWithItsPlaceAndVerdict) {
  const rapidjson::Document json = Parse(Write("json", Ordinary()));
  ASSERT_EQ(json["findings"].Size(), 4U);
  const auto& first = json["findings"][0];
  EXPECT_STREQ(first["id"].GetString(), "promql/never-true");
  EXPECT_EQ(first["start"]["line"].GetInt(), 7);
  EXPECT_EQ(first["end"]["col"].GetInt(), 40);
  EXPECT_TRUE(first["fails"].GetBool());
  EXPECT_STREQ(first["rule"]["kind"].GetString(), "alert");
  EXPECT_TRUE(json["findings"][1]["rule"].IsNull());
  EXPECT_EQ(json["summary"]["in_baseline"].GetInt(), 4);
  EXPECT_STREQ(json["unread"][0]["file"].GetString(), "rules/secret.yml");
}

TEST(Ndjson, IsAnObjectALine) {
  std::size_t findings = 0;
  for (const std::string& line : SplitLines(Write("ndjson", Hostile()))) {
    const rapidjson::Document json = Parse(line);
    findings += json["type"] == "finding" ? 1 : 0;
  }
  EXPECT_EQ(findings, 2U);
}

TEST(Github, SendsTenOfAKindAsCommandsAndAllOthersAsLines) {
  const std::string text = Write("github", Many(10'000));
  EXPECT_EQ(Occurrences(text, "\n::error ") + (text.starts_with("::error ") ? 1 : 0), 10U);
  EXPECT_EQ(Occurrences(text, "\n::warning "), 10U);
  EXPECT_EQ(Occurrences(text, "\n::notice "), 10U);
  EXPECT_EQ(Occurrences(text, "[promql/never-true]"), 10'000U - 30U);
  EXPECT_NE(text.find("9970 more findings"), std::string::npos);
}

TEST(Github, LetsNoTextOfARuleBecomeACommand) {
  Report report = Hostile();
  for (int i = 0; i < 20; ++i) report.findings.push_back(report.findings[0]);
  bool is_stopped = false;
  for (const std::string& line : SplitLines(Write("github", report))) {
    if (line == "::stop-commands::b7d1f0") {
      is_stopped = true;
    } else if (line == "::b7d1f0::") {
      is_stopped = false;
    } else if (!is_stopped) {
      EXPECT_TRUE(line.starts_with("::error file=rules/a%2Cb%3Ac%250A")) << line;
    }
  }
  EXPECT_FALSE(is_stopped);
}

TEST(Markdown, EndsBelowGithubsLimitAndSaysWhatIsMissing) {
  const std::string text = Write("markdown", Many(10'000));
  EXPECT_LT(text.size(), 1024U * 1024U);
  EXPECT_GT(text.size(), 800U * 1024U);
  EXPECT_NE(text.find("more findings, for which there is no room here"), std::string::npos);
  EXPECT_EQ(text.find("| hint |"), std::string::npos) << "the worst come first";
}

TEST(Sarif, KeepsTheWorstFiveThousandAndSaysHowManyAreLeftOut) {
  const rapidjson::Document json = Parse(Write("sarif", Many(10'000)));
  const auto& run = json["runs"][0];
  EXPECT_EQ(run["results"].Size(), 5000U);
  EXPECT_EQ(run["properties"]["leftOut"].GetInt(), 5000);
  EXPECT_STREQ(run["results"][2499]["level"].GetString(), "error");
  EXPECT_STREQ(run["results"][4999]["level"].GetString(), "warning");
}

TEST(Sarif, GivesEveryResultAFingerprintOfItsOwnThatLinesDoNotMove) {
  Report report = Ordinary();
  report.findings.push_back(report.findings[0]);
  const rapidjson::Document json = Parse(Write("sarif", report));
  std::set<std::string> seen;
  for (const auto& result : json["runs"][0]["results"].GetArray()) {
    EXPECT_TRUE(
        seen.insert(result["partialFingerprints"]["primaryLocationLineHash"].GetString()).second);
    const auto& rules = json["runs"][0]["tool"]["driver"]["rules"];
    EXPECT_STREQ(rules[result["ruleIndex"].GetUint()]["id"].GetString(),
                 result["ruleId"].GetString());
  }
  for (Finding& finding : report.findings) finding.place.line += 100;
  const rapidjson::Document moved = Parse(Write("sarif", report));
  for (const auto& result : moved["runs"][0]["results"].GetArray()) {
    EXPECT_TRUE(
        seen.contains(result["partialFingerprints"]["primaryLocationLineHash"].GetString()));
  }
}

TEST(Gitlab, GivesUniqueFingerprintsAndAnEmptyArrayForNothing) {
  EXPECT_EQ(Parse(Write("gitlab", Clean())).Size(), 0U);
  const rapidjson::Document json = Parse(Write("gitlab", Many(100)));
  std::set<std::string> seen;
  for (const auto& one : json.GetArray()) seen.insert(one["fingerprint"].GetString());
  EXPECT_EQ(seen.size(), 100U);
}

TEST(Rdjson, CountsColumnsInBytes) {
  const rapidjson::Document json = Parse(Write("rdjson", Ordinary()));
  const auto& fix = json["diagnostics"][2]["suggestions"][0];
  EXPECT_EQ(fix["range"]["start"]["column"].GetInt(), 48);  // behind `café`
  EXPECT_STREQ(fix["text"].GetString(), "11m");
}

TEST(Junit, ShowsGroupsWithoutFindingsAsPassed) {
  const std::string text = Write("junit", Ordinary());
  EXPECT_NE(text.find("name=\"disk\" time=\"0\">\n      <failure"), std::string::npos);
  EXPECT_NE(Write("junit", Clean()).find("name=\"disk\" time=\"0\"/>"), std::string::npos);
}

TEST(Console, KeepsToTheWidthAndShowsTheCaretWhereThePlaceIs) {
  for (const std::size_t width : {40U, 60U, 80U, 120U}) {
    for (const std::string& line :
         SplitLines(Write("console", Wide(), {.color = false, .width = width, .token = {}}))) {
      if (line.find("example.org") != std::string::npos) continue;  // an address stays whole
      EXPECT_LE(Width(line), width) << line;
    }
  }
  const std::vector<std::string> lines = SplitLines(Write("console", Wide()));
  const auto carets = std::ranges::find_if(
      lines, [](const std::string& line) { return line.find('^') != std::string::npos; });
  ASSERT_NE(carets, lines.end());
  const std::string& above = *(carets - 1);
  const std::size_t shift = std::string_view("…").size() - 1;  // one column, three bytes
  EXPECT_EQ(above.find("disk_used_ratio"), carets->find('^') + shift);
}

TEST(Console, ColoursOnlyWhenAsked) {
  EXPECT_EQ(Write("console", Ordinary()).find('\x1b'), std::string::npos);
  EXPECT_NE(
      Write("console", Ordinary(), {.color = true, .width = 80, .token = {}}).find("\x1b[1;31m"),
      std::string::npos);
}

TEST(Wrap, BreaksBetweenWordsAndKeepsIndentation) {
  EXPECT_EQ(Wrap("  one two three", 9), (std::vector<std::string>{"  one two", "  three"}));
  EXPECT_EQ(Wrap("", 9), (std::vector<std::string>{""}));
  EXPECT_EQ(Wrap("abcdefghijkl x", 5), (std::vector<std::string>{"abcdefghijkl", "x"}));
}

TEST(Cut, KeepsCharactersWhole) {
  EXPECT_EQ(Cut("ééé", 6), "ééé");
  EXPECT_EQ(Cut("éééé", 6), "é…");
}

TEST(PathUri, EscapesWhatIsNoPartOfAPath) {
  EXPECT_EQ(PathUri("./a b/ü%.yml"), "a%20b/%C3%BC%25.yml");
  EXPECT_EQ(PathUri("/etc/x.yml"), "file:///etc/x.yml");
}

}  // namespace
}  // namespace promql::report
