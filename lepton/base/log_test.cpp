// Log levels and sinks.
#include "lepton/base/log.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace lepton {
namespace {

class LogTest : public testing::Test {
 protected:
  void SetUp() override {
    set_log_sink([this](LogLevel level, std::string_view text) { lines_.emplace_back(level, text); });
  }
  void TearDown() override {
    set_log_sink(nullptr);
    set_log_level(before_);
  }
  LogLevel before_ = log_level();
  std::vector<std::pair<LogLevel, std::string>> lines_;
};

TEST_F(LogTest, WritesFromTheLevelUp) {
  set_log_level(LogLevel::kInfo);
  log_debug("hidden {}", 1);
  log_info("seen {}", 2);
  log_error("seen {}", 3);
  ASSERT_EQ(lines_.size(), 2u);
  EXPECT_EQ(lines_[0], std::pair(LogLevel::kInfo, std::string("seen 2")));
  EXPECT_EQ(lines_[1].first, LogLevel::kError);
  set_log_level(LogLevel::kOff);
  log_error("hidden");
  EXPECT_EQ(lines_.size(), 2u);
}

TEST_F(LogTest, ABadSinkIsNoErrorOfTheCaller) {
  set_log_sink([](LogLevel, std::string_view) { throw std::runtime_error("sink"); });
  EXPECT_NO_THROW(log_error("text"));
}

TEST_F(LogTest, Names) {
  EXPECT_EQ(log_level_from_name("warning"), LogLevel::kWarning);
  EXPECT_EQ(log_level_from_name("loud"), std::nullopt);
}

}  // namespace
}  // namespace lepton
