// Text functions: the edges of UTF-8, near names, human numbers.
#include "lepton/base/text.hpp"

#include <gtest/gtest.h>

#include <array>

namespace lepton {
namespace {

using namespace std::chrono_literals;

TEST(TextTest, Utf8AcceptsWellFormed) {
  for (const char* text : {"", "plain", "é", "图片", "\xF0\x9F\x98\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(is_valid_utf8(text)) << text;
  }
}

TEST(TextTest, Utf8RefusesIllFormed) {
  for (const char* text : {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80", "\xF4\x90\x80\x80",
                           "\xF5\x80\x80\x80", "\xE5\x9B", "a\xFFz", "\xC3"}) {
    EXPECT_FALSE(is_valid_utf8(text));
    EXPECT_TRUE(is_valid_utf8(to_valid_utf8(text)));
  }
  EXPECT_EQ(to_valid_utf8("a\xFFz"), "a\xEF\xBF\xBDz");
}

TEST(TextTest, ControlCharactersDoNotReachTheTerminal) {
  EXPECT_EQ(to_printable("\x1b]0;title\x07 a\tb\nc\x7f"), "\\x1b]0;title\\x07 a\tb\nc\\x7f");
  EXPECT_EQ(to_printable("\xC2\x9B"
                         "31m \xC2\xA0\xC3\xA9 \xE5\xBC\xA0 \xC2"),
            "\\x9b"
            "31m \xC2\xA0\xC3\xA9 \xE5\xBC\xA0 \xEF\xBF\xBD");
}

TEST(TextTest, EditDistance) {
  EXPECT_EQ(edit_distance("", "abc"), 3);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3);
  EXPECT_EQ(edit_distance("epohcs", "epochs"), 1);
  EXPECT_EQ(edit_distance("same", "same"), 0);
}

TEST(TextTest, NearestName) {
  const std::array<std::string_view, 3> known = {"epochs", "batch_size", "learning_rate"};
  EXPECT_EQ(nearest_name("epocs", known), "epochs");
  EXPECT_EQ(nearest_name("Batch_Size", known), "batch_size");
  EXPECT_EQ(nearest_name("learning_rte", known), "learning_rate");
  EXPECT_EQ(nearest_name("zebra", known), std::nullopt);
  EXPECT_NE(did_you_mean("epocs", known).find("epochs"), std::string::npos);
  EXPECT_EQ(did_you_mean("zebra", known), "");
}

TEST(TextTest, SplitJoinTrim) {
  EXPECT_EQ(split("a,b,,c", ','), (std::vector<std::string_view>{"a", "b", "", "c"}));
  EXPECT_EQ(split("", ',').size(), 1u);
  const std::vector<std::string> parts = {"a", "b"};
  EXPECT_EQ(join(parts, ", "), "a, b");
  EXPECT_EQ(trim(" \t x y\r\n"), "x y");
  EXPECT_EQ(trim("  "), "");
}

TEST(TextTest, Sizes) {
  EXPECT_EQ(format_size(0), "0 B");
  EXPECT_EQ(format_size(1023), "1023 B");
  EXPECT_EQ(format_size(1536), "1.5 KiB");
  EXPECT_EQ(format_size(64ull << 20), "64 MiB");
  EXPECT_EQ(format_size((1ull << 20) - 1), "1 MiB");
  EXPECT_EQ(format_size(~0ull), "16 EiB");
}

TEST(TextTest, Durations) {
  EXPECT_EQ(format_duration(15ns), "15 ns");
  EXPECT_EQ(format_duration(850us), "850 us");
  EXPECT_EQ(format_duration(12345us), "12.3 ms");
  EXPECT_EQ(format_duration(4200ms), "4.2 s");
  EXPECT_EQ(format_duration(125s), "2 min 05 s");
  EXPECT_EQ(format_duration(64min), "1 h 04 min");
}

TEST(TextTest, Counts) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(60000), "60,000");
  EXPECT_EQ(format_count(-1234567), "-1,234,567");
  EXPECT_EQ(format_count(-123), "-123");
}

}  // namespace
}  // namespace lepton
