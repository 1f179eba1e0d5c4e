// SPDX-License-Identifier: Apache-2.0
// What `auto` must stay calm about and what it must not miss: clock changes, holidays, gaps,
// counters that start anew, restarts, returns; shifts.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/server/anomaly/made_incident.h"
#include "tests/unit/server/anomaly/told.h"

namespace warden::anomaly {
namespace {

using Bands = AutoEngine::Bands;
using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;

constexpr unsigned kSeeds = 6;

DetectorParameters WithCalendar(std::shared_ptr<const Calendar> calendar) {
  DetectorParameters parameters;
  parameters.calendar = std::move(calendar);
  return parameters;
}

// Central Europe in 2026: summer time from 29 March to 25 October, changes at 01:00 UTC.
std::shared_ptr<Calendar> CentralEurope() {
  auto calendar = std::make_shared<Calendar>();
  calendar->offset = [](Instant at) {
    const bool summer = at >= Instant{sys_days{year{2026} / 3 / 29} + std::chrono::hours(1)} &&
                        at < Instant{sys_days{year{2026} / 10 / 25} + std::chrono::hours(1)};
    return std::chrono::seconds(summer ? 7200 : 3600);
  };
  return calendar;
}

// As many as the budget allows of so many days of so many series, and chance: twice that and two.
std::size_t ByBudget(double days) { return static_cast<std::size_t>(2 * days / 30) + 2; }

// Of two days after six weeks of load that lives by `lives`, told by an engine that goes by
// `knows`.
std::size_t ToldAround(sys_days change, LoadKind kind, const std::shared_ptr<Calendar>& lives,
                       const std::shared_ptr<Calendar>& knows) {
  std::size_t told = 0;
  for (unsigned seed = 1; seed <= 2 * kSeeds; ++seed) {
    const auto load = MakeLoad(
        kind, seed,
        {.days = 44, .start = Instant{change - std::chrono::days(42)}, .calendar = lives.get()});
    AutoEngine engine(WithCalendar(knows));
    told += TellAll(engine, load, kDay * 42).size();
  }
  return told;
}

TEST(AutoBehaviour, TellsNoMoreWhenClocksChangeThanOnOtherDays) {
  // Load by the local clock, which leaves UTC by another hour at both changes of the year; and the
  // same load where no clock is changed.
  const auto changing = CentralEurope();
  const auto steady = std::make_shared<Calendar>();
  steady->offset = [](Instant) { return std::chrono::seconds(3600); };
  std::size_t unknown = 0;
  std::size_t known = 0;
  for (const LoadKind kind : {LoadKind::kDaily, LoadKind::kOffice, LoadKind::kCron}) {
    for (const auto change : {sys_days{year{2026} / 3 / 29}, sys_days{year{2026} / 10 / 25}}) {
      const std::size_t told = ToldAround(change, kind, changing, changing);
      EXPECT_LE(told, ToldAround(change, kind, steady, steady) + 2) << Name(kind);
      known += told;
      unknown += ToldAround(change, kind, changing, steady);
    }
  }
  EXPECT_GE(unknown, 10 * known);
}

TEST(AutoBehaviour, AnIncidentIsOverWhenTheValuesAreBack) {
  for (const double size : {8.0, 50.0}) {
    for (unsigned seed = 1; seed <= kSeeds; ++seed) {
      auto load = MakeLoad(LoadKind::kDaily, seed, {.days = 29});
      const std::size_t at = kDay * 28;
      for (std::size_t i = at; i < at + 6; ++i) load.values[i] += size * load.scale;
      AutoEngine engine({});
      engine.SetStep(load.step);
      std::size_t unusual = 0;
      for (std::size_t i = 0; i < at + 36; ++i) {
        const auto verdict = engine.Step(load.values[i], load.At(i), Bands::kNone);
        // Three steps are waited for.
        unusual += i >= at + 9 && verdict.score >= 0.5 ? 1 : 0;
      }
      EXPECT_LE(unusual, 3U) << size << ' ' << seed;
    }
  }
}

TEST(AutoBehaviour, GoesByAnyStep) {
  for (const std::chrono::seconds step :
       {1s, 7s, 60s, 1'800s, 5'400s, 7'200s, 43'200s, 86'400s, 2'592'000s}) {
    LoadShape shape;
    shape.step = step;
    shape.days = std::clamp(static_cast<int>(2'000 * step.count() / 86'400), 1, 40'000);
    const auto load = MakeLoad(LoadKind::kOffice, 1, shape);
    AutoEngine engine({});
    const std::size_t half = load.values.size() / 2;
    const auto told = TellAll(engine, load, half);
    EXPECT_LE(told.size(), 4 + half / 500) << step.count();
    EXPECT_GE(engine.state().points, half) << step.count();
  }
}

TEST(AutoBehaviour, KnowsTheWeekendByTheThirdOne) {
  std::size_t told = 0;
  for (unsigned seed = 1; seed <= kSeeds; ++seed) {
    AutoEngine engine({});
    told += TellAll(engine, MakeLoad(LoadKind::kOffice, seed, {.days = 21}), kDay * 18).size();
  }
  EXPECT_LE(told, 1U);
}

TEST(AutoBehaviour, TellsNothingOfAHolidayItKnows) {
  const auto holiday = sys_days{year{2026} / 5 / 1};  // a Friday
  const auto calendar = std::make_shared<Calendar>();
  calendar->holidays = {holiday};
  std::size_t told = 0;
  for (unsigned seed = 1; seed <= kSeeds; ++seed) {
    const LoadShape shape{
        .days = 35, .start = Instant{holiday - std::chrono::days(34)}, .calendar = calendar.get()};
    const auto load = MakeLoad(LoadKind::kOffice, seed, shape);
    AutoEngine knows(WithCalendar(calendar));
    told += TellAll(knows, load, kDay * 34).size();
  }
  EXPECT_EQ(told, 0U);
}

TEST(AutoBehaviour, TellsNothingOfGapsAndOfCountersThatStartAnew) {
  for (const LoadKind kind : {LoadKind::kGaps, LoadKind::kRestarts}) {
    std::size_t told = 0;
    for (unsigned seed = 1; seed <= kSeeds; ++seed) {
      AutoEngine engine({});
      told += TellAll(engine, MakeLoad(kind, seed, {.days = 42}), kDay * 35).size();
    }
    EXPECT_LE(told, ByBudget(7 * kSeeds)) << Name(kind);
  }
}

TEST(AutoBehaviour, ComesBackCalmlyFromGapsOfAnyLength) {
  for (const std::size_t missing : {1U, 3U, 4U, 40U, 300U, 2016U}) {
    std::size_t told = 0;
    for (unsigned seed = 1; seed <= kSeeds; ++seed) {
      auto load = MakeLoad(LoadKind::kDaily, seed, {.days = 44});
      const std::size_t at = 35 * kDay + seed * 29;
      for (std::size_t i = at; i < at + missing; ++i) load.values[i] = kUnknown;
      load.values.resize(at + missing + kDay / 2);
      AutoEngine engine({});
      for (const auto& one : TellAll(engine, load, at)) {
        EXPECT_GE(one.at, at + missing);
        ++told;
      }
    }
    EXPECT_LE(told, ByBudget(0.5 * kSeeds)) << missing;
  }
}

TEST(AutoBehaviour, DoesNotJudgeTheFirstValueAfterALongGap) {
  auto load = MakeLoad(LoadKind::kDaily, 6, {.days = 14});
  AutoEngine engine({});
  engine.SetStep(load.step);
  for (std::size_t i = 0; i < load.values.size(); ++i) {
    const bool is_missing = i >= kDay * 10 && i < kDay * 10 + 40;
    const auto v = engine.Step(is_missing ? kUnknown : load.values[i], load.At(i), Bands::kWanted);
    if (!is_missing && i != kDay * 10 + 40) continue;
    EXPECT_EQ(v.state, State::kGap) << i;
    EXPECT_FALSE(v.reason.empty());
    EXPECT_TRUE(std::isfinite(v.expected));
    EXPECT_LT(v.lower, v.upper);
    EXPECT_EQ(v.kind, is_missing ? Kind::kMissing : Kind::kNone);
    EXPECT_EQ(v.news, 0);
  }
}

TEST(AutoBehaviour, DoesNotTellTheReturnFromAShift) {
  for (const LoadKind kind : {LoadKind::kDaily, LoadKind::kWhite, LoadKind::kCounts}) {
    for (const int hours : {3, 6, 12}) {
      std::size_t told = 0;
      std::size_t told_return = 0;
      for (unsigned seed = 1; seed <= kSeeds; ++seed) {
        auto load = MakeLoad(kind, seed, {.days = 23});
        const std::size_t at = kDay * 21 + seed * 13;
        const std::size_t back = at + 12 * static_cast<std::size_t>(hours);
        for (std::size_t i = at; i < back; ++i) load.values[i] += 12 * load.scale;
        AutoEngine engine({});
        for (const auto& one : TellAll(engine, load, at)) {
          told += one.at < back ? 1 : 0;
          told_return += one.at >= back && one.at < back + 24 ? 1 : 0;
        }
      }
      EXPECT_GE(told, kSeeds) << Name(kind);
      EXPECT_EQ(told_return, 0U) << Name(kind) << " after " << hours << " hours";
    }
  }
}

// A restart anywhere, in an incident too, changes nothing of what is said.
TEST(AutoBehaviour, SaysTheSameWhereverItIsRestarted) {
  auto load = MakeLoad(LoadKind::kDaily, 5, {.days = 17});
  const std::size_t at = kDay * 15;
  for (std::size_t i = at; i < at + 60; ++i) load.values[i] += 12 * load.scale;
  load.values[at - 30] = kUnknown;
  const auto run = [&](std::size_t restart) {
    AutoEngine engine({});
    engine.SetStep(load.step);
    std::vector<Verdict> verdicts;
    for (std::size_t i = 0; i < load.values.size(); ++i) {
      if (i == restart) {
        const std::string saved = engine.Save();
        engine = AutoEngine({});
        engine.SetStep(load.step);
        EXPECT_TRUE(engine.Restore(saved));
      }
      verdicts.push_back(engine.Step(load.values[i], load.At(i), Bands::kWanted));
    }
    return verdicts;
  };
  const auto whole = run(0);
  for (const std::size_t restart : {at - 29, at, at + 1, at + 10, at + 40, at + 70}) {
    const auto parts = run(restart);
    for (std::size_t i = 0; i < whole.size(); ++i) {
      const auto& one = whole[i];
      const auto& two = parts[i];
      const bool same = one.state == two.state && one.kind == two.kind && one.news == two.news &&
                        one.score == two.score && one.reason == two.reason &&
                        one.severity == two.severity && one.z == two.z;
      ASSERT_TRUE(same) << "restarted at " << restart << ", step " << i;
      if (!std::isfinite(one.lower)) continue;
      ASSERT_EQ(one.lower, two.lower) << restart << ' ' << i;
      ASSERT_EQ(one.upper, two.upper) << restart << ' ' << i;
    }
  }
}

TEST(AutoBehaviour, TellsALevelShiftOfSixScalesWithinThreeSteps) {
  std::size_t in_three = 0;
  std::size_t all = 0;
  for (const LoadKind kind :
       {LoadKind::kDaily, LoadKind::kDrift, LoadKind::kCounts, LoadKind::kSparse, LoadKind::kRatio,
        LoadKind::kQuantised, LoadKind::kRestless, LoadKind::kWhite, LoadKind::kSquare,
        LoadKind::kRestarts, LoadKind::kMultiplied}) {
    std::size_t of_kind = 0;
    for (unsigned seed = 1; seed <= kSeeds; ++seed) {
      auto load = MakeLoad(kind, seed, {.days = 30});
      const std::size_t at = 28 * kDay + seed * 37 % kDay;
      const std::size_t steps = PutIn(load, {IncidentKind::kShift, 6}, at);
      AutoEngine engine({});
      engine.SetStep(load.step);
      for (std::size_t i = 0; i < at; ++i)
        (void)engine.Step(load.values[i], load.At(i), Bands::kNone);
      const auto first = FirstTold(engine, load, at, at + steps);
      of_kind += first && *first < 3 ? 1 : 0;
    }
    EXPECT_GE(2 * of_kind, kSeeds) << Name(kind);
    in_three += of_kind;
    all += kSeeds;
  }
  EXPECT_GE(in_three, all * 85 / 100) << "of " << all;
}

// Every step of hostile series gets a state and, unless it is ok, a reason.
void ExpectSound(const Verdict& v, const std::string& what) {
  EXPECT_GE(v.score, 0) << what;
  EXPECT_LT(v.score, 1) << what;
  EXPECT_TRUE(std::isfinite(v.z) && std::isfinite(v.deviation)) << what;
  EXPECT_FALSE(std::isinf(v.lower) || std::isinf(v.upper) || std::isinf(v.expected)) << what;
  EXPECT_FALSE(v.lower > v.upper) << what;
  EXPECT_TRUE(v.state == State::kOk || v.state == State::kSuspect || !v.reason.empty())
      << what << ' ' << Name(v.state);
}

TEST(AutoBehaviour, AnswersHostileSeriesWithAStateAndNeverAnAlert) {
  struct Case {
    std::string name;
    std::vector<double> values;  // over and over
  };
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const std::vector<Case> cases{
      {"zeros", {0}},
      {"constant", {42}},
      {"negative zero", {0.0, -0.0}},
      {"huge constant", {1e300}},
      {"tiny constant", {1e-300}},
      {"denormal", {5e-324, 1e-323}},
      {"nothing", {kUnknown}},
      {"infinite", {kInfinity, -kInfinity}},
      {"huge swings", {1e300, -1e300}},
      {"largest swings", {1.7e308, -1.7e308}},
      {"tiny swings", {1e-300, 3e-300}},
      {"every other missing", {1, kUnknown, 2, kUnknown}},
      {"every scale", {1e300, 1e-300, 1, -1e12, 1e-9}},
  };
  for (const auto& [name, values] : cases) {
    AutoEngine engine({});
    engine.SetStep(std::chrono::minutes(5));
    const Instant start{sys_days{year{2026} / 1 / 5}};
    for (std::size_t i = 0; i < 9 * kDay; ++i) {
      const auto at = start + std::chrono::minutes(5) * static_cast<int>(i);
      const auto verdict = engine.Step(values[i % values.size()], at, Bands::kWanted);
      ExpectSound(verdict, name + " step " + std::to_string(i));
      EXPECT_LT(verdict.news, 0.5) << name << " step " << i;
      if (HasFailure()) return;
    }
  }
}

TEST(AutoBehaviour, SurvivesOneWildValueOfAnySize) {
  for (const double wild : {1e300, -1e300, 1.7e308, 1e-300, -5e-324, 0.0}) {
    AutoEngine engine({});
    auto load = MakeLoad(LoadKind::kDaily, 3, {.days = 12});
    const std::size_t at = 10 * kDay;
    engine.SetStep(load.step);
    load.values[at] = wild;
    for (std::size_t i = 0; i < load.values.size(); ++i) {
      const auto verdict = engine.Step(load.values[i], load.At(i), Bands::kWanted);
      ExpectSound(verdict, std::to_string(wild) + " step " + std::to_string(i));
      if (i == at) {
        EXPECT_GE(verdict.news, 0.5) << wild;
      }
      // An hour later it is forgotten.
      if (i > at + 12) {
        EXPECT_NEAR(verdict.expected, load.values[i], 15 * load.scale) << wild;
      }
      if (HasFailure()) return;
    }
  }
}

// What comes twice or too late is answered as a gap and leaves no trace.
TEST(AutoBehaviour, IgnoresWhatComesTwiceOrOutOfOrder) {
  const auto load = MakeLoad(LoadKind::kDaily, 2, {.days = 5});
  AutoEngine plain({});
  AutoEngine hostile({});
  plain.SetStep(load.step);
  hostile.SetStep(load.step);
  for (std::size_t i = 0; i < load.values.size(); ++i) {
    const auto one = plain.Step(load.values[i], load.At(i), Bands::kWanted);
    const auto two = hostile.Step(load.values[i], load.At(i), Bands::kWanted);
    ASSERT_EQ(one.score, two.score);
    ASSERT_EQ(one.state, two.state);
    const auto twice = hostile.Step(1e9, load.At(i), Bands::kWanted);
    ASSERT_EQ(twice.state, State::kGap);
    ASSERT_FALSE(twice.reason.empty());
    ASSERT_EQ(hostile.Step(-1e9, load.At(i / 2), Bands::kWanted).news, 0);
    ASSERT_EQ(hostile.Step(kUnknown, load.At(i / 2), Bands::kNone).state,
              i < AutoEngine::kFewest - 1 ? State::kLearning : State::kGap);
  }
}

// What is said of three weeks and then an incident.
std::vector<Verdict> Tell(LoadKind kind, unsigned seed, const Incident& incident) {
  auto load = MakeLoad(kind, seed, {.days = 22});
  (void)PutIn(load, incident, 21 * kDay);
  AutoEngine engine({});
  engine.SetStep(load.step);
  std::vector<Verdict> verdicts;
  for (std::size_t i = 0; i < load.values.size(); ++i)
    verdicts.push_back(engine.Step(load.values[i], load.At(i), Bands::kWanted));
  return verdicts;
}

TEST(AutoBehaviour, NamesEveryKindOfIncidentAndReachesEveryState) {
  std::set<std::string_view> states;
  const auto kinds_of = [&](const Incident& incident) {
    std::set<std::string_view> kinds;
    for (unsigned seed = 1; seed <= 4; ++seed) {
      const auto verdicts = Tell(LoadKind::kDaily, seed, incident);
      for (std::size_t i = 0; i < verdicts.size(); ++i) {
        states.insert(Name(verdicts[i].state));
        if (i >= 21 * kDay) kinds.insert(Name(verdicts[i].kind));
      }
    }
    return kinds;
  };
  EXPECT_TRUE(kinds_of({IncidentKind::kSpike, 15}).contains("spike"));
  EXPECT_TRUE(kinds_of({IncidentKind::kDip, 15}).contains("drop"));
  EXPECT_TRUE(kinds_of({IncidentKind::kShift, 8}).contains("level_shift"));
  EXPECT_TRUE(kinds_of({IncidentKind::kDrift, 15}).contains("drift"));
  EXPECT_TRUE(kinds_of({IncidentKind::kFlatline, 0}).contains("flatline"));
  EXPECT_TRUE(kinds_of({IncidentKind::kVariance, 5}).contains("variance"));
  EXPECT_TRUE(states.contains("learning") && states.contains("ok") && states.contains("suspect") &&
              states.contains("firing") && states.contains("shifted"));
}

TEST(AutoBehaviour, SaysWhetherASourceFellSilentOrOnlyAValueIsMissing) {
  auto load = MakeLoad(LoadKind::kDaily, 2, {.days = 4});
  load.values[900] = kUnknown;
  load.values[1000] = load.values[1001] = load.values[999];  // the last sample, for ten minutes
  for (std::size_t i = 1002; i < 1010; ++i) load.values[i] = kUnknown;
  AutoEngine engine({});
  engine.SetStep(load.step);
  for (std::size_t i = 0; i < load.values.size(); ++i) {
    const auto verdict = engine.Step(load.values[i], load.At(i), Bands::kWanted);
    if (!std::isnan(load.values[i])) continue;
    EXPECT_EQ(verdict.state, i == 900 ? State::kGap : State::kStale) << i;
    EXPECT_EQ(verdict.kind, Kind::kMissing);
    EXPECT_FALSE(verdict.reason.empty());
  }
}

}  // namespace
}  // namespace warden::anomaly
