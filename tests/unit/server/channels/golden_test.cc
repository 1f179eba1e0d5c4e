// SPDX-License-Identifier: Apache-2.0
// The exact bytes that each channel sends, in tests/data/channels/KIND.golden: cases separated by
// `---`, several exchanges of a case by `-- next`. UPDATE_GOLDEN=1 rewrites the files. Line breaks
// of mails are CRLF; the files show them as LF.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/unit/server/channels/samples.h"

namespace warden {
namespace {

std::string GoldenPath(const std::string& kind) {
  const char* source = std::getenv("PROMWARDEN_SOURCE");
  return std::string(source == nullptr ? ".." : source) + "/tests/data/channels/" + kind +
         ".golden";
}

std::string WithoutCarriageReturns(std::string text) {
  std::erase(text, '\r');
  return text;
}

// All exchanges until the message is settled.
std::string Exchanges(const Channel& channel, std::string_view kind, const Message& message,
                      ChannelContext context) {
  std::string text;
  for (int i = 0; i < 8; ++i) {
    const Result<ChannelRequest> request = channel.Compose(message, context);
    if (!request) return text + "error: " + request.error().message + "\n";
    text += (i == 0 ? "" : "-- next\n") + samples::Dump(*request) + "\n";
    const Verdict verdict = channel.Judge(message, context, samples::Success(kind, *request));
    if (verdict.outcome != Outcome::kContinue) {
      EXPECT_EQ(verdict.outcome, Outcome::kDelivered) << verdict.reason;
      return text;
    }
    context.step = verdict.next_step;
  }
  ADD_FAILURE() << kind << " never settles";
  return text;
}

class ChannelGolden : public testing::TestWithParam<Destination> {};

TEST_P(ChannelGolden, SendsTheseBytes) {
  const std::string& kind = GetParam().kind;
  const Config config = samples::EveryChannel();
  const std::unique_ptr<Channel> channel = samples::Make(config, kind);
  std::string actual;
  for (const samples::Named& sample : samples::All()) {
    actual += "--- " + sample.name + "\n" +
              Exchanges(*channel, kind, sample.message, samples::Context(sample.message));
  }
  ChannelContext plain = samples::Context(samples::Many());
  plain.plain = true;
  actual += "--- many, plain\n" + Exchanges(*channel, kind, samples::Many(), plain);
  actual = WithoutCarriageReturns(actual);

  const std::string path = GoldenPath(kind);
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << actual;
  }
  std::ifstream file(path, std::ios::binary);
  std::stringstream expected;
  expected << file.rdbuf();
  EXPECT_EQ(actual, expected.str()) << "UPDATE_GOLDEN=1 rewrites " << path;
}

INSTANTIATE_TEST_SUITE_P(All, ChannelGolden, testing::ValuesIn(samples::Destinations()),
                         [](const auto& test) { return test.param.kind; });

}  // namespace
}  // namespace warden
