// SPDX-License-Identifier: Apache-2.0
// The syntax tree of a template text. Nodes live in the arena of the Template (or Library) that was
// parsed and are immutable; spans are bytes of its text. Lint checks walk it; Execute runs it.
#pragma once

#include <complex>
#include <cstdint>
#include <span>
#include <string_view>

#include "promql/template/function.h"

namespace promql::tmpl {

struct Span {
  std::uint32_t start = 0;
  std::uint32_t end = 0;  // exclusive
  friend bool operator==(const Span&, const Span&) = default;
};

// A name written in a template, numbered within its text so that looking it up compares numbers. $
// is 0.
struct VariableName {
  std::string_view name;  // with its $
  std::uint32_t id = 0;
  Span span;
};

// A constant stands for every kind of number that it can be.
struct Number {
  bool is_int = false;
  bool is_uint = false;
  bool is_float = false;
  bool is_complex = false;
  bool prefers_float = false;  // written with a point or an exponent
  std::int64_t integer = 0;
  std::uint64_t unsigned_integer = 0;
  double floating = 0;
  std::complex<double> complex;
};

struct Pipeline;
struct Definition;

enum class OperandKind : std::uint8_t {
  kDot,
  kNil,
  kBool,
  kNumber,
  kString,
  kField,     // .a.b
  kVariable,  // $x.a.b
  kFunction,  // name, with .a.b behind it when chained
  kPipeline,  // ( … ), with .a.b behind it when chained
};

struct Operand {
  OperandKind kind = OperandKind::kDot;
  bool boolean = false;
  Span span;
  std::span<const std::string_view> fields;  // the names of .a.b
  VariableName variable;
  std::string_view text;  // of kString, unquoted
  union {
    const Function* function = nullptr;
    const Pipeline* pipeline;
    const Number* number;
  };
};

struct Command {
  Span span;
  std::span<const Operand> operands;  // at least one; what is called and its arguments
};

struct Pipeline {
  Span span;
  bool assigns = false;  // = instead of :=
  std::span<const VariableName> variables;
  std::span<const Command> commands;
};

enum class StatementKind : std::uint8_t {
  kText,
  kAction,
  kIf,
  kWith,
  kRange,
  kTemplate,
  kBreak,
  kContinue
};

struct Statement {
  StatementKind kind = StatementKind::kText;
  bool has_otherwise = false;
  Span span;              // the text, or the action from delimiter to delimiter
  std::string_view text;  // of kText; of kTemplate the name
  const Pipeline* pipeline = nullptr;
  const Definition* callee = nullptr;  // of kTemplate, where a rewritten tree has settled it
  std::span<const Statement> body;
  std::span<const Statement> otherwise;
};

using Block = std::span<const Statement>;

struct Definition {
  std::string_view name;
  Span span;  // of the name where it is defined
  Block body;
};

// Nothing but white space.
[[nodiscard]] bool IsEmpty(Block body);

}  // namespace promql::tmpl
