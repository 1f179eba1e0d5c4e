// SPDX-License-Identifier: Apache-2.0
#include "promql/template/parser.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "promql/template/number.h"
#include "promql/template/unicode.h"

namespace promql::tmpl {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

// A list of nodes that is being built while others of its kind are built inside it: each builder
// owns the end of a shared vector and moves it into the arena when done.
template <class T>
class Builder {
 public:
  explicit Builder(std::vector<T>& shared) : shared_(shared), start_(shared.size()) {}
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;
  ~Builder() { shared_.resize(start_); }

  void Add(const T& node) { shared_.push_back(node); }
  [[nodiscard]] std::size_t size() const { return shared_.size() - start_; }
  [[nodiscard]] std::span<const T> Finish(Arena& arena) const {
    return arena.Copy<T>(std::span<const T>(shared_).subspan(start_));
  }

 private:
  std::vector<T>& shared_;
  std::size_t start_;
};

// Buffers that parses of one thread use one after the other, so that a parse costs few allocations.
struct Scratch {
  Tokens tokens;
  std::vector<Statement> statements;
  std::vector<Command> commands;
  std::vector<Operand> operands;
  std::unordered_map<std::string_view, std::uint32_t> names;  // of variables: their ids
  std::vector<std::uint32_t> variables;                       // ids in scope
  std::vector<std::uint32_t> declared;                        // by id: how often it is in scope
};

// What ended a list of statements.
enum class Ending : std::uint8_t { kEnd, kElse, kElseIf, kElseWith };

class Parser {
 public:
  Parser(std::string_view text, std::string_view name, const Dialect& dialect, Scratch& scratch)
      : name_(name), dialect_(dialect), scratch_(scratch), tokens_(scratch.tokens) {
    parsed_.text = parsed_.arena.Copy(text);
    scratch_.names.clear();
    scratch_.variables.clear();
    scratch_.declared.clear();
    Declare("$");
    for (const PreludeVariable& variable : dialect.prelude()) Declare(variable.name);
  }

  std::expected<ParsedText, ParseProblem> Run() {
    Lex(parsed_.text, tokens_);
    if (!MainText()) return std::unexpected(std::move(problem_));
    return std::move(parsed_);
  }

 private:
  // Tokens.
  [[nodiscard]] const Token& Peek() const { return tokens_.list[at_]; }
  [[nodiscard]] TokenKind Kind() const { return Peek().kind; }
  const Token& Next() {
    const Token& token = tokens_.list[at_];
    if (at_ + 1 < tokens_.list.size()) ++at_;
    return token;
  }
  void SkipSpace() {
    if (Kind() == TokenKind::kSpace) Next();
  }
  const Token& NextNonSpace() {
    SkipSpace();
    return Next();
  }
  [[nodiscard]] std::string_view TextOf(const Token& token) const {
    return parsed_.text.substr(token.start, token.end - token.start);
  }

  bool Fail(Span span, std::string message) {
    problem_ = {span, std::move(message)};
    return false;
  }
  bool Unexpected(const Token& token, std::string_view where) {
    const Span span{token.start, token.end};
    if (token.kind == TokenKind::kError)
      return Fail(span, std::exchange(tokens_.error_message, {}));
    std::string message = "unexpected ";
    if (token.kind == TokenKind::kEnd) {
      message += "end of text";
    } else if (token.kind == TokenKind::kRightDelimiter) {
      message += "}}";
    } else if (token.kind == TokenKind::kSpace) {
      message += "blank";
    } else {
      message += TextOf(token).substr(0, 40);
    }
    message += " in ";
    message += where;
    return Fail(span, std::move(message));
  }
  bool Expect(TokenKind kind, std::string_view where) {
    const Token& token = NextNonSpace();
    return token.kind == kind || Unexpected(token, where);
  }

  // Variables.
  std::uint32_t IdOf(std::string_view name) {
    const auto next = static_cast<std::uint32_t>(scratch_.names.size());
    return scratch_.names.try_emplace(name, next).first->second;
  }
  void Declare(std::string_view name) {
    const std::uint32_t id = IdOf(name);
    scratch_.variables.push_back(id);
    if (id >= scratch_.declared.size()) scratch_.declared.resize(id + 1);
    ++scratch_.declared[id];
  }
  void LeaveScope(std::size_t size) {
    for (std::size_t i = size; i < scratch_.variables.size(); ++i)
      --scratch_.declared[scratch_.variables[i]];
    scratch_.variables.resize(size);
  }
  [[nodiscard]] bool IsDeclared(std::uint32_t id) const {
    return id < scratch_.declared.size() && scratch_.declared[id] > 0;
  }

  // Statements.
  bool MainText() {
    Builder<Statement> statements(scratch_.statements);
    while (Kind() != TokenKind::kEnd) {
      if (Kind() == TokenKind::kLeftDelimiter && tokens_.list[at_ + 1].kind != TokenKind::kEnd &&
          AtDefine()) {
        if (!Define()) return false;
        continue;
      }
      Ending ending{};
      const std::size_t before = at_;
      const Outcome outcome = ReadStatement(statements, ending);
      if (outcome == Outcome::kFailed) return false;
      if (outcome == Outcome::kEnding) {
        const Token& token = tokens_.list[before];
        return Fail({token.start, tokens_.list[at_].start},
                    ending == Ending::kEnd ? "{{end}} without anything to end"
                                           : "{{else}} without anything to belong to");
      }
    }
    const Block body = statements.Finish(parsed_.arena);
    return AddMain(body);
  }

  bool AtDefine() {
    const std::size_t next = at_ + (tokens_.list[at_ + 1].kind == TokenKind::kSpace ? 2 : 1);
    return next < tokens_.list.size() && tokens_.list[next].kind == TokenKind::kDefine;
  }

  bool AddMain(Block body) {
    const auto same = std::ranges::find(parsed_.definitions, name_, &Definition::name);
    parsed_.main = body;
    const std::string_view name = parsed_.arena.Copy(name_);
    const Span all{0, static_cast<std::uint32_t>(parsed_.text.size())};
    if (same == parsed_.definitions.end()) {
      parsed_.definitions.push_back({name, all, body});
    } else if (IsEmpty(same->body)) {
      *same = {name, all, body};
    } else if (IsEmpty(body)) {
      parsed_.main = same->body;
    } else {
      return Fail(same->span, "template " + std::string(name_) +
                                  " is defined twice: the text itself has that name");
    }
    return true;
  }

  bool AddDefinition(const Definition& definition) {
    const auto same = std::ranges::find(parsed_.definitions, definition.name, &Definition::name);
    if (same == parsed_.definitions.end()) {
      parsed_.definitions.push_back(definition);
    } else if (IsEmpty(same->body)) {
      *same = definition;
    } else if (!IsEmpty(definition.body)) {
      return Fail(definition.span,
                  "template " + std::string(definition.name) + " is defined twice");
    }
    return true;
  }

  bool Define() {
    Next();
    SkipSpace();
    Next();
    const Token& token = NextNonSpace();
    Definition definition;
    if (!TemplateName(token, "define", definition) || !Expect(TokenKind::kRightDelimiter, "define"))
      return false;
    return DefinitionBody(definition);
  }

  // A named template has its own variables, and loops outside do not reach in.
  bool DefinitionBody(Definition& definition) {
    std::vector<std::uint32_t> outer = std::exchange(scratch_.variables, {});
    std::vector<std::uint32_t> outer_declared = std::exchange(scratch_.declared, {});
    const int outer_loops = std::exchange(loops_, 0);
    Declare("$");
    Ending ending{};
    if (!StatementList(definition.body, ending)) return false;
    if (ending != Ending::kEnd) return Fail(definition.span, "unexpected {{else}} in a definition");
    scratch_.variables = std::move(outer);
    scratch_.declared = std::move(outer_declared);
    loops_ = outer_loops;
    return AddDefinition(definition);
  }

  bool TemplateName(const Token& token, std::string_view where, Definition& definition) {
    if (token.kind != TokenKind::kString && token.kind != TokenKind::kRawString)
      return Unexpected(token, where);
    const auto name = Unquote(TextOf(token));
    if (!name) return Fail({token.start, token.end}, "wrong escape in a quoted string");
    definition.name = parsed_.arena.Copy(*name);
    definition.span = {token.start, token.end};
    return true;
  }

  enum class Outcome : std::uint8_t { kStatement, kEnding, kFailed };

  // Statements up to an {{end}} or {{else}}.
  bool StatementList(Block& block, Ending& ending) {
    if (++depth_ > kDeepestNesting) return Fail({Peek().start, Peek().end}, "too deeply nested");
    Builder<Statement> statements(scratch_.statements);
    while (true) {
      SkipSpace();
      if (Kind() == TokenKind::kEnd)
        return Fail({Peek().start, Peek().end}, "unexpected end of text: {{end}} is missing");
      const Outcome outcome = ReadStatement(statements, ending);
      if (outcome == Outcome::kFailed) return false;
      if (outcome == Outcome::kEnding) break;
    }
    block = statements.Finish(parsed_.arena);
    --depth_;
    return true;
  }

  Outcome ReadStatement(Builder<Statement>& statements, Ending& ending) {
    const Token& token = NextNonSpace();
    Statement statement;
    statement.span = {token.start, token.end};
    if (token.kind == TokenKind::kText) {
      statement.text = TextOf(token);
      statements.Add(statement);
      return Outcome::kStatement;
    }
    if (token.kind != TokenKind::kLeftDelimiter) {
      Unexpected(token, "text");
      return Outcome::kFailed;
    }
    SkipSpace();
    switch (Kind()) {
      case TokenKind::kEndKeyword:
        Next();
        ending = Ending::kEnd;
        return Expect(TokenKind::kRightDelimiter, "end") ? Outcome::kEnding : Outcome::kFailed;
      case TokenKind::kElse:
        return Else(ending) ? Outcome::kEnding : Outcome::kFailed;
      default:
        break;
    }
    if (!Action(statement)) return Outcome::kFailed;
    statement.span.end = tokens_.list[at_ == 0 ? 0 : at_ - 1].end;
    statements.Add(statement);
    return Outcome::kStatement;
  }

  bool Else(Ending& ending) {
    Next();
    SkipSpace();
    if (Kind() == TokenKind::kIf || Kind() == TokenKind::kWith) {
      ending = Kind() == TokenKind::kIf ? Ending::kElseIf : Ending::kElseWith;
      return true;
    }
    ending = Ending::kElse;
    return Expect(TokenKind::kRightDelimiter, "else");
  }

  bool Action(Statement& statement) {
    switch (Kind()) {
      case TokenKind::kIf:
        return Control(statement, StatementKind::kIf);
      case TokenKind::kWith:
        return Control(statement, StatementKind::kWith);
      case TokenKind::kRange:
        return Control(statement, StatementKind::kRange);
      case TokenKind::kTemplate:
        return Template(statement);
      case TokenKind::kBlock:
        return BlockAction(statement);
      case TokenKind::kBreak:
        return LoopExit(statement, StatementKind::kBreak, "{{break}}");
      case TokenKind::kContinue:
        return LoopExit(statement, StatementKind::kContinue, "{{continue}}");
      default:
        break;
    }
    statement.kind = StatementKind::kAction;
    return PipelineUpTo(TokenKind::kRightDelimiter, "action", statement.pipeline);
  }

  bool LoopExit(Statement& statement, StatementKind kind, std::string_view name) {
    const Token& keyword = Next();
    statement.kind = kind;
    if (!Expect(TokenKind::kRightDelimiter, name)) return false;
    return loops_ > 0 ||
           Fail({keyword.start, keyword.end}, std::string(name) + " outside {{range}}");
  }

  bool Control(Statement& statement, StatementKind kind) {
    const std::size_t scope = scratch_.variables.size();
    const bool loops = kind == StatementKind::kRange;
    Next();
    statement.kind = kind;
    if (!PipelineUpTo(TokenKind::kRightDelimiter,
                      loops                        ? "range"
                      : kind == StatementKind::kIf ? "if"
                                                   : "with",
                      statement.pipeline)) {
      return false;
    }
    loops_ += loops ? 1 : 0;
    Ending ending{};
    if (!StatementList(statement.body, ending)) return false;
    loops_ -= loops ? 1 : 0;
    if (ending != Ending::kEnd && !Otherwise(statement, kind, ending)) return false;
    LeaveScope(scope);
    return true;
  }

  bool Otherwise(Statement& statement, StatementKind kind, Ending ending) {
    statement.has_otherwise = true;
    const bool chains = (ending == Ending::kElseIf && kind == StatementKind::kIf) ||
                        (ending == Ending::kElseWith && kind == StatementKind::kWith);
    if (chains) {
      if (++depth_ > kDeepestNesting) return Fail({Peek().start, Peek().end}, "too deeply nested");
      Statement inner;
      inner.span = {Peek().start, Peek().end};
      if (!Control(inner, kind)) return false;
      inner.span.end = tokens_.list[at_ - 1].end;
      --depth_;
      statement.otherwise = parsed_.arena.Copy<Statement>(std::span<const Statement>(&inner, 1));
      return true;
    }
    // {{else if}} belongs to {{if}} only: elsewhere the if is an unexpected word.
    if (ending != Ending::kElse) return Unexpected(Peek(), "else");
    const Token& start = Peek();
    Ending last{};
    if (!StatementList(statement.otherwise, last)) return false;
    return last == Ending::kEnd ||
           Fail({start.start, tokens_.list[at_ - 1].end}, "a second {{else}}");
  }

  bool Template(Statement& statement) {
    Next();
    statement.kind = StatementKind::kTemplate;
    Definition name;
    if (!TemplateName(NextNonSpace(), "template", name)) return false;
    statement.text = name.name;
    SkipSpace();
    if (Kind() == TokenKind::kRightDelimiter) {
      Next();
      return true;
    }
    return PipelineUpTo(TokenKind::kRightDelimiter, "template", statement.pipeline);
  }

  bool BlockAction(Statement& statement) {
    Next();
    statement.kind = StatementKind::kTemplate;
    Definition definition;
    if (!TemplateName(NextNonSpace(), "block", definition)) return false;
    statement.text = definition.name;
    return PipelineUpTo(TokenKind::kRightDelimiter, "block", statement.pipeline) &&
           DefinitionBody(definition);
  }

  // Pipelines.
  bool PipelineUpTo(TokenKind end, std::string_view where, const Pipeline*& result) {
    SkipSpace();
    Pipeline pipeline;
    pipeline.span.start = Peek().start;
    if (!Declarations(pipeline, where)) return false;
    Builder<Command> commands(scratch_.commands);
    while (true) {
      SkipSpace();
      if (Kind() == end) break;
      if (!StartsOperand(Kind())) return Unexpected(Peek(), where);
      if (!ReadCommand(commands)) return false;
    }
    pipeline.span.end = std::max(Peek().start, pipeline.span.start);
    const Token& close = Next();
    if (commands.size() == 0)
      return Fail({close.start, close.end}, "missing value for " + std::string(where));
    pipeline.commands = commands.Finish(parsed_.arena);
    while (pipeline.span.end > pipeline.span.start &&
           kBlanks.find(parsed_.text[pipeline.span.end - 1]) != std::string_view::npos)
      --pipeline.span.end;
    for (const Command& command : pipeline.commands.subspan(1)) {
      const Operand& first = command.operands[0];
      if (first.kind <= OperandKind::kString)
        return Fail(first.span, "a constant cannot be a later stage of a pipeline");
    }
    result = parsed_.arena.New<Pipeline>(pipeline);
    return true;
  }

  // `$x :=`, `$x =`, and for range `$x, $y :=`; anything else is left where it is.
  bool Declarations(Pipeline& pipeline, std::string_view where) {
    VariableName declared[2];
    std::size_t count = 0;
    while (Kind() == TokenKind::kVariable) {
      const std::size_t start = at_;
      const Token variable = Next();
      SkipSpace();
      const Token next = Peek();
      const bool assigns = next.kind == TokenKind::kAssign;
      const bool lists = next.kind == TokenKind::kCharacter && TextOf(next) == ",";
      if (!assigns && !lists && next.kind != TokenKind::kDeclare) {
        at_ = start;
        break;
      }
      Next();
      SkipSpace();
      const std::string_view name = TextOf(variable);
      Declare(name);
      declared[count++] = {name, IdOf(name), {variable.start, variable.end}};
      if (!lists) {
        pipeline.assigns = assigns;
        break;
      }
      if (where != "range" || count == 2)
        return Fail({variable.start, next.end}, "too many variables in " + std::string(where));
      const TokenKind kind = Kind();
      if (kind != TokenKind::kVariable && kind != TokenKind::kRightDelimiter &&
          kind != TokenKind::kRightParen) {
        return Fail({Peek().start, Peek().end}, "range can only initialize variables");
      }
    }
    pipeline.variables =
        parsed_.arena.Copy<VariableName>(std::span<const VariableName>(declared, count));
    return true;
  }

  static bool StartsOperand(TokenKind kind) {
    switch (kind) {
      case TokenKind::kBool:
      case TokenKind::kRune:
      case TokenKind::kComplex:
      case TokenKind::kDot:
      case TokenKind::kField:
      case TokenKind::kIdentifier:
      case TokenKind::kNumber:
      case TokenKind::kNil:
      case TokenKind::kRawString:
      case TokenKind::kString:
      case TokenKind::kVariable:
      case TokenKind::kLeftParen:
        return true;
      default:
        return false;
    }
  }

  bool ReadCommand(Builder<Command>& commands) {
    Builder<Operand> operands(scratch_.operands);
    Command command;
    SkipSpace();
    command.span = {Peek().start, Peek().end};
    while (true) {
      SkipSpace();
      Operand operand;
      if (StartsOperand(Kind())) {
        if (!ReadOperand(operand)) return false;
        operands.Add(operand);
        command.span.end = operand.span.end;
      }
      const TokenKind kind = Kind();
      if (kind == TokenKind::kSpace) {
        Next();
        continue;
      }
      if (kind == TokenKind::kPipe) {
        Next();
      } else if (kind != TokenKind::kRightDelimiter && kind != TokenKind::kRightParen) {
        return Unexpected(Peek(), "operand");
      }
      break;
    }
    if (operands.size() == 0) return Fail(command.span, "empty command");
    command.operands = operands.Finish(parsed_.arena);
    commands.Add(command);
    return true;
  }

  // A term and the fields behind it.
  bool ReadOperand(Operand& operand) {
    if (!Term(operand)) return false;
    if (Kind() != TokenKind::kField) return true;
    if (operand.kind >= OperandKind::kDot && operand.kind <= OperandKind::kString) {
      return Fail(
          {Peek().start, Peek().end},
          "no field can follow " + std::string(parsed_.text.substr(
                                       operand.span.start, operand.span.end - operand.span.start)));
    }
    std::string_view more[8];
    std::size_t count = 0;
    std::vector<std::string_view> many;
    while (Kind() == TokenKind::kField) {
      const Token& field = Next();
      operand.span.end = field.end;
      if (count < std::size(more)) {
        more[count++] = TextOf(field).substr(1);
      } else {
        many.push_back(TextOf(field).substr(1));
      }
    }
    const std::size_t before = operand.fields.size();
    const auto fields = parsed_.arena.Array<std::string_view>(before + count + many.size());
    std::ranges::copy(operand.fields, fields.begin());
    std::copy_n(more, count, fields.begin() + static_cast<std::ptrdiff_t>(before));
    std::ranges::copy(many, fields.begin() + static_cast<std::ptrdiff_t>(before + count));
    operand.fields = fields;
    return true;
  }

  bool Term(Operand& operand) {
    const Token& token = Next();
    operand.span = {token.start, token.end};
    const std::string_view text = TextOf(token);
    switch (token.kind) {
      case TokenKind::kDot:
        operand.kind = OperandKind::kDot;
        return true;
      case TokenKind::kNil:
        operand.kind = OperandKind::kNil;
        return true;
      case TokenKind::kBool:
        operand.kind = OperandKind::kBool;
        operand.boolean = text == "true";
        return true;
      case TokenKind::kField: {
        operand.kind = OperandKind::kField;
        const std::string_view name = text.substr(1);
        operand.fields =
            parsed_.arena.Copy<std::string_view>(std::span<const std::string_view>(&name, 1));
        return true;
      }
      case TokenKind::kIdentifier:
        operand.kind = OperandKind::kFunction;
        operand.function = dialect_.Find(text);
        return operand.function != nullptr ||
               Fail(operand.span, "unknown function " + std::string(text));
      case TokenKind::kVariable: {
        operand.kind = OperandKind::kVariable;
        operand.variable = {text, IdOf(text), operand.span};
        return IsDeclared(operand.variable.id) ||
               Fail(operand.span, "unknown variable " + std::string(text));
      }
      case TokenKind::kString:
      case TokenKind::kRawString:
        return StringTerm(text, operand);
      case TokenKind::kNumber:
        return NumberTerm(ParseNumber(text), operand);
      case TokenKind::kComplex:
        return NumberTerm(ParseComplexNumber(text), operand);
      case TokenKind::kRune:
        return NumberTerm(ParseRuneConstant(text), operand);
      default:
        return Parenthesized(operand);
    }
  }

  bool StringTerm(std::string_view quoted, Operand& operand) {
    operand.kind = OperandKind::kString;
    const std::string_view inside = quoted.substr(1, quoted.size() - 2);
    if (inside.find_first_of("\\\r") == std::string_view::npos) {
      operand.text = inside;
      return true;
    }
    const auto text = Unquote(quoted);
    if (!text) return Fail(operand.span, "wrong escape in a quoted string");
    operand.text = parsed_.arena.Copy(*text);
    return true;
  }

  bool NumberTerm(NumberResult result, Operand& operand) {
    if (!result.error.empty()) return Fail(operand.span, std::move(result.error));
    operand.kind = OperandKind::kNumber;
    operand.number = parsed_.arena.New<Number>(result.number);
    return true;
  }

  bool Parenthesized(Operand& operand) {
    if (++parentheses_ > kDeepestNesting)
      return Fail(operand.span, "too many parentheses in parentheses");
    operand.kind = OperandKind::kPipeline;
    if (!PipelineUpTo(TokenKind::kRightParen, "parentheses", operand.pipeline)) return false;
    --parentheses_;
    operand.span.end = tokens_.list[at_ - 1].end;
    return true;
  }

  std::string_view name_;
  const Dialect& dialect_;
  Scratch& scratch_;
  Tokens& tokens_;
  ParsedText parsed_;
  ParseProblem problem_;
  std::size_t at_ = 0;
  int loops_ = 0;
  int depth_ = 0;
  int parentheses_ = 0;
};

}  // namespace

bool IsEmpty(Block body) {
  return std::ranges::all_of(body, [](const Statement& statement) {
    return statement.kind == StatementKind::kText && TrimSpace(statement.text).empty();
  });
}

std::expected<ParsedText, ParseProblem> ParseText(std::string_view text, std::string_view name,
                                                  const Dialect& dialect) {
  if (text.size() > kLongestText) return std::unexpected(ParseProblem{{}, "text is too long"});
  thread_local Scratch scratch;
  return Parser(text, name, dialect, scratch).Run();
}

}  // namespace promql::tmpl
