// SPDX-License-Identifier: Apache-2.0
#include "server/watch/step_grid.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "server/watch/maintenance.h"
#include "server/watch/state_codec.h"

namespace warden {
namespace {

using namespace std::chrono_literals;

const Instant kStart{1'700'000'000s};

promapi::TimeSeries Series(const promql::LabelSet& labels, std::vector<promapi::Sample> samples) {
  return {labels, std::move(samples)};
}

TEST(OntoSteps, TakesWhatFitsAndCountsWhatDoesNot) {
  promapi::QueryAnswer answer;
  answer.histogram_samples = 4;
  answer.series.push_back(Series({{"job", "b"}}, {{kStart + 60s, 1},
                                                  {kStart + 60s, 2},
                                                  {kStart + 90s, 3},
                                                  {kStart - 60s, 4},
                                                  {kStart + 600s, 5},
                                                  {kStart + 120s, INFINITY},
                                                  {kStart, 6}}));
  answer.series.push_back(Series({{"__name__", "x"}, {"job", "a"}}, {{kStart, 7}}));
  answer.series.push_back(Series({{"__name__", "y"}, {"job", "a"}}, {{kStart, 8}}));
  const auto grid = OntoSteps(std::move(answer), {kStart, 60s, 3});
  ASSERT_EQ(grid.rows.size(), 2U);
  EXPECT_EQ(grid.rows[0].labels, (promql::LabelSet{{"job", "a"}}));
  EXPECT_EQ(grid.rows[0].values[0], 7);
  EXPECT_EQ(grid.rows[1].values[0], 6);
  EXPECT_EQ(grid.rows[1].values[1], 1);
  EXPECT_TRUE(std::isnan(grid.rows[1].values[2]));
  EXPECT_EQ(grid.skipped[Skipped::kHistogram], 4U);
  EXPECT_EQ(grid.skipped[Skipped::kOffGrid], 3U);
  EXPECT_EQ(grid.skipped[Skipped::kNotFinite], 1U);
  EXPECT_EQ(grid.skipped[Skipped::kDuplicate], 1U + 3);
}

TEST(NewestStep, IsAMultipleOfTheStepAndSettled) {
  EXPECT_EQ(NewestStep(Instant{600s}, 300s, 30s), Instant{300s});
  EXPECT_EQ(NewestStep(Instant{630s}, 300s, 30s), Instant{600s});
  EXPECT_EQ(NewestStep(Instant{-1s}, 300s, 0s), Instant{-300s});
}

TEST(Maintenance, SeriesThatAgreeAreLeftAlone) {
  GridAnswer answer;
  answer.grid = {kStart, 60s, 2};
  answer.rows = {{{{"job", "a"}, {"pod", "1"}}, {1, 2}}, {{{"job", "b"}}, {3, 4}}};
  GridAnswer maintenance;
  maintenance.grid = answer.grid;
  maintenance.rows = {{{{"job", "a"}, {"version", "7"}}, {0, 1}}};
  LeaveAlone(maintenance, answer);
  EXPECT_EQ(answer.rows[0].values[0], 1);
  EXPECT_TRUE(std::isnan(answer.rows[0].values[1]));
  EXPECT_EQ(answer.rows[1].values, (std::vector<double>{3, 4}));
  EXPECT_EQ(answer.skipped[Skipped::kMaintenance], 1U);
  maintenance.rows = {{{}, {1, std::numeric_limits<double>::quiet_NaN()}}};
  LeaveAlone(maintenance, answer);
  EXPECT_TRUE(std::isnan(answer.rows[1].values[0])) << "no label: everything";
  EXPECT_EQ(answer.rows[1].values[1], 4);
}

TEST(StateCodec, EveryDamageIsFound) {
  const StateHead head{1, 1, kStart, 42};
  EXPECT_EQ(DecodeHead(EncodeHead(head)), head);
  for (const char* wrong :
       {"", "states 2 0 0 0 0", "states 1 0 0 0", "states 1 a 0 0 0", "states 1"})
    EXPECT_FALSE(DecodeHead(wrong)) << wrong;
  StateChunk chunk(head, 0);
  chunk.Add({{"a", "b"}}, "state");
  chunk.Add({}, "");
  const std::string bytes = std::move(chunk).Finish();
  int seen = 0;
  const auto take = [&](const promql::LabelSet&, std::string_view) { return ++seen > 0; };
  EXPECT_TRUE(ReadChunk(bytes, head, 0, take));
  EXPECT_EQ(seen, 2);
  EXPECT_FALSE(ReadChunk(bytes, head, 1, take)) << "of another place";
  EXPECT_FALSE(ReadChunk(bytes, {1, 1, kStart, 43}, 0, take)) << "of another key";
  EXPECT_FALSE(ReadChunk(bytes, head, 0, [](const auto&, auto) { return false; }));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_FALSE(ReadChunk(damaged, head, 0, take)) << i;
    EXPECT_FALSE(ReadChunk(std::string_view(bytes).substr(0, i), head, 0, take)) << i;
  }
}

}  // namespace
}  // namespace warden
