// Statements are prepared for each call: none here runs often enough to keep them.
#include "lepton/workspace/database.hpp"

#include <sqlite3.h>

#include "lepton/base/files.hpp"
#include "lepton/base/path.hpp"

namespace lepton::workspace {
namespace {

constexpr int kBusyMs = 5000;

ErrorCode code_of(int result) {
  switch (result & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorCode::kDataCorrupt;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorCode::kUnavailable;
    case SQLITE_FULL:
      return ErrorCode::kResourceExhausted;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return ErrorCode::kPermissionDenied;
    case SQLITE_CONSTRAINT:
      return ErrorCode::kInvalidArgument;
    case SQLITE_MISUSE:
    case SQLITE_ERROR:
    case SQLITE_RANGE:
      return ErrorCode::kInternal;
    default:
      return ErrorCode::kIoError;
  }
}

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

class StatementRow final : public Row {
 public:
  explicit StatementRow(sqlite3_stmt* statement) : statement_(statement) {}
  std::int64_t integer(int column) const override { return sqlite3_column_int64(statement_, column); }
  double number(int column) const override { return sqlite3_column_double(statement_, column); }
  std::string text(int column) const override {
    const void* const bytes = sqlite3_column_blob(statement_, column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return size == 0 ? std::string() : std::string(static_cast<const char*>(bytes), size);
  }

 private:
  sqlite3_stmt* statement_;
};

void bind(sqlite3_stmt* statement, int place, const Value& value) {
  if (const auto* const integer = std::get_if<std::int64_t>(&value)) {
    sqlite3_bind_int64(statement, place, *integer);
  } else if (const auto* const number = std::get_if<double>(&value)) {
    sqlite3_bind_double(statement, place, *number);
  } else if (const auto* const text = std::get_if<std::string>(&value)) {
    sqlite3_bind_text64(statement, place, text->data(), text->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  } else if (const auto* const blob = std::get_if<Blob>(&value)) {
    sqlite3_bind_blob64(statement, place, blob->bytes.empty() ? "" : blob->bytes.data(), blob->bytes.size(), SQLITE_TRANSIENT);
  } else {
    sqlite3_bind_null(statement, place);
  }
}

}  // namespace

struct Database::State {
  /// Opens the file, or makes it.
  static std::unique_ptr<State> open(const std::string& path, int more_flags) {
    auto opened = std::make_unique<State>();
    opened->path = path;
    sqlite3* handle = nullptr;
    const int result = sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | more_flags, nullptr);
    opened->database.reset(handle);
    opened->check(result);
    return opened;
  }

  std::string path;
  std::unique_ptr<sqlite3, CloseDatabase> database;

  void check(int result) const {
    if (result == SQLITE_OK || result == SQLITE_DONE || result == SQLITE_ROW) return;
    fail(code_of(result), "{}: {}", path, database == nullptr ? sqlite3_errstr(result) : sqlite3_errmsg(database.get()));
  }
};

Database::Database(std::unique_ptr<State> state) : state_(std::move(state)) {}
Database::~Database() = default;
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;

Result<Database> Database::open(const std::string& path, std::span<const char* const> schema) {
  return catch_error([&] {
    Database opened(State::open(path, SQLITE_OPEN_FULLMUTEX));
    sqlite3* const handle = opened.state_->database.get();
    sqlite3_busy_timeout(handle, kBusyMs);
    // A foreign file shall not be able to run what its schema says.
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    for (const char* pragma : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON", "PRAGMA secure_delete=ON"})
      opened.run(pragma, {}, [](const Row&) {});
    opened.transaction([&] {
      std::int64_t version = 0;
      opened.run("PRAGMA user_version", {}, [&](const Row& row) { version = row.integer(0); });
      if (version > std::ssize(schema))
        fail(ErrorCode::kUnsupported, "{}: was written by a newer program (version {}, this one knows {})", path, version, schema.size());
      for (std::int64_t step = version; step < std::ssize(schema); ++step) opened.run(schema[static_cast<std::size_t>(step)]);
      if (version < std::ssize(schema)) opened.run(fmt::format("PRAGMA user_version={}", schema.size()));
    });
    return opened;
  });
}

std::int64_t Database::run(std::string_view sql, const std::vector<Value>& values, const std::function<void(const Row&)>& row) {
  sqlite3_stmt* handle = nullptr;
  state_->check(sqlite3_prepare_v2(state_->database.get(), sql.data(), static_cast<int>(sql.size()), &handle, nullptr));
  const std::unique_ptr<sqlite3_stmt, FinalizeStatement> statement(handle);
  LEPTON_ASSERT(sqlite3_bind_parameter_count(handle) == std::ssize(values), std::string(sql));
  for (std::size_t i = 0; i < values.size(); ++i) bind(handle, static_cast<int>(i) + 1, values[i]);
  for (;;) {
    const int result = sqlite3_step(handle);
    state_->check(result);
    if (result == SQLITE_DONE) break;
    if (row) row(StatementRow(handle));
  }
  return sqlite3_changes64(state_->database.get());
}

std::int64_t Database::last_id() const { return sqlite3_last_insert_rowid(state_->database.get()); }

void Database::transaction(const std::function<void()>& body) {
  run("BEGIN IMMEDIATE");
  try {
    body();
    run("COMMIT");
  } catch (...) {
    if (sqlite3_get_autocommit(state_->database.get()) == 0) (void)catch_error([&] { run("ROLLBACK"); });
    throw;
  }
}

Result<void> Database::backup(const std::string& path) {
  return catch_error([&] {
    const std::string part = path + ".part";
    remove_all(local_files(), part).value();
    {
      Database copy(State::open(part, 0));
      sqlite3* const handle = copy.state_->database.get();
      sqlite3_backup* const backup = sqlite3_backup_init(handle, "main", state_->database.get(), "main");
      if (backup == nullptr) copy.state_->check(sqlite3_errcode(handle));
      sqlite3_backup_step(backup, -1);
      copy.state_->check(sqlite3_backup_finish(backup));
      copy.run("PRAGMA journal_mode=DELETE", {}, [](const Row&) {});
      if (!copy.is_sound()) fail(ErrorCode::kDataCorrupt, "{}: the copy is not sound", path);
    }
    local_files().rename(part, path).value();
    local_files().sync_folder(parent_folder(path)).value();
  });
}

bool Database::is_sound() {
  bool sound = false;
  run("PRAGMA integrity_check", {}, [&](const Row& row) { sound = row.text(0) == "ok"; });
  return sound;
}

}  // namespace lepton::workspace
