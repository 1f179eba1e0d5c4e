// SPDX-License-Identifier: Apache-2.0
// How long it takes to read rule files with all positions and expressions, on one thread, on two,
// and all of them as one file; and how long the installed promtool takes to check the same files.
// usage: bench_rulefile FOLDER, which shared/check/make_rules.py writes.
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "promql/rulefile/read.h"

namespace {

using Clock = std::chrono::steady_clock;
using promql::rulefile::ReadRuleFile;
using promql::rulefile::RuleFile;

constexpr int kRounds = 7;

struct File {
  std::string path;
  std::string content;
};

std::vector<File> ReadFolder(const std::string& folder) {
  std::vector<File> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    files.push_back({entry.path(), {std::istreambuf_iterator<char>(file), {}}});
  }
  return files;
}

struct Cost {
  double wall_ms = 1e9;
  double cpu_ms = 1e9;  // of all threads and children; says more than the clock on a busy machine
};

double CpuMs() {
  double seconds = 0;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    getrusage(who, &usage);
    for (const timeval& time : {usage.ru_utime, usage.ru_stime})
      seconds += static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  }
  return seconds * 1e3;
}

template <class Work>
Cost BestOf(int rounds, const Work& work) {
  Cost best;
  for (int i = 0; i < rounds; ++i) {
    const auto start = Clock::now();
    const double cpu = CpuMs();
    work();
    best.cpu_ms = std::min(best.cpu_ms, CpuMs() - cpu);
    const std::chrono::duration<double, std::milli> wall = Clock::now() - start;
    best.wall_ms = std::min(best.wall_ms, wall.count());
  }
  return best;
}

std::size_t ReadAll(const std::vector<File>& files, int threads) {
  std::atomic<std::size_t> next = 0;
  std::atomic<std::size_t> rules = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < files.size(); i = next++)
      rules += ReadRuleFile(files[i].path, files[i].content).rule_count();
  };
  std::vector<std::jthread> others;
  for (int i = 1; i < threads; ++i) others.emplace_back(work);
  work();
  others.clear();
  return rules;
}

// All groups in one file; their names are unique in the set.
File AsOne(const std::vector<File>& files) {
  File all{"all.yml", "groups:\n"};
  for (const File& file : files) {
    const std::size_t at = file.content.find("groups:\n");
    if (at != std::string::npos) all.content += file.content.substr(at + 8);
  }
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::cerr << "usage: bench_rulefile FOLDER\n", 2;
  const std::vector<File> files = ReadFolder(argv[1]);
  std::size_t bytes = 0;
  for (const File& file : files) bytes += file.content.size();
  const std::size_t rules = ReadAll(files, 1);
  std::printf("%zu files, %zu rules, %.1f MB\n", files.size(), rules,
              static_cast<double>(bytes) / 1e6);
  const Cost one = BestOf(kRounds, [&] { ReadAll(files, 1); });
  const Cost two = BestOf(kRounds, [&] { ReadAll(files, 2); });
  const std::vector<File> single = {AsOne(files)};
  const Cost whole = BestOf(kRounds, [&] { ReadAll(single, 1); });
  const auto print = [&](const char* name, const Cost& cost) {
    std::printf("%-12s %8.1f ms %8.1f ms of CPU  %6.1f MB/s of CPU\n", name, cost.wall_ms,
                cost.cpu_ms, static_cast<double>(bytes) / 1e3 / cost.cpu_ms);
  };
  print("one thread", one);
  print("two threads", two);
  print("as one file", whole);
  if (std::system("promtool --version >/dev/null 2>&1") != 0) {
    std::puts("no promtool to compare with");
    return 0;
  }
  const std::string command =
      std::string("find '") + argv[1] + "' -type f | xargs promtool check rules >/dev/null 2>&1";
  int status = 0;
  const Cost promtool = BestOf(3, [&] { status = std::system(command.c_str()); });
  print("promtool", promtool);
  if (status != 0) std::puts("promtool refuses some of them");
  std::printf("promtool / ours on two threads: %.1f by the clock, %.1f in CPU time\n",
              promtool.wall_ms / two.wall_ms, promtool.cpu_ms / two.cpu_ms);
  return 0;
}
