// Protobuf wire format; byte order is written out, so that any machine reads and writes the same bytes.
#include "lepton/base/wire.hpp"

#include <bit>

#include "lepton/base/text.hpp"

namespace lepton {
namespace {

constexpr std::size_t kMaxVarintBytes = 10;

// Takes a varint from the front of `bytes`; false if it is truncated or does not fit 64 bits.
bool take_varint(std::span<const std::byte>& bytes, std::uint64_t& value) {
  value = 0;
  for (std::size_t i = 0; i < kMaxVarintBytes && i < bytes.size(); ++i) {
    const auto byte = std::to_integer<std::uint64_t>(bytes[i]);
    if (i == kMaxVarintBytes - 1 && byte > 1) return false;
    value |= (byte & 0x7F) << (7 * i);
    if (byte < 0x80) {
      bytes = bytes.subspan(i + 1);
      return true;
    }
  }
  return false;
}

std::uint64_t load_little_endian(std::span<const std::byte> bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) value |= std::to_integer<std::uint64_t>(bytes[i]) << (8 * i);
  return value;
}

std::int64_t from_zigzag(std::uint64_t value) { return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1)); }

Error field_error(const WireField& field, std::string_view expected) {
  return make_error(ErrorCode::kDataCorrupt, "protobuf: byte {}: field {} should be {}, has wire type {}", field.offset_bytes, field.number,
                    expected, static_cast<int>(field.type));
}

template <class T, class FromBits>
Result<void> read_repeated_varint(const WireField& field, std::vector<T>& values, std::size_t max_count, FromBits&& from_bits) {
  const auto append = [&](std::uint64_t bits) { values.push_back(from_bits(bits)); };
  const auto full = [&] {
    return make_error(ErrorCode::kResourceExhausted, "protobuf: field {} has more than the {} values allowed", field.number, max_count);
  };
  if (field.type == WireType::kVarint) {
    if (values.size() >= max_count) return full();
    append(field.bits);
    return {};
  }
  if (field.type != WireType::kBytes) return field_error(field, "a number");
  std::span<const std::byte> rest = field.bytes;
  while (!rest.empty()) {
    std::uint64_t bits = 0;
    if (!take_varint(rest, bits)) return field_error(field, "a list of whole varints");
    if (values.size() >= max_count) return full();
    append(bits);
  }
  return {};
}

template <class T, class Bits>
Result<void> read_repeated_fixed(const WireField& field, WireType single, std::vector<T>& values, std::size_t max_count) {
  std::span<const std::byte> rest = field.bytes;
  const std::size_t count = field.type == single ? 1 : rest.size() / sizeof(T);
  if (field.type != single && field.type != WireType::kBytes) return field_error(field, "a number");
  if (field.type == WireType::kBytes && rest.size() % sizeof(T) != 0) return field_error(field, "a list of whole numbers");
  if (values.size() > max_count || count > max_count - values.size()) {
    return make_error(ErrorCode::kResourceExhausted, "protobuf: field {} has more than the {} values allowed", field.number, max_count);
  }
  if (field.type == single) {
    values.push_back(std::bit_cast<T>(static_cast<Bits>(field.bits)));
    return {};
  }
  values.reserve(values.size() + count);
  for (; !rest.empty(); rest = rest.subspan(sizeof(T))) {
    values.push_back(std::bit_cast<T>(static_cast<Bits>(load_little_endian(rest.first(sizeof(T))))));
  }
  return {};
}

}  // namespace

Result<std::uint64_t> WireField::as_uint64() const {
  if (type != WireType::kVarint) return field_error(*this, "a varint");
  return bits;
}

Result<std::int64_t> WireField::as_int64() const {
  LEPTON_TRY(const std::uint64_t value, as_uint64());
  return static_cast<std::int64_t>(value);
}

Result<std::int64_t> WireField::as_sint64() const {
  LEPTON_TRY(const std::uint64_t value, as_uint64());
  return from_zigzag(value);
}

Result<bool> WireField::as_bool() const {
  LEPTON_TRY(const std::uint64_t value, as_uint64());
  return value != 0;
}

Result<float> WireField::as_float() const {
  if (type != WireType::kFixed32) return field_error(*this, "32 bits");
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
}

Result<double> WireField::as_double() const {
  if (type != WireType::kFixed64) return field_error(*this, "64 bits");
  return std::bit_cast<double>(bits);
}

Result<std::span<const std::byte>> WireField::as_bytes() const {
  if (type != WireType::kBytes) return field_error(*this, "bytes");
  return bytes;
}

Result<std::string_view> WireField::as_text() const {
  if (type != WireType::kBytes) return field_error(*this, "a text");
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!is_valid_utf8(text)) {
    return make_error(ErrorCode::kDataCorrupt, "protobuf: byte {}: field {} is not UTF-8", offset_bytes, number);
  }
  return text;
}

Error WireReader::corrupt(std::string_view what) const {
  return make_error(ErrorCode::kDataCorrupt, "protobuf: byte {}: {}", offset_bytes_, what);
}

Result<std::uint64_t> WireReader::varint() {
  const std::size_t before = rest_.size();
  std::uint64_t value = 0;
  if (!take_varint(rest_, value)) return corrupt("truncated or oversized varint");
  offset_bytes_ += before - rest_.size();
  return value;
}

Result<std::uint64_t> WireReader::fixed(std::size_t size_bytes) {
  if (rest_.size() < size_bytes) return corrupt("truncated number");
  const std::uint64_t value = load_little_endian(rest_.first(size_bytes));
  rest_ = rest_.subspan(size_bytes);
  offset_bytes_ += size_bytes;
  return value;
}

Result<WireField> WireReader::next() {
  if (at_end()) return corrupt("message ends before a field");
  LEPTON_TRY(const std::uint64_t tag, varint());
  const std::uint64_t number = tag >> 3;
  if (number == 0 || number > 0x1FFFFFFF) return corrupt("field number out of range");
  WireField field{.number = static_cast<std::uint32_t>(number), .type = static_cast<WireType>(tag & 7), .offset_bytes = offset_bytes_};
  switch (tag & 7) {
    case static_cast<unsigned>(WireType::kVarint): {
      LEPTON_TRY(field.bits, varint());
      return field;
    }
    case static_cast<unsigned>(WireType::kFixed64): {
      LEPTON_TRY(field.bits, fixed(8));
      return field;
    }
    case static_cast<unsigned>(WireType::kFixed32): {
      LEPTON_TRY(field.bits, fixed(4));
      return field;
    }
    case static_cast<unsigned>(WireType::kBytes): {
      LEPTON_TRY(const std::uint64_t size, varint());
      if (size > rest_.size()) return corrupt("field is longer than its message");
      field.offset_bytes = offset_bytes_;
      field.bytes = rest_.first(static_cast<std::size_t>(size));
      rest_ = rest_.subspan(field.bytes.size());
      offset_bytes_ += field.bytes.size();
      return field;
    }
    case 3:
    case 4:
      return make_error(ErrorCode::kUnsupported, "protobuf: byte {}: groups are not supported", offset_bytes_);
    default:
      return corrupt("unknown wire type");
  }
}

Result<WireReader> WireReader::nested(const WireField& field) const {
  LEPTON_TRY(const std::span<const std::byte> message, field.as_bytes());
  if (depth_ + 1 > kMaxDepth) {
    return make_error(ErrorCode::kResourceExhausted, "protobuf: byte {}: messages nested deeper than {}", field.offset_bytes, kMaxDepth);
  }
  WireReader reader(message);
  reader.offset_bytes_ = field.offset_bytes;
  reader.depth_ = depth_ + 1;
  return reader;
}

Result<void> read_repeated(const WireField& field, std::vector<std::int64_t>& values, std::size_t max_count) {
  return read_repeated_varint(field, values, max_count, [](std::uint64_t bits) { return static_cast<std::int64_t>(bits); });
}
Result<void> read_repeated(const WireField& field, std::vector<std::uint64_t>& values, std::size_t max_count) {
  return read_repeated_varint(field, values, max_count, [](std::uint64_t bits) { return bits; });
}
Result<void> read_repeated(const WireField& field, std::vector<float>& values, std::size_t max_count) {
  return read_repeated_fixed<float, std::uint32_t>(field, WireType::kFixed32, values, max_count);
}
Result<void> read_repeated(const WireField& field, std::vector<double>& values, std::size_t max_count) {
  return read_repeated_fixed<double, std::uint64_t>(field, WireType::kFixed64, values, max_count);
}

void WireWriter::varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) data_ += static_cast<char>((value & 0x7F) | 0x80);
  data_ += static_cast<char>(value);
}

void WireWriter::fixed(std::uint64_t bits, std::size_t size_bytes) {
  for (std::size_t i = 0; i < size_bytes; ++i) data_ += static_cast<char>((bits >> (8 * i)) & 0xFF);
}

void WireWriter::tag(std::uint32_t number, WireType type) { varint((std::uint64_t{number} << 3) | static_cast<std::uint64_t>(type)); }

void WireWriter::put_uint64(std::uint32_t number, std::uint64_t value) {
  tag(number, WireType::kVarint);
  varint(value);
}

void WireWriter::put_sint64(std::uint32_t number, std::int64_t value) {
  put_uint64(number, (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
}

void WireWriter::put_float(std::uint32_t number, float value) {
  tag(number, WireType::kFixed32);
  fixed(std::bit_cast<std::uint32_t>(value), 4);
}

void WireWriter::put_double(std::uint32_t number, double value) {
  tag(number, WireType::kFixed64);
  fixed(std::bit_cast<std::uint64_t>(value), 8);
}

void WireWriter::put_bytes(std::uint32_t number, std::span<const std::byte> bytes) {
  tag(number, WireType::kBytes);
  varint(bytes.size());
  data_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

void WireWriter::put_packed(std::uint32_t number, std::span<const std::int64_t> values) {
  WireWriter list;
  for (const std::int64_t value : values) list.varint(static_cast<std::uint64_t>(value));
  put_message(number, list);
}

void WireWriter::put_packed(std::uint32_t number, std::span<const float> values) {
  WireWriter list;
  for (const float value : values) list.fixed(std::bit_cast<std::uint32_t>(value), 4);
  put_message(number, list);
}

void WireWriter::put_packed(std::uint32_t number, std::span<const double> values) {
  WireWriter list;
  for (const double value : values) list.fixed(std::bit_cast<std::uint64_t>(value), 8);
  put_message(number, list);
}

}  // namespace lepton
