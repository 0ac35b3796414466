// The protobuf wire format, bounded: a reader that trusts no size and a writer. ONNX and TensorBoard events are written in it.
//
// The reader hands out fields as views of its bytes and copies nothing; the bytes must outlive it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lepton/base/error.hpp"

namespace lepton {

enum class WireType : std::uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

/// One field of a message. `number` with `type` decide which accessor makes sense; each fails with kDataCorrupt on another type.
class WireField {
 public:
  std::uint32_t number = 0;
  WireType type = WireType::kVarint;
  std::uint64_t bits = 0;            ///< Of a varint or a fixed field.
  std::span<const std::byte> bytes;  ///< Of a length-delimited field.
  std::size_t offset_bytes = 0;      ///< Of the field's content in the outermost message: for error texts.

  Result<std::uint64_t> as_uint64() const;
  Result<std::int64_t> as_int64() const;   ///< int32, int64 and enums: two's complement.
  Result<std::int64_t> as_sint64() const;  ///< sint32 and sint64: zigzag.
  Result<bool> as_bool() const;
  Result<float> as_float() const;
  Result<double> as_double() const;
  Result<std::span<const std::byte>> as_bytes() const;
  Result<std::string_view> as_text() const;  ///< kDataCorrupt if it is not UTF-8.
};

/// Reads the fields of one message in order.
class WireReader {
 public:
  static constexpr int kMaxDepth = 64;

  explicit WireReader(std::span<const std::byte> message) : rest_(message) {}

  bool at_end() const { return rest_.empty(); }
  /// The next field. kDataCorrupt if the message is truncated or malformed; kUnsupported for groups, which nobody writes any more.
  Result<WireField> next();
  /// A reader of the message inside `field`. kDataCorrupt if it is no length-delimited field; kResourceExhausted beyond kMaxDepth.
  Result<WireReader> nested(const WireField& field) const;

 private:
  Error corrupt(std::string_view what) const;
  Result<std::uint64_t> varint();
  Result<std::uint64_t> fixed(std::size_t size_bytes);

  std::span<const std::byte> rest_;
  std::size_t offset_bytes_ = 0;
  int depth_ = 0;
};

// A repeated number comes packed (one length-delimited field) or as single fields; both append to `values`.
// kResourceExhausted beyond `max_count` values in all.
Result<void> read_repeated(const WireField& field, std::vector<std::int64_t>& values, std::size_t max_count);
Result<void> read_repeated(const WireField& field, std::vector<std::uint64_t>& values, std::size_t max_count);
Result<void> read_repeated(const WireField& field, std::vector<float>& values, std::size_t max_count);
Result<void> read_repeated(const WireField& field, std::vector<double>& values, std::size_t max_count);

/// Builds one message. Fields are written in the order of the calls, zero values too: proto3's omission of them is the caller's.
class WireWriter {
 public:
  void put_uint64(std::uint32_t number, std::uint64_t value);
  void put_int64(std::uint32_t number, std::int64_t value) { put_uint64(number, static_cast<std::uint64_t>(value)); }
  void put_sint64(std::uint32_t number, std::int64_t value);
  void put_bool(std::uint32_t number, bool value) { put_uint64(number, value ? 1 : 0); }
  void put_float(std::uint32_t number, float value);
  void put_double(std::uint32_t number, double value);
  void put_bytes(std::uint32_t number, std::span<const std::byte> bytes);
  void put_text(std::uint32_t number, std::string_view text) { put_bytes(number, std::as_bytes(std::span(text))); }
  void put_message(std::uint32_t number, const WireWriter& message) { put_text(number, message.data()); }
  void put_packed(std::uint32_t number, std::span<const std::int64_t> values);
  void put_packed(std::uint32_t number, std::span<const float> values);
  void put_packed(std::uint32_t number, std::span<const double> values);

  const std::string& data() const { return data_; }
  std::string take() { return std::move(data_); }

 private:
  void tag(std::uint32_t number, WireType type);
  void varint(std::uint64_t value);
  void fixed(std::uint64_t bits, std::size_t size_bytes);

  std::string data_;
};

}  // namespace lepton
