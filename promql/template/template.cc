// SPDX-License-Identifier: Apache-2.0
#include "promql/template/template.h"

#include <algorithm>

#include "promql/template/execute.h"
#include "promql/template/html_rewrite.h"
#include "promql/template/parser.h"

namespace promql::tmpl {

Library::Library(const Dialect& dialect, const Library* base) : dialect_(&dialect), base_(base) {}
Library::Library(Library&&) noexcept = default;
Library& Library::operator=(Library&&) noexcept = default;
Library::~Library() = default;

std::expected<void, Problem> Library::Add(std::string_view text, std::string_view name) {
  auto parsed = ParseText(text, name, *dialect_);
  if (!parsed)
    return std::unexpected(Problem{Phase::kParse, parsed.error().span, parsed.error().message, {}});
  texts_.push_back(std::make_unique<ParsedText>(*std::move(parsed)));
  for (const Definition& definition : texts_.back()->definitions) {
    if (IsEmpty(definition.body) && Find(definition.name) != nullptr) continue;
    by_name_[definition.name] = &definition;
  }
  return {};
}

const Definition* Library::Find(std::string_view name) const {
  const auto at = by_name_.find(name);
  if (at != by_name_.end()) return at->second;
  return base_ == nullptr ? nullptr : base_->Find(name);
}

std::vector<std::string_view> Library::Names() const {
  std::vector<std::string_view> names =
      base_ == nullptr ? std::vector<std::string_view>{} : base_->Names();
  for (const auto& [name, definition] : by_name_) names.push_back(name);
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

Template::Template(std::unique_ptr<ParsedText> parsed, const Dialect& dialect,
                   const Library* library)
    : parsed_(std::move(parsed)), dialect_(&dialect), library_(library) {}
Template::Template(Template&&) noexcept = default;
Template& Template::operator=(Template&&) noexcept = default;
Template::~Template() = default;

std::expected<Template, Problem> Template::Parse(std::string_view text, const Dialect& dialect,
                                                 const Library* library, std::string_view name) {
  auto parsed = ParseText(text, name, dialect);
  if (!parsed)
    return std::unexpected(Problem{Phase::kParse, parsed.error().span, parsed.error().message, {}});
  return Template(std::make_unique<ParsedText>(*std::move(parsed)), dialect, library);
}

std::expected<Template, Problem> Template::ParseHtml(std::string_view text, const Dialect& dialect,
                                                     const Library* library,
                                                     std::string_view name) {
  auto plain = Parse(text, dialect, library, name);
  if (!plain) return plain;
  auto rewritten = RewriteForHtml(*plain);
  if (!rewritten) return std::unexpected(std::move(rewritten).error());
  rewritten->original = std::move(plain->parsed_);
  return Template(std::make_unique<ParsedText>(*std::move(rewritten)), dialect, library);
}

std::expected<std::string, Problem> Template::Execute(const Value& data,
                                                      const Environment& environment,
                                                      const Limits& limits,
                                                      MissingKey missing_key) const {
  return Execution(*this, data, environment, limits, missing_key).Run();
}

std::string_view Template::text() const { return parsed_->text; }
Block Template::body() const { return parsed_->main; }
std::span<const Definition> Template::definitions() const { return parsed_->definitions; }

const Definition* Template::Find(std::string_view name) const {
  const auto own = std::ranges::find(parsed_->definitions, name, &Definition::name);
  if (own == parsed_->definitions.end())
    return library_ == nullptr ? nullptr : library_->Find(name);
  if (library_ != nullptr && IsEmpty(own->body)) {
    if (const Definition* const theirs = library_->Find(name)) return theirs;
  }
  return &*own;
}

}  // namespace promql::tmpl
