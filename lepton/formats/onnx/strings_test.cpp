// Texts in ONNX models: read, moved, chosen by what is computed, and kept by content.
#include <gtest/gtest.h>

#include "lepton/formats/onnx/model.hpp"
#include "lepton/formats/testing/onnx_bytes.hpp"

namespace lepton::formats {
namespace {

using namespace testing;

WireWriter texts(const std::string& name, const std::vector<std::string>& values, std::int64_t size) {
  WireWriter t;
  t.put_int64(1, size);
  t.put_int64(2, 8);
  for (const std::string& one : values) t.put_text(6, one);
  t.put_text(8, name);
  return t;
}

Result<OnnxModel> made(const WireWriter& graph) {
  const std::string bytes = model(graph);
  auto file = read_onnx(std::as_bytes(std::span(bytes)), nullptr);
  if (!file) return file.error();
  return OnnxModel::make(std::move(*file));
}

WireWriter declared(WireWriter graph, std::int64_t input_type, std::int64_t output_type) {
  graph.put_message(11, value("x", input_type));
  graph.put_message(12, value("y", output_type));
  return graph;
}

TEST(OnnxStringsTest, NumbersChooseTexts) {
  const WireWriter graph = declared(
      testing::graph({{"ArgMax", {"x"}, {"i"}}, {"Gather", {"names", "i"}, {"y"}}}, {texts("names", {"cat", "dog"}, 2)}, {}, {}), 1, 8);
  OnnxModel model = made(graph).value();
  const std::vector<OnnxValue> first = {Tensor::from<float>({0.5F, 2.0F}, {2})}, second = {Tensor::from<float>({3.0F, 2.0F}, {2})};
  EXPECT_EQ(std::get<StringTensor>(model.run(first).value().at(0)), (StringTensor{{1}, {"dog"}}));
  EXPECT_EQ(model.num_stages(), 2);
  EXPECT_EQ(std::get<StringTensor>(model.run(second).value().at(0)), (StringTensor{{1}, {"cat"}}));
  EXPECT_EQ(model.run(std::vector{Tensor::from<float>({0, 1}, {2})}).error().code(), ErrorCode::kUnsupported) << "texts are no tensors";
}

TEST(OnnxStringsTest, OtherTextsGiveOtherResults) {
  const WireWriter graph = declared(testing::graph({{"StringConcat", {"x", "tail"}, {"y"}}}, {texts("tail", {"!"}, 1)}, {}, {}), 8, 8);
  OnnxModel model = made(graph).value();
  for (const std::string& text : {std::string("a"), std::string("\xC3\xA4"), std::string()}) {
    const std::vector<OnnxValue> inputs = {StringTensor{{1}, {text}}};
    EXPECT_EQ(std::get<StringTensor>(model.run(inputs).value().at(0)), (StringTensor{{1}, {text + "!"}}));
  }
  const std::vector<OnnxValue> wrong = {StringTensor{{2}, {"a"}}}, numbers = {Tensor::scalar(DType::kF32, 1)};
  EXPECT_EQ(model.run(wrong).error().code(), ErrorCode::kShapeMismatch);
  EXPECT_EQ(model.run(numbers).error().code(), ErrorCode::kDtypeMismatch);
}

TEST(OnnxStringsTest, TextsAreNoNumbers) {
  const auto code = [](const NodeSpec& node, const std::vector<WireWriter>& constants) {
    OnnxModel model = made(declared(testing::graph({node}, constants, {}, {}), 8, 8)).value();
    const std::vector<OnnxValue> inputs = {StringTensor{{2}, {"a", "b"}}};
    const auto results = model.run(inputs);
    return results ? ErrorCode::kInternal : results.error().code();
  };
  EXPECT_EQ(code({"Relu", {"x"}, {"y"}}, {}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({"Add", {"x", "x"}, {"y"}}, {}), ErrorCode::kInvalidArgument);
  const WireWriter one = tensor("n", {1}, 7, std::string("\1\0\0\0\0\0\0\0", 8));
  WireWriter axis;
  axis.put_text(1, "axis");
  axis.put_int64(3, 0);
  EXPECT_EQ(code({"Concat", {"x", "n"}, {"y"}, {axis}}, {one}), ErrorCode::kInvalidArgument);
  // 2^20 copies of a text of 2^20 letters.
  const WireWriter many = tensor("n", {1}, 7, std::string("\0\0\x10\0\0\0\0\0", 8));
  EXPECT_EQ(code({"Expand", {"t", "n"}, {"y"}}, {many, texts("t", {std::string(1 << 20, 'a')}, 1)}), ErrorCode::kResourceExhausted);
  EXPECT_EQ(made(declared(testing::graph({}, {texts("t", {"a"}, 2)}, {}, {}), 8, 8)).error().code(), ErrorCode::kDataCorrupt);
}

}  // namespace
}  // namespace lepton::formats
