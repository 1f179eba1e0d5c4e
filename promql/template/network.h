// SPDX-License-Identifier: Apache-2.0
// Host and port in one text, as Go's package net takes them apart.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace promql::tmpl {

struct HostPort {
  std::string_view host;
  std::string_view port;
};

// host:port, [host]:port; nothing for anything else.
[[nodiscard]] std::optional<HostPort> SplitHostPort(std::string_view text);
[[nodiscard]] std::string JoinHostPort(std::string_view host, std::string_view port);
// An IPv4 or IPv6 address without a zone.
[[nodiscard]] bool IsIpAddress(std::string_view text);

}  // namespace promql::tmpl
