// SPDX-License-Identifier: Apache-2.0
#include "server/delivery/inbox.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace warden {
namespace {

using namespace std::chrono_literals;

TEST(Inbox, GivesTasksInOrder) {
  Inbox inbox;
  std::string said;
  inbox.Post([&] { said += "a"; });
  inbox.Post([&] { said += "b"; });
  for (Inbox::Task& task : inbox.Wait(20s)) task();
  EXPECT_EQ(said, "ab");
  EXPECT_TRUE(inbox.Wait(0us).empty());
}

TEST(Inbox, LetsGoOfWhatComesAfterClose) {
  Inbox inbox;
  const auto held = std::make_shared<int>();
  inbox.Post([held] {});
  EXPECT_EQ(held.use_count(), 2);
  inbox.Close();
  EXPECT_EQ(held.use_count(), 1);
  inbox.Post([held] {});
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace warden
