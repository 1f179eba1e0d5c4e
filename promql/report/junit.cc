// SPDX-License-Identifier: Apache-2.0
// JUnit's XML: a suite for each file, a case for each group, so that what is well shows as passed.
// Findings that fail the run are failures, all others the output of their case.
#include <cstdio>
#include <map>

#include "promql/report/plain.h"
#include "promql/report/reporters.h"
#include "promql/report/text.h"

namespace promql::report {
namespace {

struct Case {
  std::string name;
  std::vector<const Finding*> findings;
};

struct Suite {
  std::string_view file;
  std::vector<Case> cases;
  std::string_view unread;  // the reason, where the file could not be read
};

// In the order in which files and groups come first.
class Suites {
 public:
  Suite& Of(std::string_view file) {
    const auto [at, is_new] = by_file_.try_emplace(file, all_.size());
    if (is_new) all_.push_back({file, {}, {}});
    return all_[at->second];
  }
  Case& Of(std::string_view file, std::string_view group) {
    Suite& suite = Of(file);
    const std::string name(group.empty() ? std::string_view("the file") : group);
    const auto [at, is_new] = by_group_.try_emplace({file, name}, suite.cases.size());
    if (is_new) suite.cases.push_back({name, {}});
    return suite.cases[at->second];
  }
  [[nodiscard]] const std::vector<Suite>& all() const { return all_; }

 private:
  std::vector<Suite> all_;
  std::map<std::string_view, std::size_t> by_file_;
  std::map<std::pair<std::string_view, std::string>, std::size_t> by_group_;
};

std::string Seconds(std::chrono::milliseconds elapsed) {
  char text[32];
  std::snprintf(text, sizeof text, "%lld.%03d", static_cast<long long>(elapsed.count() / 1000),
                static_cast<int>(elapsed.count() % 1000));
  return text;
}

std::string Place(const Finding& finding) {
  return std::string(PlainPath(finding.file)) + ":" + std::to_string(finding.place.line) + ":" +
         std::to_string(finding.place.column);
}

// JUnit knows one failure a case in its schema, though readers take several: all in one.
std::string CaseXml(const Report& report, const Suite& suite, const Case& one, bool& failed) {
  std::string failures;
  std::string output;
  const Finding* first = nullptr;
  for (const Finding* finding : one.findings) {
    if (!report.gate.Fails(*finding)) {
      output += Xml(PlainLine(*finding));
      continue;
    }
    if (first == nullptr) first = finding;
    failures += Xml(Place(*finding) + " [" + std::string(finding->id) + "]\n" + FullText(*finding) +
                    "\n\n");
  }
  failed = first != nullptr;
  std::string out = "    <testcase classname=\"" + Xml(PlainPath(suite.file)) + "\" name=\"" +
                    Xml(one.name) + "\" time=\"0\"";
  if (first == nullptr && output.empty()) return out + "/>\n";
  out += ">\n";
  if (first != nullptr) {
    out += "      <failure message=\"" + Xml(first->message) + "\" type=\"" + Xml(first->id) +
           "\">" + failures + "</failure>\n";
  }
  if (!output.empty()) out += "      <system-out>" + output + "</system-out>\n";
  return out + "    </testcase>\n";
}

}  // namespace

std::string WriteJunit(const Report& report, const Style&) {
  Suites suites;
  for (const CheckedGroup& group : report.groups) suites.Of(group.file, group.name);
  for (const Finding& finding : report.findings) {
    suites.Of(finding.file, finding.group).findings.push_back(&finding);
  }
  for (const Unread& unread : report.unread) suites.Of(unread.file).unread = unread.message;
  std::size_t tests = 0;
  std::size_t failures = 0;
  std::size_t errors = 0;
  std::string body;
  for (const Suite& suite : suites.all()) {
    std::string cases;
    std::size_t failed_here = 0;
    for (const Case& one : suite.cases) {
      bool failed = false;
      cases += CaseXml(report, suite, one, failed);
      failed_here += failed ? 1 : 0;
    }
    const std::string file = Xml(PlainPath(suite.file));
    const std::size_t unread = suite.unread.empty() ? 0 : 1;
    if (unread > 0) {
      cases += "    <testcase classname=\"" + file + "\" name=\"the file\" time=\"0\">\n" +
               "      <error message=\"" + Xml(suite.unread) + "\" type=\"unread\"/>\n" +
               "    </testcase>\n";
    }
    body += "  <testsuite name=\"" + file + "\" tests=\"" +
            std::to_string(suite.cases.size() + unread) + "\" failures=\"" +
            std::to_string(failed_here) + "\" errors=\"" + std::to_string(unread) +
            "\" skipped=\"0\" time=\"0\">\n" + cases + "  </testsuite>\n";
    tests += suite.cases.size() + unread;
    failures += failed_here;
    errors += unread;
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"promwarden-lint\" "
         "tests=\"" +
         std::to_string(tests) + "\" failures=\"" + std::to_string(failures) + "\" errors=\"" +
         std::to_string(errors) + "\" time=\"" + Seconds(report.elapsed) + "\">\n" + body +
         "</testsuites>\n";
}

}  // namespace promql::report
