// SPDX-License-Identifier: Apache-2.0
#include "server/watch/watch_shelf.h"

#include <algorithm>
#include <set>
#include <utility>

#include "server/alert/webhook.h"
#include "server/watch/micros.h"

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
  text += MicrosText(book.judged_until);
  if (book.storm.rages()) {
    text += std::string(kStorm) + MicrosText(book.storm.starts_at) + '\t' +
            EncodeLabels(book.storm.labels);
  }
  return text + '\n' + EncodeEpisodes(book.episodes);
}

// The field at the front of `text`; 1970 when it is none.
Instant FirstInstant(std::string_view text) {
  return ReadMicros(text.substr(0, text.find_first_of("\t\n"))).value_or(Instant{});
}

EpisodeBook Decode(std::string_view text) {
  EpisodeBook book;
  if (text.starts_with(kUntil)) book.judged_until = FirstInstant(text.substr(kUntil.size()));
  if (const auto found = text.find(kStorm); found != std::string_view::npos) {
    const auto rest = text.substr(found + kStorm.size());
    const auto line = rest.substr(0, rest.find('\n'));
    book.storm.starts_at = FirstInstant(line);
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

Result<EpisodeBook> WatchShelf::LoadEpisodes() {
  const auto stored = store_.FindBlob(Name(kEpisodes, watch_));
  if (!stored) return std::unexpected(stored.error());
  return *stored ? Decode(**stored) : EpisodeBook{};
}

Result<void> WatchShelf::SaveEpisodes(const EpisodeBook& book) {
  const auto head = Head();
  if (!head) return std::unexpected(head.error());
  const bool goes = book.episodes.empty() && !book.storm.rages() && !*head;
  return writer_.Run([name = Name(kEpisodes, watch_), text = Encode(book), goes](Transaction& t) {
    return goes ? t.RemoveBlob(name) : t.PutBlob(name, text);
  });
}

Result<std::optional<StateHead>> WatchShelf::Head() {
  const auto stored = store_.FindBlob(Name(kStates, watch_));
  if (!stored) return std::unexpected(stored.error());
  return *stored ? DecodeHead(**stored) : std::nullopt;
}

Result<std::vector<std::string>> WatchShelf::ChunkNames() {
  auto names = store_.BlobNames(kChunks);
  if (!names) return names;
  // Behind generation and index stands the watch, whose name may hold slashes.
  std::erase_if(*names, [this](const std::string& name) {
    const auto index = name.find('/', kChunks.size());
    const auto watch = index == std::string::npos ? index : name.find('/', index + 1);
    return watch == std::string::npos || std::string_view(name).substr(watch + 1) != watch_;
  });
  return names;
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
  if (!old) return std::unexpected(old.error());
  const auto before = ChunkNames();
  if (!before) return std::unexpected(before.error());
  StateHead head;
  head.generation = *old ? 1 - std::min<std::uint32_t>((*old)->generation, 1) : 0;
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
  std::set<std::string> now;
  for (std::uint32_t i = 0; i < head.chunks; ++i) now.insert(ChunkName(head.generation, i));
  return writer_.Run([&](Transaction& t) -> Result<void> {
    if (auto done = t.PutBlob(Name(kStates, watch_), EncodeHead(head)); !done) return done;
    if (auto done = t.PutBlob(Name(kEpisodes, watch_), Encode(book)); !done) return done;
    if (auto done = t.PutBlob(Name(kAnomalies, watch_), anomalies.Encode()); !done) return done;
    for (const std::string& name : *before) {
      if (now.contains(name)) continue;
      if (auto done = t.RemoveBlob(name); !done) return done;
    }
    return {};
  });
}

Result<void> WatchShelf::Remove() {
  const auto chunks = ChunkNames();
  if (!chunks) return std::unexpected(chunks.error());
  return writer_.Run([&](Transaction& t) -> Result<void> {
    for (const auto prefix : {kEpisodes, kStates, kAnomalies}) {
      if (auto done = t.RemoveBlob(Name(prefix, watch_)); !done) return done;
    }
    for (const std::string& name : *chunks) {
      if (auto done = t.RemoveBlob(name); !done) return done;
    }
    return {};
  });
}

}  // namespace warden
