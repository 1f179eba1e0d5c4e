// SPDX-License-Identifier: Apache-2.0
// Go's own template functions.
#include <optional>
#include <string>

#include "promql/template/dialect.h"
#include "promql/template/escape.h"
#include "promql/template/format.h"
#include "promql/template/function.h"
#include "promql/template/template.h"

namespace promql::tmpl {
namespace {

constexpr std::size_t kLongestPrintf = std::size_t{16} << 20U;

std::string TypeName(const Value& value) {
  return value.IsValid() ? std::string(value.type()->name) : "nil";
}

Value KeepText(Call& call, const std::string& text) { return Value::String(call.arena.Copy(text)); }

// Position among `size` elements; the end itself counts.
std::optional<std::size_t> Position(Call& call, const Value& index, std::size_t size) {
  if (index.kind() != Kind::kInt && index.kind() != Kind::kUint) {
    call.Fail("an index cannot be of type " + TypeName(index));
    return std::nullopt;
  }
  const std::int64_t position = index.AsInt();
  if (position < 0 || static_cast<std::uint64_t>(position) > size) {
    call.Fail("index out of range: " + std::to_string(position));
    return std::nullopt;
  }
  return static_cast<std::size_t>(position);
}

Value ElementAt(Call& call, const Value& item, const Value& index) {
  const auto position = Position(call, index, item.size());
  if (!position) return {};
  if (*position == item.size())
    return call.Fail("index out of range: " + std::to_string(*position));
  if (item.kind() == Kind::kString) {
    return Value::Integer(kUint8Type, static_cast<unsigned char>(item.AsString()[*position]));
  }
  return item.AsSlice()[*position];
}

Value EntryAt(Call& call, const Value& item, const Value& index) {
  if (!index.IsValid() || index.type() != &kStringType)
    return call.Fail("a key must be a string, not " + TypeName(index));
  const Value* const found = item.Find(index.AsString());
  return found != nullptr ? *found : Value::Zero(*item.type()->element);
}

Value Index(Call& call) {
  Value item = call.args[0];
  if (item.kind() == Kind::kInterface) item = {};
  if (!item.IsValid()) return call.Fail("index of nil");
  for (Value index : call.args.subspan(1)) {
    if (index.kind() == Kind::kInterface) index = {};
    item = Indirect(item);
    switch (item.kind()) {
      case Kind::kString:
      case Kind::kSlice:
        item = ElementAt(call, item, index);
        break;
      case Kind::kMap:
        item = EntryAt(call, item, index);
        break;
      case Kind::kInvalid:
      case Kind::kInterface:
        return call.Fail("index of nil");
      default:
        return call.Fail("a value of type " + TypeName(item) + " has no elements");
    }
    if (call.failed) return {};
  }
  return item;
}

Value Slice(Call& call) {
  const Value item = Indirect(call.args[0]);
  const auto indexes = call.args.subspan(1);
  if (indexes.size() > 3) return call.Fail("more than three indexes");
  const bool is_string = item.kind() == Kind::kString;
  if (!is_string && item.kind() != Kind::kSlice)
    return call.Fail("a value of type " + TypeName(item) + " cannot be sliced");
  if (is_string && indexes.size() == 3) return call.Fail("a string takes two indexes at most");
  const std::size_t capacity = is_string ? item.size() : item.capacity();
  std::size_t bounds[3] = {0, item.size(), capacity};
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    const Value index = indexes[i].kind() == Kind::kInterface ? Value{} : indexes[i];
    if (index.IsFoundInAny())
      return call.Fail("an index out of a list or map of anything needs parentheses: (.x)");
    const auto position = Position(call, index, capacity);
    if (!position) return {};
    bounds[i] = *position;
  }
  if (bounds[0] > bounds[1] || bounds[1] > bounds[2]) return call.Fail("indexes are not in order");
  if (is_string)
    return Value::Text(*item.type(), item.AsString().substr(bounds[0], bounds[1] - bounds[0]));
  // A named list keeps its name. Behind the end of a list there may be room that a longer slice
  // shows.
  if (item.IsNil()) return item;
  return Value::Slice(*item.type(), item.AsSlice().data() + bounds[0], bounds[1] - bounds[0],
                      bounds[2] - bounds[0]);
}

Value Len(Call& call) {
  const Value item = Indirect(call.args[0]);
  switch (item.kind()) {
    case Kind::kString:
    case Kind::kSlice:
    case Kind::kMap:
      return Value::Int(static_cast<std::int64_t>(item.size()));
    default:
      return call.Fail("a value of type " + TypeName(item) + " has no length");
  }
}

Value Not(Call& call) { return Value::Bool(!IsTrue(call.args[0])); }

// Comparisons know six kinds of values.
enum class Basic : std::uint8_t { kOther, kBool, kComplex, kInt, kFloat, kString, kUint };

Basic BasicKind(const Value& value) {
  switch (value.kind()) {
    case Kind::kBool:
      return Basic::kBool;
    case Kind::kInt:
      return Basic::kInt;
    case Kind::kUint:
      return Basic::kUint;
    case Kind::kFloat:
      return Basic::kFloat;
    case Kind::kComplex:
      return Basic::kComplex;
    case Kind::kString:
      return Basic::kString;
    default:
      return Basic::kOther;
  }
}

Value StripInterface(const Value& value) {
  return value.kind() == Kind::kInterface ? Value{} : value;
}

bool Incompatible(Call& call, const Value& a, const Value& b) {
  call.Fail("cannot compare " + TypeName(a) + " with " + TypeName(b));
  return false;
}

// Values that are no numbers, strings or bools: nil equals nil, structs equal when all their fields
// do.
bool OthersEqual(Call& call, const Value& a, const Value& b) {
  if (a.IsValid() && b.IsValid() && a.kind() != b.kind()) return Incompatible(call, a, b);
  if (a.IsNil() || b.IsNil()) return a.IsNil() == b.IsNil();
  if (b.kind() == Kind::kSlice || b.kind() == Kind::kMap) {
    call.Fail("a value of type " + TypeName(b) + " cannot be compared");
    return false;
  }
  if (a.type() != b.type()) return false;
  if (a.kind() == Kind::kPointer || b.type()->fields.empty()) return a.AsOpaque() == b.AsOpaque();
  for (std::size_t i = 0; i < b.type()->fields.size(); ++i) {
    const Kind kind = b.AsStruct()[i].kind();
    if (kind == Kind::kSlice || kind == Kind::kMap) {
      call.Fail("a value of type " + TypeName(b) + " cannot be compared");
      return false;
    }
    if (a.AsStruct()[i].kind() != Kind::kString ||
        a.AsStruct()[i].AsString() != b.AsStruct()[i].AsString())
      return false;
  }
  return true;
}

bool Equal(Call& call, const Value& a, const Value& b) {
  const Basic kind = BasicKind(a);
  const Basic other = BasicKind(b);
  if (kind != other) {
    if (kind == Basic::kInt && other == Basic::kUint)
      return a.AsInt() >= 0 && a.AsUint() == b.AsUint();
    if (kind == Basic::kUint && other == Basic::kInt)
      return b.AsInt() >= 0 && a.AsUint() == b.AsUint();
    return a.IsValid() && b.IsValid() ? Incompatible(call, a, b) : false;
  }
  switch (kind) {
    case Basic::kBool:
    case Basic::kInt:
    case Basic::kUint:
      return a.AsInt() == b.AsInt();
    case Basic::kFloat:
      return a.AsFloat() == b.AsFloat();
    case Basic::kComplex:
      return a.AsComplex() == b.AsComplex();
    case Basic::kString:
      return a.AsString() == b.AsString();
    case Basic::kOther:
      return OthersEqual(call, a, b);
  }
  return false;
}

bool Less(Call& call, const Value& a, const Value& b) {
  const Basic kind = BasicKind(a);
  const Basic other = BasicKind(b);
  if (kind == Basic::kOther || other == Basic::kOther) {
    call.Fail("a value of type " + TypeName(kind == Basic::kOther ? a : b) + " cannot be compared");
    return false;
  }
  if (kind != other) {
    if (kind == Basic::kInt && other == Basic::kUint)
      return a.AsInt() < 0 || a.AsUint() < b.AsUint();
    if (kind == Basic::kUint && other == Basic::kInt)
      return b.AsInt() >= 0 && a.AsUint() < b.AsUint();
    return Incompatible(call, a, b);
  }
  switch (kind) {
    case Basic::kInt:
      return a.AsInt() < b.AsInt();
    case Basic::kUint:
      return a.AsUint() < b.AsUint();
    case Basic::kFloat:
      return a.AsFloat() < b.AsFloat();
    case Basic::kString:
      return a.AsString() < b.AsString();
    default:
      call.Fail("a value of type " + TypeName(a) + " has no order");
      return false;
  }
}

Value Eq(Call& call) {
  const Value first = StripInterface(call.args[0]);
  if (call.args.size() < 2) return call.Fail("nothing to compare with");
  for (const Value& other : call.args.subspan(1)) {
    if (Equal(call, first, StripInterface(other))) return Value::Bool(true);
    if (call.failed) return {};
  }
  return Value::Bool(false);
}

Value Ne(Call& call) {
  return Value::Bool(!Equal(call, StripInterface(call.args[0]), StripInterface(call.args[1])));
}
Value Lt(Call& call) {
  return Value::Bool(Less(call, StripInterface(call.args[0]), StripInterface(call.args[1])));
}
Value Ge(Call& call) {
  return Value::Bool(!Less(call, StripInterface(call.args[0]), StripInterface(call.args[1])));
}

bool LessOrEqual(Call& call) {
  const Value a = StripInterface(call.args[0]);
  const Value b = StripInterface(call.args[1]);
  const bool less = Less(call, a, b);
  return less || (!call.failed && Equal(call, a, b));
}
Value Le(Call& call) { return Value::Bool(LessOrEqual(call)); }
Value Gt(Call& call) { return Value::Bool(!LessOrEqual(call)); }

Value CallValue(Call& call) {
  const Value callee = StripInterface(call.args[0]);
  return call.Fail(callee.IsValid() ? "a value of type " + TypeName(callee) + " is no function"
                                    : "nil is no function");
}

Value Print(Call& call) {
  std::string text;
  AppendPrint(call.args, text);
  return KeepText(call, text);
}

Value Println(Call& call) {
  std::string text;
  AppendPrintln(call.args, text);
  return KeepText(call, text);
}

Value Printf(Call& call) {
  std::string text;
  AppendPrintf(call.Text(0), call.args.subspan(1), text, kLongestPrintf);
  return KeepText(call, text);
}

// What html, js and urlquery work on: several arguments are joined as print joins them, but nil is
// <no value>.
std::string JoinedText(const Call& call) {
  if (call.args.size() == 1 && call.args[0].type() == &kStringType)
    return std::string(call.Text(0));
  std::vector<Value> shown;
  for (const Value& argument : call.args) {
    if (argument.IsNil() && argument.kind() <= Kind::kInterface) {
      shown.push_back(Value::String("<no value>"));
    } else if (argument.kind() == Kind::kPointer) {
      shown.push_back(Indirect(argument));
    } else {
      shown.push_back(argument);
    }
  }
  std::string text;
  AppendPrint(shown, text);
  return text;
}

Value Html(Call& call) {
  std::string out;
  AppendHtmlEscaped(JoinedText(call), out);
  return KeepText(call, out);
}

Value Js(Call& call) {
  std::string out;
  AppendJsEscaped(JoinedText(call), out);
  return KeepText(call, out);
}

Value UrlQuery(Call& call) {
  std::string out;
  AppendQueryEscaped(JoinedText(call), out);
  return KeepText(call, out);
}

// name, implementation, result, parameters (the last one may repeat when variadic)
const Function kBuiltins[] = {
    {.name = "and", .parameter_count = 2, .is_variadic = true, .special = Function::Special::kAnd},
    {.name = "call",
     .call = CallValue,
     .parameter_count = 2,
     .is_variadic = true,
     .special = Function::Special::kCall},
    {.name = "eq", .call = Eq, .result = &kBoolType, .parameter_count = 2, .is_variadic = true},
    {.name = "ge", .call = Ge, .result = &kBoolType, .parameter_count = 2},
    {.name = "gt", .call = Gt, .result = &kBoolType, .parameter_count = 2},
    {.name = "html",
     .call = Html,
     .result = &kStringType,
     .parameter_count = 1,
     .is_variadic = true,
     .parameters = {&kAnyType}},
    {.name = "index", .call = Index, .parameter_count = 2, .is_variadic = true},
    {.name = "js",
     .call = Js,
     .result = &kStringType,
     .parameter_count = 1,
     .is_variadic = true,
     .parameters = {&kAnyType}},
    {.name = "le", .call = Le, .result = &kBoolType, .parameter_count = 2},
    {.name = "len", .call = Len, .result = &kIntType, .parameter_count = 1},
    {.name = "lt", .call = Lt, .result = &kBoolType, .parameter_count = 2},
    {.name = "ne", .call = Ne, .result = &kBoolType, .parameter_count = 2},
    {.name = "not", .call = Not, .result = &kBoolType, .parameter_count = 1},
    {.name = "or", .parameter_count = 2, .is_variadic = true, .special = Function::Special::kOr},
    {.name = "print",
     .call = Print,
     .result = &kStringType,
     .parameter_count = 1,
     .is_variadic = true,
     .parameters = {&kAnyType}},
    {.name = "printf",
     .call = Printf,
     .result = &kStringType,
     .parameter_count = 2,
     .is_variadic = true,
     .parameters = {&kStringType, &kAnyType}},
    {.name = "println",
     .call = Println,
     .result = &kStringType,
     .parameter_count = 1,
     .is_variadic = true,
     .parameters = {&kAnyType}},
    {.name = "slice", .call = Slice, .parameter_count = 2, .is_variadic = true},
    {.name = "urlquery",
     .call = UrlQuery,
     .result = &kStringType,
     .parameter_count = 1,
     .is_variadic = true,
     .parameters = {&kAnyType}},
};

}  // namespace

std::span<const Function> BuiltinFunctions() { return kBuiltins; }

}  // namespace promql::tmpl
