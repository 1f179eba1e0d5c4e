// SPDX-License-Identifier: Apache-2.0
#include "server/channels/expand.h"

#include <glob.h>

#include <cstddef>

#include "promql/template/alertmanager.h"
#include "promql/template/template.h"
#include "server/alert/text.h"
#include "server/base/log.h"
#include "server/base/read_file.h"
#include "server/channels/text.h"

namespace warden {
namespace {

namespace tmpl = promql::tmpl;

std::string WithoutPings(std::string_view text) {
  std::string safe;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = i + 1 < text.size() ? text[i + 1] : ' ';
    const bool pings = text[i] == '<' && (next == '!' || next == '@' || next == '#');
    safe += pings ? "&lt;" : std::string{text[i]};
  }
  return safe;
}

std::string Escaped(std::string_view text, DataEscape escape) {
  const std::string valid = ToValidUtf8(text);
  return escape == DataEscape::kSlack ? WithoutPings(valid) : valid;
}

promql::LabelSet Escaped(const promql::LabelSet& labels, DataEscape escape) {
  promql::LabelSet escaped;
  for (const auto& [name, value] : labels) escaped.Set(name, Escaped(value, escape));
  return escaped;
}

tmpl::Time TimeOf(Instant at) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at);
  tmpl::Time time;
  time.seconds = seconds.time_since_epoch().count();
  time.nanos = static_cast<std::int32_t>(std::chrono::nanoseconds(at - seconds).count());
  return time;
}

tmpl::Notification NotificationOf(const Message& message, const Config& config, DataEscape escape) {
  tmpl::Notification data;
  data.receiver = Escaped(QuoteMeta(message.receiver), escape);
  data.status = Name(message.status);
  data.reason = Text(message.reason);
  data.group_labels = Escaped(message.group_labels, escape);
  data.common_labels = Escaped(message.common_labels, escape);
  data.common_annotations = Escaped(message.common_annotations, escape);
  data.route_labels = Escaped(message.route_labels, escape);
  data.external_url =
      config.alertmanager_url.empty() ? message.external_url : config.alertmanager_url;
  for (const Alert& alert : message.alerts) {
    tmpl::NotificationAlert& entry = data.alerts.emplace_back();
    entry.status = Name(alert.status);
    entry.labels = Escaped(alert.labels, escape);
    entry.annotations = Escaped(alert.annotations, escape);
    entry.starts_at = TimeOf(alert.starts_at);
    if (alert.ends_at) entry.ends_at = TimeOf(*alert.ends_at);
    entry.generator_url =
        IsWebLink(alert.generator_url) ? Escaped(alert.generator_url, escape) : std::string();
    entry.fingerprint = promql::FingerprintText(alert.fingerprint);
  }
  return data;
}

void Complain(std::string_view what, const std::string& problem) {
  Log(LogLevel::kWarn, "template failed, built-in text used", {{"in", what}, {"err", problem}});
}

// The files that a pattern of `templates` names, in order.
std::vector<std::string> Files(const std::string& pattern) {
  std::vector<std::string> files;
  glob_t found{};
  if (glob(pattern.c_str(), GLOB_BRACE, nullptr, &found) == 0) {
    for (std::size_t i = 0; i < found.gl_pathc; ++i) files.emplace_back(found.gl_pathv[i]);
  }
  globfree(&found);
  return files;
}

constexpr std::size_t kMaxFileBytes = std::size_t{16} << 20U;  // of templates

tmpl::Library ReadLibrary(const Config& config) {
  tmpl::Library library(tmpl::AlertmanagerDialect(), &tmpl::DefaultTemplates());
  for (const std::string& pattern : config.templates) {
    for (const std::string& path : Files(pattern)) {
      const auto text = ReadFile(path, kMaxFileBytes);
      if (!text) {
        Complain(path, text.error().message);
        continue;
      }
      const auto added = library.Add(*text, path.substr(path.rfind('/') + 1));
      if (!added) Complain(path, added.error().message);
    }
  }
  return library;
}

// A message is small: what needs more than this is a mistake.
tmpl::Limits MessageLimits() {
  tmpl::Limits limits;
  limits.output_bytes = std::size_t{1} << 20U;
  limits.memory_bytes = std::size_t{64} << 20U;
  limits.steps = 2'000'000;
  limits.depth = 1'000;
  return limits;
}

}  // namespace

struct Expander::Data {
  Data(const Message& message, const Config& config, DataEscape escape)
      : notification(NotificationOf(message, config, escape)),
        value(tmpl::AlertmanagerValue(notification, arena)),
        library(ReadLibrary(config)) {}

  tmpl::Notification notification;
  tmpl::Arena arena;
  tmpl::Value value;
  tmpl::Library library;
};

Expander::Expander(const Message& message, const Config& config, DataEscape escape)
    : message_(message), config_(config), escape_(escape) {}

Expander::~Expander() = default;

Expander::Data& Expander::Prepared() const {
  if (!data_) data_ = std::make_unique<Data>(message_, config_, escape_);
  return *data_;
}

std::optional<std::string> Expander::Expand(std::string_view text) const {
  if (text.find("{{") == std::string_view::npos) return ToValidUtf8(text);
  const Data& data = Prepared();
  const auto parse =
      escape_ == DataEscape::kHtml ? tmpl::Template::ParseHtml : tmpl::Template::Parse;
  const auto parsed = parse(text, data.library.dialect(), &data.library, "");
  if (!parsed) {
    Complain(message_.receiver, parsed.error().message);
    return std::nullopt;
  }
  tmpl::Environment environment;
  environment.now = message_.at;
  environment.external_url = data.notification.external_url;
  const auto expanded = parsed->Execute(data.value, environment, MessageLimits());
  if (!expanded) {
    Complain(message_.receiver, expanded.error().message);
    return std::nullopt;
  }
  return ToValidUtf8(*expanded);
}

std::optional<std::string> Expander::Own(const TemplateText& field) const {
  return field.is_set ? Expand(field.text) : std::nullopt;
}

bool Expander::IsOwn(const TemplateText& field) const { return Own(field).has_value(); }

std::string Expander::Text(const TemplateText& field, std::string_view builtin) const {
  return Own(field).value_or(std::string(builtin));
}

}  // namespace warden
