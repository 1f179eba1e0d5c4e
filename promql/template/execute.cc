// SPDX-License-Identifier: Apache-2.0
#include "promql/template/execute.h"

#include <algorithm>
#include <utility>

#include "promql/template/format.h"
#include "promql/template/parser.h"

namespace promql::tmpl {
namespace {

constexpr std::uint32_t kDollar = 0;
constexpr std::size_t kStepsBetweenClocks = 1024;

bool CanBeNil(const Type& type) {
  return type.kind == Kind::kInterface || type.kind == Kind::kMap || type.kind == Kind::kSlice ||
         type.kind == Kind::kPointer;
}

std::string TypeName(const Value& value) {
  return value.IsValid() ? std::string(value.type()->name) : "no value";
}

std::string Quote(std::string_view text) { return "\"" + std::string(text) + "\""; }

}  // namespace

Execution::Execution(const Template& tree, const Value& data, const Environment& environment,
                     const Limits& limits, MissingKey missing_key)
    : tree_(tree),
      data_(data),
      environment_(environment),
      limits_(limits),
      missing_key_(missing_key) {}

std::expected<std::string, Problem> Execution::Run() {
  frames_.reserve(4);
  out_.reserve(tree_.text().size() + 64);
  variables_.reserve(16);
  arguments_.reserve(8);
  variables_.push_back({kDollar, data_});
  std::uint32_t id = kDollar;
  bool fine = true;
  for (const PreludeVariable& variable : tree_.dialect().prelude()) {
    Value value = data_;
    const Operand at{};
    fine = fine && FieldOf(variable.field, at, nullptr, data_, nullptr, value);
    variables_.push_back({++id, value});
  }
  Frame frame;
  frame.block = tree_.body();
  frame.dot = data_;
  frames_.push_back(frame);
  while (fine && !frames_.empty()) fine = Step();
  if (!fine) return std::unexpected(std::move(problem_));
  return std::move(out_);
}

bool Execution::Fail(Span span, std::string message) {
  problem_ = {Phase::kExecute, span, std::move(message), {}};
  for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
    if (frame->kind != FrameKind::kTemplate) continue;
    const auto own = tree_.definitions();
    const Definition* const running = frame->definition;
    if (std::ranges::none_of(own, [running](const Definition& d) { return &d == running; })) {
      problem_.template_name = running->name;
    }
    break;
  }
  return false;
}

// A limit of ours is no mistake of the text.
bool Execution::Exceed(std::string message) {
  Fail({}, std::move(message));
  problem_.is_limit = true;
  return false;
}

bool Execution::CountStep() {
  if (++steps_ > limits_.steps) return Exceed("takes too many steps");
  if (steps_ % kStepsBetweenClocks == 0 &&
      limits_.deadline != std::chrono::steady_clock::time_point::max() &&
      std::chrono::steady_clock::now() > limits_.deadline) {
    return Exceed("takes too long");
  }
  if (out_.size() > limits_.output_bytes) return Exceed("writes too much");
  if (arena_.reserved_bytes() > limits_.memory_bytes) return Exceed("needs too much memory");
  return true;
}

bool Execution::Step() {
  Frame& frame = frames_.back();
  if (frame.next == frame.block.size()) {
    if (frame.kind == FrameKind::kRange) return NextRound(frame);
    PopFrame();
    return true;
  }
  return CountStep() && Statements(frame.block[frame.next++]);
}

void Execution::PopFrame() {
  const Frame& frame = frames_.back();
  if (frame.kind == FrameKind::kTemplate) --depth_;
  variables_.resize(frame.mark);
  frames_.pop_back();
}

bool Execution::Statements(const Statement& statement) {
  switch (statement.kind) {
    case StatementKind::kText:
      out_ += statement.text;
      return true;
    case StatementKind::kAction: {
      Value value;
      const Value dot = frames_.back().dot;
      if (!Pipe(*statement.pipeline, dot, value)) return false;
      if (statement.pipeline->variables.empty()) AppendShown(value, out_);
      return true;
    }
    case StatementKind::kIf:
    case StatementKind::kWith:
      return Branch(statement);
    case StatementKind::kRange:
      return StartRange(statement);
    case StatementKind::kTemplate:
      return CallTemplate(statement);
    case StatementKind::kBreak:
    case StatementKind::kContinue:
      return LeaveLoop(statement.kind);
  }
  return false;
}

void Execution::PushBranch(Block block, const Value& dot, std::uint32_t mark) {
  Frame frame;
  frame.kind = FrameKind::kBranch;
  frame.block = block;
  frame.dot = dot;
  frame.mark = mark;
  frame.base = frames_.back().base;
  frames_.push_back(frame);
}

bool Execution::Branch(const Statement& statement) {
  const auto mark = static_cast<std::uint32_t>(variables_.size());
  const Value dot = frames_.back().dot;
  Value value;
  if (!Pipe(*statement.pipeline, dot, value)) return false;
  if (IsTrue(value)) {
    PushBranch(statement.body, statement.kind == StatementKind::kWith ? value : dot, mark);
  } else if (statement.has_otherwise) {
    PushBranch(statement.otherwise, dot, mark);
  } else {
    variables_.resize(mark);
  }
  return true;
}

bool Execution::StartRange(const Statement& statement) {
  const auto mark = static_cast<std::uint32_t>(variables_.size());
  const Value dot = frames_.back().dot;
  Value value;
  if (!Pipe(*statement.pipeline, dot, value)) return false;
  value = Indirect(value);
  std::int64_t rounds = 0;
  switch (value.kind()) {
    case Kind::kInvalid:
      break;
    case Kind::kInt:
    case Kind::kUint:
      if (statement.pipeline->variables.size() > 1) {
        return Fail(statement.pipeline->span, "range over a number has one variable at most");
      }
      rounds = value.AsInt();
      break;
    case Kind::kSlice:
    case Kind::kMap:
      rounds = static_cast<std::int64_t>(value.size());
      break;
    default:
      return Fail(statement.pipeline->span,
                  "range cannot go over a value of type " + TypeName(value));
  }
  if (rounds <= 0) {
    statement.has_otherwise ? PushBranch(statement.otherwise, dot, mark) : variables_.resize(mark);
    return true;
  }
  Frame frame;
  frame.kind = FrameKind::kRange;
  frame.mark = mark;
  frame.base = frames_.back().base;
  frame.loop = &statement;
  frame.range = value;
  frame.index = -1;
  frame.body_mark = static_cast<std::uint32_t>(variables_.size());
  frames_.push_back(frame);
  return NextRound(frames_.back());
}

bool Execution::NextRound(Frame& frame) {
  const auto index = static_cast<std::size_t>(++frame.index);
  const bool counts = frame.range.kind() == Kind::kInt || frame.range.kind() == Kind::kUint;
  const std::size_t rounds =
      counts ? static_cast<std::size_t>(frame.range.AsInt()) : frame.range.size();
  variables_.resize(frame.body_mark);
  if (index >= rounds) {
    PopFrame();
    return true;
  }
  if (!CountStep()) return false;
  Value key;
  Value element;
  if (counts) {
    element = Value::Integer(*frame.range.type(), frame.index);
  } else if (frame.range.kind() == Kind::kSlice) {
    key = Value::Int(frame.index);
    element = frame.range.AsSlice()[index];
  } else {
    key = Value::String(frame.range.AsMap()[index].key);
    element = frame.range.AsMap()[index].value;
  }
  if (!counts && frame.range.type()->element == &kAnyType) element.MarkFoundInAny();
  frame.block = frame.loop->body;
  frame.next = 0;
  frame.dot = element;
  const auto& variables = frame.loop->pipeline->variables;
  const std::size_t count = variables.size();
  if (count == 0) return true;
  if (!frame.loop->pipeline->assigns) {
    variables_[variables_.size() - 1].value = element;
    if (count > 1) variables_[variables_.size() - 2].value = key;
    return true;
  }
  const Value values[2] = {count > 1 ? key : element, element};
  for (std::size_t i = 0; i < count; ++i) {
    Value* const variable = FindVariable(variables[i].id);
    if (variable == nullptr)
      return Fail(variables[i].span, "unknown variable " + std::string(variables[i].name));
    *variable = values[i];
  }
  return true;
}

bool Execution::LeaveLoop(StatementKind kind) {
  while (frames_.back().kind != FrameKind::kRange) PopFrame();
  if (kind == StatementKind::kContinue) return NextRound(frames_.back());
  PopFrame();
  return true;
}

bool Execution::CallTemplate(const Statement& statement) {
  const Definition* const definition =
      statement.callee != nullptr ? statement.callee : tree_.Find(statement.text);
  if (definition == nullptr)
    return Fail(statement.span, "there is no template " + Quote(statement.text));
  if (depth_ >= limits_.depth) return Fail(statement.span, "templates call each other too deeply");
  Value dot;
  if (statement.pipeline != nullptr && !Pipe(*statement.pipeline, frames_.back().dot, dot))
    return false;
  Frame frame;
  frame.kind = FrameKind::kTemplate;
  frame.block = definition->body;
  frame.dot = dot;
  frame.mark = static_cast<std::uint32_t>(variables_.size());
  frame.base = frame.mark;
  frame.definition = definition;
  variables_.push_back({kDollar, dot});
  frames_.push_back(frame);
  ++depth_;
  return true;
}

Value* Execution::FindVariable(std::uint32_t id) {
  for (std::size_t i = variables_.size(); i-- > frames_.back().base;) {
    if (variables_[i].id == id) return &variables_[i].value;
  }
  return nullptr;
}

bool Execution::Pipe(const Pipeline& pipeline, const Value& dot, Value& result) {
  const Value* final = nullptr;
  Value value;
  for (const Command& command : pipeline.commands) {
    Value next;
    if (!CountStep() || !RunCommand(command, dot, final, next)) return false;
    value = next.kind() == Kind::kInterface ? Value{} : next;
    value.Unpack();
    final = &value;
  }
  for (const VariableName& variable : pipeline.variables) {
    if (!pipeline.assigns) {
      variables_.push_back({variable.id, value});
      continue;
    }
    Value* const target = FindVariable(variable.id);
    if (target == nullptr)
      return Fail(variable.span, "unknown variable " + std::string(variable.name));
    *target = value;
  }
  result = value;
  return true;
}

bool Execution::RunCommand(const Command& command, const Value& dot, const Value* final,
                           Value& result) {
  const Operand& first = command.operands[0];
  switch (first.kind) {
    case OperandKind::kField:
      result = dot;
      return Chain(first.fields, first, &command, dot, final, result);
    case OperandKind::kVariable:
    case OperandKind::kPipeline:
      if (first.fields.empty()) break;
      return First(first, dot, result) && Chain(first.fields, first, &command, dot, final, result);
    case OperandKind::kFunction:
      if (first.fields.empty())
        return CallFunction(*first.function, first, nullptr, &command, dot, final, result);
      return CallFunction(*first.function, first, nullptr, nullptr, dot, nullptr, result) &&
             Chain(first.fields, first, &command, dot, final, result);
    default:
      break;
  }
  if (first.kind == OperandKind::kVariable && !First(first, dot, result)) return false;
  if (command.operands.size() > 1 || final != nullptr) {
    return Fail(first.span, "is no function and cannot take arguments");
  }
  return First(first, dot, result);
}

// The operand without the fields behind it.
bool Execution::First(const Operand& operand, const Value& dot, Value& result) {
  switch (operand.kind) {
    case OperandKind::kDot:
      result = dot;
      return true;
    case OperandKind::kNil:
      return Fail(operand.span, "nil is not a command");
    case OperandKind::kBool:
      result = Value::Bool(operand.boolean);
      return true;
    case OperandKind::kNumber:
      return IdealNumber(operand, result);
    case OperandKind::kString:
      result = Value::String(operand.text);
      return true;
    case OperandKind::kPipeline:
      return Pipe(*operand.pipeline, dot, result);
    case OperandKind::kFunction:
      return CallFunction(*operand.function, operand, nullptr, nullptr, dot, nullptr, result);
    case OperandKind::kField:
      result = dot;
      return true;
    case OperandKind::kVariable: {
      const Value* const value = FindVariable(operand.variable.id);
      if (value == nullptr)
        return Fail(operand.span, "unknown variable " + std::string(operand.variable.name));
      result = *value;
      return true;
    }
  }
  return false;
}

bool Execution::IdealNumber(const Operand& operand, Value& result) {
  const Number& number = *operand.number;
  if (number.is_complex) {
    result = Value::Complex(number.complex, arena_);
  } else if (number.is_float && number.prefers_float) {
    result = Value::Float(number.floating);
  } else if (number.is_int) {
    result = Value::Int(number.integer);
  } else {
    return Fail(operand.span, "integer is too large");
  }
  return true;
}

bool Execution::Argument(const Operand& operand, const Type* type, const Value& dot,
                         Value& result) {
  switch (operand.kind) {
    case OperandKind::kNil:
      if (type == kAnything) {
        result = {};
        return true;
      }
      if (!CanBeNil(*type)) return Fail(operand.span, "nil cannot be a " + std::string(type->name));
      result = Value::Zero(*type);
      return true;
    case OperandKind::kBool:
    case OperandKind::kNumber:
    case OperandKind::kString:
      return Constant(operand, type, result);
    default:
      break;
  }
  return First(operand, dot, result) &&
         (operand.fields.empty() ||
          Chain(operand.fields, operand, nullptr, dot, nullptr, result)) &&
         Validate(type, operand, result);
}

bool Execution::Constant(const Operand& operand, const Type* type, Value& result) {
  if (type == kAnything || type->kind == Kind::kInterface) {
    return First(operand, {}, result);
  }
  switch (type->kind) {
    case Kind::kString:
      if (operand.kind != OperandKind::kString) break;
      result = Value::Text(*type, operand.text);
      return true;
    case Kind::kBool:
      if (operand.kind != OperandKind::kBool) break;
      result = Value::Integer(*type, operand.boolean ? 1 : 0);
      return true;
    case Kind::kInt:
    case Kind::kUint:
    case Kind::kFloat:
    case Kind::kComplex:
      if (operand.kind != OperandKind::kNumber) break;
      return NumberFor(operand, *type, result);
    default:
      break;
  }
  return Fail(operand.span, "a constant cannot be a " + std::string(type->name));
}

bool Execution::NumberFor(const Operand& operand, const Type& type, Value& result) {
  const Number& number = *operand.number;
  if (type.kind == Kind::kInt && number.is_int) {
    result = Value::Integer(type, number.integer);
  } else if (type.kind == Kind::kUint && number.is_uint) {
    result = Value::Integer(type, static_cast<std::int64_t>(number.unsigned_integer));
  } else if (type.kind == Kind::kFloat && number.is_float) {
    result = Value::Float(number.floating);
  } else if (type.kind == Kind::kComplex && number.is_complex) {
    result = Value::Complex(number.complex, arena_);
  } else {
    return Fail(operand.span, "the number cannot be a " + std::string(type.name));
  }
  return true;
}

bool Execution::Validate(const Type* type, const Operand& at, Value& value) {
  if (type == kAnything) return true;
  if (!value.IsValid()) {
    if (!CanBeNil(*type))
      return Fail(at.span, "no value, but a " + std::string(type->name) + " is needed");
    value = Value::Zero(*type);
    return true;
  }
  if (IsAssignable(*value.type(), *type)) return true;
  if (value.kind() == Kind::kPointer && IsAssignable(*value.type()->element, *type)) {
    if (value.IsNil()) return Fail(at.span, "nil, but a " + std::string(type->name) + " is needed");
    value = value.Target();
    return true;
  }
  return Fail(at.span,
              "type is " + TypeName(value) + ", but a " + std::string(type->name) + " is needed");
}

// The fields of .a.b; arguments belong to the last one. `command` is null where the chain is itself
// an argument.
bool Execution::Chain(std::span<const std::string_view> fields, const Operand& at,
                      const Command* command, const Value& dot, const Value* final, Value& value) {
  for (const std::string_view name : fields.first(fields.size() - 1)) {
    if (!FieldOf(name, at, nullptr, dot, nullptr, value)) return false;
  }
  return FieldOf(fields.back(), at, command, dot, final, value);
}

bool Execution::FieldOf(std::string_view name, const Operand& at, const Command* command,
                        const Value& dot, const Value* final, Value& value) {
  if (!value.IsValid()) {
    return missing_key_ != MissingKey::kError ||
           Fail(at.span, "no entry for key " + Quote(name) + " in no value");
  }
  if (value.kind() == Kind::kInterface)
    return Fail(at.span, "cannot take field " + std::string(name) + " of a missing value");
  const Value receiver = Indirect(value);
  for (const Function& method : receiver.type()->methods) {
    if (method.name == name) {
      Value result;
      if (!CallFunction(method, at, &receiver, command, dot, final, result)) return false;
      value = result;
      return true;
    }
  }
  const bool has_arguments =
      (command != nullptr && command->operands.size() > 1) || final != nullptr;
  if (receiver.kind() == Kind::kStruct) {
    const auto fields = receiver.type()->fields;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].name != name) continue;
      if (has_arguments)
        return Fail(at.span, std::string(name) + " is no function and cannot take arguments");
      value = receiver.AsStruct()[i];
      return true;
    }
  } else if (receiver.kind() == Kind::kMap) {
    if (has_arguments)
      return Fail(at.span, std::string(name) + " is no method and cannot take arguments");
    if (const Value* const found = receiver.Find(name)) {
      value = *found;
      if (receiver.type()->element == &kAnyType) value.MarkFoundInAny();
      return true;
    }
    switch (missing_key_) {
      case MissingKey::kZero:
        value = Value::Zero(*receiver.type()->element);
        return true;
      case MissingKey::kDefault:
        value = {};
        return true;
      case MissingKey::kError:
        return Fail(at.span, "map has no entry for key " + Quote(name));
    }
  }
  return Fail(at.span, NoSuchField(*value.type(), name));
}

bool Execution::CallFunction(const Function& function, const Operand& at, const Value* receiver,
                             const Command* command, const Value& dot, const Value* final,
                             Value& result) {
  const auto operands =
      command == nullptr ? std::span<const Operand>{} : command->operands.subspan(1);
  const std::size_t given = operands.size() + (final != nullptr ? 1 : 0);
  if (function.is_variadic ? given < function.required() : given != function.parameter_count) {
    return Fail(at.span, WrongCount(function, given));
  }
  if (function.special == Function::Special::kAnd || function.special == Function::Special::kOr) {
    return ShortCircuit(function, command, dot, final, result);
  }
  const std::size_t base = arguments_.size();
  if (receiver != nullptr) arguments_.push_back(*receiver);
  std::size_t index = 0;
  for (const Operand& operand : operands) {
    Value value;
    if (!Argument(operand, function.parameter(index++), dot, value)) return false;
    arguments_.push_back(value);
  }
  if (final != nullptr) {
    Value value = *final;
    if (!Validate(function.parameter(index), at, value)) return false;
    arguments_.push_back(value);
  }
  const Span span = command == nullptr ? at.span : command->span;
  if (function.call == nullptr)
    return Fail(span, std::string(function.name) + " does not return one value");
  Call call{.args = std::span<const Value>(arguments_).subspan(base),
            .arena = arena_,
            .environment = environment_,
            .root = data_};
  result = function.call(call);
  arguments_.resize(base);
  if (call.failed) return Fail(span, std::string(function.name) + ": " + call.error);
  return true;
}

// and, or: the first argument that decides, later ones are not evaluated.
bool Execution::ShortCircuit(const Function& function, const Command* command, const Value& dot,
                             const Value* final, Value& result) {
  const bool stops_at = function.special == Function::Special::kOr;
  for (const Operand& operand :
       command == nullptr ? std::span<const Operand>{} : command->operands.subspan(1)) {
    if (!Argument(operand, kAnything, dot, result)) return false;
    if (IsTrue(result) == stops_at) return true;
  }
  if (final != nullptr) result = *final;
  return true;
}

}  // namespace promql::tmpl
