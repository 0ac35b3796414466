// Operators and their gradients in graphs whose first axis is known only in a run: no rule may read its size while building.
#include <gtest/gtest.h>

#include "lepton/autodiff/gradients.hpp"
#include "lepton/graph/builder.hpp"
#include "lepton/ops/op_table.hpp"
#include "lepton/runtime/interpreter.hpp"
#include "lepton/runtime/testing/conformance.hpp"

namespace lepton::tests {
namespace {

// Axes of the inputs whose sizes are free.
using FreeAxes = std::vector<std::vector<int>>;

struct Case {
  std::string op;
  FreeAxes free;
};

TensorType with_free_axes(TensorType type, const std::vector<int>& axes) {
  for (const int axis : axes) type.shape[axis] = kAnyDim;
  return type;
}

// The first output and the gradients of its sum.
std::vector<Tensor> run(const OpDef& op, const Sample& sample, const FreeAxes& free) {
  graph::GraphBuilder builder;
  std::vector<Value> values, wrt;
  std::vector<Tensor> feeds;
  const std::vector<Tensor> inputs = runtime::testing::sample_inputs(sample, DType::kF64);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].defined()) {
      values.emplace_back();
      continue;
    }
    values.push_back(
        builder.input(fmt::format("x{}", i), with_free_axes(inputs[i].type(), i < free.size() ? free[i] : std::vector<int>{})));
    feeds.push_back(inputs[i]);
    if (inputs[i].dtype() == DType::kF64 && !op.inputs[std::min(i, op.inputs.size() - 1)].shape_only) wrt.push_back(values.back());
  }
  const Value result = builder.add(op, values, sample.attributes, {})[0];
  builder.output("y", result);
  const std::vector<Value> gradients = autodiff::gradients(builder, result, wrt, result);
  for (std::size_t i = 0; i < gradients.size(); ++i) builder.output(fmt::format("g{}", i), gradients[i]);
  return runtime::interpret(std::move(builder).finish(), feeds).value();
}

void expect_same_with(const OpDef& op, const Sample& sample, const FreeAxes& free) {
  const std::vector<Tensor> actual = run(op, sample, free), expected = run(op, sample, {});
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_LE(runtime::testing::largest_difference(actual[i], expected[i]), 1e-13);
}

class FreeSizesTest : public ::testing::TestWithParam<Case> {};

TEST_P(FreeSizesTest, GivesWhatKnownSizesGive) {
  const OpDef& op = ops::get_op(GetParam().op);
  for (const Sample& sample : op.samples()) expect_same_with(op, sample, GetParam().free);
}

const FreeAxes kFirst = {{0}}, kFirstOfTwo = {{0}, {0}}, kFirstOfThree = {{0}, {0}, {0}};

INSTANTIATE_TEST_SUITE_P(Ops, FreeSizesTest,
                         ::testing::Values(Case{"conv", kFirst}, Case{"conv_transpose", kFirst},
                                           Case{"conv_input_gradient", {{0}, {}, {0}}}, Case{"conv_weight_gradient", kFirstOfTwo},
                                           Case{"max_pool", kFirst}, Case{"avg_pool", kFirst}, Case{"max_pool_gradient", kFirstOfThree},
                                           Case{"avg_pool_gradient", kFirstOfTwo}, Case{"adaptive_max_pool", kFirst},
                                           Case{"adaptive_avg_pool", kFirst}, Case{"adaptive_max_pool_gradient", kFirstOfTwo},
                                           Case{"adaptive_avg_pool_gradient", kFirstOfTwo}, Case{"resize", kFirst},
                                           Case{"resize_gradient", kFirstOfTwo}, Case{"batch_norm_training", kFirst},
                                           Case{"batch_norm_inference", kFirst}, Case{"group_norm", kFirst}, Case{"instance_norm", kFirst},
                                           Case{"rms_norm", kFirst}),
                         [](const auto& param) { return param.param.op; });

TEST(FreeSizesTest, LayerNormOfSamples) {
  const OpDef& op = ops::get_op("layer_norm");
  for (const Sample& sample : op.samples()) {
    // With axis 0 among the features its size must be known: that of scale.
    const auto* axes = sample.attributes.find("axes");
    if (axes == nullptr || axes->get<std::vector<std::int64_t>>()[0] != 0) expect_same_with(op, sample, kFirst);
  }
}

TEST(FreeSizesTest, CrossEntropies) {
  for (const char* name : {"softmax_cross_entropy", "sparse_softmax_cross_entropy", "sigmoid_cross_entropy"}) {
    const OpDef& op = ops::get_op(name);
    const bool sparse = op.name == "sparse_softmax_cross_entropy";
    const Sample sample = sparse ? op.samples()[0] : Sample{{{{4, 5}}, {{4, 5}, 0, 1}}};
    expect_same_with(op, sample, kFirstOfTwo);
  }
}

TEST(FreeSizesTest, Einsum) {
  const auto check = [](const char* equation, std::vector<Shape> shapes, const FreeAxes& free) {
    SCOPED_TRACE(equation);
    Sample sample{{}, {{"equation", equation}}};
    for (Shape& shape : shapes) sample.inputs.push_back({std::move(shape)});
    expect_same_with(ops::get_op("einsum"), sample, free);
  };
  check("bij,bjk->bik", {{2, 3, 4}, {2, 4, 5}}, kFirstOfTwo);
  check("bqhd,bkhd->bhqk", {{2, 3, 2, 4}, {2, 5, 2, 4}}, {{0, 1}, {0, 1}});
  check("bhqk,bkhd->bqhd", {{2, 2, 3, 5}, {2, 5, 2, 4}}, {{0, 2, 3}, {0, 1}});
  check("bijc,cd->bijd", {{2, 3, 4, 5}, {5, 2}}, {{0, 1, 2}});  // three sizes to merge, none known: no matrix product
  check("bijc,bijd->cd", {{2, 3, 2, 4}, {2, 3, 2, 3}}, {{0, 1, 2}, {0, 1, 2}});
  check("...ij,jk->...ik", {{2, 3, 4}, {4, 5}}, kFirst);
}

}  // namespace
}  // namespace lepton::tests
