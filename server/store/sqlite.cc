// SPDX-License-Identifier: Apache-2.0
#include "server/store/sqlite.h"

#include <utility>

namespace warden::sqlite {
namespace {

ErrorCode CodeOf(int sqlite_code) {
  switch (sqlite_code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_CANTOPEN:
    case SQLITE_NOMEM:
      return ErrorCode::kUnavailable;
    case SQLITE_NOTADB:
      return ErrorCode::kInvalid;
    case SQLITE_CORRUPT:
      return ErrorCode::kCorrupt;
    default:
      return ErrorCode::kInternal;
  }
}

}  // namespace

Statement::~Statement() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Result<bool> Statement::Step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return std::unexpected(connection_.LastError("store"));
}

Result<void> Statement::Run() {
  for (;;) {
    auto more = Step();
    if (!more) return std::unexpected(more.error());
    if (!*more) return {};
  }
}

std::string_view Statement::Text(int column) const {
  const auto* text = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const auto size = sqlite3_column_bytes(statement_, column);
  return text == nullptr ? std::string_view{}
                         : std::string_view{text, static_cast<std::size_t>(size)};
}

std::optional<Instant> Statement::MaybeTime(int column) const {
  if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return std::nullopt;
  return Time(column);
}

void Statement::BindOne(const std::optional<Instant>& at) {
  if (at) {
    BindOne(*at);
  } else {
    sqlite3_bind_null(statement_, ++bound_);
  }
}

void Statement::BindOne(std::string_view text) {
  sqlite3_bind_text64(statement_, ++bound_, text.data() == nullptr ? "" : text.data(), text.size(),
                      SQLITE_STATIC, SQLITE_UTF8);
}

Result<std::unique_ptr<Connection>> Connection::Open(const std::string& path) {
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(
      path.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<Connection> connection(new Connection(db));
  if (code != SQLITE_OK) return std::unexpected(connection->LastError("cannot open " + path));
  sqlite3_extended_result_codes(db, 1);
  sqlite3_busy_timeout(db, 2000);
  return connection;
}

Connection::~Connection() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(db_);
}

Result<sqlite3_stmt*> Connection::Prepared(const char* sql) {
  if (const auto found = statements_.find(sql); found != statements_.end()) return found->second;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) !=
      SQLITE_OK) {
    return std::unexpected(LastError("store"));
  }
  statements_.emplace(sql, statement);
  return statement;
}

bool Connection::has_moved() const {
  int moved = 0;
  // A database in memory does not know the question.
  return sqlite3_file_control(db_, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK &&
         moved != 0;
}

Result<void> Connection::Execute(const std::string& sql) {
  if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    return std::unexpected(LastError("store"));
  return {};
}

Error Connection::LastError(std::string_view doing) const {
  const int code = sqlite3_extended_errcode(db_);
  return {CodeOf(code),
          std::string(doing) + ": " + sqlite3_errmsg(db_) + " (" + std::to_string(code) + ")"};
}

}  // namespace warden::sqlite
