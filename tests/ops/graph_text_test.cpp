// Graphs as text: what is printed reads back the same, and what is no graph is refused with its place.
#include <gtest/gtest.h>

#include <limits>

#include "lepton/autodiff/gradients.hpp"
#include "lepton/graph/builder.hpp"
#include "lepton/graph/parser.hpp"
#include "lepton/graph/printer.hpp"
#include "lepton/graph/verifier.hpp"
#include "lepton/ops/contraction.hpp"
#include "lepton/ops/operators.hpp"
#include "lepton/ops/reduction.hpp"

namespace lepton::tests {
namespace {

using graph::Graph;
using graph::GraphBuilder;

Graph step_graph() {
  GraphBuilder builder("step \"one\"\n");
  const Value x = builder.input("x", {DType::kF32, {kAnyDim, 3}});
  const Value w = builder.input("dense/kernel", {DType::kF32, {3, 4}}, graph::InputKind::kState);
  builder.set_scope("dense");
  const Value y = ops::clip(ops::matmul(x, w), -1.5, std::numeric_limits<double>::infinity());
  const Value loss = ops::mean(ops::square(y - ops::constant(builder, Tensor::from<float>({0.5f, -0.0f, 1e-30f, 4}, {4}))));
  const Value grad = autodiff::gradients(builder, loss, std::vector<Value>{w})[0];
  builder.output("loss", loss);
  builder.output("new", w - grad * 0.1, "dense/kernel");
  return std::move(builder).finish();
}

TEST(GraphTextTest, ReadsBackWhatItPrints) {
  const Graph graph = step_graph();
  ASSERT_TRUE(graph::verify(graph));
  const std::string text = graph::print(graph);
  const auto again = graph::parse(text, ops::find_op);
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(graph::print(*again), text);
  EXPECT_TRUE(graph::verify(*again));
  EXPECT_EQ(again->name, graph.name);
  ASSERT_EQ(again->nodes().size(), graph.nodes().size());
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    EXPECT_EQ(again->nodes()[i].op, graph.nodes()[i].op);
    EXPECT_EQ(again->nodes()[i].attributes, graph.nodes()[i].attributes);
    EXPECT_EQ(again->nodes()[i].inputs, graph.nodes()[i].inputs);
    EXPECT_EQ(again->nodes()[i].name, graph.nodes()[i].name);
  }
}

ErrorCode parse_code(std::string_view text) {
  const auto result = graph::parse(text, ops::find_op);
  return result ? ErrorCode::kInternal : result.error().code();
}

TEST(GraphTextTest, RefusesWhatIsNoGraph) {
  EXPECT_EQ(parse_code(""), ErrorCode::kParseError);
  EXPECT_EQ(parse_code("graph \"m\" {"), ErrorCode::kParseError);
  EXPECT_EQ(parse_code("graph \"m\" {} x"), ErrorCode::kParseError);
  EXPECT_EQ(parse_code("graph \"m\" { %0 = input \"x\" f32[2] output \"y\" %1 }"), ErrorCode::kParseError);
  EXPECT_EQ(parse_code("graph \"m\" { %1 = input \"x\" f32[2] }"), ErrorCode::kParseError);
  EXPECT_EQ(parse_code("graph \"m\" { %0 = input \"x\" f32[2] %1 = exp(%2) }"), ErrorCode::kParseError);
  EXPECT_EQ(parse_code("graph \"m\" { %0 = input \"x\" f32[2] %1 = input \"x\" f32[2] }"), ErrorCode::kParseError);
  EXPECT_EQ(parse_code("graph \"m\" { %0 = input \"x\" f32[9999999999,9999999999] }"), ErrorCode::kParseError);
  EXPECT_EQ(parse_code("graph \"m\" { %0 = constant() {value=f32[2] 0x00} }"), ErrorCode::kParseError);
  EXPECT_EQ(parse_code("graph \"m\" { %0 = input \"x\" f32[2] %1 = exponent(%0) }"), ErrorCode::kNotFound);
  EXPECT_EQ(parse_code("graph \"m\" { %0 = input \"x\" f32[2] %1 = one_hot(%0) {depth=-1} }"), ErrorCode::kInvalidArgument);
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "graph \"m\" { %0 = input \"x\" f32[2] %1 = exp(%0) [";
  EXPECT_EQ(parse_code(deep), ErrorCode::kParseError);
}

TEST(GraphTextTest, TheVerifierFindsWhatDoesNotFit) {
  const auto code = [](std::string_view text) {
    const Graph graph = graph::parse(text, ops::find_op).value();
    const auto result = graph::verify(graph);
    return result ? std::string("fits") : std::string(error_code_info(result.error().code()).name);
  };
  EXPECT_EQ(code("graph \"m\" { %0 = input \"x\" f32[?,3] %1 = matmul(%0, %0) {transpose_b=true} output \"y\" %1 }"), "fits");
  EXPECT_EQ(code("graph \"m\" { %0 = input \"x\" f32[?,3] %1 = matmul(%0, %0) }"), "shape_mismatch");
  EXPECT_EQ(code("graph \"m\" { %0 = input \"x\" i32[3] %1 = exp(%0) }"), "dtype_mismatch");
  EXPECT_EQ(code("graph \"m\" { %0 = input \"x\" f32[3] %1, %2 = exp(%0) }"), "invalid_argument");
  EXPECT_EQ(code("graph \"m\" { %0 = state \"x\" f32[3] %1 = sum(%0) output \"y\" %1 updates \"x\" }"), "shape_mismatch");
}

}  // namespace
}  // namespace lepton::tests
