// SPDX-License-Identifier: Apache-2.0
#include "server/watch/state_codec.h"

#include <array>
#include <charconv>
#include <cstring>
#include <utility>

#include "promql/model/fnv.h"
#include "server/alert/webhook.h"
#include "server/watch/micros.h"

namespace warden {
namespace {

constexpr std::string_view kHead = "states 1";
constexpr std::string_view kMagic = "pwstate1";

template <class Number>
void Put(std::string& out, Number value) {
  std::array<char, sizeof value> bytes;
  std::memcpy(bytes.data(), &value, sizeof value);
  out.append(bytes.data(), bytes.size());
}

template <class Number>
bool Take(std::string_view& from, Number& value) {
  if (from.size() < sizeof value) return false;
  std::memcpy(&value, from.data(), sizeof value);
  from.remove_prefix(sizeof value);
  return true;
}

bool TakeText(std::string_view& from, std::string_view& text) {
  std::uint32_t length = 0;
  if (!Take(from, length) || from.size() < length) return false;
  text = from.substr(0, length);
  from.remove_prefix(length);
  return true;
}

std::string Beginning(const StateHead& head, std::uint32_t index) {
  std::string bytes{kMagic};
  Put(bytes, head.key);
  Put(bytes, head.last.time_since_epoch().count());
  Put(bytes, index);
  return bytes;
}

}  // namespace

std::string EncodeHead(const StateHead& head) {
  return std::string(kHead) + ' ' + std::to_string(head.generation) + ' ' +
         std::to_string(head.chunks) + ' ' + MicrosText(head.last) + ' ' + std::to_string(head.key);
}

std::optional<StateHead> DecodeHead(std::string_view text) {
  if (!text.starts_with(kHead)) return std::nullopt;
  text.remove_prefix(kHead.size());
  StateHead head;
  Duration::rep last = 0;
  const auto take = [&](auto& value) {
    if (!text.starts_with(' ')) return false;
    text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return error == std::errc{};
  };
  if (!take(head.generation) || !take(head.chunks) || !take(last) || !take(head.key) ||
      !text.empty())
    return std::nullopt;
  head.last = Instant{Duration{last}};
  return head;
}

StateChunk::StateChunk(const StateHead& head, std::uint32_t index)
    : bytes_(Beginning(head, index)) {}

void StateChunk::Add(const promql::LabelSet& labels, std::string_view state) {
  const std::string text = EncodeLabels(labels);
  for (const std::string_view part : {std::string_view(text), state}) {
    Put(bytes_, static_cast<std::uint32_t>(part.size()));
    bytes_ += part;
  }
}

std::string StateChunk::Finish() && {
  Put(bytes_, promql::Fnv1a(bytes_));
  return std::move(bytes_);
}

Result<void> ReadChunk(std::string_view chunk, const StateHead& head, std::uint32_t index,
                       const std::function<bool(const promql::LabelSet&, std::string_view)>& take) {
  const std::string beginning = Beginning(head, index);
  std::uint64_t hash = 0;
  if (chunk.size() < beginning.size() + sizeof hash || !chunk.starts_with(beginning))
    return Fail(ErrorCode::kCorrupt, "a chunk is of another watch, time or format");
  std::memcpy(&hash, chunk.data() + chunk.size() - sizeof hash, sizeof hash);
  chunk.remove_suffix(sizeof hash);
  if (promql::Fnv1a(chunk) != hash) return Fail(ErrorCode::kCorrupt, "a chunk is damaged");
  chunk.remove_prefix(beginning.size());
  while (!chunk.empty()) {
    std::string_view labels;
    std::string_view state;
    if (!TakeText(chunk, labels) || !TakeText(chunk, state))
      return Fail(ErrorCode::kCorrupt, "a chunk is cut off");
    if (!take(DecodeLabels(labels), state))
      return Fail(ErrorCode::kCorrupt, "a state is of another version of the detector");
  }
  return {};
}

}  // namespace warden
