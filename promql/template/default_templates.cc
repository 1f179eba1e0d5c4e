// SPDX-License-Identifier: Apache-2.0
// The named templates that notification texts find without loading any file. Their texts are put
// together here from a table, since most channels want the same five things under names of their
// own.
#include <cassert>
#include <string>
#include <string_view>

#include "promql/template/alertmanager.h"

namespace promql::tmpl {
namespace {

std::string Define(std::string_view name, std::string_view body) {
  std::string text = "{{ define \"";
  text += name;
  text += "\" }}";
  text += body;
  text += "{{ end }}";
  return text;
}

std::string Use(std::string_view name) { return "{{ template \"" + std::string(name) + "\" . }}"; }

// One alert after the other: its labels, its annotations, where it comes from.
std::string AlertList(std::string_view before_part, std::string_view indent) {
  const auto pairs = [indent](std::string_view what) {
    return "{{ range ." + std::string(what) + ".SortedPairs }}" + std::string(indent) +
           "- {{ .Name }} = {{ .Value }}\n{{ end }}";
  };
  const std::string gap(before_part);
  return "{{ range . }}" + gap + "Labels:\n" + pairs("Labels") + gap + "Annotations:\n" +
         pairs("Annotations") + gap + "Source: {{ .GeneratorURL }}\n{{ end }}";
}

struct SectionStyle {
  std::string_view heading_mark;  // in front of "Alerts Firing:"
  std::string_view list;          // the template that writes the alerts
  std::string_view around;        // in front of and behind a section, only when there is one
};
constexpr SectionStyle kTight{"", "__text_alert_list", ""};
constexpr SectionStyle kLoose{"", "__text_alert_list", "\n"};
constexpr SectionStyle kMarkdown{"# ", "__text_alert_list_markdown", "\n"};

// Firing alerts and resolved alerts, each under its heading, none where there are none.
std::string Sections(const SectionStyle& style) {
  const auto section = [&style](std::string_view which) {
    const std::string alerts = ".Alerts." + std::string(which);
    return "{{ if len " + alerts + " }}" + std::string(style.around) +
           std::string(style.heading_mark) + "Alerts " + std::string(which) + ":\n{{ template \"" +
           std::string(style.list) + "\" " + alerts + " }}" + std::string(style.around) +
           "{{ end }}";
  };
  return "\n" + section("Firing") + "\n" + section("Resolved");
}

constexpr std::string_view kSubject =
    R"([{{ toUpper .Status }}{{ if eq .Status "firing" }}:{{ len .Alerts.Firing }}{{ end }}] )"
    R"({{ .GroupLabels.Values.Join " " }} )"
    R"({{ if lt (len .GroupLabels) (len .CommonLabels) }}()"
    R"({{ with .CommonLabels.Remove .GroupLabels.Names }}{{ .Values.Join " " }}{{ end }}){{ end }})";
constexpr std::string_view kUrl = "{{ .ExternalURL }}/#/alerts?receiver={{ urlquery .Receiver }}";
constexpr std::string_view kColor = R"({{ if eq .Status "firing" }}danger{{ else }}good{{ end }})";
constexpr std::string_view kAnnotationValues = R"({{ .CommonAnnotations.Values.Join " " }})";

// The worst severity of the firing alerts; of the resolved ones when those name none.
std::string Priority() {
  const auto look_at = [](std::string_view which) {
    return "{{ range .Alerts." + std::string(which) +
           R"( }}{{ $severity := index .Labels "severity" }}{{ if eq $severity "critical" }}{{ $high = true }})"
           R"({{ else if eq $severity "warning" }}{{ $medium = true }}{{ else if eq $severity "info" }}{{ $low = true }})"
           "{{ end }}{{ end }}";
  };
  return "{{ $high := false }}{{ $medium := false }}{{ $low := false }}" + look_at("Firing") +
         "{{ if not (or $high $medium $low) }}" + look_at("Resolved") + "{{ end }}" +
         "{{ if $high }}High{{ else if $medium }}Medium{{ else if $low }}Low{{ end }}";
}

struct Alias {
  std::string_view name;
  std::string_view of;  // another template; empty for a blank one
};
constexpr Alias kAliases[] = {
    {"discord.default.content", ""},
    {"discord.default.title", "__subject"},
    {"email.default.subject", "__subject"},
    {"jira.default.summary", "__subject"},
    {"mattermost.default.title", "__subject"},
    {"mattermost.default.titlelink", "__alertmanagerURL"},
    {"mattermost.default.username", "__alertmanager"},
    {"msteams.default.summary", "__subject"},
    {"msteams.default.title", "__subject"},
    {"msteamsv2.default.title", "__subject"},
    {"opsgenie.default.message", "__subject"},
    {"opsgenie.default.source", "__alertmanagerURL"},
    {"pagerduty.default.client", "__alertmanager"},
    {"pagerduty.default.clientURL", "__alertmanagerURL"},
    {"pagerduty.default.description", "__subject"},
    {"pagerduty.default.instances", "__text_alert_list"},
    {"pushover.default.title", "__subject"},
    {"pushover.default.url", "__alertmanagerURL"},
    {"rocketchat.default.alias", "__alertmanager"},
    {"rocketchat.default.emoji", ""},
    {"rocketchat.default.iconurl", ""},
    {"rocketchat.default.text", ""},
    {"rocketchat.default.title", "__subject"},
    {"rocketchat.default.titlelink", "__alertmanagerURL"},
    {"slack.default.callbackid", ""},
    {"slack.default.footer", ""},
    {"slack.default.iconemoji", ""},
    {"slack.default.iconurl", ""},
    {"slack.default.pretext", ""},
    {"slack.default.text", ""},
    {"slack.default.title", "__subject"},
    {"slack.default.titlelink", "__alertmanagerURL"},
    {"slack.default.username", "__alertmanager"},
    {"sns.default.subject", "__subject"},
    {"victorops.default.entity_display_name", "__subject"},
    {"victorops.default.monitoring_tool", "__alertmanager"},
    {"wechat.default.agent_id", ""},
    {"wechat.default.to_party", ""},
    {"wechat.default.to_tag", ""},
    {"wechat.default.to_user", ""},
    {"__description", ""},
};

std::string Text() {
  std::string text = Define("__alertmanager", "Alertmanager") + Define("__alertmanagerURL", kUrl) +
                     Define("__subject", kSubject) +
                     Define("__text_alert_list", AlertList("", " ")) +
                     Define("__text_alert_list_markdown", AlertList("\n", "  ") + "\n") +
                     Define("jira.default.priority", Priority());
  for (const Alias& alias : kAliases)
    text += Define(alias.name, alias.of.empty() ? std::string{} : Use(alias.of));
  const std::string values(kAnnotationValues);
  const std::string tight = Sections(kTight);
  for (const std::string_view name :
       {"opsgenie.default.description", "victorops.default.state_message"}) {
    text += Define(name, values + tight);
  }
  text += Define("wechat.default.message", Use("__subject") + "\n" + values + tight +
                                               "\nAlertmanagerUrl:\n" + Use("__alertmanagerURL"));
  const std::string loose = Sections(kLoose) + "\n";
  for (const std::string_view name :
       {"pushover.default.message", "sns.default.message", "webex.default.message"}) {
    text += Define(name, values + loose);
  }
  for (const std::string_view name : {"telegram.default.message", "discord.default.message"})
    text += Define(name, loose);
  const std::string markdown = Sections(kMarkdown) + "\n";
  for (const std::string_view name : {"msteams.default.text", "msteamsv2.default.text",
                                      "jira.default.description", "mattermost.default.text"}) {
    text += Define(name, markdown);
  }
  for (const std::string_view channel : {"slack", "mattermost"}) {
    const std::string prefix = std::string(channel) + ".default.";
    text += Define(prefix + "color", kColor);
    text += Define(prefix + "fallback", Use(prefix + "title") + " | " + Use(prefix + "titlelink"));
  }
  return text;
}

}  // namespace

const Library& DefaultTemplates() {
  static const Library library = [] {
    Library made(AlertmanagerDialect());
    const auto added = made.Add(Text());
    assert(added.has_value());
    return made;
  }();
  return library;
}

}  // namespace promql::tmpl
