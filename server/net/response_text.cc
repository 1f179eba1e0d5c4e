// SPDX-License-Identifier: Apache-2.0
#include "server/net/response_text.h"

#include <array>
#include <charconv>
#include <ctime>

#include "server/base/http_status.h"

namespace warden {
namespace {

void AppendNumber(std::string& out, std::size_t number) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

void AppendField(std::string& out, std::string_view name, std::string_view value) {
  const std::size_t start = out.size();
  out += name;
  out += ": ";
  out += value;
  for (std::size_t i = start; i < out.size(); ++i) {
    if (out[i] == '\r' || out[i] == '\n' || out[i] == '\0') out[i] = ' ';
  }
  out += "\r\n";
}

// What stands in the status line; never empty.
std::string_view PhraseOf(int status) {
  const std::string_view phrase = ReasonPhrase(status);
  return phrase.empty() ? "Status" : phrase;
}

}  // namespace

ServerResponse PlainResponse(int status) {
  return {.status = status, .body = std::string(PhraseOf(status)) + '\n'};
}

ServerResponse BusyResponse() {
  ServerResponse response = PlainResponse(503);
  response.headers.push_back({"Retry-After", "1"});
  return response;
}

std::string HttpDate() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 40> text{};
  const std::size_t length =
      std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text.data(), length};
}

bool HasBody(int status) { return status >= 200 && status != 204 && status != 304; }

void AppendHead(std::string& out, const ServerResponse& response, KeepAlive keep_alive,
                std::string_view date) {
  out += "HTTP/1.1 ";
  AppendNumber(out, static_cast<std::size_t>(response.status));
  out += ' ';
  out += PhraseOf(response.status);
  out += "\r\nDate: ";
  out += date;
  out += "\r\n";
  if (HasBody(response.status)) {
    if (!response.content_type.empty()) AppendField(out, "Content-Type", response.content_type);
    out += "Content-Length: ";
    AppendNumber(out, response.body.size());
    out += "\r\n";
  }
  if (keep_alive == KeepAlive::kNo) out += "Connection: close\r\n";
  for (const HttpHeader& header : response.headers) AppendField(out, header.name, header.value);
  out += "\r\n";
}

}  // namespace warden
