// Tables of a FlatBuffers file, read with every offset checked. Errors are thrown: kDataCorrupt with the byte at fault.
//
// Source: FlatBuffers internals (flatbuffers.dev), little endian.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lepton/base/error.hpp"

namespace lepton::formats {

class FlatTable {
 public:
  /// The table that a file begins with. Offsets may be shared, so all that is copied out of a file is held to a multiple of its size.
  static FlatTable root(std::span<const std::byte> file);

  /// A number, an enumerator or (as std::uint8_t) a bool; `otherwise` if the field is absent.
  template <class T>
  T number(int field, T otherwise) const {
    const std::optional<std::size_t> at = place_of(field, sizeof(T));
    return at ? load<T>(*at) : otherwise;
  }
  bool has(int field) const { return place_of(field, 1).has_value(); }
  std::optional<FlatTable> table(int field) const;
  std::vector<FlatTable> tables(int field) const;
  /// "" if absent.
  std::string text(int field) const;
  /// The elements of a vector where they lie; nothing if absent.
  std::span<const std::byte> bytes(int field, std::size_t element_size = 1) const;
  /// A vector of numbers; empty if absent.
  template <class T>
  std::vector<T> numbers(int field) const {
    const std::span<const std::byte> raw = bytes(field, sizeof(T));
    claim(raw.size());
    std::vector<T> values(raw.size() / sizeof(T));
    if (!values.empty()) std::memcpy(values.data(), raw.data(), raw.size());
    return values;
  }

 private:
  struct File {
    std::span<const std::byte> bytes;
    std::size_t budget = 0;  // bytes that may still be copied
  };
  FlatTable() = default;
  FlatTable(std::shared_ptr<File> file, std::size_t at);

  template <class T>
  T load(std::size_t at) const {
    check(at, sizeof(T));
    T value;
    std::memcpy(&value, file_->bytes.data() + at, sizeof(T));
    return value;
  }
  void check(std::size_t at, std::size_t size) const;
  void claim(std::size_t size) const;
  std::optional<std::size_t> place_of(int field, std::size_t size) const;
  /// What the offset at `at` points to.
  std::size_t follow(std::size_t at) const;

  std::shared_ptr<File> file_;
  std::size_t at_ = 0, size_ = 0;             // of the table
  std::size_t fields_ = 0, fields_size_ = 0;  // its table of fields
};

}  // namespace lepton::formats
