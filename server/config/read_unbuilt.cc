// SPDX-License-Identifier: Apache-2.0
// Channels of Alertmanager that are checked as it does, so that a configuration with them can be
// pasted, but not built yet.
#include <algorithm>
#include <array>

#include "server/config/sections.h"
#include "server/config/template_text.h"

namespace warden {
namespace {

template <class T>
void SetIgnoredText(T&, Reader& reader, const YamlNode& node) {
  static_cast<void>(reader.Text(node));
}

struct Responder {
  std::string id, name, username, type;
};

constexpr Field<Responder> kResponderFields[] = {
    {"id", Set<&Responder::id>},
    {"name", Set<&Responder::name>},
    {"username", Set<&Responder::username>},
    {"type", Set<&Responder::type>},
};

bool IsResponderType(std::string type) {
  std::ranges::transform(type, type.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; });
  constexpr std::array<std::string_view, 5> kTypes = {"team", "teams", "user", "escalation",
                                                      "schedule"};
  return std::ranges::find(kTypes, type) != kTypes.end();
}

void SetResponders(OtherDraft&, Reader& reader, const YamlNode& node) {
  if (!IsList(reader, node)) return;
  for (const YamlNode* item : node.items) {
    Responder responder;
    ReadSection(reader, *item, "responders", kResponderFields, responder);
    if (responder.id.empty() && responder.name.empty() && responder.username.empty()) {
      reader.Error(*item, "a responder needs `id`, `name` or `username`");
    }
    const bool is_template = responder.type.find("{{") != std::string::npos;
    const auto problem = is_template ? TemplateProblem(responder.type) : std::nullopt;
    if (problem) reader.Error(*item, "template: " + *problem);
    if (!is_template && !IsResponderType(responder.type)) {
      reader.Error(*item, "the `type` of a responder is team, teams, user, escalation or schedule");
    }
  }
}

void SetDetails(OtherDraft&, Reader& reader, const YamlNode& node) {
  std::map<std::string, std::string> details;
  ReadValue(reader, node, details);
}

void SetUpdateAlerts(OtherDraft&, Reader& reader, const YamlNode& node) {
  bool updates = false;
  ReadValue(reader, node, updates);
}

constexpr Field<OtherDraft> kOpsgenieFields[] = {
    {"send_resolved", Set<&OtherDraft::send_resolved>},
    {"http_config", Set<&OtherDraft::http_config>},
    {"api_key", SetSecret<&OtherDraft::secret>},
    {"api_key_file", SetSecretFile<&OtherDraft::secret>},
    {"api_url", Set<&OtherDraft::api_url>},
    {"message", SetIgnoredText},
    {"description", SetIgnoredText},
    {"source", SetIgnoredText},
    {"details", SetDetails},
    {"entity", SetIgnoredText},
    {"responders", SetResponders},
    {"actions", SetIgnoredText},
    {"tags", SetIgnoredText},
    {"note", SetIgnoredText},
    {"priority", SetIgnoredText},
    {"update_alerts", SetUpdateAlerts},
};

constexpr Field<OtherDraft> kTeamsFields[] = {
    {"send_resolved", Set<&OtherDraft::send_resolved>},
    {"http_config", Set<&OtherDraft::http_config>},
    {"webhook_url", SetSecretUrl<&OtherDraft::secret>},
    {"webhook_url_file", SetSecretFile<&OtherDraft::secret>},
    {"title", SetIgnoredText},
    {"summary", SetIgnoredText},
    {"text", SetIgnoredText},
};

constexpr Field<OtherDraft> kTeamsV2Fields[] = {
    {"send_resolved", Set<&OtherDraft::send_resolved>},
    {"http_config", Set<&OtherDraft::http_config>},
    {"webhook_url", SetSecretUrl<&OtherDraft::secret>},
    {"webhook_url_file", SetSecretFile<&OtherDraft::secret>},
    {"title", SetIgnoredText},
    {"text", SetIgnoredText},
};

template <class Read>
void ReadEach(Reader& reader, const YamlNode& node, std::vector<OtherDraft>& out, Read read) {
  out.clear();
  if (!IsList(reader, node)) return;
  for (const YamlNode* item : node.items) {
    OtherDraft& channel = out.emplace_back();
    channel.at = item;
    channel.is_null = item->IsNull();
    if (!channel.is_null) read(*item, channel);
    reader.Notice(*item, "this channel is not built yet: nobody gets word through it");
  }
}

}  // namespace

void ReadOpsgenie(Reader& reader, const YamlNode& node, std::vector<OtherDraft>& out) {
  ReadEach(reader, node, out, [&reader](const YamlNode& item, OtherDraft& channel) {
    ReadSection(reader, item, "opsgenie_configs", kOpsgenieFields, channel);
    static_cast<void>(channel.secret.Finish(reader, "api_key"));
  });
}

void ReadTeams(Reader& reader, const YamlNode& node, std::vector<OtherDraft>& out,
               bool has_summary) {
  ReadEach(reader, node, out, [&reader, has_summary](const YamlNode& item, OtherDraft& channel) {
    if (has_summary) {
      ReadSection(reader, item, "msteams_configs", kTeamsFields, channel);
    } else {
      ReadSection(reader, item, "msteamsv2_configs", kTeamsV2Fields, channel);
    }
    static_cast<void>(channel.secret.Finish(reader, "webhook_url"));
    if (!channel.secret.is_set())
      reader.Error(item, "one of `webhook_url` and `webhook_url_file` is needed");
  });
}

void AddUnbuiltKeys(KnownKeys& known) {
  AddKnownKeys(known, "opsgenie_configs", kOpsgenieFields);
  AddKnownKeys(known, "responders", kResponderFields);
  AddKnownKeys(known, "msteams_configs", kTeamsFields);
  AddKnownKeys(known, "msteamsv2_configs", kTeamsV2Fields);
}

}  // namespace warden
