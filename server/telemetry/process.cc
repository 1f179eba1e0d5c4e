// SPDX-License-Identifier: Apache-2.0
#include "server/telemetry/process.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace warden {
namespace {

// The fields of /proc/self/stat after the command, which may hold blanks: [0] is `state`, number 3
// in proc(5).
std::vector<std::string> StatFields() {
  std::ifstream file("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto end_of_command = text.rfind(')');
  if (end_of_command == std::string::npos) return {};
  std::istringstream rest(text.substr(end_of_command + 1));
  return {std::istream_iterator<std::string>(rest), {}};
}

double BootTime() {
  std::ifstream file("/proc/stat");
  for (std::string word; file >> word;) {
    double seconds = 0;
    if (word == "btime" && file >> seconds) return seconds;
  }
  return 0;
}

double CountOpenFds() {
  std::error_code failed;
  const auto entries = std::filesystem::directory_iterator("/proc/self/fd", failed);
  if (failed) return 0;
  // One of them is the listing's own.
  return static_cast<double>(std::distance(begin(entries), end(entries))) - 1;
}

}  // namespace

ProcessStats ReadProcessStats() {
  ProcessStats stats;
  const auto fields = StatFields();
  if (fields.size() > 21) {
    const auto field = [&](std::size_t number) { return std::stod(fields[number - 3]); };
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    stats.cpu_seconds = (field(14) + field(15)) / ticks;
    stats.threads = field(20);
    stats.start_time_seconds = BootTime() + field(22) / ticks;
    stats.virtual_bytes = field(23);
    stats.resident_bytes = field(24) * static_cast<double>(sysconf(_SC_PAGESIZE));
  }
  stats.open_fds = CountOpenFds();
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) stats.max_fds = static_cast<double>(limit.rlim_cur);
  return stats;
}

}  // namespace warden
