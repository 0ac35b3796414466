// IDX: every type, gzip, lies about sizes.
#include "lepton/data/readers/idx.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <array>

#include "lepton/base/files.hpp"
#include "lepton/base/testing/temporary_folder.hpp"

namespace lepton::data {
namespace {

std::string be32(std::uint32_t value) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) text.push_back(static_cast<char>(value >> shift));
  return text;
}

std::string idx(char type, std::vector<std::uint32_t> dims, const std::string& data) {
  std::string text{'\0', '\0', type, static_cast<char>(dims.size())};
  for (const auto dim : dims) text += be32(dim);
  return text + data;
}

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

Result<Tensor> decode(const std::string& text, IdxLimits limits = {}) { return decode_idx(std::as_bytes(std::span(text)), limits); }

TEST(Idx, ReadsBigEndianNumbers) {
  const Tensor bytes = decode(idx(8, {2, 3}, "\x01\x02\x03\x04\x05\x06")).value();
  EXPECT_EQ(bytes.type(), (TensorType{DType::kU8, Shape{2, 3}}));
  EXPECT_EQ(bytes.to_vector<int>(), (std::vector<int>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(decode(idx(11, {2}, std::string("\x01\x02\xFF\xFE", 4)))->to_vector<int>(), (std::vector<int>{258, -2}));
  EXPECT_EQ(decode(idx(13, {1}, std::string("\x3F\xC0\0\0", 4)))->item(), 1.5);
  EXPECT_EQ(decode(idx(8, {0, 3}, ""))->num_elements(), 0);
}

TEST(Idx, ReadsGzip) { EXPECT_EQ(decode(gzip(idx(8, {3}, "abc")))->to_vector<int>(), (std::vector<int>{'a', 'b', 'c'})); }

TEST(Idx, RefusesLiesAndDamage) {
  const std::string good = idx(8, {3}, "abc");
  EXPECT_EQ(decode("").error().code(), ErrorCode::kDataCorrupt);
  EXPECT_EQ(decode("\x01\x02\x03\x04").error().code(), ErrorCode::kDataCorrupt);
  for (std::size_t size = 0; size < good.size(); ++size) EXPECT_EQ(decode(good.substr(0, size)).error().code(), ErrorCode::kDataCorrupt);
  EXPECT_EQ(decode(good + "x").error().code(), ErrorCode::kDataCorrupt);
  EXPECT_EQ(decode(idx(8, {0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}, "abc")).error().code(), ErrorCode::kResourceExhausted);
  EXPECT_EQ(decode(idx(8, {1000, 1000}, "abc")).error().code(), ErrorCode::kDataCorrupt);
  const std::string packed = gzip(good);
  for (std::size_t size = 3; size < packed.size(); ++size) {
    EXPECT_EQ(decode(packed.substr(0, size)).error().code(), ErrorCode::kDataCorrupt) << size;
  }
  // A bomb: 8 MB of zeros in a few KB is stopped by the limit before it is unpacked.
  const std::string bomb = gzip(idx(8, {8 << 20}, std::string(8 << 20, '\0')));
  EXPECT_EQ(decode(bomb, {.max_bytes = 1 << 20}).error().code(), ErrorCode::kResourceExhausted);
}

TEST(Idx, MakesADataset) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_atomic(local_files(), folder.file("x"), idx(8, {2, 1, 2}, "abcd")));
  ASSERT_TRUE(write_atomic(local_files(), folder.file("y"), gzip(idx(8, {2}, std::string("\x01\x00", 2)))));
  const auto data = read_idx_dataset(local_files(), folder.file("x"), folder.file("y"), {"no", "yes"}).value();
  EXPECT_EQ(data->features()[0].type.shape, (Shape{1, 2, 1}));
  EXPECT_EQ(data->label(0), 1);
  EXPECT_FALSE(read_idx_dataset(local_files(), folder.file("x"), folder.file("y"), {"only one"}));
  EXPECT_EQ(read_idx(local_files(), folder.file("none")).error().code(), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace lepton::data
