// SPDX-License-Identifier: Apache-2.0
// Failure as a value: Result<T> is T or an Error. An Error's code says what the caller does about
// it, its message what happened, in lower case, without a full stop, cause last, never with a
// secret.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace warden {

enum class ErrorCode : std::uint8_t {
  kInvalid,      // the input is wrong: reject it
  kUnavailable,  // something outside does not answer: retry later
  kCorrupt,      // readable but unusable: put it in quarantine
  kInternal,     // a bug or a broken environment: log, give up
};

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
};

template <class T>
using Result = std::expected<T, Error>;

// Fail(ErrorCode::kInvalid, "...") converts to any Result<T>.
[[nodiscard]] inline std::unexpected<Error> Fail(ErrorCode code, std::string message) {
  return std::unexpected<Error>(Error{code, std::move(message)});
}

[[nodiscard]] constexpr std::string_view Name(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid:
      return "invalid";
    case ErrorCode::kUnavailable:
      return "unavailable";
    case ErrorCode::kCorrupt:
      return "corrupt";
    case ErrorCode::kInternal:
      return "internal";
  }
  return "internal";
}

}  // namespace warden
