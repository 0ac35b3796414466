// Inspection: everything that went in comes out, or is listed with its reason.
#include "lepton/data/inspect/inspect.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/base/random.hpp"
#include "lepton/base/testing/temporary_folder.hpp"
#include "lepton/data/image/resize.hpp"
#include "lepton/data/named_dataset.hpp"

namespace lepton::data {
namespace {

Tensor texture(std::uint64_t seed) {
  Random random(seed);
  const Tensor small = Tensor::empty(DType::kU8, Shape{6, 6, 3});
  for (auto& value : small.span<std::uint8_t>()) value = static_cast<std::uint8_t>(random.below(256));
  return resize(small, 32, 32, ResizeFilter::kBicubic);
}

void put(const TemporaryFolder& folder, const std::string& name, const std::string& bytes) {
  ASSERT_TRUE(local_files().make_folders(parent_folder(folder.file(name))));
  ASSERT_TRUE(write_atomic(local_files(), folder.file(name), bytes));
}

bool has(const Inspection& inspection, std::string_view what) {
  return std::ranges::find(inspection.findings, what, &Finding::what) != inspection.findings.end();
}

TEST(Inspect, AccountsForEveryFile) {
  const TemporaryFolder folder;
  for (int i = 0; i < 12; ++i) {
    put(folder, fmt::format("cat/{}.png", i), encode_png(texture(static_cast<std::uint64_t>(i))).value());
    put(folder, fmt::format("dog/{}.jpg", i), encode_jpeg(texture(static_cast<std::uint64_t>(100 + i)), 90).value());
  }
  put(folder, "dog/copy.jpg", encode_jpeg(texture(3), 80).value());  // a cat among the dogs
  put(folder, "dog/broken.jpg", encode_jpeg(texture(7), 90).value().substr(0, 300));
  put(folder, "dog/empty.png", "");
  put(folder, "dog/notes.txt", "hello");
  const auto inspection = inspect(local_files(), folder.path());
  ASSERT_TRUE(inspection) << inspection.error().message();
  EXPECT_EQ(inspection->num_files, 28);
  EXPECT_EQ(inspection->num_samples, 25);
  EXPECT_EQ(inspection->num_files,
            inspection->num_samples + static_cast<std::int64_t>(inspection->corrupt.size() + inspection->skipped.size()));
  ASSERT_EQ(inspection->corrupt.size(), 2u);
  EXPECT_EQ(inspection->corrupt[0].path, "dog/broken.jpg");
  EXPECT_FALSE(inspection->corrupt[0].reason.empty());
  EXPECT_EQ(inspection->classes, (std::vector<std::pair<std::string, std::int64_t>>{{"cat", 12}, {"dog", 13}}));
  EXPECT_EQ(inspection->pictures.formats.at("png"), 12);
  ASSERT_EQ(inspection->duplicates.size(), 1u);
  EXPECT_TRUE(inspection->duplicates[0].conflict);
  EXPECT_EQ(inspection->num_conflicts(), 1);
  EXPECT_TRUE(has(*inspection, "corrupt"));
  EXPECT_TRUE(has(*inspection, "label-conflict"));
  EXPECT_TRUE(inspection->has_errors());
  const Json json = to_json(*inspection);
  EXPECT_EQ(json["num_samples"], 25);
  EXPECT_EQ(json["duplicates"].size(), 1u);
  EXPECT_NE(to_text(*inspection).find("dog/broken.jpg"), std::string::npos);
}

TEST(Inspect, OfficialPartsAndLeaks) {
  const TemporaryFolder folder;
  for (int i = 0; i < 10; ++i) {
    put(folder, fmt::format("train/a/{}.png", i), encode_png(texture(static_cast<std::uint64_t>(i))).value());
    put(folder, fmt::format("train/b/{}.png", i), encode_png(texture(static_cast<std::uint64_t>(50 + i))).value());
  }
  put(folder, "test/a/x.png", encode_png(texture(4)).value());
  const auto inspection = inspect(local_files(), folder.path()).value();
  EXPECT_EQ(inspection.parts.at("train"), 20);
  EXPECT_TRUE(has(inspection, "leak"));
  EXPECT_FALSE(has(inspection, "label-conflict"));
}

TEST(Inspect, ImbalanceAndOddPaths) {
  const TemporaryFolder folder;
  for (int i = 0; i < 40; ++i) put(folder, fmt::format("many/{}.png", i), encode_png(texture(static_cast<std::uint64_t>(i))).value());
  put(folder, "few/x.png", encode_png(texture(99)).value());
  const auto inspection = inspect(local_files(), folder.path()).value();
  EXPECT_TRUE(has(inspection, "class-imbalance"));
  EXPECT_TRUE(has(inspection, "few-samples"));
  EXPECT_EQ(inspect(local_files(), folder.file("none")).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(inspect(local_files(), folder.file("few/x.png")).error().code(), ErrorCode::kUnsupported);
}

TEST(Inspect, Tables) {
  const TemporaryFolder folder;
  std::string text = "key,age,same,leak,holes,word,y\n";
  for (int i = 0; i < 60; ++i) {
    const bool positive = i % 3 == 0;
    text += fmt::format("{},{},1,{},{},w{},{}\n", 1000 + i, 20 + (i * 7) % 13, positive ? "p" : "n", i % 4 == 0 ? "5" : "", i % 5,
                        positive ? "yes" : "no");
  }
  text += text.substr(text.rfind("\n", text.size() - 2) + 1);  // the last row once more
  put(folder, "t.csv", text);
  const auto inspection = inspect(local_files(), folder.file("t.csv"), {.target = "y"}).value();
  EXPECT_EQ(inspection.num_samples, 61);
  EXPECT_EQ(inspection.columns.size(), 7u);
  EXPECT_TRUE(has(inspection, "constant-column"));
  EXPECT_TRUE(has(inspection, "target-leak"));
  EXPECT_TRUE(has(inspection, "many-missing"));
  EXPECT_TRUE(has(inspection, "duplicates"));
  EXPECT_EQ(inspection.classes.size(), 2u);
  EXPECT_EQ(inspect(local_files(), folder.file("t.csv"), {.target = "z"}).error().code(), ErrorCode::kNotFound);
  put(folder, "id.csv", text.substr(0, text.rfind("\n", text.size() - 2) + 1));
  EXPECT_TRUE(has(inspect(local_files(), folder.file("id.csv")).value(), "id-like"));
  put(folder, "nan.csv", "x,y\n1,a\nNaN,b\n");
  EXPECT_TRUE(has(inspect(local_files(), folder.file("nan.csv")).value(), "not-finite"));
}

TEST(Inspect, RealPictures) {
  const auto path = locate_named_dataset(local_files(), "hymenoptera-160");
  if (!path && path.error().code() == ErrorCode::kNotFound) GTEST_SKIP() << "needs the set hymenoptera-160";
  ASSERT_TRUE(path) << path.error().message();
  const auto inspection = inspect(local_files(), *path).value();
  std::printf("%s", to_text(inspection, 5).c_str());
  EXPECT_EQ(inspection.num_samples + static_cast<std::int64_t>(inspection.corrupt.size()), 398);
  EXPECT_EQ(inspection.parts.at("val"), 153);
}

TEST(Inspect, RealTable) {
  const auto path = locate_named_dataset(local_files(), "hmeq");
  if (!path && path.error().code() == ErrorCode::kNotFound) GTEST_SKIP() << "needs the set hmeq";
  ASSERT_TRUE(path) << path.error().message();
  const auto inspection = inspect(local_files(), *path, {.target = "BAD"}).value();
  std::printf("%s", to_text(inspection, 5).c_str());
  EXPECT_EQ(inspection.num_samples, 5960);
  EXPECT_FALSE(has(inspection, "target-leak"));
}

}  // namespace
}  // namespace lepton::data
