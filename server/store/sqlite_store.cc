// SPDX-License-Identifier: Apache-2.0
#include "server/store/sqlite_store.h"

#include <sys/statvfs.h>

#include <array>
#include <filesystem>
#include <string_view>

#include "server/store/sqlite_rows.h"
#include "server/store/sqlite_transaction.h"

namespace warden {

namespace embedded {
extern const std::string_view kMigration001;
extern const std::string_view kMigration002;
extern const std::string_view kMigration003;
extern const std::string_view kMigration004;
}  // namespace embedded

namespace {

using sqlite::ForEach;
using sqlite::Statement;

// "pwdn": how `file` and we tell our databases from others (PRAGMA application_id).
constexpr std::int64_t kApplicationId = 0x7077646e;

// With less than this the disk counts as full.
constexpr std::uint64_t kLeastRoom = std::uint64_t{256} << 10;

// Migration N brings user_version from N to N+1. Never changed once released; only added to.
std::array<std::string_view, 4> Migrations() {
  return {embedded::kMigration001, embedded::kMigration002, embedded::kMigration003,
          embedded::kMigration004};
}

Result<std::int64_t> Pragma(sqlite::Connection& connection, const char* sql) {
  std::int64_t value = 0;
  auto read = ForEach(connection, sql, [&](const Statement& row) { value = row.Int(0); });
  if (!read) return std::unexpected(read.error());
  return value;
}

// Of our own database or an empty one; invalid: of any other, which is only looked at.
Result<std::int64_t> SchemaVersion(sqlite::Connection& db) {
  const auto application = Pragma(db, "PRAGMA application_id");
  if (!application) return std::unexpected(application.error());
  const auto version = Pragma(db, "PRAGMA user_version");
  if (!version) return std::unexpected(version.error());
  const auto tables = Pragma(db, "SELECT count(*) FROM sqlite_schema");
  if (!tables) return std::unexpected(tables.error());
  if (*tables > 0 && *application != kApplicationId)
    return Fail(ErrorCode::kInvalid, "it is a database of another program");
  const auto newest = static_cast<std::int64_t>(Migrations().size());
  if (*version > newest) {
    return Fail(ErrorCode::kInvalid, "its schema is version " + std::to_string(*version) +
                                         ", this program knows up to " + std::to_string(newest));
  }
  return version;
}

// Where the disk is full it is worth trying again, everything else is wrong for good. SQLite does
// not always know that the disk was what it failed on.
Error OpenError(const Error& error, const std::string& path) {
  struct statvfs disk{};
  const auto folder = std::filesystem::path(path).parent_path();
  const bool is_full = statvfs(folder.empty() ? "." : folder.c_str(), &disk) == 0 &&
                       disk.f_bavail * disk.f_frsize < kLeastRoom;
  const bool may_heal = error.code == ErrorCode::kUnavailable && is_full;
  return {may_heal || error.code != ErrorCode::kUnavailable ? error.code : ErrorCode::kInvalid,
          "cannot use " + path + ": " + error.message};
}

Result<std::shared_ptr<sqlite::Connection>> Connect(const std::string& path, const char* settings) {
  auto opened = sqlite::Connection::Open(path);
  if (!opened) return std::unexpected(opened.error());
  std::shared_ptr<sqlite::Connection> connection = std::move(*opened);
  // Before the settings: write-ahead logging stays in a file for good, also in one that is not
  // ours.
  if (auto version = SchemaVersion(*connection); !version) return std::unexpected(version.error());
  if (auto set = connection->Execute(settings); !set) return std::unexpected(set.error());
  return connection;
}

Result<std::unique_ptr<Store>> Open(const std::string& path) {
  const bool is_file = path != ":memory:";
  auto lock = is_file ? FileLock::Take(path) : Result<FileLock>{};
  if (!lock) return std::unexpected(lock.error());
  // 32 MiB between checkpoints: fewer stalls, still quick to recover.
  auto writer = Connect(
      path,
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8192; "
      "PRAGMA cache_size = -16384; PRAGMA foreign_keys = OFF; PRAGMA temp_store = MEMORY;");
  if (!writer) return std::unexpected(writer.error());
  auto reader = writer;
  auto counter = writer;
  auto lister = writer;
  for (auto* const connection : {&reader, &counter, &lister}) {
    if (!is_file) continue;
    *connection = Connect(path, "PRAGMA query_only = ON; PRAGMA cache_size = -4096;");
    if (!*connection) return std::unexpected(connection->error());
  }
  auto store =
      std::make_unique<SqliteStore>(std::move(*lock), std::move(*writer), std::move(*reader),
                                    std::move(*counter), std::move(*lister));
  if (auto prepared = store->Prepare(); !prepared) return std::unexpected(prepared.error());
  return store;
}

}  // namespace

Result<std::unique_ptr<Store>> OpenSqliteStore(const std::string& path) {
  auto store = Open(path);
  if (!store) return std::unexpected(OpenError(store.error(), path));
  return store;
}

Result<void> SqliteStore::Prepare() {
  const std::lock_guard lock(writer_->mutex);
  if (auto migrated = Migrate(); !migrated) return migrated;
  return CountDeliveries();
}

Result<void> SqliteStore::Migrate() {
  auto& db = *writer_;
  const auto version = SchemaVersion(db);
  if (!version) return std::unexpected(version.error());
  const auto migrations = Migrations();
  for (auto next = static_cast<std::size_t>(*version); next < migrations.size(); ++next) {
    const std::string script = "BEGIN IMMEDIATE;" + std::string(migrations[next]) +
                               "; PRAGMA application_id = " + std::to_string(kApplicationId) +
                               "; PRAGMA user_version = " + std::to_string(next + 1) + "; COMMIT;";
    if (auto done = db.Execute(script); !done) {
      [[maybe_unused]] const auto undone = db.Execute("ROLLBACK");
      return done;
    }
  }
  return {};
}

Result<void> SqliteStore::CountDeliveries() {
  DeliveryBalance count;
  auto read = ForEach(*writer_, "SELECT state, count(*) FROM delivery GROUP BY state",
                      [&](const Statement& row) {
                        const auto rows = row.Int(1);
                        count.created += rows;
                        switch (static_cast<DeliveryState>(row.Int(0))) {
                          case DeliveryState::kDelivered:
                            count.delivered += rows;
                            break;
                          case DeliveryState::kDead:
                            count.dead += rows;
                            break;
                          case DeliveryState::kExpired:
                            count.expired += rows;
                            break;
                          case DeliveryState::kSuperseded:
                            count.superseded += rows;
                            break;
                          default:
                            count.pending += rows;
                        }
                      });
  balance_ = count;
  return read;
}

Result<void> SqliteStore::Transact(const std::function<Result<void>(Transaction&)>& work) {
  const std::lock_guard lock(writer_->mutex);
  auto& db = *writer_;
  if (auto begun = sqlite::Run(db, "BEGIN IMMEDIATE"); !begun) return begun;
  SqliteTransaction transaction(db);
  auto result = work(transaction);
  // What is written into a file that was deleted is on disk, but no other start will find it.
  if (result && db.has_moved())
    result = Fail(ErrorCode::kUnavailable, "store: the file was moved, replaced or deleted");
  if (result) result = sqlite::Run(db, "COMMIT");
  if (!result) {
    // Some errors (a full disk among them) have rolled back already; then this one says so and
    // changes nothing.
    [[maybe_unused]] const auto undone = sqlite::Run(db, "ROLLBACK");
    return result;
  }
  const auto& change = transaction.balance();
  const std::lock_guard balance_lock(balance_mutex_);
  balance_.created += change.created;
  balance_.delivered += change.delivered;
  balance_.dead += change.dead;
  balance_.expired += change.expired;
  balance_.superseded += change.superseded;
  balance_.pending += change.pending;
  return result;
}

Result<DeliveryBalance> SqliteStore::Balance() {
  const std::lock_guard lock(balance_mutex_);
  return balance_;
}

}  // namespace warden
