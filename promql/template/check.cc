// SPDX-License-Identifier: Apache-2.0
#include "promql/template/check.h"

#include <algorithm>
#include <set>
#include <utility>

#include "promql/template/prometheus.h"

namespace promql::tmpl {
namespace {

// What is known of a value: its type, and the field of the data that it is. No type: anything.
struct Known {
  const Type* type = nullptr;
  std::string_view field;
  bool is_constant_nil = false;
  bool is_of_data = false;  // a field of the data itself, not of a sample or an alert
};

bool IsBasic(Kind kind) {
  return kind == Kind::kBool || kind == Kind::kInt || kind == Kind::kUint || kind == Kind::kFloat ||
         kind == Kind::kString || kind == Kind::kComplex;
}

const Type* Follow(const Type* type) {
  while (type != nullptr && type->kind == Kind::kPointer) type = type->element;
  return type;
}

// The type of elements, unless they may be anything.
const Type* ElementOf(const Type* type) {
  type = Follow(type);
  if (type == nullptr || (type->kind != Kind::kSlice && type->kind != Kind::kMap)) return nullptr;
  return type->element == &kAnyType ? nullptr : type->element;
}

class Checker {
 public:
  Checker(const Template& checked, const Type& data) : template_(checked), data_(data) {}

  TemplateFacts Run() {
    FindAssigned(template_.body());
    for (const Definition& definition : template_.definitions()) FindAssigned(definition.body);
    variables_.push_back({0, {&data_, {}}});
    std::uint32_t id = 0;
    for (const PreludeVariable& variable : template_.dialect().prelude()) {
      variables_.push_back({++id, FieldOf({&data_, {}}, variable.field, {}, false)});
    }
    facts_.uses_value = false;
    CheckBlock(template_.body(), {&data_, {}});
    for (const Definition& definition : template_.definitions()) {
      if (definition.body.data() == template_.body().data()) continue;
      variables_.assign(1, {0, {}});
      CheckBlock(definition.body, {});
    }
    std::ranges::stable_sort(facts_.mistakes, {},
                             [](const Mistake& mistake) { return mistake.span.start; });
    return std::move(facts_);
  }

 private:
  struct Variable {
    std::uint32_t id = 0;
    Known known;
  };

  // Variables that = changes somewhere: what they hold depends on the way through the text, so
  // nothing is known of them. Their numbers are those of the main text and its definitions
  // together.
  void FindAssigned(Block block) {
    for (const Statement& statement : block) {
      if (statement.pipeline != nullptr) FindAssigned(*statement.pipeline);
      FindAssigned(statement.body);
      FindAssigned(statement.otherwise);
    }
  }
  void FindAssigned(const Pipeline& pipeline) {
    for (const VariableName& name : pipeline.variables) {
      if (pipeline.assigns) assigned_.insert(name.id);
    }
    for (const Command& command : pipeline.commands) {
      for (const Operand& operand : command.operands) {
        if (operand.kind == OperandKind::kPipeline) FindAssigned(*operand.pipeline);
      }
    }
  }

  void Report(Span span, std::string message) {
    facts_.mistakes.push_back({span, std::move(message)});
  }

  void CheckBlock(Block block, const Known& dot) {
    for (const Statement& statement : block) CheckStatement(statement, dot);
  }

  // What a block declares ends with it.
  void CheckScope(Block block, const Known& dot) {
    const std::size_t scope = variables_.size();
    CheckBlock(block, dot);
    variables_.resize(scope);
  }

  void CheckStatement(const Statement& statement, const Known& dot) {
    const std::size_t scope = variables_.size();
    Known value;
    if (statement.pipeline != nullptr) value = Evaluate(*statement.pipeline, dot);
    const bool declares = statement.pipeline != nullptr && !statement.pipeline->variables.empty();
    switch (statement.kind) {
      case StatementKind::kAction:
        if (!declares) WholeValue(value);
        return;  // variables stay until the end of the block
      case StatementKind::kIf:
        CheckScope(statement.body, dot);
        break;
      case StatementKind::kWith:
        CheckScope(statement.body, value);
        break;
      case StatementKind::kRange:
        CheckRange(statement, *statement.pipeline, value);
        break;
      case StatementKind::kTemplate:
        WholeValue(value);
        if (template_.Find(statement.text) == nullptr) {
          Report(statement.span, "there is no template \"" + std::string(statement.text) + "\"");
        }
        return;
      default:
        return;
    }
    CheckBlock(statement.otherwise, dot);
    variables_.resize(scope);
  }

  void CheckRange(const Statement& statement, const Pipeline& pipeline, const Known& value) {
    const Type* const type = Follow(value.type);
    WholeValue(value);
    if (type != nullptr && IsBasic(type->kind) && type->kind != Kind::kInt &&
        type->kind != Kind::kUint) {
      Report(pipeline.span, "range cannot go over a value of type " + std::string(type->name));
    }
    // Loops may change what variables hold: only their own are known.
    const auto& names = pipeline.variables;
    if (!names.empty() && !pipeline.assigns) {
      variables_.back().known = {ElementOf(value.type), {}};
      if (names.size() > 1) variables_[variables_.size() - 2].known = {};
    }
    const bool counts = type != nullptr && (type->kind == Kind::kInt || type->kind == Kind::kUint);
    CheckScope(statement.body, counts ? Known{type, {}} : Known{ElementOf(value.type), {}});
    if (names.size() == 1 && !pipeline.assigns) variables_.back().known = value;
  }

  // The value is used as it is, with everything in it.
  void WholeValue(const Known& value) {
    const Type* const type = Follow(value.type);
    if (type != nullptr && type->kind == Kind::kMap && value.is_of_data && value.field == "Labels")
      facts_.uses_all_labels = true;
  }

  Known Evaluate(const Pipeline& pipeline, const Known& dot) {
    Known value;
    bool has_value = false;
    for (const Command& command : pipeline.commands) {
      value = Evaluate(command, dot, has_value ? &value : nullptr);
      has_value = true;
    }
    for (const VariableName& name : pipeline.variables) {
      if (!pipeline.assigns) variables_.push_back({name.id, value});
    }
    return value;
  }

  Known Evaluate(const Command& command, const Known& dot, const Known* final) {
    const Operand& first = command.operands[0];
    if (first.kind == OperandKind::kFunction && first.fields.empty()) {
      return Call(*first.function, first.span, command.operands.subspan(1), dot, final);
    }
    const bool has_arguments = command.operands.size() > 1 || final != nullptr;
    if (first.kind == OperandKind::kNil && !has_arguments)
      Report(first.span, "nil alone is no command");
    if (first.fields.empty() && has_arguments) {
      Report(first.span, "is no function and cannot take arguments");
      return {};
    }
    // Arguments of methods are not followed further.
    const Known value = Evaluate(first, dot, has_arguments);
    for (const Operand& operand : command.operands.subspan(1))
      WholeValue(Evaluate(operand, dot, false));
    return value;
  }

  Known Evaluate(const Operand& operand, const Known& dot, bool has_arguments) {
    Known value;
    switch (operand.kind) {
      case OperandKind::kDot:
      case OperandKind::kField:
        value = dot;
        break;
      case OperandKind::kNil:
        return {nullptr, {}, true};
      case OperandKind::kBool:
        return {&kBoolType, {}};
      case OperandKind::kString:
        return {&kStringType, {}};
      case OperandKind::kNumber:
        return {TypeOf(*operand.number), {}};
      case OperandKind::kVariable:
        value = ValueOf(operand.variable);
        break;
      case OperandKind::kFunction:
        value = Call(*operand.function, operand.span, {}, dot, nullptr);
        break;
      case OperandKind::kPipeline:
        value = Evaluate(*operand.pipeline, dot);
        break;
    }
    for (std::size_t i = 0; i < operand.fields.size(); ++i) {
      value = FieldOf(value, operand.fields[i], operand.span,
                      has_arguments && i + 1 == operand.fields.size());
    }
    if (value.is_of_data && value.field == "Value") facts_.uses_value = true;
    return value;
  }

  static const Type* TypeOf(const Number& number) {
    if (number.is_complex) return &kComplexType;
    return number.is_float && number.prefers_float ? &kFloatType : &kIntType;
  }

  Known ValueOf(const VariableName& name) const {
    const auto found =
        std::find_if(variables_.rbegin(), variables_.rend(),
                     [&name](const Variable& variable) { return variable.id == name.id; });
    return found == variables_.rend() || assigned_.contains(name.id) ? Known{} : found->known;
  }

  Known FieldOf(const Known& value, std::string_view name, Span span, bool has_arguments) {
    const Type* const type = Follow(value.type);
    // The value of a rule may be a histogram, which has fields.
    if (type == nullptr || value.field == "Value") return {};
    const auto method = std::ranges::find(type->methods, name, &Function::name);
    if (method != type->methods.end()) return {method->result, {}};
    if (type->kind == Kind::kMap) {
      if (has_arguments)
        Report(span, std::string(name) + " is no method and cannot take arguments");
      if (value.is_of_data) facts_.labels.push_back({name, value.field, span});
      return {ElementOf(type), {}};
    }
    if (type->kind == Kind::kStruct && !type->fields.empty()) {
      const auto field = std::ranges::find(type->fields, name, &Field::name);
      if (field != type->fields.end()) {
        return {field->type, field->name, false, type == Follow(&data_)};
      }
    }
    Report(span, NoSuchField(*type, name));
    return {};
  }

  Known Call(const Function& function, Span span, std::span<const Operand> operands,
             const Known& dot, const Known* final) {
    facts_.functions.push_back({&function, span});
    const std::size_t given = operands.size() + (final != nullptr ? 1 : 0);
    const bool count_fits =
        function.is_variadic ? given >= function.required() : given == function.parameter_count;
    std::vector<Known> arguments;
    for (const Operand& operand : operands) {
      arguments.push_back(Evaluate(operand, dot, false));
      if (count_fits)
        CheckArgument(function, arguments.size() - 1, arguments.back(), operand.span, &operand);
    }
    if (final != nullptr) {
      arguments.push_back(*final);
      if (count_fits) CheckArgument(function, arguments.size() - 1, *final, span, nullptr);
    }
    if (!count_fits) {
      Report(span, WrongCount(function, given));
      return {function.result, {}};
    }
    return Result(function, span, operands, arguments);
  }

  Known Result(const Function& function, Span span, std::span<const Operand> operands,
               std::span<const Known> arguments) {
    if (function.name == "query" && !operands.empty() && operands[0].kind == OperandKind::kString) {
      facts_.queries.push_back({operands[0].text, operands[0].span});
    }
    if (function.name == "index" && arguments.size() == 2) {
      const Type* const type = Follow(arguments[0].type);
      const bool by_name = operands.size() == 2 && operands[1].kind == OperandKind::kString;
      if (type != nullptr && type->kind == Kind::kMap && by_name) {
        if (arguments[0].is_of_data)
          facts_.labels.push_back({operands[1].text, arguments[0].field, operands[1].span});
        return {ElementOf(type), {}};
      }
      return {ElementOf(type), {}};
    }
    if (function.name != "len" && function.name != "not") {
      for (const Known& argument : arguments) WholeValue(argument);
    }
    static constexpr std::string_view kComparisons[] = {"eq", "ne", "lt", "le", "gt", "ge"};
    if (std::ranges::find(kComparisons, function.name) != std::end(kComparisons))
      CheckComparison(function, span, arguments);
    return {function.result, {}};
  }

  // Numbers with and without a point, and anything else of two kinds, never compare.
  void CheckComparison(const Function& function, Span span, std::span<const Known> arguments) {
    if (arguments.size() < 2) {
      Report(span, std::string(function.name) + " has nothing to compare with");
      return;
    }
    const Type* const a = arguments[0].type;
    const Type* const b = arguments[1].type;
    if (a == nullptr || b == nullptr || !IsBasic(a->kind) || !IsBasic(b->kind)) return;
    const auto is_integer = [](const Type* type) {
      return type->kind == Kind::kInt || type->kind == Kind::kUint;
    };
    if (a->kind == b->kind || (is_integer(a) && is_integer(b))) return;
    std::string message = std::string(function.name) + " cannot compare " + std::string(a->name) +
                          " with " + std::string(b->name);
    if ((is_integer(a) && b->kind == Kind::kFloat) || (is_integer(b) && a->kind == Kind::kFloat)) {
      message += ": write the number with a point, 100.0";
    }
    Report(span, std::move(message));
  }

  void CheckArgument(const Function& function, std::size_t index, const Known& argument, Span span,
                     const Operand* operand) {
    const Type* const wanted = function.parameter(index);
    if (wanted == kAnything || wanted == &kAnyType) return;
    if (argument.is_constant_nil) {
      if (IsBasic(wanted->kind) || wanted->kind == Kind::kStruct)
        Report(span, Needs(function, *wanted) + ", not nil");
      return;
    }
    if (argument.type == nullptr) return;
    // A constant fits every type of its kind that it can be.
    if (operand != nullptr && operand->kind == OperandKind::kNumber && wanted->kind == Kind::kInt &&
        operand->number->is_int)
      return;
    const Type* const target =
        argument.type->kind == Kind::kPointer ? argument.type->element : argument.type;
    if (IsAssignable(*argument.type, *wanted) || IsAssignable(*target, *wanted)) return;
    Report(span, Needs(function, *wanted) + ", not " + std::string(argument.type->name));
  }

  static std::string Needs(const Function& function, const Type& wanted) {
    return std::string(function.name) + " needs a " + std::string(wanted.name);
  }

  const Template& template_;
  const Type& data_;
  TemplateFacts facts_;
  std::vector<Variable> variables_;
  std::set<std::uint32_t> assigned_;
};

}  // namespace

TemplateFacts CheckTemplate(const Template& checked, const Type& data) {
  return Checker(checked, data).Run();
}

}  // namespace promql::tmpl
