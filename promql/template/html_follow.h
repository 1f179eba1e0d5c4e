// SPDX-License-Identifier: Apache-2.0
// Follows the context of HTML through a template's branches, loops and calls, and notes what each
// statement needs. Private to html_rewrite.
#pragma once

#include <cstddef>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "promql/template/html_context.h"
#include "promql/template/html_filters.h"
#include "promql/template/template.h"

namespace promql::tmpl {

// A template as it is called from one kind of place.
struct HtmlInstance {
  const Definition* definition = nullptr;  // none: the main text
  Block body;
  HtmlContext start;
  // While its own body is being followed an assumption, known afterwards.
  std::optional<HtmlContext> end;
  std::size_t last_call = 0;  // number of the call
};

// What becomes of one statement of an instance.
struct HtmlEdit {
  std::size_t instance = 0;
  const Statement* statement = nullptr;
  std::optional<std::string> text;    // of kText
  std::vector<HtmlFilter> filters;    // of kAction
  std::optional<std::size_t> callee;  // of kTemplate: an instance
};

class HtmlFollower {
 public:
  // Borrows the template.
  explicit HtmlFollower(const Template& tree) : tree_(tree) {}

  // From the main text on. Instance 0 is that.
  [[nodiscard]] std::expected<void, Problem> Run();

  [[nodiscard]] const std::vector<HtmlInstance>& instances() const { return instances_; }
  [[nodiscard]] const std::vector<HtmlEdit>& edits() const { return edits_; }

 private:
  using Followed = std::optional<HtmlContext>;  // nothing after Fail

  struct Exit {
    HtmlContext context;
    Span span;
  };
  struct Loop {
    std::vector<Exit> breaks;
    std::vector<Exit> continues;
  };
  // How much is known: what is found behind a mark can be forgotten again.
  struct Mark {
    std::size_t edits = 0;
    std::size_t finished = 0;
  };

  Followed FollowBlock(Block block, HtmlContext context);
  Followed FollowStatement(const Statement& statement, HtmlContext context);
  Followed FollowText(const Statement& statement, const HtmlContext& context);
  Followed FollowAction(const Statement& statement, HtmlContext context);
  Followed FollowBranch(const Statement& statement, const HtmlContext& context);
  Followed FollowLoop(const Statement& statement, const HtmlContext& context);
  Followed FollowCall(const Statement& statement, const HtmlContext& context);
  Followed FollowInstance(std::size_t instance, Span call);
  Followed FollowBody(std::size_t instance);
  Followed Join(const HtmlContext& one, const HtmlContext& other, Span span);
  Followed JoinExits(HtmlContext context, const Loop& loop);
  std::size_t InstanceOf(const Definition& definition, const HtmlContext& start);
  [[nodiscard]] Mark MarkNow() const { return {edits_.size(), finished_.size()}; }
  void ForgetSince(const Mark& mark);
  bool Count(std::size_t steps, Span span);
  Followed Fail(Span span, std::string message);

  const Template& tree_;
  std::vector<HtmlInstance> instances_;
  std::vector<HtmlEdit> edits_;
  std::vector<std::size_t> finished_;  // instances, in the order in which their ends were found
  std::map<std::pair<const Definition*, std::string>, std::size_t> index_;
  std::size_t instance_ = 0;  // being followed
  Loop* loop_ = nullptr;
  std::size_t calls_ = 0;
  std::size_t steps_ = 0;
  int depth_ = 0;
  Problem problem_;
};

}  // namespace promql::tmpl
