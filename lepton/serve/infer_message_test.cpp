// Requests of the protocol, right and wrong, and answers.
#include "lepton/serve/infer_message.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "lepton/base/json.hpp"

namespace lepton::serve {
namespace {

const Signature& signature() {
  static const Signature instance{.inputs = {{"x", DType::kF32, {kAnyDim, 2}}, {"n", DType::kI64, {kAnyDim}}},
                                  .outputs = {{"y", DType::kF32, {kAnyDim, 2}}, {"z", DType::kU8, {kAnyDim}}}};
  return instance;
}
const Signature& one_input() {
  static const Signature instance{.inputs = {{"x", DType::kF32, {kAnyDim, 2}}}, .outputs = {{"y", DType::kF32, {kAnyDim, 2}}}};
  return instance;
}

Result<InferRequest> parse(const std::string& inputs, const std::string& more = "") {
  return parse_infer(fmt::format(R"({{"inputs":[{}]{}}})", inputs, more), std::nullopt, one_input());
}
std::string input(const std::string& shape, const std::string& data, const std::string& datatype = "FP32", const std::string& name = "x") {
  return fmt::format(R"({{"name":"{}","shape":{},"datatype":"{}","data":{}}})", name, shape, datatype, data);
}
std::string raw(const std::vector<float>& values) {
  return std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
}

TEST(ParseInferTest, MembersInAnyOrder) {
  const std::string body =
      R"({"id":"a","inputs":[{"data":[7,8],"name":"n","datatype":"INT64","shape":[2]},{"name":"x","shape":[2,2],"datatype":"FP32",
    "data":[[1,2],[3,4]]}],"outputs":[{"name":"z"},{"name":"y","parameters":{"binary_data":true}}],"parameters":{"timeout":5000},"other":[{}]})";
  const auto request = parse_infer(body, std::nullopt, signature());
  ASSERT_TRUE(request) << request.error().what();
  EXPECT_EQ(request->id, "a");
  EXPECT_EQ(request->inputs[0].to_vector<float>(), (std::vector<float>{1, 2, 3, 4}));
  EXPECT_EQ(request->inputs[1].to_vector<float>(), (std::vector<float>{7, 8}));
  ASSERT_EQ(request->outputs.size(), 2u);
  EXPECT_EQ(request->outputs[0].index, 1u);
  EXPECT_FALSE(request->outputs[0].binary);
  EXPECT_TRUE(request->outputs[1].binary);
  EXPECT_EQ(request->timeout, std::chrono::milliseconds(5));
}

TEST(ParseInferTest, RawTensorsBehindTheJson) {
  const std::string json =
      R"({"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","parameters":{"binary_data_size":8}}],"parameters":{"binary_data_output":true}})";
  const auto request = parse_infer(json + raw({1, 2}), json.size(), one_input());
  ASSERT_TRUE(request) << request.error().what();
  EXPECT_EQ(request->inputs[0].to_vector<float>(), (std::vector<float>{1, 2}));
  EXPECT_TRUE(request->outputs[0].binary);
  EXPECT_FALSE(parse_infer(json + raw({1}), json.size(), one_input()));
  EXPECT_FALSE(parse_infer(json + raw({1, 2, 3}), json.size(), one_input()));
  EXPECT_FALSE(parse_infer(json, json.size() + 1, one_input()));
  EXPECT_FALSE(parse_infer(json + raw({1, 2}), json.size() - 1, one_input()));
}

TEST(ParseInferTest, ABodyThatIsOneTensor) {
  const auto request = parse_infer(raw({1, 2, 3, 4}), 0, one_input());
  ASSERT_TRUE(request) << request.error().what();
  EXPECT_EQ(request->inputs[0].shape(), Shape({2, 2}));
  EXPECT_FALSE(parse_infer(raw({1, 2, 3}), 0, one_input()));
  EXPECT_FALSE(parse_infer("", 0, one_input()));
  EXPECT_FALSE(parse_infer(raw({1, 2}), 0, signature()));
}

// Triton 2.51 ends with a segmentation fault at the first of these, and answers some others with 500.
TEST(ParseInferTest, HostileShapesAndData) {
  for (const char* shape :
       {"[1,4611686018427387904]", "[4611686018427387904,2]", "[9223372036854775807,9223372036854775807]", "[-1,2]", "[0,2]", "[1,-2]",
        "[2]", "[1,2,1]", "[]", "[1.5,2]", "[1e300,2]", "[99999999999999999999,2]", "[null]", "{}", "\"x\"", "[1000000,2]"})
    EXPECT_FALSE(parse(input(shape, "[1,2]"))) << shape;
  for (const char* data : {"[1]", "[1,2,3]", "[]", "null", "\"1,2\"", "[\"a\",2]", "[1,2", "[1e999,1]", "[true,false]"})
    EXPECT_FALSE(parse(input("[1,2]", data))) << data;
  EXPECT_EQ(parse(input("[1,2]", "[1,2]", "INT32")).error().code(), ErrorCode::kDtypeMismatch);
  EXPECT_EQ(parse(input("[1,2]", "[1,2]", "BYTES")).error().code(), ErrorCode::kDtypeMismatch);
  EXPECT_FALSE(parse(input("[1,2]", "[1,2]", "FP32", "nobody")));
  EXPECT_FALSE(parse(""));
  EXPECT_FALSE(parse(input("[1,2]", "[1,2]") + "," + input("[1,2]", "[1,2]")));
  EXPECT_FALSE(parse(R"({"name":"x","shape":[1,2],"datatype":"FP32"})"));
  EXPECT_FALSE(parse(R"({"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2],"data":[1,2]})"));
  EXPECT_FALSE(parse(R"({"name":"x","shape":[1,2],"datatype":"FP32","parameters":{"binary_data_size":-1}})"));
  EXPECT_FALSE(parse(R"({"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2],"parameters":{"binary_data_size":8}})"));
  const std::string fine = input("[1,2]", "[1,2]");
  EXPECT_FALSE(parse(fine, R"(,"outputs":[{"name":"nobody"}])"));
  EXPECT_FALSE(parse(fine, R"(,"outputs":[{"name":"y"},{"name":"y"}])"));
  EXPECT_FALSE(parse(fine, R"(,"outputs":[{"name":"y","parameters":{"shared_memory_region":"x"}}])"));
  EXPECT_FALSE(parse(fine, R"(,"parameters":{"timeout":-1})"));
  EXPECT_FALSE(parse(fine, R"(,"parameters":{"sequence_id":1})"));
  EXPECT_FALSE(parse(fine, ",\"deep\":" + std::string(100'000, '[')));
  EXPECT_FALSE(parse_infer("", std::nullopt, one_input()));
  EXPECT_FALSE(parse_infer("{}", std::nullopt, one_input()));
  EXPECT_FALSE(parse_infer("{} {}", std::nullopt, one_input()));
  EXPECT_TRUE(parse(fine));
}

TEST(WriteInferTest, JsonAndRaw) {
  InferRequest request{.id = "\"1\"", .inputs = {}, .outputs = {{0, false}, {1, true}}, .timeout = {}};
  const std::vector<Tensor> outputs = {Tensor::from<float>({0.5f, -1}, {1, 2}), Tensor::from<std::uint8_t>({7}, {1})};
  const InferAnswer answer = write_infer("m", "3", request, signature(), outputs);
  ASSERT_GT(answer.json_bytes, 0u);
  EXPECT_EQ(answer.body.substr(answer.json_bytes), "\x07");
  const Json json = parse_json(answer.body.substr(0, answer.json_bytes)).value();
  EXPECT_EQ(json, Json::parse(R"({"id":"\"1\"","model_name":"m","model_version":"3","outputs":[
    {"name":"y","datatype":"FP32","shape":[1,2],"data":[0.5,-1]},{"name":"z","datatype":"UINT8","shape":[1],"parameters":{"binary_data_size":1}}]})"));
  request.outputs = {{0, false}};
  EXPECT_EQ(write_infer("m", "3", request, signature(), outputs).json_bytes, 0u);
}

}  // namespace
}  // namespace lepton::serve
