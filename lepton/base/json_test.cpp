// JSON: limits, positions, determinism and the rule for non-finite numbers.
#include "lepton/base/json.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace lepton {
namespace {

TEST(JsonTest, ParseAndDumpSortTheKeys) {
  const Json json = parse_json(R"({"b": [1, 2.5, true, null], "a": {"x": "é"}})").value();
  EXPECT_EQ(dump_json(json), R"({"a":{"x":"é"},"b":[1,2.5,true,null]})");
  EXPECT_EQ(parse_json(dump_json(json, JsonStyle::kIndented)).value(), json);
}

TEST(JsonTest, NumbersReadBackEqual) {
  for (const double value : {0.1, 1e-300, 123456789.123456789, -0.0, 5e-324}) {
    EXPECT_EQ(*json_number(*parse_json(dump_json(Json(value)))), value);
  }
  EXPECT_EQ(dump_json(Json(std::numeric_limits<std::int64_t>::min())), "-9223372036854775808");
}

TEST(JsonTest, ErrorsSayWhere) {
  const Error error = parse_json("{\n  \"a\": 1,\n  oops\n}").error();
  EXPECT_EQ(error.code(), ErrorCode::kParseError);
  EXPECT_NE(error.message().find("line 3, column 3"), std::string::npos) << error.message();
}

TEST(JsonTest, RefusesWhatIsNotJson) {
  for (const char* text :
       {"", "{", "[1,]", "NaN", "[Infinity]", "1 2", "{\"a\":1,\"a\":2}", "\"\xFF\"", "1e999", "// c\n1", "nul", "\"\\ud800\""}) {
    const auto result = parse_json(text);
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().code(), ErrorCode::kParseError) << text;
  }
}

TEST(JsonTest, SameKeyInDifferentObjectsIsFine) {
  EXPECT_TRUE(parse_json(R"([{"a":{"a":1}},{"a":2}])"));
  EXPECT_FALSE(parse_json(R"([{"b":{"a":1},"a":2,"b":3}])"));
}

TEST(JsonTest, Limits) {
  EXPECT_EQ(parse_json("[1,2,3]", {.max_bytes = 6}).error().code(), ErrorCode::kResourceExhausted);
  EXPECT_TRUE(parse_json("[[[1]]]", {.max_depth = 3}));
  EXPECT_EQ(parse_json("[[[[1]]]]", {.max_depth = 3}).error().code(), ErrorCode::kResourceExhausted);
  EXPECT_TRUE(parse_json(R"(["[[[[", "\"[[[["])", {.max_depth = 1}));
  EXPECT_FALSE(parse_json(std::string(1 << 20, '[')));
}

TEST(JsonTest, NonFiniteNumbersAreTexts) {
  const double infinity = std::numeric_limits<double>::infinity();
  const Json json = {{"a", infinity}, {"b", {-infinity, std::nan("")}}};
  EXPECT_EQ(dump_json(json), R"({"a":"Infinity","b":["-Infinity","NaN"]})");
  const Json back = parse_json(dump_json(json)).value();
  EXPECT_EQ(*json_get<double>(back, "a"), infinity);
  EXPECT_TRUE(std::isnan(*json_number(back["b"][1])));
}

TEST(JsonTest, DumpRepairsText) { EXPECT_EQ(dump_json(Json("a\xFF")), "\"a\xEF\xBF\xBD\""); }

TEST(JsonTest, TypedMembers) {
  const Json json = parse_json(R"({"n": 3, "x": 2.5, "t": "text", "b": true, "huge": 18446744073709551615})").value();
  EXPECT_EQ(*json_get<std::int64_t>(json, "n"), 3);
  EXPECT_EQ(*json_get<double>(json, "n"), 3.0);
  EXPECT_EQ(*json_get<double>(json, "x"), 2.5);
  EXPECT_EQ(*json_get<std::string>(json, "t"), "text");
  EXPECT_EQ(*json_get<bool>(json, "b"), true);
  EXPECT_EQ(json_get<std::int64_t>(json, "x").error().code(), ErrorCode::kParseError);
  EXPECT_EQ(json_get<std::int64_t>(json, "huge").error().code(), ErrorCode::kParseError);
  EXPECT_EQ(json_get<double>(json, "t").error().code(), ErrorCode::kParseError);
  EXPECT_NE(json_get<bool>(json, "missing").error().message().find("missing"), std::string::npos);
  EXPECT_FALSE(json_get<bool>(Json(1), "b"));
}

}  // namespace
}  // namespace lepton
