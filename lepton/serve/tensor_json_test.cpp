// Numbers to and from JSON: the same floats as from_chars() gives, only JSON's grammar, and nothing beyond the text.
#include "lepton/serve/tensor_json.hpp"

#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "lepton/base/random.hpp"

namespace lepton::serve {
namespace {

float exact(const std::string& text) {
  float value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

void expect_exact(const std::string& text) {
  float value = -1;
  ASSERT_EQ(read_float(text.data(), text.data() + text.size(), value), text.data() + text.size()) << text;
  const float wanted = exact(text);
  EXPECT_EQ(std::bit_cast<std::uint32_t>(value), std::bit_cast<std::uint32_t>(wanted)) << text;
}

TEST(ReadFloatTest, RoundsAsFromCharsDoes) {
  for (const char* text : {"0",
                           "-0",
                           "1",
                           "0.1",
                           "-0.1",
                           "3.4028234663852886e38",
                           "1.1754943508222875e-38",
                           "1.4e-45",
                           "16777217",
                           "16777217.0000001",
                           "8388609.5",
                           "0.30000001192092896",
                           "123456789012345678901234567890",
                           "1e-22",
                           "1e22",
                           "9007199254740993",
                           "33554435",
                           "1.00000005960464477539062",
                           "1.000000059604644775390626",
                           "0.000000000000000000000000000000000000011754943508222875"})
    expect_exact(text);
  Random random(7);
  for (int i = 0; i < 300'000; ++i) {
    const auto value = std::bit_cast<float>(random.next_u32());
    if (!std::isfinite(value)) continue;
    expect_exact(fmt::format("{}", value));
    expect_exact(fmt::format("{:.{}e}", static_cast<double>(value), static_cast<int>(random.below(20))));
  }
  // Middles of two floats, and what lies just beside them.
  for (int i = 0; i < 50'000; ++i) {
    const auto low = std::bit_cast<float>(static_cast<std::uint32_t>(0x30000000 + random.below(0x20000000)));
    const double middle = (static_cast<double>(low) + static_cast<double>(std::nextafter(low, 1e30f))) / 2;
    for (const double value : {middle, std::nextafter(middle, 0), std::nextafter(middle, 1e300)})
      expect_exact(fmt::format("{:.17g}", value));
  }
}

TEST(ReadFloatTest, TakesJsonsNumbersOnly) {
  float value = 0;
  for (const std::string text :
       {"", "-", "+1", ".5", "1.", "01", "-01", "1e", "1e+", "nan", "inf", "Infinity", "x", "1e39", "-1e400", "-.1"})
    EXPECT_EQ(read_float(text.data(), text.data() + text.size(), value), nullptr) << text;
  const std::string tiny = "1e-400";
  EXPECT_NE(read_float(tiny.data(), tiny.data() + tiny.size(), value), nullptr);
  EXPECT_EQ(value, 0);
}

Result<std::vector<double>> read(DType dtype, Shape shape, std::string_view text) {
  const Tensor tensor = Tensor::zeros(dtype, shape);
  JsonCursor json(text);
  LEPTON_CHECK_OK(json.numbers(tensor));
  return tensor.to_vector<double>();
}

TEST(NumbersTest, FlatAndNested) {
  const std::vector<double> wanted = {1, 2, 3, 4};
  EXPECT_EQ(read(DType::kF32, {2, 2}, "[1,2,3,4]").value(), wanted);
  EXPECT_EQ(read(DType::kF32, {2, 2}, " [ [1 , 2] , [3.0,4e0] ] ").value(), wanted);
  EXPECT_EQ(read(DType::kI8, {4}, "[1,2.0,3,4]").value(), wanted);
  EXPECT_EQ(read(DType::kBool, {3}, "[true,false,1]").value(), (std::vector<double>{1, 0, 1}));
  EXPECT_EQ(read(DType::kF16, {1}, "[0.5]").value(), (std::vector<double>{0.5}));
  EXPECT_EQ(read(DType::kI64, {2}, "[-9223372036854775808,9223372036854775807]").value().size(), 2u);
}

TEST(NumbersTest, RefusesTheRest) {
  for (const char* text : {"", "1", "[", "[1", "[1,2,3", "[1,2,3,]", "[,1]", "[1 2]", "[1,2,3]x[", "{}", "[\"1\"]", "[nan,1,2]", "[[1,2],3",
                           "[1,2,3,4,5]", "[1,2]", "[null,1,2]", "[1,2,0x3]"}) {
    const auto numbers = read(DType::kF32, {3}, text);
    EXPECT_TRUE(!numbers || std::string_view(text) == "[1,2,3]x[") << text;
  }
  EXPECT_EQ(read(DType::kU8, {1}, "[256]").error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(read(DType::kU8, {1}, "[-1]").error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(read(DType::kI32, {1}, "[1.5]").error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(read(DType::kI64, {1}, "[9223372036854775808]").error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(read(DType::kF32, {1}, "[1e39]").error().code(), ErrorCode::kInvalidArgument);
  EXPECT_FALSE(read(DType::kF32, {1}, std::string(100'000, '[')));
  EXPECT_FALSE(JsonCursor(std::string(100'000, '[')).skip());
}

TEST(NumbersTest, WrittenTheyReadBackEqual) {
  Random random(3);
  Tensor tensor = Tensor::empty(DType::kF32, {1000});
  for (float& value : tensor.span<float>()) value = static_cast<float>(random.normal() * std::pow(10, random.uniform(-30, 30)));
  std::string text = "[";
  append_numbers(text, tensor);
  Tensor again = Tensor::empty(DType::kF32, {1000});
  ASSERT_TRUE(JsonCursor(text += "]").numbers(again));
  EXPECT_TRUE(same_bits(tensor, again));
  std::string special;
  append_numbers(special,
                 Tensor::from<double>({std::numeric_limits<double>::quiet_NaN(), -std::numeric_limits<double>::infinity(), 0.5}, {3}));
  EXPECT_EQ(special, "\"NaN\",\"-Infinity\",0.5");
}

TEST(CursorTest, TextsAndSkipping) {
  EXPECT_EQ(JsonCursor(R"("a\"\\\/\n\u00e4\ud83d\ude00")").text().value(), "a\"\\/\n\xc3\xa4\xf0\x9f\x98\x80");
  for (const char* text : {"\"", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\n\"", "\"\xff\"", "\"\\"})
    EXPECT_FALSE(JsonCursor(text).text()) << text;
  JsonCursor json(R"( {"a":[1,{"b":null},"x,]"],"c":-1.5e3} 7)");
  EXPECT_TRUE(json.skip());
  EXPECT_EQ(json.integer().value(), 7);
  EXPECT_TRUE(json.at_end());
  for (const char* text : {"{\"a\"}", "{\"a\":}", "[1,]", "{,}", "[1}", "tru", "{1:2}", "[1 2]"})
    EXPECT_FALSE(JsonCursor(text).skip()) << text;
}

}  // namespace
}  // namespace lepton::serve
