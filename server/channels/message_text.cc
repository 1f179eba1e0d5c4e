// SPDX-License-Identifier: Apache-2.0
#include "server/channels/message_text.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "server/alert/text.h"
#include "server/channels/grafana_place.h"
#include "server/channels/text.h"

namespace warden {
namespace {

constexpr std::string_view kDot = " \xC2\xB7 ";
constexpr std::string_view kDash = "\xE2\x80\x93";

constexpr std::size_t kMostBytes = 16'384;  // of one text; what is beyond is never shown
constexpr std::size_t kWhatUnits = 100;
constexpr std::size_t kWhereUnits = 40;  // each place
constexpr std::size_t kLabelUnits = 100;
constexpr std::size_t kAlertLabelsUnits = 160;
constexpr std::size_t kAlertDetailUnits = 240;

bool IsFiring(const Alert& alert) { return alert.status == AlertStatus::kFiring; }

// The worst of the known ones, else what all have in common.
std::string_view SeverityWord(const Message& message) {
  const std::string_view worst = message.severity();
  return worst.empty() ? message.common_labels.Get("severity") : worst;
}

TextLevel LevelOf(const Message& message) {
  if (message.reason == NotifyReason::kTest) return TextLevel::kTest;
  if (message.status == AlertStatus::kResolved) return TextLevel::kResolved;
  const std::string_view severity = SeverityWord(message);
  if (severity == "critical" || severity == "page") return TextLevel::kCritical;
  if (severity == "error" || severity == "high") return TextLevel::kError;
  if (severity == "info" || severity == "none" || severity == "low") return TextLevel::kInfo;
  return TextLevel::kWarning;
}

std::string What(const Message& message) {
  std::vector<std::string> names;
  const bool only_firing = message.firing() > 0;
  for (const Alert& alert : message.alerts) {
    if (only_firing && !IsFiring(alert)) continue;
    std::string name = Cut(CleanLine(alert.name()), kWhatUnits);
    if (!name.empty() && std::ranges::find(names, name) == names.end()) {
      names.push_back(std::move(name));
    }
  }
  if (names.empty()) {
    const std::string summary = FirstLine(message.common_annotations, {"summary", "title"});
    return summary.empty() ? "unnamed alert" : Cut(summary, kWhatUnits);
  }
  if (names.size() == 1) return names.front();
  const std::size_t others = names.size() - 1;
  return names.front() + " and " + std::to_string(others) + (others == 1 ? " other" : " others");
}

// From wide to narrow, at most four places; without any the group's own labels.
std::vector<std::string> Where(const Message& message) {
  std::vector<std::string> places;
  const auto add = [&places](std::string place) {
    if (!place.empty() && std::ranges::find(places, place) == places.end()) {
      places.push_back(std::move(place));
    }
  };
  const auto add_first = [&](std::initializer_list<std::string_view> names) {
    add(Cut(FirstLine(message.common_labels, names), kWhereUnits));
  };
  add_first({"cluster"});
  add_first({"environment", "env", "region", "datacenter", "dc"});
  add_first({"namespace"});
  add_first({"service", "app", "deployment", "job"});
  add_first({"pod", "instance", "host", "node"});
  if (places.empty()) {
    for (const auto& [name, value] : message.group_labels) {
      if (name == "alertname" || name == "severity" || places.size() == 3) continue;
      add(Cut(CleanLine(name) + "=" + CleanLine(value), kWhereUnits));
    }
  }
  if (places.size() > 4) places.erase(places.begin() + 1);
  return places;
}

std::string Counts(const MessageText& text) {
  if (text.firing + text.resolved < 2) return {};
  if (text.firing == 0 || text.resolved == 0) {
    return " (" + std::to_string(text.firing + text.resolved) + " alerts)";
  }
  return " (" + std::to_string(text.firing) + " firing, " + std::to_string(text.resolved) +
         " resolved)";
}

// How many were not reported as over.
std::size_t Expired(const Message& message) {
  return static_cast<std::size_t>(std::ranges::count_if(message.alerts, &Alert::has_expired));
}

bool HasOnlyExpired(const Message& message) {
  return !message.alerts.empty() && Expired(message) == message.alerts.size();
}

std::string Headline(const Message& message, const MessageText& text) {
  const bool is_resolved = message.status == AlertStatus::kResolved;
  std::string line = message.reason == NotifyReason::kTest ? "[TEST] " : "";
  line += !is_resolved ? "[FIRING] " : HasOnlyExpired(message) ? "[EXPIRED] " : "[RESOLVED] ";
  const std::string severity = Cut(CleanLine(SeverityWord(message)), 20);
  if (!severity.empty()) line += severity + ": ";
  line += What(message);
  for (const std::string& place : Where(message)) line += std::string(kDot) + place;
  line += Counts(text);
  if (is_resolved) line += ", lasted " + HumanDuration(EndOf(message) - StartOf(message));
  return Cut(line, 300);
}

// A label's name or value, looked at no further than anybody reads.
std::string LabelPart(std::string_view text) {
  return Cut(CleanLine(CutOnCharacter(text, 4 * kLabelUnits + 16)), kLabelUnits);
}

// `a=b, c=d` of the labels that `shown` accepts, longest values cut.
template <class Shown>
std::string LabelsText(const promql::LabelSet& labels, const Shown& shown) {
  constexpr std::size_t kEnoughBytes = 16'384;
  std::string text;
  for (const auto& [name, value] : labels) {
    if (!shown(name) || text.size() > kEnoughBytes) continue;
    if (!text.empty()) text += ", ";
    text += LabelPart(name) + "=" + LabelPart(value);
  }
  return text;
}

// `02:57 UTC`, with the day when it is not that of `now`.
std::string ShortTime(Instant at, Instant now) {
  const std::string text = HumanTime(at);
  return text.substr(0, 10) == HumanTime(now).substr(0, 10) ? text.substr(11) : text;
}

TextAlert AlertText(const Alert& alert, const Message& message) {
  TextAlert text;
  text.status = alert.status;
  text.labels = Cut(LabelsText(alert.labels,
                               [&](const std::string& name) {
                                 return !message.common_labels.Has(name) && name != "severity";
                               }),
                    kAlertLabelsUnits);
  if (IsFiring(alert)) {
    text.detail = "since " + ShortTime(alert.starts_at, message.at) + " (" +
                  HumanDuration(message.at - alert.starts_at) + ")";
  } else {
    const Instant end = alert.ends_at.value_or(message.at);
    text.detail = (alert.has_expired() ? "not reported any more, taken as over " : "resolved ") +
                  ShortTime(end, message.at) + " after " + HumanDuration(end - alert.starts_at);
  }
  for (const std::string_view name : {"summary", "description", "message", "value"}) {
    const std::string_view raw = alert.annotations.Get(name);
    if (raw.empty() || message.common_annotations.Get(name) == raw) continue;
    const std::string own = CleanLine(CutOnCharacter(raw, 4 * kAlertDetailUnits));
    if (own.empty()) continue;
    text.detail += ": " + own;
    break;
  }
  text.detail = Cut(text.detail, kAlertDetailUnits);
  return text;
}

void AddAlerts(MessageText& text, const Message& message) {
  for (const AlertStatus status : {AlertStatus::kFiring, AlertStatus::kResolved}) {
    for (const Alert& alert : message.alerts) {
      if (alert.status != status) continue;
      if (text.alerts.size() < kMostTextAlerts) {
        text.alerts.push_back(AlertText(alert, message));
      } else {
        ++text.left_out;
      }
    }
  }
}

void AddFact(MessageText& text, std::string_view name, std::string value) {
  if (!value.empty()) text.facts.push_back({std::string(name), std::move(value)});
}

std::string TimeFact(const Message& message) {
  const Instant start = StartOf(message);
  if (message.status == AlertStatus::kFiring) {
    return HumanTime(start) + " (" + HumanDuration(message.at - start) + ")";
  }
  const Instant end = EndOf(message);
  return HumanTime(start) + " " + std::string(kDash) + " " + ShortTime(end, start) + " (" +
         HumanDuration(end - start) + ")";
}

std::string Note(const Message& message) {
  std::string note;
  if (!message.incident_uid.empty()) {
    note = "incident " + Cut(CleanLine(message.incident_uid), 40) + ", message " +
           std::to_string(message.sequence);
  }
  const bool says_why =
      message.reason != NotifyReason::kFirst && message.reason != NotifyReason::kAllResolved;
  if (says_why) note += (note.empty() ? "" : ": ") + std::string(Text(message.reason));
  if (const auto expired = Expired(message); expired > 0) {
    note += (note.empty() ? "" : "; ") + std::to_string(expired) +
            (expired == 1 ? " alert was" : " alerts were") +
            " not reported any more and taken as over";
  }
  if (message.may_be_duplicate) {
    note += (note.empty() ? "" : "; ") + std::string("may repeat a message that arrived before");
  }
  return note;
}

void AddFacts(MessageText& text, const Message& message) {
  const bool is_firing = message.status == AlertStatus::kFiring;
  AddFact(text, is_firing ? "Since" : "Lasted", TimeFact(message));
  AddFact(text, "Value",
          Cut(FirstLine(message.common_annotations, {"value", "current_value"}), kLabelUnits));
  AddFact(text, "Threshold",
          Cut(FirstLine(message.common_annotations, {"threshold"}), kLabelUnits));
  if (message.anomaly) AddFact(text, "Anomaly check", AnomalySentence(*message.anomaly));
  if (message.muted > 0) {
    AddFact(text, "Muted", std::to_string(message.muted) + " more firing, not shown");
  }
  AddFact(text, "Labels", LabelsText(message.common_labels, [](const std::string& name) {
            return name != "alertname" && name != "severity";
          }));
}

std::string Above(double deviation) {
  if (!std::isfinite(deviation) || deviation == 0) return {};
  const double size = std::fabs(deviation);
  std::string text = HumanNumber(size >= 10 ? std::round(size) : std::round(size * 10) / 10);
  if (text == "0") return {};
  text += text == "1" ? " sigma " : " sigmas ";
  return ", " + text + (deviation > 0 ? "above" : "below");
}

std::string Band(const AnomalyVerdict& verdict) {
  const bool has_lower = std::isfinite(verdict.lower);
  const bool has_upper = std::isfinite(verdict.upper);
  if (has_lower && has_upper) {
    const bool spaced = verdict.lower < 0 || verdict.upper < 0;
    return HumanNumber(verdict.lower) + (spaced ? " to " : std::string(kDash)) +
           HumanNumber(verdict.upper);
  }
  if (has_lower) return "at least " + HumanNumber(verdict.lower);
  if (has_upper) return "at most " + HumanNumber(verdict.upper);
  return HumanNumber(verdict.expected);
}

// `, since 13:05 UTC, most at 13:20 UTC: 0.52`
std::string CourseText(const AnomalyCourse& course) {
  std::string text = ", since " + HumanTime(course.began_at).substr(11);
  if (course.peak_at != course.began_at)
    text += ", farthest at " + HumanTime(course.peak_at).substr(11) + " with " +
            HumanNumber(course.peak);
  return text;
}

// How many beside it are unusual too tells one broken instance from a broken service.
std::string SiblingsText(const AnomalyVerdict& verdict) {
  constexpr std::size_t kShown = 3;
  if (verdict.siblings == 0) return {};
  const std::string of = verdict.siblings == 1 ? "the other series"
                                               : std::to_string(verdict.siblings) + " other series";
  if (verdict.deviating.empty())
    return verdict.siblings == 1 ? "; the other series is as usual"
                                 : "; all " + of + " are as usual";
  std::string text = "; of " + of + " unusual too: ";
  for (std::size_t i = 0; i < verdict.deviating.size() && i < kShown; ++i) {
    const AnomalySibling& sibling = verdict.deviating[i];
    std::string labels = LabelsText(sibling.labels, [](const std::string&) { return true; });
    if (i > 0) text += "; ";
    text += Cut(labels.empty() ? "{}" : std::move(labels), kAlertLabelsUnits) + " at " +
            HumanNumber(sibling.observed);
  }
  return text;
}

std::string ThresholdText(const AlertThreshold& threshold) {
  const std::string number = HumanNumber(threshold.value);
  const std::string& comparison = threshold.comparison;
  if (comparison == ">") return "alert above " + number;
  if (comparison == "<") return "alert below " + number;
  if (comparison == ">=") return "alert at " + number + " or above";
  if (comparison == "<=") return "alert at " + number + " or below";
  if (comparison == "!=") return "alert at all but " + number;
  return "alert at " + number;
}

void AddLink(std::vector<TextLink>& links, std::string_view title, std::string_view url) {
  const bool is_known =
      std::ranges::any_of(links, [url](const TextLink& link) { return link.url == url; });
  if (IsWebLink(url) && !is_known) links.push_back({std::string(title), std::string(url)});
}

std::string_view WithoutSlash(std::string_view url) {
  while (url.ends_with('/')) url.remove_suffix(1);
  return url;
}

// Alertmanager's form for a new silence, filled with the common labels.
std::string SilenceUrl(const Message& message, std::string_view alertmanager) {
  std::string filter;
  for (const auto& [name, value] : message.common_labels) {
    if (filter.size() > 600) break;
    std::string quoted;
    for (const char c : ToValidUtf8(value)) {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
    filter += (filter.empty() ? "" : ", ") + ToValidUtf8(name) + "=\"" + quoted + "\"";
  }
  return std::string(WithoutSlash(alertmanager)) +
         "/#/silences/new?filter=" + PercentEncode("{" + filter + "}");
}

}  // namespace

std::string FirstLine(const promql::LabelSet& set, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    std::string line = CleanLine(CutOnCharacter(set.Get(name), kMostBytes));
    if (!line.empty()) return line;
  }
  return {};
}

Instant StartOf(const Message& message) {
  std::optional<Instant> start;
  for (const Alert& alert : message.alerts) {
    if (!start || alert.starts_at < *start) start = alert.starts_at;
  }
  return start.value_or(message.opened_at);
}

Instant EndOf(const Message& message) {
  if (message.status == AlertStatus::kFiring) return message.at;
  std::optional<Instant> end;
  for (const Alert& alert : message.alerts) {
    if (alert.ends_at && (!end || *alert.ends_at > *end)) end = alert.ends_at;
  }
  return std::min(message.at, end.value_or(message.closed_at.value_or(message.at)));
}

std::string AnomalySentence(const AnomalyVerdict& verdict) {
  if (verdict.detector.empty()) return CleanLine(verdict.summary);
  std::string text = verdict.anomalous ? "" : "within what is usual: ";
  text += "observed " + HumanNumber(verdict.observed);
  if (verdict.threshold) text += ", " + ThresholdText(*verdict.threshold);
  text += verdict.knows_the_hour ? ", normally " + Band(verdict) + " at this hour"
                                 : ", expected " + Band(verdict);
  if (verdict.anomalous) text += Above(verdict.deviation);
  if (verdict.course) text += CourseText(*verdict.course);
  text += " (";
  if (verdict.anomalous && !verdict.severity.empty()) text += CleanLine(verdict.severity) + ", ";
  text += CleanLine(verdict.detector);
  if (std::isfinite(verdict.confidence) && verdict.confidence > 0) {
    text += ", confidence " + HumanNumber(std::round(verdict.confidence * 100)) + " %";
  }
  return text + ")" + SiblingsText(verdict);
}

std::vector<TextLink> LinksOf(const Message& message, const Config& config) {
  std::vector<TextLink> links;
  const promql::LabelSet& common = message.common_annotations;
  AddLink(links, "Runbook", FirstLine(common, {"runbook_url", "runbook"}));
  AddLink(links, "Dashboard", FirstLine(common, {"dashboard_url", "dashboard", "grafana_url"}));
  const std::string uid = FirstLine(common, {"dashboard_uid", "__dashboardUid__"});
  if (config.grafana.is_set() && IsDashboardUid(uid)) {
    const std::string panel = FirstLine(common, {"panel_id", "__panelId__"});
    AddLink(links, "Grafana",
            std::string(WithoutSlash(config.grafana.url)) + "/d/" + PercentEncode(uid) +
                (panel.empty() ? "" : "?viewPanel=" + PercentEncode(panel)));
  }
  for (const Alert& alert : message.alerts) {
    if (!IsWebLink(alert.generator_url)) continue;
    AddLink(links, "Graph", alert.generator_url);
    break;
  }
  if (!message.external_url.empty() && !message.incident_uid.empty()) {
    AddLink(links, "Incident",
            std::string(WithoutSlash(message.external_url)) + "/incidents/" +
                PercentEncode(message.incident_uid));
  }
  if (!config.alertmanager_url.empty() && message.status == AlertStatus::kFiring) {
    AddLink(links, "Silence", SilenceUrl(message, config.alertmanager_url));
  }
  return links;
}

MessageText BuildMessageText(const Message& message, const Config& config) {
  MessageText text;
  text.level = LevelOf(message);
  text.firing = message.firing();
  text.resolved = message.alerts.size() - text.firing;
  text.headline = Headline(message, text);
  text.summary = FirstLine(message.common_annotations, {"summary", "title", "message"});
  text.description =
      CleanText(CutOnCharacter(message.common_annotations.Get("description"), 2 * kMostBytes));
  if (text.description == text.summary) text.description.clear();
  AddFacts(text, message);
  if (message.alerts.size() > 1) AddAlerts(text, message);
  text.links = LinksOf(message, config);
  text.note = Note(message);
  return text;
}

MessageText Shrink(const MessageText& text, const TextRoom& room) {
  MessageText shrunk = text;
  const auto cut = [](std::string& field, std::size_t limit) {
    field = limit == 0 ? std::string() : Cut(field, limit);
  };
  cut(shrunk.summary, room.summary);
  cut(shrunk.description, room.description);
  for (TextFact& fact : shrunk.facts) cut(fact.value, room.fact);
  if (room.fact == 0) shrunk.facts.clear();
  if (shrunk.alerts.size() > room.alerts) {
    shrunk.left_out += shrunk.alerts.size() - room.alerts;
    shrunk.alerts.resize(room.alerts);
  }
  std::size_t bytes = 0;
  std::erase_if(shrunk.links, [&](const TextLink& link) {
    bytes += link.url.size();
    return bytes > room.link_bytes;
  });
  return shrunk;
}

std::string ChartAltText(const Message& message) {
  const std::string query = message.anomaly ? CleanLine(message.anomaly->query) : std::string{};
  return Cut("Chart of " + (query.empty() ? "the metric" : query) + ", with its normal range", 300);
}

}  // namespace warden
