// SPDX-License-Identifier: Apache-2.0
// What a watch keeps in the store, by the names of its blobs:
//
//   watch/NAME              which alerts it holds open, and up to when series are judged
//   watch-state/NAME        head of the detector's states (state_codec.h)
//   watch-chunk/G/I/NAME    chunk I of generation G
//   watch-anomalies/NAME    what was unusual
//
// States are written chunk by chunk as a new generation, and the head last, together with what it
// must agree with: a process that is killed in between leaves the old generation whole. Blocks for
// the disk. Borrows its parts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/store/store.h"
#include "server/store/writer.h"
#include "server/watch/anomaly_log.h"
#include "server/watch/episode.h"
#include "server/watch/series_streams.h"
#include "server/watch/state_codec.h"
#include "server/watch/storm.h"

namespace warden {

// Alerts that are open, and the newest step that was judged: what is read again after a restart is
// judged only from there on.
struct EpisodeBook {
  Episodes episodes;
  Storm storm;
  Instant judged_until;
};

class WatchShelf {
 public:
  WatchShelf(Store& store, StoreWriter& writer, std::string watch);

  // Names of all watches that have something in the store.
  [[nodiscard]] static std::vector<std::string> Watches(Store& store);

  // An empty book when there is none. unavailable: it cannot be read now, which says nothing.
  [[nodiscard]] Result<EpisodeBook> LoadEpisodes();
  // Empty ones are removed unless states lie beside them.
  Result<void> SaveEpisodes(const EpisodeBook& book);

  // Into `streams`, which are empty or whole afterwards. False: there is nothing; invalid: it was
  // made of something else than `key` says; corrupt: it cannot be used.
  Result<bool> LoadStates(std::uint64_t key, SeriesStreams& streams, AnomalyLog& anomalies);
  Result<void> SaveStates(std::uint64_t key, const SeriesStreams& streams,
                          const AnomalyLog& anomalies, const EpisodeBook& book);
  // Everything.
  Result<void> Remove();

 private:
  // None: there is nothing, or nothing that can be used. An error: it cannot be read now.
  [[nodiscard]] Result<std::optional<StateHead>> Head();
  // Of all chunks, whichever head they belong to.
  [[nodiscard]] Result<std::vector<std::string>> ChunkNames();
  [[nodiscard]] std::string ChunkName(std::uint32_t generation, std::uint32_t index) const;

  Store& store_;
  StoreWriter& writer_;
  const std::string watch_;
};

}  // namespace warden
