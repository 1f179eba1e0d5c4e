// SPDX-License-Identifier: Apache-2.0
#include "promql/template/prometheus.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "promql/model/duration.h"
#include "promql/model/go_regex.h"
#include "promql/template/escape.h"
#include "promql/template/network.h"
#include "promql/template/number.h"
#include "promql/template/text_functions.h"
#include "promql/template/time_value.h"

namespace promql::tmpl {
namespace {

constexpr Field kRuleDataFields[] = {{"Labels", "", &kStringMapType},
                                     {"ExternalLabels", "", &kStringMapType},
                                     {"ExternalURL", "", &kStringType},
                                     {"Value", "", &kFloatType}};
constexpr Field kSampleFields[] = {{"Labels", "", &kStringMapType}, {"Value", "", &kFloatType}};
constexpr std::size_t kSampleLabels = 0;
constexpr std::size_t kSampleValue = 1;

constexpr PreludeVariable kPrelude[] = {{"$labels", "Labels"},
                                        {"$externalLabels", "ExternalLabels"},
                                        {"$externalURL", "ExternalURL"},
                                        {"$value", "Value"}};

const Type kSampleListType{
    .name = "[]*template.sample", .kind = Kind::kSlice, .element = &kSamplePointerType};

Value KeepText(Call& call, std::string_view text) { return Value::String(call.arena.Copy(text)); }

// Queries.

Value Query(Call& call) {
  if (call.environment.queries == nullptr) return call.Fail("there is nothing to query here");
  const auto samples = call.environment.queries->Query(call.Text(0));
  if (!samples) return call.Fail(samples.error());
  std::vector<Value> values;
  for (const Sample& sample : *samples) {
    // The answer goes away, the arena stays.
    std::vector<MapEntry> labels;
    for (const auto& [name, value] : sample.labels) {
      labels.push_back({call.arena.Copy(std::string_view(name)), KeepText(call, value)});
    }
    const Value fields[] = {Value::Map(kStringMapType, labels, call.arena),
                            Value::Float(sample.value)};
    values.push_back(Value::Pointer(kSamplePointerType,
                                    Value::Struct(kSampleType, fields, call.arena), call.arena));
  }
  return Value::Slice(kSamplesType, values, call.arena);
}

Value First(Call& call) {
  if (call.args[0].size() == 0) return call.Fail("there is no first sample: the query gave none");
  return call.args[0].AsSlice()[0];
}

// A part of the sample that is the last argument; nothing after failing.
Value SamplePart(Call& call, std::size_t part) {
  const Value& sample = call.args.back();
  if (sample.IsNil()) return call.Fail("there is no sample");
  return sample.Target().AsStruct()[part];
}

Value TextOfLabel(const Value& labels, std::string_view name) {
  const Value* const found = labels.kind() == Kind::kMap ? labels.Find(name) : nullptr;
  return found == nullptr ? Value::String("") : *found;
}

Value Label(Call& call) { return TextOfLabel(SamplePart(call, kSampleLabels), call.Text(0)); }
Value SampleValue(Call& call) { return SamplePart(call, kSampleValue); }
Value StringValue(Call& call) { return TextOfLabel(SamplePart(call, kSampleLabels), "__value__"); }

// Sorts the list itself, as Prometheus does: other variables see it too.
Value SortByLabel(Call& call) {
  const std::string_view name = call.Text(0);
  std::ranges::stable_sort(call.args[1].AsSlice(), {}, [name](const Value& sample) {
    return TextOfLabel(sample.Target().AsStruct()[kSampleLabels], name).AsString();
  });
  return call.args[1];
}

Value Args(Call& call) {
  std::vector<MapEntry> entries;
  for (const Value& argument : call.args) {
    entries.push_back({call.arena.Copy("arg" + std::to_string(entries.size())),
                       argument.IsValid() ? argument : Value::Nil()});
  }
  return Value::Map(kMapType, entries, call.arena);
}

// Numbers.

std::optional<double> Number(Call& call) {
  SecondsResult number = NumberOf(call.args[0]);
  if (number.error.empty()) return number.value;
  call.Fail(std::move(number.error));
  return std::nullopt;
}

std::string FourDigits(double value) {
  std::string text;
  AppendFloat(value, 'g', 4, text);
  return text;
}

Value Humanize(Call& call) {
  const auto number = Number(call);
  if (!number) return {};
  double value = *number;
  std::string_view prefix;
  if (value != 0 && std::isfinite(value)) {
    const bool is_large = std::abs(value) >= 1;
    static constexpr std::string_view kLarge[] = {"k", "M", "G", "T", "P", "E", "Z", "Y"};
    static constexpr std::string_view kSmall[] = {"m", "u", "n", "p", "f", "a", "z", "y"};
    for (const std::string_view next : is_large ? kLarge : kSmall) {
      if (is_large ? std::abs(value) < 1000 : std::abs(value) >= 1) break;
      prefix = next;
      is_large ? value /= 1000 : value *= 1000;
    }
  }
  return KeepText(call, FourDigits(value) + std::string(prefix));
}

Value Humanize1024(Call& call) {
  const auto number = Number(call);
  if (!number) return {};
  double value = *number;
  std::string_view prefix;
  if (std::abs(value) > 1 && std::isfinite(value)) {
    for (const std::string_view next : {"ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"}) {
      if (std::abs(value) < 1024) break;
      prefix = next;
      value /= 1024;
    }
  }
  return KeepText(call, FourDigits(value) + std::string(prefix));
}

Value HumanizePercentage(Call& call) {
  const auto number = Number(call);
  return number ? KeepText(call, FourDigits(*number * 100) + "%") : Value{};
}

Value HumanizeDuration(Call& call) {
  const auto number = Number(call);
  return number ? KeepText(call, HumanizeSeconds(*number)) : Value{};
}

// Cut to milliseconds, towards zero; fails where nanoseconds leave 64 bits.
std::optional<Time> TimeOf(Call& call, double seconds) {
  const double nanos = seconds * 1e9;
  constexpr double kLimit = 9223372036854775808.0;
  if (nanos > kLimit || nanos < -kLimit) {
    call.Fail(FourDigits(seconds) + " is too far away for a time");
    return std::nullopt;
  }
  return FromUnixNanos(ToInt64(nanos) / 1'000'000 * 1'000'000);
}

Value HumanizeTimestamp(Call& call) {
  const auto number = Number(call);
  if (!number) return {};
  if (!std::isfinite(*number)) return KeepText(call, FourDigits(*number));
  const auto time = TimeOf(call, *number);
  if (!time) return {};
  std::string text;
  AppendTime(*time, text);
  return KeepText(call, text);
}

Value ToTime(Call& call) {
  const auto number = Number(call);
  if (!number) return {};
  if (!std::isfinite(*number)) return call.Fail(FourDigits(*number) + " is no time");
  const auto time = TimeOf(call, *number);
  if (!time) return {};
  return Value::Pointer(kTimePointerType, TimeValue(*time, call.arena), call.arena);
}

Value ToDuration(Call& call) {
  const auto number = Number(call);
  if (!number) return {};
  return Value::Pointer(kDurationPointerType, DurationValue(ToInt64(*number * 1e9)), call.arena);
}

Value Now(Call& call) {
  const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(
      call.environment.now.time_since_epoch());
  return Value::Float(static_cast<double>(since.count()) / 1000);
}

Value ParseDurationText(Call& call) {
  std::string_view text = call.Text(0);
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const auto duration = ParseDuration(text);
  if (!duration) return call.Fail("\"" + std::string(call.Text(0)) + "\" is no duration");
  const auto nanos = static_cast<double>(std::chrono::nanoseconds(*duration).count());
  return Value::Float((negative ? 0 - nanos : nanos) / 1e9);
}

// Text.

Value Title(Call& call) { return KeepText(call, tmpl::ToTitle(call.Text(0), TitleRest::kKeep)); }

Value StripPort(Call& call) {
  const auto parts = SplitHostPort(call.Text(0));
  return parts ? Value::String(parts->host) : call.args[0];
}

Value StripDomain(Call& call) {
  const auto parts = SplitHostPort(call.Text(0));
  std::string_view host = parts ? parts->host : call.Text(0);
  if (IsIpAddress(host)) return call.args[0];
  host = host.substr(0, host.find('.'));
  if (!parts || parts->port.empty()) return Value::String(host);
  return KeepText(call, JoinHostPort(host, parts->port));
}

Value Link(Call& call, std::string_view tab) {
  std::string text = "/graph?g0.expr=";
  AppendQueryEscaped(call.Text(0), text);
  text += "&g0.tab=";
  text += tab;
  return KeepText(call, text);
}
Value GraphLink(Call& call) { return Link(call, "0"); }
Value TableLink(Call& call) { return Link(call, "1"); }

Value ExternalUrl(Call& call) { return Value::String(call.environment.external_url); }

// The path of a URL, escapes included: what is between the host and the query.
std::string_view PathOf(std::string_view url) {
  const std::size_t colon = url.find_first_of(":/?#");
  const bool has_scheme = colon != std::string_view::npos && colon > 0 && url[colon] == ':';
  if (has_scheme) url.remove_prefix(colon + 1);
  url = url.substr(0, url.find_first_of("?#"));
  if (url.starts_with("//") && (has_scheme || !url.starts_with("///"))) {
    url.remove_prefix(2);
    url.remove_prefix(std::min(url.find('/'), url.size()));
  } else if (has_scheme && !url.starts_with('/')) {
    return {};
  }
  return url;
}

Value PathPrefix(Call& call) {
  const std::string_view url = PathOf(call.environment.external_url);
  std::string plain;
  for (std::size_t i = 0; i < url.size(); ++i) {
    const auto byte = url[i] == '%' ? QueryUnescape(url.substr(i, 3)) : std::nullopt;
    if (byte && byte->size() == 1) {
      plain += *byte;
      i += 2;
    } else {
      plain += url[i];
    }
  }
  return KeepText(call, plain);
}

Value UrlQueryEscape(Call& call) {
  std::string text;
  AppendQueryEscaped(call.Text(0), text);
  return KeepText(call, text);
}

const Function kFunctions[] = {
    {.name = "args",
     .call = Args,
     .result = &kMapType,
     .parameter_count = 1,
     .is_variadic = true,
     .parameters = {&kAnyType}},
    {.name = "externalURL", .call = ExternalUrl, .result = &kStringType},
    {.name = "first",
     .call = First,
     .result = &kSamplePointerType,
     .parameter_count = 1,
     .parameters = {&kSamplesType}},
    {.name = "graphLink",
     .call = GraphLink,
     .result = &kStringType,
     .parameter_count = 1,
     .parameters = {&kStringType}},
    {.name = "humanize",
     .call = Humanize,
     .result = &kStringType,
     .parameter_count = 1,
     .parameters = {&kAnyType}},
    {.name = "humanize1024",
     .call = Humanize1024,
     .result = &kStringType,
     .parameter_count = 1,
     .parameters = {&kAnyType}},
    {.name = "humanizeDuration",
     .call = HumanizeDuration,
     .result = &kStringType,
     .parameter_count = 1,
     .parameters = {&kAnyType}},
    {.name = "humanizePercentage",
     .call = HumanizePercentage,
     .result = &kStringType,
     .parameter_count = 1,
     .parameters = {&kAnyType},
     .since = {2, 11}},
    {.name = "humanizeTimestamp",
     .call = HumanizeTimestamp,
     .result = &kStringType,
     .parameter_count = 1,
     .parameters = {&kAnyType}},
    {.name = "label",
     .call = Label,
     .result = &kStringType,
     .parameter_count = 2,
     .parameters = {&kStringType, &kSamplePointerType}},
    {.name = "match",
     .call = MatchText,
     .result = &kBoolType,
     .parameter_count = 2,
     .parameters = {&kStringType, &kStringType}},
    {.name = "now", .call = Now, .result = &kFloatType, .since = {3, 6}},
    {.name = "parseDuration",
     .call = ParseDurationText,
     .result = &kFloatType,
     .parameter_count = 1,
     .parameters = {&kStringType},
     .since = {2, 32}},
    {.name = "pathPrefix", .call = PathPrefix, .result = &kStringType},
    {.name = "query",
     .call = Query,
     .result = &kSamplesType,
     .parameter_count = 1,
     .parameters = {&kStringType}},
    {.name = "reReplaceAll",
     .call = ReplaceAllText,
     .result = &kStringType,
     .parameter_count = 3,
     .parameters = {&kStringType, &kStringType, &kStringType}},
    {.name = "safeHtml",
     .call = SafeHtml,
     .result = &kHtmlType,
     .parameter_count = 1,
     .parameters = {&kStringType}},
    {.name = "sortByLabel",
     .call = SortByLabel,
     .result = &kSamplesType,
     .parameter_count = 2,
     .parameters = {&kStringType, &kSamplesType}},
    {.name = "stripDomain",
     .call = StripDomain,
     .result = &kStringType,
     .parameter_count = 1,
     .parameters = {&kStringType},
     .since = {2, 36}},
    {.name = "stripPort",
     .call = StripPort,
     .result = &kStringType,
     .parameter_count = 1,
     .parameters = {&kStringType},
     .since = {2, 33}},
    {.name = "strvalue",
     .call = StringValue,
     .result = &kStringType,
     .parameter_count = 1,
     .parameters = {&kSamplePointerType}},
    {.name = "tableLink",
     .call = TableLink,
     .result = &kStringType,
     .parameter_count = 1,
     .parameters = {&kStringType}},
    {.name = "title",
     .call = Title,
     .result = &kStringType,
     .parameter_count = 1,
     .parameters = {&kStringType}},
    {.name = "toDuration",
     .call = ToDuration,
     .result = &kDurationPointerType,
     .parameter_count = 1,
     .parameters = {&kAnyType},
     .since = {3, 6}},
    {.name = "toLower",
     .call = LowerText,
     .result = &kStringType,
     .parameter_count = 1,
     .parameters = {&kStringType}},
    {.name = "toTime",
     .call = ToTime,
     .result = &kTimePointerType,
     .parameter_count = 1,
     .parameters = {&kAnyType},
     .since = {2, 38}},
    {.name = "toUpper",
     .call = UpperText,
     .result = &kStringType,
     .parameter_count = 1,
     .parameters = {&kStringType}},
    {.name = "urlQueryEscape",
     .call = UrlQueryEscape,
     .result = &kStringType,
     .parameter_count = 1,
     .parameters = {&kStringType},
     .since = {3, 8}},
    {.name = "value",
     .call = SampleValue,
     .parameter_count = 1,
     .parameters = {&kSamplePointerType}},
};

}  // namespace

const Type kRuleDataType{.name =
                             "struct { Labels map[string]string; ExternalLabels map[string]string; "
                             "ExternalURL string; Value interface {} }",
                         .kind = Kind::kStruct,
                         .fields = kRuleDataFields};
const Type kSampleType{
    .name = "template.sample", .kind = Kind::kStruct, .named = true, .fields = kSampleFields};
const Type kSamplePointerType{
    .name = "*template.sample", .kind = Kind::kPointer, .element = &kSampleType};
const Type kSamplesType{.name = "template.queryResult",
                        .kind = Kind::kSlice,
                        .named = true,
                        .element = &kSamplePointerType,
                        .underlying = &kSampleListType};

const Dialect& PrometheusDialect() {
  static const Dialect dialect("prometheus", kFunctions, kPrelude);
  return dialect;
}

Value LabelMap(const Type& type, const LabelSet* labels, Arena& arena) {
  if (labels == nullptr) return Value::Map(type, {}, arena);
  const auto entries = arena.Array<MapEntry>(labels->size());
  std::size_t index = 0;
  for (const auto& [name, value] : *labels) entries[index++] = {name, Value::String(value)};
  return Value::SortedMap(type, entries);
}

Value PrometheusData(const RuleData& data, Arena& arena) {
  const Value fields[] = {LabelMap(kStringMapType, data.labels, arena),
                          LabelMap(kStringMapType, data.external_labels, arena),
                          Value::String(data.external_url), Value::Float(data.value)};
  return Value::Struct(kRuleDataType, fields, arena);
}

std::optional<double> FloatFromText(std::string_view text) {
  const ParsedFloat parsed = ParseFloat(text);
  if (parsed.result == FloatResult::kSyntax) return std::nullopt;
  return parsed.value;
}

}  // namespace promql::tmpl
