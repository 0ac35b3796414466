// Result, Error and the error table.
#include "lepton/base/error.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>

namespace lepton {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return make_error(ErrorCode::kInvalidArgument, "half: number must be even (number {})", number);
  return number / 2;
}

Result<int> quarter(int number) {
  LEPTON_TRY(const int once, half(number));
  LEPTON_TRY(const int twice, half(once));
  return twice;
}

TEST(ErrorTest, TryPropagatesTheFirstError) {
  EXPECT_EQ(*quarter(12), 3);
  EXPECT_EQ(quarter(6).error().code(), ErrorCode::kInvalidArgument);
}

TEST(ErrorTest, ValueThrowsTheError) { EXPECT_THROW((void)half(3).value(), Error); }

TEST(ErrorTest, ContextKeepsTheCode) {
  const Error error = half(3).error().with_context("line 7");
  EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(error.message().rfind("line 7: ", 0), 0u);
}

TEST(ErrorTest, AssertionThrowsInternal) {
  const auto result = catch_error([] { LEPTON_ASSERT(1 == 2, "numbers"); });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), ErrorCode::kInternal);
}

TEST(ErrorTest, MoveOnlyValues) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(4);
  const std::unique_ptr<int> value = *std::move(result);
  EXPECT_EQ(*value, 4);
}

TEST(ErrorTest, ExitCodesAreDistinctAndNotZero) {
  std::set<int> exit_codes;
  for (int i = 0; i <= static_cast<int>(ErrorCode::kInternal); ++i) {
    const ErrorCodeInfo& info = error_code_info(static_cast<ErrorCode>(i));
    EXPECT_EQ(info.code, static_cast<ErrorCode>(i));
    EXPECT_NE(info.exit_code, 0);
    exit_codes.insert(info.exit_code);
  }
  EXPECT_EQ(exit_codes.size(), 14u);
}

}  // namespace
}  // namespace lepton
