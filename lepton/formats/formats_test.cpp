// Zip, safetensors and NumPy files: round trips, and what is done about damaged ones.
#include <gtest/gtest.h>

#include "lepton/formats/npz.hpp"
#include "lepton/formats/zip.hpp"

namespace lepton::formats {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

NamedTensors some_tensors() {
  return {{"weights/a", Tensor::from<float>({1, 2, 3, 4, 5, 6}, {2, 3})},
          {"flags", Tensor::from<std::uint8_t>({1, 0, 1}, {3})},
          {"wide", Tensor::from<double>({0.5, -0.25}, {2, 1})},
          {"empty", Tensor::zeros(DType::kI64, {0, 4})},
          {"scalar", Tensor::scalar(DType::kI32, -7)}};
}

void expect_same(const NamedTensors& expected, const NamedTensors& actual) {
  ASSERT_EQ(expected.size(), actual.size());
  for (const auto& [name, tensor] : expected) {
    const auto found = std::find_if(actual.begin(), actual.end(), [&](const auto& a) { return a.first == name; });
    ASSERT_NE(found, actual.end()) << name;
    EXPECT_TRUE(same_bits(tensor, found->second)) << name;
  }
}

TEST(SafeTensorsTest, RoundTripWithMetadataAndAlignedData) {
  std::map<std::string, TensorPlace> places;
  const std::string file = write_safetensors(some_tensors(), {{"made_by", "test"}}, &places);
  const auto read = read_safetensors(bytes_of(file), nullptr);
  ASSERT_TRUE(read) << read.error().what();
  expect_same(some_tensors(), read->tensors);
  EXPECT_EQ(read->metadata.at("made_by"), "test");
  EXPECT_EQ(places.at("wide").offset % 8, 0u);
}

TEST(SafeTensorsTest, EveryTruncationIsRefused) {
  const std::string file = write_safetensors(some_tensors());
  for (std::size_t size = 0; size < file.size(); ++size) {
    const std::string part = file.substr(0, size);
    const auto read = read_safetensors(bytes_of(part), nullptr);
    ASSERT_FALSE(read) << size;
    EXPECT_EQ(read.error().code(), ErrorCode::kDataCorrupt);
  }
}

std::string with_header(const std::string& header, std::size_t data_bytes) {
  const std::uint64_t size = header.size();
  return std::string(reinterpret_cast<const char*>(&size), 8) + header + std::string(data_bytes, 'x');
}

TEST(SafeTensorsTest, LyingHeadersAreRefused) {
  const std::vector<std::string> headers = {
      R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})",                      // size does not fit the shape
      R"({"a":{"dtype":"F32","shape":[9223372036854775807,8],"data_offsets":[0,8]}})",  // product overflows
      R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})",                     // negative
      R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})",                      // reversed
      R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})",  // overlapping
      R"({"a":{"dtype":"F32","shape":[2]}})",
      R"([1,2,3])",
      std::string(2000, '['),
  };
  for (const std::string& header : headers) {
    const std::string file = with_header(header, 8);
    EXPECT_FALSE(read_safetensors(bytes_of(file), nullptr)) << header.substr(0, 80);
  }
}

TEST(NpzTest, RoundTrip) {
  const auto file = write_npz(some_tensors());
  ASSERT_TRUE(file);
  const auto read = read_npz(bytes_of(*file));
  ASSERT_TRUE(read) << read.error().what();
  expect_same(some_tensors(), *read);
}

TEST(NpzTest, ShapesThatTheFileDoesNotHoldAreRefused) {
  std::string file = write_npy(Tensor::from<float>({1, 2, 3}, {3}));
  const std::size_t place = file.find("(3,)");
  for (const std::string shape : {"(4,)", "(9)(", "(-1)", "999)"}) {
    std::string broken = file;
    broken.replace(place, 4, shape);
    EXPECT_FALSE(read_npy(bytes_of(broken))) << shape;
  }
}

TEST(ZipTest, FlippedBytesNeverPass) {
  std::string archive;
  ZipWriter writer([&](std::span<const std::byte> part) -> Result<void> {
    archive.append(reinterpret_cast<const char*>(part.data()), part.size());
    return {};
  });
  ASSERT_TRUE(writer.add("a.txt", "some text that has a checksum"));
  ASSERT_TRUE(writer.finish());
  const auto content = [](const std::string& file) -> std::string {
    const auto zip = ZipReader::open(bytes_of(file));
    if (!zip || zip->find("a.txt") == nullptr) return "refused";
    const auto bytes = zip->extract(*zip->find("a.txt"));
    if (!bytes) return "refused";
    return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
  };
  ASSERT_EQ(content(archive), "some text that has a checksum");
  for (std::size_t i = 0; i < archive.size(); ++i) {
    std::string broken = archive;
    broken[i] = static_cast<char>(broken[i] ^ 0x55);
    const std::string seen = content(broken);
    EXPECT_TRUE(seen == "refused" || seen == "some text that has a checksum") << i;
  }
}

TEST(ZipTest, DataIsAligned) {
  std::string archive;
  ZipWriter writer([&](std::span<const std::byte> part) -> Result<void> {
    archive.append(reinterpret_cast<const char*>(part.data()), part.size());
    return {};
  });
  ASSERT_TRUE(writer.add("first", "x"));
  ASSERT_TRUE(writer.add("second", "y"));
  ASSERT_TRUE(writer.finish());
  const auto zip = ZipReader::open(bytes_of(archive));
  ASSERT_TRUE(zip);
  for (const auto& entry : zip->entries()) {
    const auto view = zip->view(entry);
    ASSERT_TRUE(view);
    EXPECT_EQ((view->data() - bytes_of(archive).data()) % 64, 0);
  }
}

TEST(NpyTest, EmptyArraysOfAnyShape) {
  for (const Shape& shape : {Shape{0}, Shape{3, 0}, Shape{1, 0, 2}, Shape{0, 4}}) {
    const std::string file = write_npy(Tensor::zeros(DType::kI64, shape));
    const auto read = read_npy(bytes_of(file));
    ASSERT_TRUE(read) << shape.to_string();
    EXPECT_EQ(read->shape(), shape);
  }
}

TEST(NpyTest, AnEmptyAxisHidesNoHugeOne) {
  std::string file = write_npy(Tensor::zeros(DType::kU8, {0}));
  const std::size_t place = file.find("(0,)");
  ASSERT_NE(place, std::string::npos);
  file.replace(place, 24, "(0,9223372036854775807,)");
  EXPECT_EQ(read_npy(bytes_of(file)).error().code(), ErrorCode::kDataCorrupt);
}

}  // namespace
}  // namespace lepton::formats
