// Path arithmetic.
#include "lepton/base/path.hpp"

#include <gtest/gtest.h>

namespace lepton {
namespace {

TEST(PathTest, Join) {
  EXPECT_EQ(join_path("a", "b"), "a/b");
  EXPECT_EQ(join_path("a/", "b"), "a/b");
  EXPECT_EQ(join_path("", "b"), "b");
  EXPECT_EQ(join_path("a", "/b"), "/b");
}

TEST(PathTest, Parts) {
  EXPECT_EQ(parent_folder("a/b/c.png"), "a/b");
  EXPECT_EQ(parent_folder("c"), ".");
  EXPECT_EQ(parent_folder("/c"), "/");
  EXPECT_EQ(parent_folder("a/b/"), "a");
  EXPECT_EQ(file_name("a/b/c.png"), "c.png");
  EXPECT_EQ(file_name("a/b/"), "b");
  EXPECT_EQ(file_name("/"), "/");
  EXPECT_EQ(file_stem("a/b/c.tar.gz"), "c.tar");
}

TEST(PathTest, Extension) {
  EXPECT_EQ(file_extension("a/B.JPG"), "jpg");
  EXPECT_EQ(file_extension("a.b/name"), "");
  EXPECT_EQ(file_extension(".hidden"), "");
  EXPECT_EQ(file_extension("图片.png"), "png");
}

}  // namespace
}  // namespace lepton
