// SPDX-License-Identifier: Apache-2.0
#include "server/watch/watch_shelf.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "server/alert/webhook.h"

namespace warden {
namespace {

constexpr std::string_view kEpisodes = "watch/";
constexpr std::string_view kStates = "watch-state/";
constexpr std::string_view kChunks = "watch-chunk/";  // apart from heads: names may hold anything
constexpr std::string_view kAnomalies = "watch-anomalies/";
constexpr std::string_view kUntil = "until\t";
constexpr std::string_view kStorm = "\nstorm\t";

std::string Name(std::string_view prefix, const std::string& watch) {
  return std::string(prefix) + watch;
}

std::string Encode(const EpisodeBook& book) {
  std::string text(kUntil);
  text += std::to_string(book.judged_until.time_since_epoch().count());
  if (book.storm.rages()) {
    text += std::string(kStorm) + std::to_string(book.storm.starts_at.time_since_epoch().count()) +
            '\t' + EncodeLabels(book.storm.labels);
  }
  return text + '\n' + EncodeEpisodes(book.episodes);
}

Instant ReadInstant(std::string_view text) {
  Duration::rep micros = 0;
  std::from_chars(text.data(), text.data() + text.size(), micros);
  return Instant{Duration{micros}};
}

EpisodeBook Decode(std::string_view text) {
  EpisodeBook book;
  if (text.starts_with(kUntil)) book.judged_until = ReadInstant(text.substr(kUntil.size()));
  if (const auto found = text.find(kStorm); found != std::string_view::npos) {
    const auto rest = text.substr(found + kStorm.size());
    const auto line = rest.substr(0, rest.find('\n'));
    book.storm.starts_at = ReadInstant(line);
    book.storm.labels = DecodeLabels(line.substr(std::min(line.size(), line.find('\t') + 1)));
  }
  book.episodes = DecodeEpisodes(text);
  return book;
}

}  // namespace

WatchShelf::WatchShelf(Store& store, StoreWriter& writer, std::string watch)
    : store_(store), writer_(writer), watch_(std::move(watch)) {}

std::vector<std::string> WatchShelf::Watches(Store& store) {
  auto names = store.BlobNames(kEpisodes);
  if (!names) return {};
  for (auto& name : *names) name.erase(0, kEpisodes.size());
  return *std::move(names);
}

EpisodeBook WatchShelf::LoadEpisodes() {
  const auto stored = store_.FindBlob(Name(kEpisodes, watch_));
  return stored && *stored ? Decode(**stored) : EpisodeBook{};
}

Result<void> WatchShelf::SaveEpisodes(const EpisodeBook& book) {
  const bool goes = book.episodes.empty() && !book.storm.rages() && !Head();
  return writer_.Run([name = Name(kEpisodes, watch_), text = Encode(book), goes](Transaction& t) {
    return goes ? t.RemoveBlob(name) : t.PutBlob(name, text);
  });
}

std::optional<StateHead> WatchShelf::Head() {
  const auto stored = store_.FindBlob(Name(kStates, watch_));
  return stored && *stored ? DecodeHead(**stored) : std::nullopt;
}

std::string WatchShelf::ChunkName(std::uint32_t generation, std::uint32_t index) const {
  return std::string(kChunks) + std::to_string(generation) + '/' + std::to_string(index) + '/' +
         watch_;
}

Result<bool> WatchShelf::LoadStates(std::uint64_t key, SeriesStreams& streams,
                                    AnomalyLog& anomalies) {
  const auto stored = store_.FindBlob(Name(kStates, watch_));
  if (!stored) return std::unexpected(stored.error());
  if (!*stored) return false;
  const auto head = DecodeHead(**stored);
  if (!head) return Fail(ErrorCode::kCorrupt, "its head is of another format");
  if (head->key != key)
    return Fail(ErrorCode::kInvalid, "its query, step or time zone was another");
  for (std::uint32_t i = 0; i < head->chunks; ++i) {
    const auto chunk = store_.FindBlob(ChunkName(head->generation, i));
    Result<void> read = Fail(ErrorCode::kCorrupt, "a chunk is missing");
    if (chunk && *chunk) {
      read = ReadChunk(**chunk, *head, i, [&](const promql::LabelSet& labels, std::string_view s) {
        return streams.Restore(labels, s);
      });
    }
    if (read) continue;
    streams.Forget();
    return std::unexpected(read.error());
  }
  streams.SetLast(head->last);
  if (const auto told = store_.FindBlob(Name(kAnomalies, watch_)); told && *told)
    anomalies.Decode(**told);
  return true;
}

Result<void> WatchShelf::SaveStates(std::uint64_t key, const SeriesStreams& streams,
                                    const AnomalyLog& anomalies, const EpisodeBook& book) {
  const auto old = Head();
  StateHead head;
  head.generation = old ? 1 - std::min<std::uint32_t>(old->generation, 1) : 0;
  head.last = streams.last().value_or(Instant{});
  head.key = key;
  Result<void> written;
  StateChunk chunk(head, 0);
  const auto put = [&] {
    std::string bytes = std::move(chunk).Finish();
    if (written) {
      written =
          writer_.Run([name = ChunkName(head.generation, head.chunks), bytes = std::move(bytes)](
                          Transaction& t) { return t.PutBlob(name, bytes); });
    }
    chunk = StateChunk(head, ++head.chunks);
  };
  bool is_begun = false;
  streams.Save([&](const promql::LabelSet& labels, std::string_view state) {
    chunk.Add(labels, state);
    is_begun = true;
    if (!chunk.is_full()) return;
    put();
    is_begun = false;
  });
  if (is_begun) put();
  if (!written) return written;
  return writer_.Run([&](Transaction& t) -> Result<void> {
    if (auto done = t.PutBlob(Name(kStates, watch_), EncodeHead(head)); !done) return done;
    if (auto done = t.PutBlob(Name(kEpisodes, watch_), Encode(book)); !done) return done;
    if (auto done = t.PutBlob(Name(kAnomalies, watch_), anomalies.Encode()); !done) return done;
    for (std::uint32_t i = 0; old && i < old->chunks; ++i) {
      if (auto done = t.RemoveBlob(ChunkName(old->generation, i)); !done) return done;
    }
    return {};
  });
}

Result<void> WatchShelf::Remove() {
  const auto head = Head();
  return writer_.Run([&](Transaction& t) -> Result<void> {
    for (const auto prefix : {kEpisodes, kStates, kAnomalies}) {
      if (auto done = t.RemoveBlob(Name(prefix, watch_)); !done) return done;
    }
    for (std::uint32_t i = 0; head && i < head->chunks; ++i) {
      if (auto done = t.RemoveBlob(ChunkName(head->generation, i)); !done) return done;
    }
    return {};
  });
}

}  // namespace warden
