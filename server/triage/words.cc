// SPDX-License-Identifier: Apache-2.0
#include "server/triage/words.h"

#include <algorithm>
#include <cstdint>

#include "promql/model/fnv.h"
#include "server/alert/text.h"

namespace warden {
namespace {

constexpr std::size_t kNamed = 3;
constexpr std::size_t kNameBytes = 120;

std::string NameOf(const Alert& alert) {
  std::string name(alert.name().empty() ? "alert " + promql::FingerprintText(alert.fingerprint)
                                        : std::string(alert.name()));
  const auto instance = alert.labels.Get("instance");
  if (!instance.empty()) name += "{instance=\"" + std::string(instance) + "\"}";
  return std::string(CutOnCharacter(name, kNameBytes));
}

}  // namespace

std::string AlertList(const TriageState& state, const std::vector<AlertId>& alerts) {
  std::string text;
  for (std::size_t i = 0; i < std::min(alerts.size(), kNamed); ++i) {
    const auto* record = state.FindAlert(alerts[i]);
    text +=
        (i > 0 ? ", " : "") + (record == nullptr ? std::string("an alert") : NameOf(record->alert));
  }
  if (alerts.size() > kNamed) text += " and " + std::to_string(alerts.size() - kNamed) + " more";
  return text;
}

std::string IncidentUid(std::string_view route_id, std::string_view group_key, IncidentId previous,
                        Instant opened_at) {
  std::uint64_t hash = promql::kFnvOffset;
  const auto mix = [&hash](std::string_view text) {
    hash = promql::Fnv1a("\xff", promql::Fnv1a(text, hash));
  };
  mix(route_id);
  mix(group_key);
  mix(std::to_string(previous.value));
  mix(std::to_string(opened_at.time_since_epoch().count()));
  static constexpr std::string_view kDigits = "abcdefghijklmnopqrstuvwxyz234567";
  std::string uid(13, 'a');
  for (char& digit : uid) {
    digit = kDigits[hash & 31U];
    hash >>= 5U;
  }
  return uid;
}

}  // namespace warden
