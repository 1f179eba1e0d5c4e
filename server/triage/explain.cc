// SPDX-License-Identifier: Apache-2.0
#include "server/triage/explain.h"

#include <algorithm>
#include <vector>

#include "promql/model/duration.h"
#include "promql/model/matcher.h"
#include "server/config/destinations.h"
#include "server/triage/mute.h"
#include "server/triage/route.h"

namespace warden {
namespace {

// Draws the tree as the walk saw it: `takes`, `matches`, `no: team="a"`.
class TreeText {
 public:
  TreeText(const promql::LabelSet& labels, const std::vector<const Route*>& taken)
      : labels_(labels), taken_(taken) {}

  void Draw(const Route& node, int depth, bool is_asked) {
    text_ += std::string(static_cast<std::size_t>(depth) * 2 + 2, ' ') + Describe(node) +
             Verdict(node, is_asked) + "\n";
    if (!is_asked || !promql::MatchesAll(node.matchers, labels_)) return;
    bool ask = true;
    for (const auto& child : node.routes) {
      Draw(child, depth + 1, ask);
      if (ask && promql::MatchesAll(child.matchers, labels_) && !child.is_continuing) ask = false;
    }
  }
  [[nodiscard]] std::string Take() { return std::move(text_); }

 private:
  static std::string Describe(const Route& node) {
    return promql::Canonical(node.matchers) + " → " + node.receiver +
           (node.is_continuing ? " (continue)" : "");
  }
  [[nodiscard]] std::string Verdict(const Route& node, bool is_asked) const {
    if (!is_asked) return "   not asked: an earlier sibling took it";
    for (const auto& matcher : node.matchers) {
      if (!matcher.Matches(labels_)) return "   no: " + matcher.Canonical() + " does not match";
    }
    return std::ranges::find(taken_, &node) != taken_.end() ? "   TAKES IT" : "   matches";
  }

  const promql::LabelSet& labels_;
  const std::vector<const Route*>& taken_;
  std::string text_;
};

std::string Time(std::chrono::milliseconds duration) { return promql::FormatDuration(duration); }

std::string Mutes(const Config& config, const Route& route, const promql::LabelSet& labels,
                  Instant at) {
  auto mute = MutedByTime(config, &route, at);
  if (!mute) mute = MutedByMaintenance(config, labels, at);
  if (!mute) return "not muted";
  return "muted: " + mute->reason + (mute->until ? ", until " + FormatRfc3339(*mute->until) : "");
}

std::string Told(const Config& config, const Route& route, const promql::LabelSet& labels,
                 Instant at) {
  std::string text = "receiver " + route.receiver + "\n";
  text += "  group     " + GroupKey(route, GroupLabels(route, labels)) + "\n";
  text += "  timers    group_wait " + Time(route.group_wait) + ", group_interval " +
          Time(route.group_interval) + ", repeat_interval " + Time(route.repeat_interval) + "\n";
  text += "  now       " + Mutes(config, route, labels, at) + "\n";
  std::string channels;
  for (const auto& integration : IntegrationsOf(config, route.receiver)) {
    channels += (channels.empty() ? "" : ", ") + Text(integration.destination) +
                (integration.send_resolved ? "" : " (no resolves)");
  }
  return text + "  channels  " + (channels.empty() ? "none: nobody is told" : channels) + "\n";
}

}  // namespace

std::string ExplainRoute(const Config& config, const promql::LabelSet& labels, Instant at) {
  const auto taken = MatchRoutes(config.route, labels);
  std::string text = "alert at " + FormatRfc3339(at) + ":";
  for (const auto& [name, value] : labels) text += " " + name + "=" + value;
  text += "\n\nroute tree\n";
  TreeText tree(labels, taken);
  tree.Draw(config.route, 0, true);
  text += tree.Take();
  for (const Route* route : taken) text += "\n" + Told(config, *route, labels, at);
  if (config.grafana.is_set() && promql::MatchesAll(config.grafana.matchers, labels)) {
    text += "\nan annotation region is drawn in Grafana\n";
  }
  return text;
}

}  // namespace warden
