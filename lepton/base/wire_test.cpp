// Wire format: known bytes, round trips, and bytes that lie.
#include "lepton/base/wire.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace lepton {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

WireField only_field(std::string_view message) {
  WireReader reader(bytes_of(message));
  const WireField field = reader.next().value();
  EXPECT_TRUE(reader.at_end());
  return field;
}

TEST(WireTest, BytesOfTheProtobufGuide) {
  WireWriter writer;
  writer.put_uint64(1, 150);
  EXPECT_EQ(writer.take(), "\x08\x96\x01");
  writer = {};
  writer.put_text(2, "testing");
  EXPECT_EQ(writer.data(), "\x12\x07testing");
  writer = {};
  const std::vector<std::int64_t> values = {3, 270, 86942};
  writer.put_packed(6, values);
  EXPECT_EQ(writer.data(), "\x32\x06\x03\x8E\x02\x9E\xA7\x05");
}

TEST(WireTest, NumbersComeBack) {
  for (const std::int64_t value : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{300}, std::numeric_limits<std::int64_t>::min(),
                                   std::numeric_limits<std::int64_t>::max()}) {
    WireWriter writer;
    writer.put_int64(1, value);
    EXPECT_EQ(*only_field(writer.data()).as_int64(), value);
    writer = {};
    writer.put_sint64(536870911, value);
    EXPECT_EQ(*only_field(writer.data()).as_sint64(), value);
  }
  WireWriter writer;
  writer.put_float(3, -1.5f);
  EXPECT_EQ(*only_field(writer.data()).as_float(), -1.5f);
  writer = {};
  writer.put_double(4, 1e-300);
  EXPECT_EQ(*only_field(writer.data()).as_double(), 1e-300);
}

TEST(WireTest, RepeatedPackedAndSingle) {
  WireWriter writer;
  const std::vector<float> floats = {1.0f, 2.0f};
  writer.put_packed(1, floats);
  writer.put_float(1, 3.0f);
  WireReader reader(bytes_of(writer.data()));
  std::vector<float> values;
  while (!reader.at_end()) read_repeated(*reader.next(), values, 3).value();
  EXPECT_EQ(values, (std::vector<float>{1.0f, 2.0f, 3.0f}));
  EXPECT_EQ(read_repeated(only_field(std::string("\x0D\0\0\0\0", 5)), values, 3).error().code(), ErrorCode::kResourceExhausted);

  std::vector<std::int64_t> integers;
  read_repeated(only_field("\x32\x06\x03\x8E\x02\x9E\xA7\x05"), integers, 3).value();
  EXPECT_EQ(integers, (std::vector<std::int64_t>{3, 270, 86942}));
  EXPECT_EQ(read_repeated(only_field("\x0A\x02\x01\x80"), integers, 9).error().code(), ErrorCode::kDataCorrupt);
  EXPECT_EQ(read_repeated(only_field("\x0A\x03"
                                     "abc"),
                          values, 9)
                .error()
                .code(),
            ErrorCode::kDataCorrupt);
  EXPECT_EQ(read_repeated(only_field("\x0A\x02\x01\x02"), integers, 4).error().code(), ErrorCode::kResourceExhausted);
}

TEST(WireTest, NestedMessages) {
  WireWriter inner;
  inner.put_text(1, "deep");
  WireWriter outer;
  outer.put_bool(7, true);
  outer.put_message(2, inner);
  WireReader reader(bytes_of(outer.data()));
  EXPECT_TRUE(*reader.next()->as_bool());
  WireReader nested = reader.nested(*reader.next()).value();
  const WireField field = nested.next().value();
  EXPECT_EQ(*field.as_text(), "deep");
  EXPECT_EQ(outer.data().substr(field.offset_bytes), "deep");
}

TEST(WireTest, DepthIsLimited) {
  WireWriter message;
  for (int depth = 0; depth < WireReader::kMaxDepth + 5; ++depth) {
    WireWriter outer;
    outer.put_message(1, message);
    message = outer;
  }
  WireReader reader(bytes_of(message.data()));
  int depth = 0;
  Result<WireReader> nested = reader;
  for (; nested; ++depth) {
    reader = *nested;
    nested = reader.nested(*reader.next());
  }
  EXPECT_EQ(depth, WireReader::kMaxDepth + 1);
  EXPECT_EQ(nested.error().code(), ErrorCode::kResourceExhausted);
}

TEST(WireTest, MalformedBytesAreErrors) {
  const auto code = [](std::string_view message) { return WireReader(bytes_of(message)).next().error().code(); };
  EXPECT_EQ(code(""), ErrorCode::kDataCorrupt);
  EXPECT_EQ(code("\x08"), ErrorCode::kDataCorrupt);                                              // no value
  EXPECT_EQ(code("\x0A\x05xy"), ErrorCode::kDataCorrupt);                                        // shorter than it says
  EXPECT_EQ(code("\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"), ErrorCode::kDataCorrupt);      // 2^64 - 1 bytes
  EXPECT_EQ(code("\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02"), ErrorCode::kDataCorrupt);      // more than 64 bits
  EXPECT_EQ(code("\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"), ErrorCode::kDataCorrupt);  // eleven bytes
  EXPECT_EQ(code(std::string_view("\x00\x01", 2)), ErrorCode::kDataCorrupt);                     // field 0
  EXPECT_EQ(code("\x0D\x01\x02"), ErrorCode::kDataCorrupt);                                      // half a float
  EXPECT_EQ(code("\x0F\x01"), ErrorCode::kDataCorrupt);                                          // wire type 7
  EXPECT_EQ(code("\x0B"), ErrorCode::kUnsupported);                                              // group
}

TEST(WireTest, WrongTypeIsAnError) {
  const WireField text = only_field("\x0A\x02\xC3\x28");
  EXPECT_EQ(text.as_text().error().code(), ErrorCode::kDataCorrupt);
  EXPECT_EQ(text.as_bytes()->size(), 2u);
  EXPECT_EQ(text.as_int64().error().code(), ErrorCode::kDataCorrupt);
  EXPECT_EQ(text.as_float().error().code(), ErrorCode::kDataCorrupt);
  EXPECT_EQ(only_field("\x08\x01").as_bytes().error().code(), ErrorCode::kDataCorrupt);
}

}  // namespace
}  // namespace lepton
