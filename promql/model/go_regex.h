// SPDX-License-Identifier: Apache-2.0
// Regular expressions with the meaning of Go's package regexp (1.26), run by RE2 in linear time:
// `(?<n>…)` and repeated group names are accepted, `\C` is refused, repeat counts go to 1000 with
// nested ones multiplied, class names are looked up as Go does. Immutable and safe from any thread;
// copies share the compiled program.
//
// Known difference: `\p{C}`, `\p{Cn}` and `\P{Assigned}` inside brackets leave out unassigned code
// points.
#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace promql {

class GoRegex {
 public:
  // Fails with Go's reason in our words: "missing closing )".
  [[nodiscard]] static std::expected<GoRegex, std::string> Compile(std::string_view pattern);
  // `^(?:` + pattern + `)$`, as matchers and label_replace compile theirs: `a)|(?:b` is valid.
  [[nodiscard]] static std::expected<GoRegex, std::string> CompileAnchored(
      std::string_view pattern);

  // Whether it matches anywhere in the text.
  [[nodiscard]] bool Matches(std::string_view text) const;

  // Group 0 is the whole match; a group that took no part is nullopt.
  using Groups = std::vector<std::optional<std::string_view>>;
  // The leftmost match that starts at or after `from`; nothing when there is none. Views borrow
  // from `text`.
  [[nodiscard]] std::optional<Groups> Find(std::string_view text, std::size_t from = 0) const;

  // Go's ReplaceAllString: `$1`, `${1}`, `$name`, `$$` in the replacement.
  [[nodiscard]] std::string ReplaceAll(std::string_view text, std::string_view replacement) const;
  // Go's Expand: the replacement with the groups of one match filled in.
  [[nodiscard]] std::string Expand(std::string_view replacement, const Groups& groups) const;

  // By index from 0; empty for groups without a name. Size is the number of groups + 1.
  [[nodiscard]] std::span<const std::string> group_names() const;

 private:
  struct Program;
  explicit GoRegex(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
  std::shared_ptr<const Program> program_;
};

}  // namespace promql
