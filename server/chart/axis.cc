// SPDX-License-Identifier: Apache-2.0
#include "server/chart/axis.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>

namespace warden::chart {
namespace {

struct Prefix {
  double factor;
  const char* name;
};
constexpr Prefix kDecimal[] = {{1e15, "P"}, {1e12, "T"}, {1e9, "G"},       {1e6, "M"}, {1e3, "k"},
                               {1, ""},     {1e-3, "m"}, {1e-6, "\u00b5"}, {1e-9, "n"}};
constexpr Prefix kBinary[] = {{0x1p50, " PiB"}, {0x1p40, " TiB"}, {0x1p30, " GiB"},
                              {0x1p20, " MiB"}, {0x1p10, " KiB"}, {1, " B"}};
constexpr Prefix kTime[] = {{86400, " d"}, {3600, " h"},       {60, " min"}, {1, " s"},
                            {1e-3, " ms"}, {1e-6, " \u00b5s"}, {1e-9, " ns"}};

const Prefix& PrefixFor(double size, const Prefix* first, const Prefix* last) {
  const Prefix* found =
      std::find_if(first, last, [&](const Prefix& p) { return size >= p.factor * 0.9999; });
  return found == last ? *(last - 1) : *found;
}

// As many decimals as tell neighbouring steps apart, at most six.
std::string Digits(double value, double step) {
  int decimals = 0;
  if (step > 0 && step < 1)
    decimals = std::min(6, static_cast<int>(std::ceil(-std::log10(step) - 1e-9)));
  // 0.25 needs two digits where 0.2 needs one.
  for (int extra = 0; extra < 2; ++extra) {
    const double scaled = step * std::pow(10, decimals);
    if (std::abs(scaled - std::round(scaled)) < 1e-6 * std::max(1.0, scaled)) break;
    if (decimals < 6) ++decimals;
  }
  char text[64];
  if (std::abs(value) >= 1e15) {
    std::snprintf(text, sizeof text, "%.3g", value);
  } else {
    std::snprintf(text, sizeof text, "%.*f", decimals, value);
  }
  std::string shown = text;
  if (shown.find_first_not_of("-0.") == std::string::npos) shown = "0";
  return shown;
}

std::string WithPrefix(double value, double step, const Prefix& prefix) {
  return Digits(value / prefix.factor, step / prefix.factor) + prefix.name;
}

// 1, 2, 2.5 or 5 times a power of ten, at least `least`.
double RoundUp(double least) {
  const double power = std::pow(10, std::floor(std::log10(least)));
  for (const double times : {1.0, 2.0, 2.5, 5.0}) {
    if (times * power >= least * 0.999999) return times * power;
  }
  return 10 * power;
}

double StepFor(double least, Unit unit) {
  if ((unit == Unit::kBytes || unit == Unit::kByteRate) && least > 1) {
    double factor = 1;
    while (least >= 1024 * factor && factor < 0x1p60) factor *= 1024;
    for (const double times : {1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0}) {
      if (times * factor >= least) return times * factor;
    }
    return 1024 * factor;
  }
  if (unit == Unit::kSeconds && least > 5) {
    for (const double step : {10., 15., 30., 60., 120., 300., 600., 900., 1800., 3600., 7200.,
                              10800., 21600., 43200.}) {
      if (step >= least) return step;
    }
    return 86400 * std::max(1.0, RoundUp(least / 86400));
  }
  return RoundUp(least);
}

bool IsName(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == ':';
}

Unit UnitOfName(std::string_view name) {
  for (const std::string_view suffix : {"_total", "_sum", "_bucket"}) {
    if (name.ends_with(suffix)) name.remove_suffix(suffix.size());
  }
  if (name.ends_with("_bytes")) return Unit::kBytes;
  if (name.ends_with("_seconds")) return Unit::kSeconds;
  if (name.ends_with("_ratio")) return Unit::kRatio;
  if (name.ends_with("_percent")) return Unit::kPercent;
  return Unit::kNone;
}

constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

}  // namespace

Unit UnitOf(std::string_view expression) {
  // A quotient has another unit than its parts.
  if (expression.find('/') != std::string_view::npos) return Unit::kNone;
  bool is_rate = false;
  bool is_quantile = false;
  for (std::size_t i = 0; i < expression.size();) {
    if (!IsName(expression[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < expression.size() && IsName(expression[end])) ++end;
    const std::string_view name = expression.substr(i, end - i);
    i = end;
    if (name == "rate" || name == "irate" || name == "deriv") is_rate = true;
    // A quantile of rates of buckets is in the buckets' unit again.
    if (name == "histogram_quantile") is_quantile = true;
    const Unit unit = UnitOfName(name);
    if (unit == Unit::kBytes && is_rate && !is_quantile) return Unit::kByteRate;
    if (unit != Unit::kNone) return is_rate && !is_quantile ? Unit::kNone : unit;
  }
  return Unit::kNone;
}

std::string FormatValue(double value, double step, Unit unit) {
  const double size = std::max(std::abs(value), step);
  if (value == 0 && unit != Unit::kRatio && unit != Unit::kPercent) return "0";
  switch (unit) {
    case Unit::kBytes:
      return WithPrefix(value, step, PrefixFor(size, std::begin(kBinary), std::end(kBinary)));
    case Unit::kByteRate:
      return FormatValue(value, step, Unit::kBytes) + "/s";
    case Unit::kSeconds:
      return WithPrefix(value, step, PrefixFor(size, std::begin(kTime), std::end(kTime)));
    case Unit::kRatio:
      return Digits(100 * value, 100 * step) + "%";
    case Unit::kPercent:
      return Digits(value, step) + "%";
    case Unit::kNone:
      break;
  }
  if (size >= 1e18 || size < 1e-9) {
    char text[40];
    std::snprintf(text, sizeof text, "%.3g", value);
    return text;
  }
  // From 1,000 on k, M, G; small numbers keep their decimals down to a thousandth.
  if (size < 1e4 && size >= 1e-3) return Digits(value, step);
  return WithPrefix(value, step, PrefixFor(size, std::begin(kDecimal), std::end(kDecimal)));
}

std::string FormatAlone(double value, Unit unit) {
  if (value == 0) return FormatValue(0, 1, unit);
  // A step of three digits in the unit that will be shown, or decimals would be added to tell it.
  double factor = 1;
  if (unit == Unit::kBytes || unit == Unit::kByteRate)
    factor = PrefixFor(std::abs(value), std::begin(kBinary), std::end(kBinary)).factor;
  if (unit == Unit::kSeconds)
    factor = PrefixFor(std::abs(value), std::begin(kTime), std::end(kTime)).factor;
  const double power = std::floor(std::log10(std::abs(value / factor)));
  std::string text = FormatValue(value, factor * std::pow(10, std::max(power - 2, -300.0)), unit);
  // Zeros at the end of the decimals say nothing here.
  const auto point = text.find('.');
  if (point == std::string::npos || text.find('e') != std::string::npos) return text;
  auto end = text.find_first_not_of("0123456789", point + 1);
  if (end == std::string::npos) end = text.size();
  auto keep = end;
  while (text[keep - 1] == '0') --keep;
  if (keep - 1 == point) --keep;
  return text.erase(keep, end - keep);
}

ValueTicks TicksBetween(double low, double high, std::size_t wanted, Unit unit) {
  ValueTicks ticks;
  ticks.step = StepFor((high - low) / static_cast<double>(std::max<std::size_t>(wanted, 1)), unit);
  const double first = std::ceil(low / ticks.step - 1e-9);
  for (double i = first; i * ticks.step <= high + 1e-9 * (high - low); ++i) {
    ticks.values.push_back(i * ticks.step);
    if (ticks.values.size() > 2 * wanted + 4 || i + 1 == i) break;
  }
  if (ticks.values.empty()) ticks.values.push_back(low);
  return ticks;
}

std::vector<TimeTick> TicksBetween(Instant start, Instant end, std::size_t most,
                                   std::chrono::minutes offset) {
  using namespace std::chrono_literals;
  static constexpr std::chrono::seconds kSteps[] = {1s,    5s,    15s,   30s,  1min, 2min, 5min,
                                                    10min, 15min, 30min, 1h,   2h,   3h,   6h,
                                                    12h,   24h,   48h,   168h, 336h, 672h};
  std::vector<TimeTick> ticks;
  if (end <= start) return ticks;
  const auto count = static_cast<Duration::rep>(std::max<std::size_t>(most, 1));
  Duration step = kSteps[std::size(kSteps) - 1];
  for (const std::chrono::seconds candidate : kSteps) {
    if ((end - start) / Duration(candidate) < count) {
      step = candidate;
      break;
    }
  }
  while ((end - start) / step >= count) step *= 2;
  // Weeks start on Mondays: 1970-01-01 was a Thursday.
  const Duration origin = step >= Duration(168h) ? Duration(96h) : Duration{0};
  const Duration local_start = start.time_since_epoch() + offset;
  Duration at = origin + std::chrono::floor<Duration>((local_start - origin) / step * step);
  while (at < local_start) at += step;
  std::chrono::sys_days labelled = std::chrono::sys_days::min();
  for (; at <= end.time_since_epoch() + offset; at += step) {
    const std::chrono::sys_time<Duration> local{at};
    const auto day = std::chrono::floor<std::chrono::days>(local);
    const std::chrono::year_month_day date{day};
    const auto since_midnight =
        std::chrono::duration_cast<std::chrono::seconds>(local - day).count();
    char text[40];
    if (since_midnight == 0 && labelled != day) {
      std::snprintf(text, sizeof text, "%u %s", static_cast<unsigned>(date.day()),
                    kMonths[static_cast<unsigned>(date.month()) - 1]);
      labelled = day;
    } else if (step < Duration(1min)) {
      std::snprintf(text, sizeof text, "%02d:%02d:%02d", static_cast<int>(since_midnight / 3600),
                    static_cast<int>(since_midnight / 60 % 60),
                    static_cast<int>(since_midnight % 60));
    } else {
      std::snprintf(text, sizeof text, "%02d:%02d", static_cast<int>(since_midnight / 3600),
                    static_cast<int>(since_midnight / 60 % 60));
    }
    ticks.push_back({Instant{at - offset}, text});
  }
  return ticks;
}

}  // namespace warden::chart
