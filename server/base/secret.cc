// SPDX-License-Identifier: Apache-2.0
#include "server/base/secret.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

namespace warden {

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
  errno = 0;
  std::ifstream file(text_, std::ios::binary);
  std::string text;
  if (file) text.assign(std::istreambuf_iterator<char>(file), {});
  if (!file || file.bad()) {
    return Fail(ErrorCode::kUnavailable, "cannot read secret file " + text_ + ": " +
                                             (errno != 0 ? std::strerror(errno) : "read error"));
  }
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
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
