// Models that decode but would harm the reader: too much memory, no end, division by zero, places that do not exist.
#include <gtest/gtest.h>

#include "lepton/formats/onnx/importer.hpp"
#include "lepton/formats/onnx/model.hpp"
#include "lepton/formats/testing/onnx_bytes.hpp"

namespace lepton::formats {
namespace {

using namespace testing;

WireWriter numbers(const std::string& name, const std::vector<std::int64_t>& values) {
  WireWriter t;
  t.put_int64(1, static_cast<std::int64_t>(values.size()));
  t.put_int64(2, 7);
  t.put_packed(7, values);
  t.put_text(8, name);
  return t;
}
WireWriter number(const std::string& name, std::int64_t value) {
  WireWriter t;
  t.put_int64(2, 7);
  t.put_packed(7, std::vector<std::int64_t>{value});
  t.put_text(8, name);
  return t;
}
WireWriter attribute(const std::string& name, std::int64_t value) {
  WireWriter a;
  a.put_text(1, name);
  a.put_int64(3, value);
  a.put_int64(20, 2);
  return a;
}
WireWriter list(const std::string& name, const std::vector<std::int64_t>& values) {
  WireWriter a;
  a.put_text(1, name);
  a.put_packed(8, values);
  a.put_int64(20, 7);
  return a;
}

// What reading a model of one node gives for an input x of the shape [1, 2, 4, 4].
Error error_of(const std::string& bytes) {
  const auto file = read_onnx(std::as_bytes(std::span(bytes)), nullptr);
  if (!file) return file.error();
  const std::vector<TensorType> inputs(file->graph.inputs.size(), TensorType{DType::kF32, {1, 2, 4, 4}});
  const auto stage = import_onnx(*file, inputs, {});
  return stage ? Error(ErrorCode::kInternal, "no error") : stage.error();
}
Error error_of(const NodeSpec& node, const std::vector<WireWriter>& constants = {}) {
  return error_of(model(graph({node}, constants, {"x"}, {"y"})));
}
void expect_refused(const NodeSpec& node, const std::vector<WireWriter>& constants = {}) {
  const Error error = error_of(node, constants);
  EXPECT_NE(error.code(), ErrorCode::kInternal) << node.op << ": " << error.message();
}

TEST(HostileModelTest, FewBytesThatAskForMuchMemory) {
  const std::int64_t big = std::int64_t{1} << 20;
  const auto bomb = [](const NodeSpec& node, const std::vector<WireWriter>& constants) {
    const Error error = error_of(node, constants);
    EXPECT_EQ(error.code(), ErrorCode::kResourceExhausted) << node.op << ": " << error.message();
  };
  bomb({"ConstantOfShape", {"s"}, {"y"}}, {numbers("s", {big, big})});
  bomb({"Range", {"a", "b", "c"}, {"y"}}, {number("a", 0), number("b", std::int64_t{1} << 50), number("c", 1)});
  bomb({"Expand", {"x", "s"}, {"y"}}, {numbers("s", {64 * big, 2, 4, 4})});
  bomb({"Expand", {"x", "s"}, {"y"}}, {numbers("s", {std::int64_t{1} << 62, 1, 2, 4, 4})});
  bomb({"Tile", {"x", "s"}, {"y"}}, {numbers("s", {big, big, 1, 1})});
  bomb({"Pad", {"x", "s"}, {"y"}}, {numbers("s", {0, 0, big, big, 0, 0, 0, 0})});
  bomb({"CenterCropPad", {"x", "s"}, {"y"}}, {numbers("s", {big, big, 1, 1})});
  bomb({"Resize", {"x", "", "", "s"}, {"y"}}, {numbers("s", {1, 2, big, big})});
  bomb({"OneHot", {"i", "d", "v"}, {"y"}}, {numbers("i", {0, 1, 2}), number("d", std::int64_t{1} << 40), numbers("v", {0, 1})});
  bomb({"ConstantOfShape", {"s"}, {"y"}}, {numbers("s", {std::int64_t{1} << 32, std::int64_t{1} << 32})});  // the product wraps to 0
  expect_refused({"ConstantOfShape", {"s"}, {"y"}}, {numbers("s", {-1, 4})});
  expect_refused({"Reshape", {"x", "s"}, {"y"}}, {numbers("s", {std::int64_t{1} << 62, 8})});
}

TEST(HostileModelTest, StridesAndSizesOfZero) {
  const WireWriter kernel = list("kernel_shape", {2, 2});
  for (const std::int64_t bad : {std::int64_t{0}, std::int64_t{-1}, std::numeric_limits<std::int64_t>::min()}) {
    for (const char* op : {"MaxPool", "AveragePool", "LpPool"}) {
      expect_refused({op, {"x"}, {"y"}, {kernel, list("strides", {1, bad})}});
      expect_refused({op, {"x"}, {"y"}, {list("kernel_shape", {bad, 2})}});
    }
    expect_refused({"MaxPool", {"x"}, {"y"}, {kernel, list("dilations", {bad, 1})}});
    expect_refused({"Conv", {"x", "x"}, {"y"}, {attribute("group", bad)}});
    expect_refused({"Conv", {"x", "x"}, {"y"}, {list("strides", {bad, 1})}});
    expect_refused({"ConvTranspose", {"x", "x"}, {"y"}, {attribute("group", bad)}});
    expect_refused({"DepthToSpace", {"x"}, {"y"}, {attribute("blocksize", bad)}});
    expect_refused({"SpaceToDepth", {"x"}, {"y"}, {attribute("blocksize", bad)}});
    expect_refused({"Split", {"x"}, {"y"}, {attribute("num_outputs", bad)}});
    expect_refused({"GroupNormalization", {"x", "x", "x"}, {"y"}, {attribute("num_groups", bad)}});
  }
  expect_refused({"Range", {"a", "a", "a"}, {"y"}}, {number("a", 0)});
  expect_refused({"Slice", {"x", "a", "b", "a", "a"}, {"y"}}, {numbers("a", {0}), numbers("b", {4})});  // a step of 0
}

TEST(HostileModelTest, AxesThatDoNotExist) {
  for (const std::int64_t axis : {std::int64_t{4}, std::int64_t{-5}, std::numeric_limits<std::int64_t>::min(), std::int64_t{1} << 32}) {
    for (const char* op : {"Softmax", "LogSoftmax", "Hardmax", "ArgMax", "Split", "Compress"})
      expect_refused({op, {"x", "x"}, {"y"}, {attribute("axis", axis)}});
    expect_refused({"Concat", {"x", "x"}, {"y"}, {attribute("axis", axis)}});
    expect_refused({"Gather", {"x", "i"}, {"y"}, {attribute("axis", axis)}}, {numbers("i", {0})});
    for (const char* op : {"Squeeze", "ReduceSum", "ReduceMax"}) expect_refused({op, {"x", "a"}, {"y"}}, {numbers("a", {axis})});
    expect_refused({"Transpose", {"x"}, {"y"}, {list("perm", {0, 1, 2, axis})}});
  }
  expect_refused({"Transpose", {"x"}, {"y"}, {list("perm", {0, 0, 0, 0})}});
}

TEST(HostileModelTest, ShapesThatCannotBeRightAreRefusedWhenLoading) {
  const std::string bytes = model(graph({{"MatMul", {"x", "x"}, {"y"}}}, {}, {"x"}, {"y"}));
  const auto load = [&](const Dims& dims) {
    OnnxModelFile file = read_onnx(std::as_bytes(std::span(bytes)), nullptr).value();
    file.graph.inputs[0].dims = dims;
    return OnnxModel::make(std::move(file));
  };
  EXPECT_TRUE(load({3, 3}));
  EXPECT_TRUE(load({kAnyDim, 3}));  // may be right
  const auto wrong = load({2, 3});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code(), ErrorCode::kShapeMismatch);
  EXPECT_TRUE(load({kAnyDim, 32}));  // a batch of 32 fits
  const auto never = load({kAnyDim, 3, 4});
  ASSERT_FALSE(never);
  EXPECT_EQ(never.error().code(), ErrorCode::kShapeMismatch);
  EXPECT_TRUE(load({kAnyDim, 3, kAnyDim}));  // more than the batch is free
}

TEST(HostileModelTest, FunctionsThatCallEachOther) {
  const auto function = [](const std::string& name, const std::string& callee) {
    WireWriter f;
    f.put_text(1, name);
    f.put_text(4, "a");
    f.put_text(5, "b");
    f.put_message(7, node({callee, {"a"}, {"b"}, {}, "mine"}));
    f.put_text(10, "mine");
    return f;
  };
  const std::string bytes = model(graph({{"F", {"x"}, {"y"}, {}, "mine"}}, {}, {"x"}, {"y"}), {function("F", "G"), function("G", "F")});
  EXPECT_EQ(error_of(bytes).code(), ErrorCode::kResourceExhausted);
}

TEST(HostileModelTest, DeepGroups) {
  EXPECT_EQ(error_of(std::string(100'000, '\x0b')).code(), ErrorCode::kUnsupported);
  EXPECT_EQ(error_of(std::string(100'000, '\x3a')).code(), ErrorCode::kDataCorrupt);
}

}  // namespace
}  // namespace lepton::formats
