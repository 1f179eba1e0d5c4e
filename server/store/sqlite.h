// SPDX-License-Identifier: Apache-2.0
// A thin, typed skin over SQLite for the files of this folder only: a connection that closes
// itself, statements that are prepared once and bind by position, errors as Result.
// Single-threaded: whoever uses a connection holds its mutex.
#pragma once

#include <sqlite3.h>

#include <concepts>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>

#include "server/alert/ids.h"
#include "server/base/clock.h"
#include "server/base/result.h"

namespace warden::sqlite {

class Connection;

// One prepared statement, reset when this goes out of scope. Text is bound without a copy: it must
// live until then.
class Statement {
 public:
  Statement(Connection& connection, sqlite3_stmt* statement)
      : connection_(connection), statement_(statement) {}
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  template <class... Values>
  Statement& Bind(const Values&... values) {
    (BindOne(values), ...);
    return *this;
  }
  // True while there is a row.
  Result<bool> Step();
  // Runs to the end, expecting no rows.
  Result<void> Run();

  [[nodiscard]] std::int64_t Int(int column) const {
    return sqlite3_column_int64(statement_, column);
  }
  [[nodiscard]] std::string_view Text(int column) const;
  [[nodiscard]] Instant Time(int column) const { return Instant{Duration{Int(column)}}; }
  [[nodiscard]] std::optional<Instant> MaybeTime(int column) const;

 private:
  template <std::integral Number>
  void BindOne(Number value) {
    sqlite3_bind_int64(statement_, ++bound_, static_cast<std::int64_t>(value));
  }
  template <class Tag>
  void BindOne(Id<Tag> id) {
    BindOne(id.value);
  }
  void BindOne(Instant at) { BindOne(at.time_since_epoch().count()); }
  void BindOne(const std::optional<Instant>& at);
  void BindOne(std::string_view text);
  void BindOne(const std::string& text) { BindOne(std::string_view{text}); }

  Connection& connection_;
  sqlite3_stmt* statement_;
  int bound_ = 0;
};

class Connection {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Connection>> Open(const std::string& path);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Prepared on first use and kept: `sql` must be a literal.
  Result<sqlite3_stmt*> Prepared(const char* sql);
  Result<void> Execute(const std::string& sql);
  [[nodiscard]] Error LastError(std::string_view doing) const;
  [[nodiscard]] std::int64_t changes() const { return sqlite3_changes64(db_); }
  // Whether the file that is written does not stand at its path any more.
  [[nodiscard]] bool has_moved() const;

  std::mutex mutex;

 private:
  explicit Connection(sqlite3* db) : db_(db) {}
  sqlite3* db_;
  std::unordered_map<const char*, sqlite3_stmt*> statements_;
};

// Prepare, bind, run to the end.
template <class... Values>
Result<void> Run(Connection& connection, const char* sql, const Values&... values) {
  auto prepared = connection.Prepared(sql);
  if (!prepared) return std::unexpected(prepared.error());
  return Statement(connection, *prepared).Bind(values...).Run();
}

// Prepare, bind, call `row` with the statement for each row; where it says bool, until it says
// false.
template <class Row, class... Values>
Result<void> ForEach(Connection& connection, const char* sql, Row row, const Values&... values) {
  auto prepared = connection.Prepared(sql);
  if (!prepared) return std::unexpected(prepared.error());
  Statement statement(connection, *prepared);
  statement.Bind(values...);
  for (;;) {
    auto more = statement.Step();
    if (!more) return std::unexpected(more.error());
    if (!*more) return {};
    if constexpr (std::is_same_v<std::invoke_result_t<Row&, Statement&>, bool>) {
      if (!row(statement)) return {};
    } else {
      row(statement);
    }
  }
}

}  // namespace warden::sqlite
