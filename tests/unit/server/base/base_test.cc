// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/base/secret.h"

namespace warden {
namespace {

TEST(Clock, ReadsEveryFormOfRfc3339) {
  struct Case {
    const char* text;
    const char* utc;
  };
  for (const auto& [text, utc] :
       {Case{"2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z"},
        Case{"2026-03-01t10:00:00z", "2026-03-01T10:00:00Z"},
        Case{"2026-03-01 10:00:00.123456789+02:00", "2026-03-01T08:00:00.123456Z"},
        Case{"2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00Z"},
        Case{"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
        Case{"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"},
        Case{"1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.5Z"}}) {
    const auto at = ParseRfc3339(text);
    ASSERT_TRUE(at) << text;
    EXPECT_EQ(FormatRfc3339(*at), utc);
  }
}

TEST(Clock, RefusesWhatIsNoTime) {
  for (const char* text : {"", "2026", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z",
                           "2026-01-01T24:00:00Z", "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z",
                           "2026-01-01T00:00:00Zx", "2026-01-01T00:00:00+2:00"}) {
    EXPECT_FALSE(ParseRfc3339(text)) << text;
  }
}

TEST(Log, KeepsHostileTextOnItsLine) {
  EXPECT_EQ(LogLine(LogFormat::kLogfmt, "T", LogLevel::kWarn, "two words",
                    {{"a", "x=\"1\"\nlevel=error"}, {"n", 7}}),
            "time=T level=warn msg=\"two words\" a=\"x=\\\"1\\\"\\nlevel=error\" n=7");
  EXPECT_EQ(LogLine(LogFormat::kJson, "T", LogLevel::kInfo, "m", {{"a", "\x01\"\\"}}),
            R"({"time":"T","level":"info","msg":"m","a":"\u0001\"\\"})");
}

TEST(Secret, IsReadAtUseAndLosesTheBlanksAroundIt) {
  std::string path = (std::filesystem::temp_directory_path() / "promwarden-secret-XXXXXX").string();
  const int fd = mkstemp(path.data());
  ASSERT_GE(fd, 0);
  close(fd);
  const auto write = [&](const char* text) { std::ofstream(path) << text; };
  const auto secret = Secret::File(path);
  write("one\r\n");
  EXPECT_EQ(*secret.Reveal(), "one");
  write(" \n two words\t\n\n");
  EXPECT_EQ(*secret.Reveal(), "two words");
  write("\n");
  EXPECT_EQ(*secret.Reveal(), "");
  std::filesystem::remove(path);
  const auto gone = secret.Reveal();
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(gone.error().message.find(path), std::string::npos);
}

TEST(Secret, SaysWhatCannotBeRead) {
  const std::string folder = testing::TempDir();
  const std::string pipe = folder + "/promwarden-secret-pipe-" + std::to_string(getpid());
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  for (const auto& [path, cause] :
       {std::pair{folder, "Is a directory"}, std::pair{folder + "/missing", "No such file"},
        std::pair{std::string("/dev/zero"), "larger than 1048576"},
        std::pair{pipe, "it is a pipe"}}) {
    const auto text = Secret::File(path).Reveal();
    ASSERT_FALSE(text) << path;
    EXPECT_EQ(text.error().code, ErrorCode::kUnavailable);
    EXPECT_NE(text.error().message.find(cause), std::string::npos) << text.error().message;
  }
  std::filesystem::remove(pipe);
}

TEST(Secret, RedactStrikesEveryOccurrence) {
  EXPECT_EQ(Redact("a token and a token", "token"), "a <secret> and a <secret>");
  EXPECT_EQ(Redact("nothing", ""), "nothing");
}

}  // namespace
}  // namespace warden
