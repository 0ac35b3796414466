// SQLite as we use it: one file, write-ahead log, every commit on the disk before it is acknowledged.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lepton/base/error.hpp"

namespace lepton::workspace {

/// Bytes, as opposed to text.
struct Blob {
  std::string bytes;
};
using Value = std::variant<std::nullptr_t, std::int64_t, double, std::string, Blob>;

/// One row of a result; valid in the callback that gets it.
class Row {
 public:
  virtual ~Row() = default;
  virtual std::int64_t integer(int column) const = 0;
  virtual double number(int column) const = 0;
  virtual std::string text(int column) const = 0;  // of blobs, too
};

class Database {
 public:
  /// Opens or makes the file and brings its tables up to date: `schema` is a list of steps, of which the file has had the first few.
  /// Errors:  kDataCorrupt for a file that is no such data base; kUnsupported for one of a newer program; kUnavailable while another
  /// process
  ///          holds it; kIoError.
  static Result<Database> open(const std::string& path, std::span<const char* const> schema);
  ~Database();
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;

  /// Runs one statement with its values in place of '?'. Throws what it meets. Returns how many rows were changed.
  std::int64_t run(std::string_view sql, const std::vector<Value>& values = {}, const std::function<void(const Row&)>& row = nullptr);
  std::int64_t last_id() const;
  /// Runs `body` in one transaction: all of it, on the disk, or nothing.
  void transaction(const std::function<void()>& body);
  /// Copies the data base as it is now, while others use it. The copy appears whole or not at all.
  Result<void> backup(const std::string& path);
  /// True if every page and index is sound.
  bool is_sound();

 private:
  struct State;
  explicit Database(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace lepton::workspace
