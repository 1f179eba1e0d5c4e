// SPDX-License-Identifier: Apache-2.0
// Runs a syntax tree. Private to the room: users have Template::Execute.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "promql/template/template.h"

namespace promql::tmpl {

// One expansion. Blocks under way stand on a stack of its own, so that templates calling templates
// cost memory, not the thread's stack; only pipelines in parentheses recurse, and the parser limits
// those.
class Execution {
 public:
  Execution(const Template& tree, const Value& data, const Environment& environment,
            const Limits& limits, MissingKey missing_key);

  [[nodiscard]] std::expected<std::string, Problem> Run();

 private:
  enum class FrameKind : std::uint8_t { kMain, kTemplate, kBranch, kRange };

  struct Frame {
    FrameKind kind = FrameKind::kMain;
    Block block;
    std::size_t next = 0;  // statement
    Value dot;
    std::uint32_t mark = 0;  // variables to keep when the frame ends
    std::uint32_t base = 0;  // first variable of the template at hand
    // Of loops:
    const Statement* loop = nullptr;
    Value range;
    std::int64_t index = 0;
    std::uint32_t body_mark = 0;  // variables to keep between rounds
    // Of templates:
    const Definition* definition = nullptr;
  };

  struct Variable {
    std::uint32_t id = 0;
    Value value;
  };

  // An evaluated value, or nothing after Fail.
  using Evaluated = std::optional<Value>;

  bool Step();
  bool Statements(const Statement& statement);
  bool Branch(const Statement& statement);
  bool StartRange(const Statement& statement);
  bool NextRound(Frame& frame);
  void AssignRound(const Statement& loop, const Value& index, const Value& element);
  bool CallTemplate(const Statement& statement);
  bool LeaveLoop(StatementKind kind);
  void PushBranch(Block block, const Value& dot, std::uint32_t mark);
  void PopFrame();

  bool Pipe(const Pipeline& pipeline, const Value& dot, Value& result);
  bool RunCommand(const Command& command, const Value& dot, const Value* final, Value& result);
  bool First(const Operand& operand, const Value& dot, Value& result);
  bool Argument(const Operand& operand, const Type* type, const Value& dot, Value& result);
  bool Constant(const Operand& operand, const Type* type, Value& result);
  bool NumberFor(const Operand& operand, const Type& type, Value& result);
  bool IdealNumber(const Operand& operand, Value& result);
  bool Validate(const Type* type, const Operand& at, Value& value);
  bool Chain(std::span<const std::string_view> fields, const Operand& at, const Command* command,
             const Value& dot, const Value* final, Value& value);
  bool FieldOf(std::string_view name, const Operand& at, const Command* command, const Value& dot,
               const Value* final, Value& value);
  bool CallFunction(const Function& function, const Operand& at, const Value* receiver,
                    const Command* command, const Value& dot, const Value* final, Value& result);
  bool ShortCircuit(const Function& function, const Command* command, const Value& dot,
                    const Value* final, Value& result);

  Value* FindVariable(std::uint32_t id);
  bool Fail(Span span, std::string message);
  bool Exceed(std::string message);
  bool CountStep();

  const Template& tree_;
  Value data_;
  const Environment& environment_;
  const Limits& limits_;
  MissingKey missing_key_;
  Arena arena_;
  std::string out_;
  std::vector<Frame> frames_;
  std::vector<Variable> variables_;
  std::vector<Value> arguments_;  // of the calls under way
  std::size_t steps_ = 0;
  int depth_ = 0;
  Problem problem_;
};

}  // namespace promql::tmpl
