// SPDX-License-Identifier: Apache-2.0
#include "server/config/url.h"

#include <arpa/inet.h>

#include <algorithm>

namespace warden {
namespace {

bool IsAlnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
bool IsHex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// The first wrong escape, or what a host may not hold; empty when all is well.
std::string WrongPart(std::string_view text, bool is_host) {
  static constexpr std::string_view kHostMarks = "-_.~!$&'()*+,;=:[]<>\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      const std::string_view escape = text.substr(i, 3);
      const bool is_escape = escape.size() == 3 && IsHex(escape[1]) && IsHex(escape[2]);
      if (!is_escape || (is_host && escape[1] < '8' && escape != "%25")) {
        return "invalid URL escape `" + std::string(escape) + "`";
      }
      i += 2;
    } else if (is_host && static_cast<unsigned char>(c) < 0x80 && !IsAlnum(c) &&
               kHostMarks.find(c) == std::string_view::npos) {
      return "invalid character `" + std::string(1, c) + "` in host name";
    }
  }
  return "";
}

bool IsPort(std::string_view text) {
  return text.empty() || (text.front() == ':' && std::ranges::all_of(text.substr(1), [](char c) {
                            return c >= '0' && c <= '9';
                          }));
}

bool IsIpv6(std::string_view text) {
  in6_addr address{};
  const std::size_t zone = text.find("%25");
  if (zone != std::string_view::npos && zone + 3 == text.size()) return false;
  return inet_pton(AF_INET6, std::string(text.substr(0, zone)).c_str(), &address) == 1;
}

std::string HostProblem(std::string_view scheme, std::string_view host) {
  const std::size_t bracket = host.rfind('[');
  if (bracket != std::string_view::npos && bracket > 0) return "invalid IP address in brackets";
  if (bracket == 0) {
    const std::size_t end = host.rfind(']');
    if (end == std::string_view::npos) return "missing ] in host";
    if (!IsPort(host.substr(end + 1))) return "invalid port in URL";
    return IsIpv6(host.substr(1, end - 1)) ? "" : "invalid IP address in brackets";
  }
  const bool is_http = scheme == "http" || scheme == "https";
  const std::size_t colon = is_http ? host.find(':') : host.rfind(':');
  if (colon != std::string_view::npos && !IsPort(host.substr(colon))) {
    return "invalid port in URL";
  }
  return WrongPart(host, true);
}

std::string AuthorityProblem(std::string_view scheme, std::string_view authority) {
  static constexpr std::string_view kUserMarks = "-._:~!$&'()*+,;=%@";
  const std::size_t at = authority.rfind('@');
  const auto host = at == std::string_view::npos ? authority : authority.substr(at + 1);
  if (auto problem = HostProblem(scheme, host); !problem.empty()) return problem;
  if (at == std::string_view::npos) return "";
  const std::string_view user = authority.substr(0, at);
  const auto fits = [](char c) {
    return IsAlnum(c) || kUserMarks.find(c) != std::string_view::npos;
  };
  if (!std::ranges::all_of(user, fits)) return "invalid user name or password";
  return WrongPart(user, false).empty() ? "" : "invalid escape in user name or password";
}

struct UrlParts {
  std::string problem;
  std::string scheme;
  std::string_view host;  // with user and port
};

UrlParts Split(std::string_view url) {
  UrlParts parts;
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  const std::size_t hash = url.find('#');
  const std::string_view fragment = hash == std::string_view::npos ? "" : url.substr(hash + 1);
  url = url.substr(0, hash);
  if (std::ranges::any_of(url, is_control)) parts.problem = "invalid control character in URL";
  if (url == "*" || !parts.problem.empty()) return parts;
  std::string_view rest = url;
  for (std::size_t i = 0; i < url.size(); ++i) {
    const char c = url[i];
    if (c == ':') {
      if (i == 0) parts.problem = "missing protocol scheme";
      for (const char letter : url.substr(0, i)) {
        parts.scheme +=
            static_cast<char>(letter >= 'A' && letter <= 'Z' ? letter + ('a' - 'A') : letter);
      }
      rest = url.substr(i + 1);
      break;
    }
    const bool is_letter = IsAlnum(c) && (c < '0' || c > '9');
    if (!is_letter && (i == 0 || (!IsAlnum(c) && c != '+' && c != '-' && c != '.'))) break;
  }
  if (!parts.problem.empty()) return parts;
  rest = rest.substr(0, rest.find('?'));
  if (!rest.starts_with('/')) {
    const std::string_view segment = rest.substr(0, rest.find('/'));
    if (parts.scheme.empty() && segment.find(':') != std::string_view::npos) {
      parts.problem = "first path segment cannot contain a colon";
    }
    if (!parts.scheme.empty()) return parts;  // opaque
  }
  if (parts.problem.empty() && rest.starts_with("//") &&
      (!parts.scheme.empty() || !rest.starts_with("///"))) {
    const std::size_t slash = rest.find('/', 2);
    const std::string_view authority =
        rest.substr(2, slash == std::string_view::npos ? slash : slash - 2);
    rest = slash == std::string_view::npos ? "" : rest.substr(slash);
    parts.problem = AuthorityProblem(parts.scheme, authority);
    const std::size_t at = authority.rfind('@');
    parts.host = at == std::string_view::npos ? authority : authority.substr(at + 1);
  }
  if (parts.problem.empty()) parts.problem = WrongPart(rest, false);
  if (parts.problem.empty()) parts.problem = WrongPart(fragment, false);
  return parts;
}

HostPort AddressProblem(std::string problem) { return {"", "", std::move(problem)}; }

}  // namespace

std::optional<std::string> UrlProblem(std::string_view url) {
  std::string problem = Split(url).problem;
  if (problem.empty()) return std::nullopt;
  return problem;
}

std::optional<std::string> HttpUrlProblem(std::string_view url) {
  UrlParts parts = Split(url);
  if (!parts.problem.empty()) return std::move(parts.problem);
  if (parts.scheme != "http" && parts.scheme != "https")
    return "expected a URL that begins with http:// or https://";
  if (parts.host.empty()) return "the URL has no host";
  return std::nullopt;
}

HostPort SplitHostPort(std::string_view address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string_view::npos) return AddressProblem("missing port in address");
  std::size_t no_open = 0;
  std::size_t no_close = 0;
  HostPort result;
  if (address.starts_with('[')) {
    const std::size_t end = address.find(']');
    if (end == std::string_view::npos) return AddressProblem("missing ] in address");
    if (end + 1 == address.size()) return AddressProblem("missing port in address");
    if (end + 1 != colon) {
      return AddressProblem(address[end + 1] == ':' ? "too many colons in address"
                                                    : "missing port in address");
    }
    result.host = address.substr(1, end - 1);
    no_open = 1;
    no_close = end + 1;
  } else {
    result.host = address.substr(0, colon);
    if (result.host.find(':') != std::string::npos)
      return AddressProblem("too many colons in address");
  }
  if (address.substr(no_open).find('[') != std::string_view::npos)
    return AddressProblem("unexpected [ in address");
  if (address.substr(no_close).find(']') != std::string_view::npos)
    return AddressProblem("unexpected ] in address");
  result.port = address.substr(colon + 1);
  if (result.port.empty()) return AddressProblem("the port cannot be empty");
  return result;
}

}  // namespace warden
