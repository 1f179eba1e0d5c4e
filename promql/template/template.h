// SPDX-License-Identifier: Apache-2.0
// Go's text/template language as Prometheus rules and Alertmanager notifications use it: parse a
// text, then expand it with data as often as needed. Failures are values with the place in the
// text; nothing here throws, blocks (except a QuerySource) or touches files. Templates and
// libraries are immutable once made and may be used from any thread.
//
//   auto parsed = Template::Parse("{{ $labels.job }} is down", PrometheusDialect());
//   Arena arena;
//   auto text = parsed->Execute(PrometheusData({.labels = &labels, .value = 1}, arena),
//   environment);
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "promql/model/labels.h"
#include "promql/template/ast.h"
#include "promql/template/dialect.h"
#include "promql/template/value.h"

namespace promql::tmpl {

enum class Phase : std::uint8_t { kParse, kExecute };

struct Problem {
  Phase phase = Phase::kParse;
  Span span;  // bytes of the text; of the main text also when a named template of it fails
  std::string message;
  std::string template_name;  // when it happened in a named template of a library: the span is of
                              // its text then
  bool is_limit = false;      // of time, steps, output or memory, which the caller set
};

struct Sample {
  LabelSet labels;
  double value = 0;
};

// Answers `query "…"` in rule annotations. May block; called on the thread that expands.
class QuerySource {
 public:
  virtual ~QuerySource() = default;
  [[nodiscard]] virtual std::expected<std::vector<Sample>, std::string> Query(
      std::string_view expression) = 0;
};

// What functions read besides their arguments. Borrowed for the expansion.
struct Environment {
  QuerySource* queries = nullptr;                          // none: every query fails
  std::chrono::sys_time<std::chrono::microseconds> now{};  // evaluation time, or the clock
  std::string_view external_url;                           // for graphLink, externalURL, pathPrefix
};

enum class MissingKey : std::uint8_t { kZero, kDefault, kError };  // of a map: what `.x` gives then

struct Limits {
  std::size_t output_bytes = std::size_t{16} << 20U;
  std::size_t memory_bytes = std::size_t{256} << 20U;
  std::size_t steps = 20'000'000;  // statements and commands
  int depth = 100'000;             // templates that call templates
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
};

struct ParsedText;

// Named templates out of files, on top of those of `base`. Later definitions win, but blank ones
// replace nothing.
class Library {
 public:
  // Borrows `base`.
  explicit Library(const Dialect& dialect, const Library* base = nullptr);
  Library(Library&&) noexcept;
  Library& operator=(Library&&) noexcept;
  ~Library();

  // What is outside of definitions becomes the template `name`: the file's name, without folders.
  [[nodiscard]] std::expected<void, Problem> Add(std::string_view text, std::string_view name = "");
  [[nodiscard]] const Definition* Find(std::string_view name) const;
  [[nodiscard]] std::vector<std::string_view> Names() const;  // sorted
  [[nodiscard]] const Dialect& dialect() const { return *dialect_; }

 private:
  const Dialect* dialect_;
  const Library* base_;
  std::vector<std::unique_ptr<ParsedText>> texts_;
  std::unordered_map<std::string_view, const Definition*> by_name_;
};

class Template {
 public:
  // `name` is the template that the text itself is. Borrows the dialect, and the library while the
  // template lives.
  [[nodiscard]] static std::expected<Template, Problem> Parse(std::string_view text,
                                                              const Dialect& dialect,
                                                              const Library* library = nullptr,
                                                              std::string_view name = "");
  // A text that is HTML, as Go's html/template reads it (1.26): every value is escaped for its
  // place, be it text, an attribute, an address, a script or a style. Fails, with phase kExecute,
  // where a place cannot be told for certain, also in parts that would never be reached, and where
  // the document does not end as text.
  [[nodiscard]] static std::expected<Template, Problem> ParseHtml(std::string_view text,
                                                                  const Dialect& dialect,
                                                                  const Library* library = nullptr,
                                                                  std::string_view name = "");
  Template(Template&&) noexcept;
  Template& operator=(Template&&) noexcept;
  ~Template();

  [[nodiscard]] std::expected<std::string, Problem> Execute(
      const Value& data, const Environment& environment, const Limits& limits = {},
      MissingKey missing_key = MissingKey::kZero) const;

  // The tree, for checks. Valid as long as the template.
  [[nodiscard]] std::string_view text() const;
  [[nodiscard]] Block body() const;
  [[nodiscard]] std::span<const Definition> definitions() const;  // the text itself among them
  [[nodiscard]] const Dialect& dialect() const { return *dialect_; }
  [[nodiscard]] const Library* library() const { return library_; }
  // What {{ template "name" }} runs; null when there is none.
  [[nodiscard]] const Definition* Find(std::string_view name) const;

 private:
  Template(std::unique_ptr<ParsedText> parsed, const Dialect& dialect, const Library* library);

  std::unique_ptr<ParsedText> parsed_;
  const Dialect* dialect_;
  const Library* library_;
};

}  // namespace promql::tmpl
