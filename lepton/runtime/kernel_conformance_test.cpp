// Every fast kernel of every operator against the reference in double, on the operator's samples, with layouts fixed and free.
#include <gtest/gtest.h>

#include "lepton/graph/builder.hpp"
#include "lepton/kernels/cpu/onednn/onednn.hpp"
#include "lepton/kernels/cpu/simd/simd.hpp"
#include "lepton/kernels/testing/kernel_runner.hpp"
#include "lepton/ops/op_table.hpp"
#include "lepton/runtime/interpreter.hpp"
#include "lepton/runtime/testing/conformance.hpp"

namespace lepton::runtime {
namespace {

using kernels::testing::Call;

// The sample as a call of kernels, absent operands included.
Call call_of(const OpDef& op, const Sample& sample, DType dtype) {
  Call call{.op = op.name, .inputs = testing::sample_inputs(sample, dtype), .outputs = {}};
  call.attributes = complete_attributes(op, sample.attributes).value();
  std::vector<TensorType> types;
  std::vector<std::uint8_t> presence;
  for (const Tensor& input : call.inputs) {
    types.push_back(input.defined() ? input.type() : TensorType{});
    presence.push_back(input.defined() ? 1 : 0);
  }
  call.outputs = infer_types(op, types, presence, call.attributes, {}).value();
  return call;
}

// The reference's results in double, by the operator's reference kernel or its body.
std::vector<Tensor> reference(const OpDef& op, const Call& call) {
  graph::GraphBuilder builder("reference");
  std::vector<Value> operands;
  std::vector<Tensor> inputs;
  for (const Tensor& input : call.inputs) {
    operands.emplace_back();
    if (!input.defined()) continue;
    inputs.push_back(input.dtype() == DType::kF32 ? input.cast(DType::kF64) : input);
    operands.back() = builder.input("x" + std::to_string(inputs.size()), inputs.back().type());
  }
  Attributes attributes = call.attributes;
  const Attribute* dtype = attributes.find("dtype");
  if (dtype != nullptr && dtype->get<DType>() == DType::kF32) attributes.set("dtype", DType::kF64);
  const std::vector<Value> values = builder.add(op, operands, attributes, {});
  for (std::size_t i = 0; i < values.size(); ++i) builder.output("y" + std::to_string(i), values[i]);
  return interpret(std::move(builder).finish(), inputs).value();
}

void check_sample(const OpDef& op, const Sample& sample, DType dtype) {
  const Call call = call_of(op, sample, dtype);
  for (const bool may_choose : {false, true}) {
    for (const auto table : {kernels::onednn::table(), kernels::simd::table()}) {
      for (const auto& kernel : kernels::testing::prepare_all(table, call, may_choose)) {
        const auto got = kernels::testing::run(*kernel, call), expected = reference(op, call);
        for (std::size_t i = 0; i < got.size(); ++i) {
          EXPECT_EQ(got[i].type(), call.outputs[i]);
          const double tolerance = got[i].dtype() == DType::kF32 ? op.tolerance.f32 : std::max(op.tolerance.f64, 1e-12);
          EXPECT_LE(kernels::testing::largest_difference(got[i], expected[i]), tolerance)
              << op.name << " output " << i << " by " << kernel->implementation << ", may_choose " << may_choose;
        }
      }
    }
  }
}

class KernelConformanceTest : public ::testing::TestWithParam<std::string> {};

TEST_P(KernelConformanceTest, FastKernelsAgreeWithTheReference) {
  const OpDef& op = ops::get_op(GetParam());
  if (op.num_regions > 0 || op.samples == nullptr) GTEST_SKIP() << "has regions";
  for (const Sample& sample : op.samples()) {
    for (const DType dtype : {DType::kF32, DType::kF64}) check_sample(op, sample, dtype);
  }
}

std::vector<std::string> all_names() {
  std::vector<std::string> names;
  for (const OpDef& op : ops::all_ops()) names.emplace_back(op.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Ops, KernelConformanceTest, ::testing::ValuesIn(all_names()), [](const auto& param) { return param.param; });

}  // namespace
}  // namespace lepton::runtime
