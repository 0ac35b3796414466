// Compiled executables against the interpreter: every operator's samples, and chains that exercise fusion, views and in-place memory.
#include <gtest/gtest.h>

#include "lepton/base/parallel.hpp"
#include "lepton/graph/builder.hpp"
#include "lepton/ops/activation.hpp"
#include "lepton/ops/contraction.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/runtime/interpreter.hpp"
#include "lepton/runtime/program.hpp"
#include "lepton/runtime/testing/conformance.hpp"

namespace lepton::runtime {
namespace {

using graph::GraphBuilder;
using graph::InputKind;

class CompiledOp : public ::testing::TestWithParam<std::string> {};

void compare(const OpDef& op, const Sample& sample, DType dtype, double tolerance) {
  const std::vector<Tensor> inputs = testing::sample_inputs(sample, dtype);
  GraphBuilder builder{std::string(op.name)};
  std::vector<Value> values;
  std::vector<Tensor> present;
  std::vector<TensorType> types;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    values.push_back(inputs[i].defined() ? builder.input(fmt::format("x{}", i), inputs[i].type()) : Value());
    if (!inputs[i].defined()) continue;
    present.push_back(inputs[i]);
    types.push_back(inputs[i].type());
  }
  const std::vector<Value> outputs = builder.add(op, values, sample.attributes, sample.regions);
  for (std::size_t i = 0; i < outputs.size(); ++i) builder.output(fmt::format("y{}", i), outputs[i]);
  const graph::Graph graph = std::move(builder).finish();
  const std::vector<Tensor> expected = interpret(graph, present).value();
  const auto executable = compile(graph, types);
  ASSERT_TRUE(executable) << executable.error().what();
  const std::vector<Tensor> actual = (*executable)->run(present);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_LE(testing::largest_difference(actual[i], expected[i]), tolerance) << op.name << " output " << i << "\n"
                                                                              << (*executable)->describe();
  }
}

TEST_P(CompiledOp, AgreesWithTheInterpreter) {
  const OpDef& op = ops::get_op(GetParam());
  for (const Sample& sample : op.samples()) {
    if (sample.regions.empty()) compare(op, sample, DType::kF32, 2 * op.tolerance.f32);  // regions have dtypes of their own
    compare(op, sample, DType::kF64, 1e-10);
  }
}

std::vector<std::string> all_names() {
  std::vector<std::string> names;
  for (const OpDef& op : ops::all_ops()) names.emplace_back(op.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Ops, CompiledOp, ::testing::ValuesIn(all_names()), [](const auto& param) { return param.param; });

// x -> a chain with two results, a transpose, a reduction, and a state that is updated in place.
graph::Graph small_step() {
  GraphBuilder b("step");
  const Value x = b.input("x", {DType::kF32, {kAnyDim, 6}});
  const Value w = b.input("w", {DType::kF32, {6, 5}}, InputKind::kState);
  const Value m = b.input("m", {DType::kF32, {6, 5}}, InputKind::kState);
  const Value y = ops::relu(ops::matmul(x, w));
  const Value g = ops::matmul(x, y, {.transpose_a = true});
  const Value half = ops::constant_like(w, 0.5);
  const Value moved = ops::add(ops::mul(m, half), g);
  b.output("y", y);
  b.output("m", moved, "m");
  b.output("w", ops::sub(w, ops::mul(moved, ops::constant_like(w, 0.01))), "w");
  b.output("old_w", ops::transpose(w, {1, 0}));
  return std::move(b).finish();
}

Tensor numbers(const Shape& shape, double scale) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < shape.num_elements(); ++i)
    values.push_back(static_cast<float>(scale * static_cast<double>((i * 37) % 23 - 11)));
  return Tensor::from(values, shape);
}

TEST(ProgramTest, UpdatesStatesAsTheInterpreterDoes) {
  auto variables = std::make_shared<VariableStore>();
  variables->add("w", numbers({6, 5}, 0.05));
  variables->add("m", numbers({6, 5}, 0.01));
  Program program(small_step(), variables);
  Tensor w = variables->get("w").get(), m = variables->get("m").get();
  for (int step = 0; step < 4; ++step) {
    const Tensor x = numbers({step == 3 ? 2 : 4, 6}, 0.1 * (step + 1));
    const std::vector<Tensor> expected = interpret(program.graph(), std::vector<Tensor>{x, w, m}).value();
    const std::vector<Tensor> actual = program.run({x});
    ASSERT_EQ(actual.size(), 2u);
    EXPECT_LE(testing::largest_difference(actual[0], expected[0]), 1e-5);
    EXPECT_LE(testing::largest_difference(actual[1], expected[3]), 1e-5) << "the old weight, saved before it changed";
    EXPECT_LE(testing::largest_difference(variables->get("m").get(), expected[1]), 1e-5);
    EXPECT_LE(testing::largest_difference(variables->get("w").get(), expected[2]), 1e-5);
    w = expected[2], m = expected[1];
  }
  EXPECT_EQ(program.num_plans(), 2u);
}

TEST(ProgramTest, SameBitsAtEveryRun) {
  const auto run = [] {
    auto variables = std::make_shared<VariableStore>();
    variables->add("w", numbers({6, 5}, 0.05));
    variables->add("m", numbers({6, 5}, 0.01));
    Program program(small_step(), variables);
    for (int step = 0; step < 5; ++step) (void)program.run({numbers({8, 6}, 0.1)});
    return variables->get("w").get();
  };
  EXPECT_TRUE(same_bits(run(), run()));
}

TEST(ProgramTest, MissingAndWrongVariablesAreNamed) {
  auto variables = std::make_shared<VariableStore>();
  variables->add("w", numbers({6, 5}, 1));
  EXPECT_THROW(Program(small_step(), variables), Error);
  variables->add("m", numbers({5, 6}, 1));
  EXPECT_THROW(Program(small_step(), variables), Error);
}

TEST(EagerTest, ComputesAtOnce) {
  const Tensor x = Tensor::from<float>({1, 2, 3, 4}, {2, 2});
  EXPECT_EQ(ops::matmul(x, x).to_vector<float>(), (std::vector<float>{7, 10, 15, 22}));
  EXPECT_THROW((void)ops::add(x, Tensor::zeros(DType::kF32, {3})), Error);
}

}  // namespace
}  // namespace lepton::runtime
