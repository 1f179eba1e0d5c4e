// SPDX-License-Identifier: Apache-2.0
// Grafana: one annotation region per incident. A point when it opens, its end and last text when it
// resolves; never an end in the future. Grafana knows no idempotency, so after an unknown outcome,
// and for an end without a known beginning, the region is looked up by its tag `aid:<incident>`.
//
//   known id ─▶ patch ──gone──┐
//   unknown outcome, end ─▶ find ──▶ adopt / patch
//                             └─none─┤
//   first ─────────────────────────▶ place: dashboard by uid, else search by title ─▶ create
//                                      └─ cannot be found, not allowed ─▶ create for the whole
//                                         organisation, with a tag and a sentence that say so
#include <algorithm>
#include <charconv>
#include <set>

#include "server/alert/text.h"
#include "server/channels/grafana_place.h"
#include "server/channels/json.h"
#include "server/channels/judge.h"
#include "server/channels/makers.h"
#include "server/channels/markup.h"
#include "server/channels/message_text.h"
#include "server/channels/text.h"

namespace warden {
namespace {

constexpr std::size_t kTextBytes = 4096;

// One exchange, with all it needs to know: written into ChannelContext::step as
// `name|first|second|problem`.
struct Step {
  std::string name;
  std::string first;    // patch: id; dashboard, create: uid
  std::string second;   // create: panel id; dashboard: "found" when a search named it
  std::string problem;  // why the region is not on the dashboard that was wanted
};

std::string StepText(const Step& step) {
  std::string problem = step.problem;
  std::ranges::replace(problem, '|', '/');
  return step.name + "|" + step.first + "|" + step.second + "|" + problem;
}

Step ParseStep(std::string_view text) {
  Step step;
  for (std::string* part : {&step.name, &step.first, &step.second, &step.problem}) {
    const std::size_t end = std::min(text.find('|'), text.size());
    *part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return step;
}

// Grafana splits tags at every colon, keeps two parts, and counts a key once; no marks either.
std::string TagPart(std::string_view text) {
  constexpr std::size_t kMaxBytes = 48;
  std::string part = CleanLine(text);
  std::ranges::replace_if(
      part, [](char c) { return std::string_view(":,<>\"").find(c) != std::string_view::npos; },
      '_');
  return std::string(CutOnCharacter(part, kMaxBytes));
}

class Tags {
 public:
  void Add(std::string_view key, std::string_view value) {
    constexpr std::size_t kMaxTags = 8;
    constexpr std::size_t kMaxBytes = 480;  // Grafana's column takes 500 of JSON
    const std::string name = TagPart(key);
    const std::string tag = value.empty() ? name : name + ":" + TagPart(value);
    const bool fits = tags_.size() < kMaxTags && bytes_ + tag.size() + 3 <= kMaxBytes;
    if (name.empty() || !fits || !keys_.insert(name).second) return;
    bytes_ += tag.size() + 3;
    tags_.push_back(tag);
  }
  [[nodiscard]] const std::vector<std::string>& all() const { return tags_; }

 private:
  std::vector<std::string> tags_;
  std::set<std::string> keys_;
  std::size_t bytes_ = 2;
};

class Grafana final : public Channel {
 public:
  Grafana(const Config& config, const GrafanaConfig& own) : config_(config), own_(own) {}

  Result<ChannelRequest> Compose(const Message& message,
                                 const ChannelContext& context) const override;
  Verdict Judge(const Message& message, const ChannelContext& context,
                const ChannelResponse& response) const override;
  bool Wants(const Message& message) const override;

 private:
  [[nodiscard]] Step Current(const Message& message, const ChannelContext& context) const;
  [[nodiscard]] Step Place(const Message& message, const ChannelContext& context) const;
  [[nodiscard]] std::string FindPath(const Message& message, const ChannelContext& context) const;
  [[nodiscard]] std::string CreateBody(const Message& message, const ChannelContext& context,
                                       const Step& step) const;
  [[nodiscard]] std::string PatchBody(const Message& message, const ChannelContext& context) const;
  [[nodiscard]] std::string Words(const Message& message, const ChannelContext& context,
                                  const std::string& problem) const;
  [[nodiscard]] Tags TagsOf(const Message& message, const ChannelContext& context,
                            const Step& step) const;
  // The steps that follow an answer; nothing when its status speaks for itself.
  [[nodiscard]] std::optional<Step> Next(const Message& message, const ChannelContext& context,
                                         const Step& step, int status,
                                         const JsonAnswer& answer) const;
  [[nodiscard]] std::optional<Step> AfterLookup(const Message& message, const Step& step,
                                                int status, const JsonAnswer& answer) const;

  const Config& config_;
  const GrafanaConfig& own_;
};

bool Grafana::Wants(const Message& message) const {
  if (message.status == AlertStatus::kFiring &&
      (message.reason == NotifyReason::kRepeat || message.reason == NotifyReason::kSomeResolved)) {
    return false;  // the region is there and says what began it
  }
  // What was drawn is ended, whichever alert ends last.
  if (message.status == AlertStatus::kResolved) return true;
  return own_.matchers.empty() || std::ranges::any_of(message.alerts, [this](const Alert& alert) {
           return promql::MatchesAll(own_.matchers, alert.labels);
         });
}

Step Grafana::Place(const Message& message, const ChannelContext& context) const {
  const std::optional<WantedPlace> wanted = PlaceOf(message, own_);
  if (!wanted || context.plain) return {"create", "", "", ""};
  if (IsDashboardUid(wanted->dashboard)) return {"dashboard", wanted->dashboard, "", ""};
  return {"search", "", "", ""};
}

Step Grafana::Current(const Message& message, const ChannelContext& context) const {
  if (!context.step.empty()) return ParseStep(context.step);
  if (!context.remote_id.empty()) return {"patch", context.remote_id, "", ""};
  const bool may_exist = context.outcome_unknown || message.status == AlertStatus::kResolved;
  return may_exist ? Step{"find", "", "", ""} : Place(message, context);
}

// Never in the future: Grafana would draw the region to the edge of the screen for ever.
std::int64_t EndMillis(const Message& message, const ChannelContext& context) {
  return ToMillis(std::min(EndOf(message), context.now));
}
std::int64_t StartMillis(const Message& message, const ChannelContext& context) {
  const Instant end = message.status == AlertStatus::kResolved ? EndOf(message) : message.at;
  return ToMillis(std::min({StartOf(message), end, context.now}));
}

Result<ChannelRequest> Grafana::Compose(const Message& message,
                                        const ChannelContext& context) const {
  ChannelHttpRequest request;
  request.http = &own_.http;
  request.timeout = own_.timeout;
  if (own_.token.is_set()) {
    const Result<std::string> token = own_.token.Reveal();
    if (!token) return std::unexpected(token.error());
    request.headers.emplace_back("Authorization", "Bearer " + *token);
  }
  if (own_.org_id != 0) {
    request.headers.emplace_back("X-Grafana-Org-Id", std::to_string(own_.org_id));
  }
  request.headers.emplace_back("Accept", "application/json");
  const Step step = Current(message, context);
  std::string path;
  if (step.name == "create" || step.name == "patch") {
    const bool creates = step.name == "create";
    request.method = creates ? "POST" : "PATCH";
    path = "/api/annotations" + (creates ? "" : "/" + PercentEncode(step.first));
    request.body = creates ? CreateBody(message, context, step) : PatchBody(message, context);
    request.headers.emplace_back("Content-Type", "application/json");
  } else {
    request.method = "GET";
    const std::optional<WantedPlace> wanted = PlaceOf(message, own_);
    path = step.name == "find"        ? FindPath(message, context)
           : step.name == "dashboard" ? "/api/dashboards/uid/" + PercentEncode(step.first)
                                      : "/api/search?type=dash-db&limit=5000&query=" +
                                            PercentEncode(wanted ? wanted->dashboard : "");
  }
  request.url = own_.url + path;
  return request;
}

std::string Grafana::FindPath(const Message& message, const ChannelContext& context) const {
  constexpr std::int64_t kMargin = 60'000;
  return "/api/annotations?limit=2&type=annotation&tags=" +
         PercentEncode("aid:" + TagPart(message.incident_uid)) +
         "&from=" + std::to_string(StartMillis(message, context) - kMargin) +
         "&to=" + std::to_string(ToMillis(context.now) + kMargin);
}

Tags Grafana::TagsOf(const Message& message, const ChannelContext& context,
                     const Step& step) const {
  Tags tags;
  tags.Add("aid", message.incident_uid);
  tags.Add("promwarden", "");
  if (context.plain) return tags;
  const promql::LabelSet& common = message.common_labels;
  const auto add = [&tags](std::string_view key, std::string_view value) {
    if (!CleanLine(value).empty()) tags.Add(key, value);
  };
  add("alertname", common.Get("alertname"));
  add("severity", message.severity());
  if (!step.problem.empty()) tags.Add("dashboard_unresolved", "");
  for (const std::string& tag : own_.tags) {
    const std::size_t colon = tag.find(':');
    tags.Add(tag.substr(0, colon), colon == std::string::npos ? "" : tag.substr(colon + 1));
  }
  std::string_view service = common.Get("service");
  if (service.empty()) service = common.Get("job");
  add("service", service);
  if (message.anomaly && message.anomaly->anomalous) {
    tags.Add("anomaly", "");
    add("anomaly-on", service);
  }
  return tags;
}

std::string Grafana::Words(const Message& message, const ChannelContext& context,
                           const std::string& problem) const {
  MessageText text = BuildMessageText(message, config_);
  if (!problem.empty()) text.note += (text.note.empty() ? "" : "; ") + CleanLine(problem);
  if (context.plain) return EscapeHtml(text.headline);
  std::erase_if(text.links, [](const TextLink& link) { return link.title == "Silence"; });
  constexpr TextRoom kTooltip = {7, 700, 300, 300, 2000};
  text = Shrink(text, kTooltip);
  return RenderToFit(
      text, [](const MessageText& part) { return RenderAll(part, kHtmlMarkup); },
      [](const std::string& html) { return html.size() <= kTextBytes; });
}

std::string Grafana::CreateBody(const Message& message, const ChannelContext& context,
                                const Step& step) const {
  JsonWriter json;
  json.BeginObject().FieldIfAny("dashboardUID", step.first);
  std::int64_t panel = 0;
  const char* const end = step.second.data() + step.second.size();
  const auto [stop, error] = std::from_chars(step.second.data(), end, panel);
  if (error == std::errc() && stop == end && !step.first.empty()) {
    json.Key("panelId").Integer(panel);
  }
  json.Key("time").Integer(StartMillis(message, context));
  if (message.status == AlertStatus::kResolved) {
    json.Key("timeEnd").Integer(EndMillis(message, context));
  }
  json.Key("tags").BeginArray();
  const Tags tags = TagsOf(message, context, step);
  for (const std::string& tag : tags.all()) json.Text(tag);
  json.EndArray().Field("text", Words(message, context, step.problem)).EndObject();
  return json.Take();
}

std::string Grafana::PatchBody(const Message& message, const ChannelContext& context) const {
  JsonWriter json;
  json.BeginObject();
  if (message.status == AlertStatus::kResolved) {
    json.Key("timeEnd").Integer(EndMillis(message, context));
  }
  json.Field("text", Words(message, context, "")).EndObject();
  return json.Take();
}

std::optional<Step> Grafana::AfterLookup(const Message& message, const Step& step, int status,
                                         const JsonAnswer& answer) const {
  const std::optional<WantedPlace> wanted = PlaceOf(message, own_);
  if (!wanted || status == 401 || IsRetryStatus(status)) return std::nullopt;
  const std::string name = "\"" + Cut(CleanLine(wanted->dashboard), 80) + "\"";
  const bool is_success = status >= 200 && status < 300;
  if (step.name == "search") {
    if (!is_success) {
      return Step{"create", "", "", "dashboards may not be searched for " + name};
    }
    const FoundDashboard found = FindByTitle(answer, wanted->dashboard);
    if (found.uid.empty()) return Step{"create", "", "", found.problem + " " + name};
    if (wanted->panel.empty()) return Step{"create", found.uid, "", ""};
    return Step{"dashboard", found.uid, "found", ""};
  }
  if (status == 404 && step.second != "found") return Step{"search", "", "", ""};
  if (!is_success) return Step{"create", "", "", "dashboard " + name + " may not be read"};
  const std::optional<std::int64_t> panel = FindPanel(answer, wanted->panel);
  const bool is_missing = !wanted->panel.empty() && !panel;
  return Step{"create", step.first, panel ? std::to_string(*panel) : "",
              is_missing ? "dashboard " + name + " has no panel \"" +
                               Cut(CleanLine(wanted->panel), 80) + "\""
                         : ""};
}

std::optional<Step> Grafana::Next(const Message& message, const ChannelContext& context,
                                  const Step& step, int status, const JsonAnswer& answer) const {
  if (step.name == "dashboard" || step.name == "search") {
    return AfterLookup(message, step, status, answer);
  }
  if (step.name == "find" && status == 200 && answer.is_array()) {
    const std::vector<JsonAnswer> found = answer.Elements({});
    const std::string id = found.empty() ? "" : found.front().Text({"id"});
    if (id.empty()) return Place(message, context);
    if (message.status == AlertStatus::kResolved) return Step{"patch", id, "", ""};
  }
  // Gone, or hidden from our token since: made again, once.
  if (step.name == "patch" && (status == 404 || status == 403)) return Place(message, context);
  if (step.name == "create" && status == 403 && !step.first.empty()) {
    return Step{"create", "", "", "no right to annotate dashboard " + step.first};
  }
  return std::nullopt;
}

Verdict Grafana::Judge(const Message& message, const ChannelContext& context,
                       const ChannelResponse& response) const {
  Secrets secrets;
  secrets.Add(own_.token);
  const JsonAnswer answer(response.body);
  const Step step = Current(message, context);
  std::string words = answer.Text({"message"});
  for (const char* field : {"messageId", "accessErrorId", "traceID"}) {
    const std::string more = answer.Text({field});
    if (!more.empty()) words += " " + std::string(field) + "=" + more;
  }
  Verdict verdict = JudgeStatus(response, context.now, words, secrets);
  if (const auto next = Next(message, context, step, response.status, answer)) {
    verdict.outcome = Outcome::kContinue;
    verdict.next_step = StepText(*next);
    return verdict;
  }
  if (verdict.outcome != Outcome::kDelivered) return verdict;
  if (step.name == "patch") {
    verdict.remote_id = step.first;
  } else if (step.name == "find") {
    const std::vector<JsonAnswer> found = answer.Elements({});
    verdict.remote_id = found.empty() ? "" : found.front().Text({"id"});
    verdict.reason = "found again by its tag";
    if (verdict.remote_id.empty()) {
      verdict.outcome = Outcome::kRetry;
      verdict.reason = "not Grafana's answer";
    }
  } else {
    verdict.remote_id = answer.Text({"id"});
    if (!step.problem.empty()) verdict.reason += ": " + step.problem;
  }
  return verdict;
}

}  // namespace

std::unique_ptr<Channel> MakeGrafanaChannel(const Config& config, const GrafanaConfig& own) {
  return std::make_unique<Grafana>(config, own);
}

}  // namespace warden
