// SPDX-License-Identifier: Apache-2.0
#include "server/base/secret.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <system_error>
#include <utility>

#include "server/base/read_file.h"

namespace warden {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{1} << 20U;

}  // namespace

Secret Secret::Inline(std::string value) {
  Secret secret;
  secret.text_ = std::move(value);
  secret.is_set_ = true;
  return secret;
}

Secret Secret::File(std::string path) {
  Secret secret = Inline(std::move(path));
  secret.is_file_ = true;
  return secret;
}

const std::string& Secret::path() const {
  static const std::string none;
  return is_file_ ? text_ : none;
}

Result<std::string> Secret::Reveal() const {
  if (!is_file_) return text_;
  // A pipe would hold up whoever reads it, perhaps for ever.
  if (std::error_code ignored; std::filesystem::is_fifo(text_, ignored))
    return Fail(ErrorCode::kUnavailable, "cannot read secret file " + text_ + ": it is a pipe");
  auto text = ReadFile(text_, kMaxFileBytes);
  if (!text) {
    return Fail(text.error().code,
                "cannot read secret file " + text_ + ": " + text.error().message);
  }
  static constexpr std::string_view kBlanks = " \t\r\n\v\f";
  text->erase(text->find_last_not_of(kBlanks) + 1);
  text->erase(0, std::min(text->find_first_not_of(kBlanks), text->size()));
  return text;
}

std::string Redact(std::string text, std::string_view secret) {
  if (secret.empty()) return text;
  for (auto at = text.find(secret); at != std::string::npos;
       at = text.find(secret, at + kRedacted.size())) {
    text.replace(at, secret.size(), kRedacted);
  }
  return text;
}

}  // namespace warden
