// Contractions with what follows them: the same numbers in fewer steps, the limits of that, and NaN in training.
#include <gtest/gtest.h>

#include <cmath>

#include "lepton/base/random.hpp"
#include "lepton/base/text.hpp"
#include "lepton/graph/builder.hpp"
#include "lepton/ops/activation.hpp"
#include "lepton/ops/contraction.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/normalization.hpp"
#include "lepton/runtime/interpreter.hpp"
#include "lepton/runtime/program.hpp"
#include "lepton/runtime/testing/conformance.hpp"

namespace lepton::runtime {
namespace {

using graph::GraphBuilder;
using graph::InputKind;

// A step and the operators that run in it, with the epilogue's: "conv+add+relu".
std::vector<std::string> contractions_of(const graph::Graph& graph, const std::vector<Tensor>& feeds) {
  std::vector<TensorType> types;
  for (const Tensor& feed : feeds) types.push_back(feed.type());
  const auto executable = compile(graph, types).value();
  const std::vector<Tensor> expected = interpret(graph, feeds).value(), actual = executable->run(feeds);
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_LE(testing::largest_difference(actual[i], expected[i]), 2e-5) << executable->describe();
  std::vector<std::string> found;
  const std::string described = executable->describe();
  for (const std::string_view line : split(described, '\n')) {
    for (const std::string_view word : split(line, ' ')) {
      if (word.starts_with("conv") || word.starts_with("matmul")) {
        found.emplace_back(word);
        break;
      }
    }
  }
  return found;
}

Tensor uniform(const Shape& shape, std::uint64_t seed, double low = -1) {
  Tensor values = Tensor::empty(DType::kF32, shape);
  Random random(seed);
  for (float& v : values.span<float>()) v = static_cast<float>(random.uniform(low, 1));
  return values;
}

// Two convolutions with batch normalisation of given statistics, relu, and a sum of both branches.
TEST(EpilogueTest, ResidualBlocksRunInTwoSteps) {
  GraphBuilder b("block");
  const Value x = b.input("x", {DType::kF32, {2, 16, 6, 6}}), w1 = b.input("w1", {DType::kF32, {16, 16, 3, 3}}),
              w2 = b.input("w2", {DType::kF32, {16, 16, 1, 1}});
  std::vector<Value> s;
  for (const char* name : {"scale", "offset", "mean", "variance"}) s.push_back(b.input(name, {DType::kF32, {16}}));
  const auto norm = [&](const Value& v) { return ops::batch_norm_inference(v, s[0], s[1], s[2], s[3]); };
  const Value inner = ops::relu(norm(ops::conv(x, w1, Value(), {.padding = "same"})));
  b.output("y", ops::relu(ops::add(norm(ops::conv(inner, w2)), x)));
  const std::vector<Tensor> feeds = {uniform({2, 16, 6, 6}, 1), uniform({16, 16, 3, 3}, 2), uniform({16, 16, 1, 1}, 3), uniform({16}, 4),
                                     uniform({16}, 5),          uniform({16}, 6),           uniform({16}, 7, 0.5)};
  EXPECT_EQ(contractions_of(std::move(b).finish(), feeds),
            (std::vector<std::string>{"conv+sub+mul+add+relu", "conv+sub+mul+add+add+relu"}));
}

TEST(EpilogueTest, ValuesThatOthersReadAreKept) {
  GraphBuilder b("read");
  const Value x = b.input("x", {DType::kF32, {3, 8}}), w = b.input("w", {DType::kF32, {8, 5}}), bias = b.input("b", {DType::kF32, {5}});
  const Value sum = ops::add(ops::matmul(x, w), bias);
  b.output("sum", sum);
  b.output("y", ops::relu(sum));
  EXPECT_EQ(contractions_of(std::move(b).finish(), {uniform({3, 8}, 1), uniform({8, 5}, 2), uniform({5}, 3)}),
            (std::vector<std::string>{"matmul+add"}));
}

// The first node of the graph has the result's type, but reads something else.
TEST(EpilogueTest, ResultsThatNobodyReadsStandAlone) {
  GraphBuilder b("alone");
  const Value x = b.input("x", {DType::kF32, {4, 6}}), w = b.input("w", {DType::kF32, {6, 6}});
  b.output("other", ops::relu(x));
  b.output("y", ops::matmul(x, w));
  EXPECT_EQ(contractions_of(std::move(b).finish(), {uniform({4, 6}, 1), uniform({6, 6}, 2)}), (std::vector<std::string>{"matmul"}));
}

// Both operands of the sum are contractions: only the later one can take it along.
TEST(EpilogueTest, ASumOfTwoProductsBelongsToTheLater) {
  GraphBuilder b("two");
  const Value x = b.input("x", {DType::kF32, {4, 6}}), w = b.input("w", {DType::kF32, {6, 6}}), v = b.input("v", {DType::kF32, {6, 6}});
  b.output("y", ops::tanh(ops::add(ops::matmul(x, w), ops::matmul(x, v))));
  EXPECT_EQ(contractions_of(std::move(b).finish(), {uniform({4, 6}, 1), uniform({6, 6}, 2), uniform({6, 6}, 3)}),
            (std::vector<std::string>{"matmul", "matmul+add+tanh"}));
}

TEST(EpilogueTest, TrainingShowsNan) {
  GraphBuilder b("step");
  const Value x = b.input("x", {DType::kF32, {4, 6}}), w = b.input("w", {DType::kF32, {6, 6}}, InputKind::kState);
  const Value y = ops::relu(ops::matmul(x, w));
  b.output("y", y);
  b.output("w", ops::add(w, w), "w");
  auto variables = std::make_shared<VariableStore>();
  variables->add("w", uniform({6, 6}, 1));
  Tensor feed = uniform({4, 6}, 2);
  feed.span<float>()[0] = std::nanf("");
  Program program(std::move(b).finish(), variables);
  EXPECT_TRUE(std::isnan(program.run({feed})[0].span<float>()[0]));
}

}  // namespace
}  // namespace lepton::runtime
