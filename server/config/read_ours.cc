// SPDX-License-Identifier: Apache-2.0
// What Alertmanager does not have: prometheus, grafana, storage, intake, delivery, api.
#include <algorithm>
#include <set>

#include "server/config/sections.h"

namespace warden {
namespace {

// A base URL without the slash at its end.
template <class T>
void SetBaseUrl(T& out, Reader& reader, const YamlNode& node) {
  UrlText url;
  if (!node.IsLooseNull()) ReadValue(reader, node, url);
  while (url.text.ends_with('/')) url.text.pop_back();
  out.url = std::move(url.text);
}

void NeedUrl(Reader& reader, const YamlNode& node, const std::string& url,
             std::string_view section) {
  if (url.empty() && !node.IsLooseNull())
    reader.Error(node, "`" + std::string(section) + "` needs `url`");
}

template <class T>
void CheckPositive(Reader& reader, const YamlNode& node, const SeenKeys& seen, const char* key,
                   T value, T least) {
  const YamlNode* at = seen.Find(key);
  if (value < least)
    reader.Error(at != nullptr ? *at : node, "`" + std::string(key) + "` is too small");
}

// --- prometheus ---

constexpr Field<PrometheusConfig> kPrometheusFields[] = {
    {"url", SetBaseUrl},
    {"http_config", Set<&PrometheusConfig::http>},
    {"timeout", Set<&PrometheusConfig::timeout>},
    {"max_concurrent_queries", Set<&PrometheusConfig::max_concurrent_queries>},
};

// --- grafana ---

struct GrafanaDraft : GrafanaConfig {
  SecretDraft token_draft;
};

struct PlaceText {
  std::string dashboard, panel;
};

constexpr Field<PlaceText> kPlaceFields[] = {
    {"dashboard", Set<&PlaceText::dashboard>},
    {"panel", Set<&PlaceText::panel>},
};

// `"request_rate:critical": "Service Overview:Request Rate"`: parts behind the last colon; titles
// with colons are written as keys and values.
DashboardMapping MappingOf(Reader& reader, const MappingEntry& entry) {
  DashboardMapping mapping;
  const std::string& name = entry.key->text;
  const std::size_t colon = name.rfind(':');
  mapping.alertname = name.substr(0, colon);
  if (colon != std::string::npos) mapping.severity = name.substr(colon + 1);
  PlaceText place;
  if (entry.value->kind == YamlNode::Kind::kMapping) {
    ReadSection(reader, *entry.value, "dashboards", kPlaceFields, place);
  } else {
    const std::string text = reader.Text(*entry.value).value_or("");
    const std::size_t cut = text.rfind(':');
    place.dashboard = text.substr(0, cut);
    if (cut != std::string::npos) place.panel = text.substr(cut + 1);
  }
  mapping.dashboard = std::move(place.dashboard);
  mapping.panel = std::move(place.panel);
  if (mapping.alertname.empty())
    reader.Error(*entry.key, "expected `alertname` or `alertname:severity`");
  if (mapping.dashboard.empty()) {
    reader.Error(*entry.value, "expected `dashboard` or `dashboard:panel`, each by title or id");
  }
  return mapping;
}

void SetDashboards(GrafanaDraft& out, Reader& reader, const YamlNode& node) {
  out.dashboards.clear();
  if (node.IsLooseNull()) return;
  if (node.kind != YamlNode::Kind::kMapping) {
    return reader.Error(node,
                        "expected alerts with their dashboards, like `HighLatency:critical: "
                        "Service Overview:Latency`");
  }
  for (const MappingEntry& entry : Entries(reader, node))
    out.dashboards.push_back(MappingOf(reader, entry));
  std::ranges::stable_partition(out.dashboards,
                                [](const DashboardMapping& m) { return !m.severity.empty(); });
}

constexpr Field<GrafanaDraft> kGrafanaFields[] = {
    {"url", SetBaseUrl},
    {"token", SetSecret<&GrafanaDraft::token_draft>},
    {"token_file", SetSecretFile<&GrafanaDraft::token_draft>},
    {"http_config", Set<&GrafanaDraft::http>},
    {"timeout", Set<&GrafanaDraft::timeout>},
    {"org_id", Set<&GrafanaDraft::org_id>},
    {"tags", Set<&GrafanaDraft::tags>},
    {"matchers", Set<&GrafanaDraft::matchers>},
    {"dashboards", SetDashboards},
};

// --- storage ---

constexpr Field<StorageConfig> kStorageFields[] = {
    {"retention", Set<&StorageConfig::retention>},
    {"quarantine_retention", Set<&StorageConfig::quarantine_retention>},
    {"quarantine_max_bytes", Set<&StorageConfig::quarantine_max_bytes>},
};

// --- intake ---

struct BasicText {
  SecretDraft username, password;
};

constexpr Field<BasicText> kBasicFields[] = {
    {"username", SetSecret<&BasicText::username>},
    {"username_file", SetSecretFile<&BasicText::username>},
    {"password", SetSecret<&BasicText::password>},
    {"password_file", SetSecretFile<&BasicText::password>},
};

struct AuthDraft : IntakeAuth {
  SecretDraft token;
};

void SetBasicAuth(AuthDraft& out, Reader& reader, const YamlNode& node) {
  out.basic.reset();
  if (node.IsNull()) return;
  BasicText basic;
  ReadSection(reader, node, "auth_basic", kBasicFields, basic);
  out.basic = BasicAuth{basic.username.Finish(reader, "username"),
                        basic.password.Finish(reader, "password")};
  if (!basic.username.is_set() || !basic.password.is_set()) {
    reader.Error(node, "`basic_auth` needs a user name and a password");
  }
}

constexpr Field<AuthDraft> kAuthFields[] = {
    {"basic_auth", SetBasicAuth},
    {"bearer_token", SetSecret<&AuthDraft::token>},
    {"bearer_token_file", SetSecretFile<&AuthDraft::token>},
};

constexpr Field<IntakeSource> kSourceFields[] = {
    {"name", Set<&IntakeSource::name>},
    {"auth", Set<&IntakeSource::auth>},
    {"ignored_labels", Set<&IntakeSource::ignored_labels>},
    {"expire_after", Set<&IntakeSource::expire_after>},
};

constexpr Field<IntakeConfig> kIntakeFields[] = {
    {"auth", Set<&IntakeConfig::auth>},
    {"ignored_labels", Set<&IntakeConfig::ignored_labels>},
    {"max_alerts", Set<&IntakeConfig::max_alerts>},
    {"max_labels", Set<&IntakeConfig::max_labels>},
    {"max_value_bytes", Set<&IntakeConfig::max_value_bytes>},
    {"max_queued_requests", Set<&IntakeConfig::max_queued_requests>},
    {"expire_after", Set<&IntakeConfig::expire_after>},
    {"sources", SetList<&IntakeConfig::sources>},
};

// --- delivery ---

constexpr Field<RetryConfig> kRetryFields[] = {
    {"initial", Set<&RetryConfig::initial>},
    {"max", Set<&RetryConfig::max>},
    {"give_up_after", Set<&RetryConfig::give_up_after>},
};

constexpr Field<RateLimitConfig> kRateFields[] = {
    {"per_second", Set<&RateLimitConfig::per_second>},
    {"burst", Set<&RateLimitConfig::burst>},
};

constexpr Field<CircuitBreakerConfig> kBreakerFields[] = {
    {"failures", Set<&CircuitBreakerConfig::failures>},
    {"open", Set<&CircuitBreakerConfig::open>},
};

constexpr Field<DeliveryConfig> kDeliveryFields[] = {
    {"max_concurrent", Set<&DeliveryConfig::max_concurrent>},
    {"timeout", Set<&DeliveryConfig::timeout>},
    {"retry", Set<&DeliveryConfig::retry>},
    {"rate_limit", Set<&DeliveryConfig::rate_limit>},
    {"circuit_breaker", Set<&DeliveryConfig::circuit_breaker>},
};

constexpr Field<ApiConfig> kApiFields[] = {
    {"requests_per_minute", Set<&ApiConfig::requests_per_minute>},
};

constexpr auto kSecond = std::chrono::milliseconds(1000);

void CheckExpiry(Reader& reader, const YamlNode& node, const SeenKeys& seen,
                 std::chrono::milliseconds expire_after) {
  if (expire_after.count() != 0)
    CheckPositive(reader, node, seen, "expire_after", expire_after, 60 * kSecond);
}

}  // namespace

void ReadValue(Reader& reader, const YamlNode& node, PrometheusConfig& out) {
  out = {};
  const SeenKeys seen = ReadSection(reader, node, "prometheus", kPrometheusFields, out);
  NeedUrl(reader, node, out.url, "prometheus");
  CheckPositive(reader, node, seen, "timeout", out.timeout, kSecond);
  CheckPositive<std::size_t>(reader, node, seen, "max_concurrent_queries",
                             out.max_concurrent_queries, 1);
}

void ReadValue(Reader& reader, const YamlNode& node, GrafanaConfig& out) {
  GrafanaDraft draft;
  const SeenKeys seen = ReadSection(reader, node, "grafana", kGrafanaFields, draft);
  NeedUrl(reader, node, draft.url, "grafana");
  CheckPositive(reader, node, seen, "timeout", draft.timeout, kSecond);
  CheckPositive<std::int64_t>(reader, node, seen, "org_id", draft.org_id, 0);
  draft.token = draft.token_draft.Finish(reader, "token");
  if (draft.token.is_file()) draft.token = Secret::File(reader.Join(draft.token.path()));
  out = std::move(draft);
}

void ReadValue(Reader& reader, const YamlNode& node, StorageConfig& out) {
  out = {};
  const SeenKeys seen = ReadSection(reader, node, "storage", kStorageFields, out);
  constexpr auto kHour = std::chrono::milliseconds(std::chrono::hours(1));
  CheckPositive(reader, node, seen, "retention", out.retention, kHour);
  CheckPositive(reader, node, seen, "quarantine_retention", out.quarantine_retention, kHour);
}

void ReadValue(Reader& reader, const YamlNode& node, IntakeAuth& out) {
  AuthDraft draft;
  ReadSection(reader, node, "auth", kAuthFields, draft);
  draft.bearer_token = draft.token.Finish(reader, "bearer_token");
  out = std::move(draft);
}

void ReadValue(Reader& reader, const YamlNode& node, IntakeSource& out) {
  const SeenKeys seen = ReadSection(reader, node, "sources", kSourceFields, out);
  if (out.expire_after) CheckExpiry(reader, node, seen, *out.expire_after);
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  if (out.name.empty() || !std::ranges::all_of(out.name, fits)) {
    reader.Error(
        node, "a source needs a `name` of letters, digits, `-`, `_` and `.`: it stands in its URL");
  }
}

void ReadValue(Reader& reader, const YamlNode& node, IntakeConfig& out) {
  out = {};
  const SeenKeys seen = ReadSection(reader, node, "intake", kIntakeFields, out);
  CheckPositive<std::size_t>(reader, node, seen, "max_alerts", out.max_alerts, 1);
  CheckPositive<std::size_t>(reader, node, seen, "max_labels", out.max_labels, 1);
  CheckPositive<std::size_t>(reader, node, seen, "max_value_bytes", out.max_value_bytes, 64);
  CheckPositive<std::size_t>(reader, node, seen, "max_queued_requests", out.max_queued_requests, 1);
  CheckExpiry(reader, node, seen, out.expire_after);
  std::set<std::string_view> names;
  for (const IntakeSource& source : out.sources) {
    if (!names.insert(source.name).second)
      reader.Error(*seen.Find("sources"), "source `" + source.name + "` stands here twice");
  }
}

void ReadValue(Reader& reader, const YamlNode& node, RetryConfig& out) {
  out = {};
  const SeenKeys seen = ReadSection(reader, node, "retry", kRetryFields, out);
  CheckPositive(reader, node, seen, "initial", out.initial, std::chrono::milliseconds(1));
  CheckPositive(reader, node, seen, "max", out.max, out.initial);
  CheckPositive(reader, node, seen, "give_up_after", out.give_up_after, kSecond);
}

void ReadValue(Reader& reader, const YamlNode& node, RateLimitConfig& out) {
  out = {};
  const SeenKeys seen = ReadSection(reader, node, "rate_limit", kRateFields, out);
  CheckPositive(reader, node, seen, "per_second", out.per_second, 0.001);
  CheckPositive<std::size_t>(reader, node, seen, "burst", out.burst, 1);
}

void ReadValue(Reader& reader, const YamlNode& node, CircuitBreakerConfig& out) {
  out = {};
  const SeenKeys seen = ReadSection(reader, node, "circuit_breaker", kBreakerFields, out);
  CheckPositive<std::size_t>(reader, node, seen, "failures", out.failures, 1);
  CheckPositive(reader, node, seen, "open", out.open, std::chrono::milliseconds(1));
}

void ReadValue(Reader& reader, const YamlNode& node, DeliveryConfig& out) {
  out = {};
  const SeenKeys seen = ReadSection(reader, node, "delivery", kDeliveryFields, out);
  CheckPositive<std::size_t>(reader, node, seen, "max_concurrent", out.max_concurrent, 1);
  CheckPositive(reader, node, seen, "timeout", out.timeout, kSecond);
}

void ReadValue(Reader& reader, const YamlNode& node, ApiConfig& out) {
  out = {};
  ReadSection(reader, node, "api", kApiFields, out);
}

void AddOurKeys(KnownKeys& known) {
  AddKnownKeys(known, "prometheus", kPrometheusFields);
  AddKnownKeys(known, "grafana", kGrafanaFields);
  AddKnownKeys(known, "dashboards", kPlaceFields);
  AddKnownKeys(known, "storage", kStorageFields);
  AddKnownKeys(known, "intake", kIntakeFields);
  AddKnownKeys(known, "auth", kAuthFields);
  AddKnownKeys(known, "auth_basic", kBasicFields);
  AddKnownKeys(known, "sources", kSourceFields);
  AddKnownKeys(known, "delivery", kDeliveryFields);
  AddKnownKeys(known, "retry", kRetryFields);
  AddKnownKeys(known, "rate_limit", kRateFields);
  AddKnownKeys(known, "circuit_breaker", kBreakerFields);
  AddKnownKeys(known, "api", kApiFields);
}

}  // namespace warden
