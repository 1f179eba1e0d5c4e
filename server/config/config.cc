// SPDX-License-Identifier: Apache-2.0
#include "server/config/config.h"

#include <algorithm>

namespace warden {
namespace {

template <class T>
const T* FindNamed(const std::vector<T>& list, std::string_view name) {
  const auto at = std::ranges::find(list, name, &T::name);
  return at == list.end() ? nullptr : &*at;
}

}  // namespace

const Receiver* Config::FindReceiver(std::string_view name) const {
  return FindNamed(receivers, name);
}

const TimeInterval* Config::FindTimeInterval(std::string_view name) const {
  return FindNamed(time_intervals, name);
}

const IntakeSource* Config::FindSource(std::string_view name) const {
  return FindNamed(intake.sources, name);
}

}  // namespace warden
