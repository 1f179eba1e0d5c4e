// SPDX-License-Identifier: Apache-2.0
// URLs and addresses as Go's net/url and net read them, as far as a configuration needs it. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace warden {

// Why the text is no URL that Go parses; nothing when it is one. A relative one is fine.
[[nodiscard]] std::optional<std::string> UrlProblem(std::string_view url);

// Why the text is no http or https URL with a host; nothing when it is one.
[[nodiscard]] std::optional<std::string> HttpUrlProblem(std::string_view url);

struct HostPort {
  std::string host;     // without brackets; may be empty
  std::string port;     // a number or a service name
  std::string problem;  // not empty: it is none
};

// `localhost:25`, `[::1]:25`, `:25`.
[[nodiscard]] HostPort SplitHostPort(std::string_view address);

}  // namespace warden
