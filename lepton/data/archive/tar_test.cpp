// Tar and gzip: what other programs write, and archives that try to escape.
#include "lepton/data/archive/tar.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "lepton/base/files.hpp"
#include "lepton/base/testing/temporary_folder.hpp"
#include "lepton/data/archive/gzip.hpp"

namespace lepton::data {
namespace {

std::string entry(const std::string& name, char type, const std::string& data, const std::string& size_text = "") {
  std::string block(512, '\0');
  block.replace(0, std::min<std::size_t>(name.size(), 100), name.substr(0, 100));
  const std::string size = size_text.empty() ? fmt::format("{:011o}", data.size()) : size_text;
  block.replace(124, size.size(), size);
  block[156] = type;
  block.replace(257, 6, std::string("ustar\0", 6));
  block.replace(148, 8, "        ");
  unsigned sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  block.replace(148, 7, fmt::format("{:06o}", sum) + std::string(1, '\0'));
  block += data;
  block.append((512 - data.size() % 512) % 512, '\0');
  return block;
}

Result<TarSummary> unpack(const std::string& archive, const std::string& folder, TarLimits limits = {}) {
  return unpack_tar(local_files(), std::as_bytes(std::span(archive)), folder, limits);
}

TEST(Tar, UnpacksFilesFoldersAndLongNames) {
  const TemporaryFolder folder;
  const std::string long_name = "deep/" + std::string(150, 'n') + ".txt", pax_name = "deep/" + std::string(140, 'p');
  const std::string record = "path=" + pax_name + "\n";
  const std::string archive = entry("a/", '5', "") + entry("./a/b.txt", '0', "hello") + entry("x", 'L', long_name + '\0') +
                              entry("cut", '0', "long") + entry("pax", 'x', fmt::format("{} {}", record.size() + 4, record)) +
                              entry("cut", '0', "pax") + std::string(1024, '\0');
  const auto summary = unpack(archive, folder.file("out"));
  ASSERT_TRUE(summary) << summary.error().message();
  EXPECT_EQ(summary->total_bytes, 12u);
  EXPECT_EQ(read_file(local_files(), folder.file("out/a/b.txt"), 100).value(), "hello");
  EXPECT_EQ(read_file(local_files(), folder.file("out/" + long_name), 100).value(), "long");
  EXPECT_EQ(read_file(local_files(), folder.file("out/" + pax_name), 100).value(), "pax");
}

TEST(Tar, NothingLeavesTheFolder) {
  for (const std::string name : {"../evil", "/etc/evil", "a/../../evil", "a\\..\\evil"}) {
    const TemporaryFolder folder;
    EXPECT_EQ(unpack(entry(name, '0', "x"), folder.file("out")).error().code(), ErrorCode::kInvalidArgument) << name;
    EXPECT_FALSE(exists(local_files(), folder.file("evil")).value());
  }
  for (const char type : {'1', '2', '3', '4', '6'}) {
    const TemporaryFolder folder;
    EXPECT_EQ(unpack(entry("link", type, ""), folder.file("out")).error().code(), ErrorCode::kInvalidArgument);
  }
}

TEST(Tar, RefusesDamageAndFloods) {
  const TemporaryFolder folder;
  const std::string good = entry("a", '0', "hello");
  std::string bad = good;
  bad[3] = 'z';
  EXPECT_EQ(unpack(bad, folder.file("1")).error().code(), ErrorCode::kDataCorrupt);
  EXPECT_EQ(unpack(good.substr(0, 600), folder.file("2")).error().code(), ErrorCode::kDataCorrupt);
  EXPECT_EQ(unpack(good.substr(0, 100), folder.file("3")).error().code(), ErrorCode::kDataCorrupt);
  EXPECT_EQ(unpack(entry("a", '0', "x", "77777777777"), folder.file("4"), {.max_total_bytes = 1000}).error().code(),
            ErrorCode::kResourceExhausted);
  EXPECT_EQ(unpack(good + entry("b", '0', "x"), folder.file("5"), {.max_files = 1}).error().code(), ErrorCode::kResourceExhausted);
  EXPECT_EQ(unpack(entry("a", 'L', "x", "77777777777"), folder.file("6")).error().code(), ErrorCode::kDataCorrupt);
  EXPECT_TRUE(unpack("", folder.file("7")));
}

TEST(Gzip, RefusesBombsAndDamage) {
  const std::string not_gzip = "hello";
  EXPECT_EQ(gunzip_if_needed(not_gzip, 100).value(), "hello");
  EXPECT_EQ(gunzip(std::as_bytes(std::span(not_gzip)), 100).error().code(), ErrorCode::kDataCorrupt);
}

}  // namespace
}  // namespace lepton::data
