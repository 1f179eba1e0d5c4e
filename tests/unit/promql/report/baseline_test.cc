// SPDX-License-Identifier: Apache-2.0
#include "promql/report/baseline.h"

#include <gtest/gtest.h>

#include <vector>

namespace promql::report {
namespace {

Finding Named(std::string fingerprint, std::string file = "a.yml", std::string rule = "R") {
  Finding finding;
  finding.id = "promql/irate";
  finding.file = std::move(file);
  finding.rule = std::move(rule);
  finding.fingerprint = std::move(fingerprint);
  return finding;
}

Baseline Parsed(std::string_view text) {
  auto baseline = Baseline::Parse(text);
  EXPECT_TRUE(baseline) << baseline.error();
  return baseline ? std::move(*baseline) : Baseline();
}

TEST(Baseline, IsALineAFindingInOrderOfFiles) {
  EXPECT_EQ(
      Baseline::Of({Named("f2", "b.yml"), Named("f1", "a\"\n.yml"), Named("f2", "b.yml")}).Write(),
      "{\"version\":1,\"findings\":[\n"
      "{\"file\":\"a\\\"\\n.yml\",\"rule\":\"R\",\"id\":\"promql/irate\",\"fingerprint\":\"f1\"},\n"
      "{\"file\":\"b.yml\",\"rule\":\"R\",\"id\":\"promql/"
      "irate\",\"fingerprint\":\"f2\",\"count\":2}\n"
      "]}\n");
}

TEST(Baseline, ReadsWhatItWrote) {
  const Baseline baseline = Baseline::Of({Named("f1"), Named("f2"), Named("f2")});
  EXPECT_EQ(Parsed(baseline.Write()).Write(), baseline.Write());
  EXPECT_EQ(baseline.size(), 3U);
  EXPECT_EQ(Parsed(Baseline().Write()).size(), 0U);
}

TEST(Baseline, TakesKnownFindingsAndNoMoreThanWereKnown) {
  const Baseline baseline = Baseline::Of({Named("f1"), Named("f1")});
  std::vector<Finding> findings{Named("f1"), Named("f1"), Named("f1"), Named("f2")};
  EXPECT_EQ(baseline.TakeKnown(findings), 2U);
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].fingerprint, "f1");
  EXPECT_EQ(findings[1].fingerprint, "f2");
}

TEST(Baseline, PrunesWhatIsGoneAndAddsNothing) {
  const Baseline baseline = Baseline::Of({Named("f1"), Named("f2"), Named("f2")});
  const Baseline pruned = baseline.Pruned({Named("f2"), Named("f3")});
  EXPECT_EQ(pruned.Write(), Baseline::Of({Named("f2")}).Write());
}

TEST(Baseline, RefusesWhatIsNone) {
  for (const char* text : {"", "[]", "{}", "{\"version\":2,\"findings\":[]}", "{\"version\":1}",
                           "{\"version\":1,\"findings\":[{}]}", "{\"version\":1,\"findings\":[1]}",
                           "{\"version\":1,\"findings\":[{\"fingerprint\":\"\xff\"}]}"}) {
    EXPECT_FALSE(Baseline::Parse(text)) << text;
  }
}

}  // namespace
}  // namespace promql::report
