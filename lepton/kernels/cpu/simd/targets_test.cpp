// The same kernels on every instruction set that this machine has and the program was built for, down to plain code.
#include <gtest/gtest.h>
#include <hwy/targets.h>

#include "lepton/kernels/cpu/simd/simd.hpp"
#include "lepton/kernels/testing/kernel_runner.hpp"

namespace lepton::kernels {
namespace {

using testing::Call;
using testing::random_tensor;

// Limits Highway's choice while it lives.
class OnlyTarget {
 public:
  explicit OnlyTarget(std::int64_t target) { choose(target); }
  ~OnlyTarget() { choose(0); }

 private:
  static void choose(std::int64_t target) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().DeInit();  // the next dispatch asks again
  }
};

std::vector<Call> calls() {
  std::vector<Call> all;
  const TensorType vector{DType::kF32, {1003}}, rows{DType::kF32, {37, 53}};
  const Tensor x = random_tensor(vector, -4, 4), positive = random_tensor(vector, 0.1, 9, 2);
  for (const std::string_view op :
       {"exp", "expm1", "tanh", "sigmoid", "silu", "erf", "sin", "cos", "relu", "square", "sign", "round", "mish", "selu"})
    all.push_back({op, {x}, {vector}});
  for (const std::string_view op : {"log", "log1p", "sqrt", "rsqrt", "reciprocal"}) all.push_back({op, {positive}, {vector}});
  all.push_back({"gelu", {x}, {vector}, {{"approximate", false}}});
  all.push_back({"softplus", {x}, {vector}, {{"beta", 1.0}}});
  for (const std::string_view op : {"add", "mul", "div", "maximum", "relu_gradient"}) all.push_back({op, {x, positive}, {vector}});
  all.push_back({"less", {x, positive}, {{DType::kBool, {1003}}}});
  const Tensor matrix = random_tensor(rows, -3, 3);
  for (const std::string_view op : {"sum", "mean", "max", "min"}) {
    for (const std::int64_t axis : {0, 1}) {
      all.push_back({op, {matrix}, {{DType::kF32, {axis == 0 ? 53 : 37}}}, {{"axes", {axis}}, {"keepdims", false}}});
    }
  }
  for (const std::string_view op : {"softmax", "log_softmax"}) all.push_back({op, {matrix}, {rows}, {{"axis", -1}}});
  const TensorType sequence{DType::kF32, {5, 3, 18}}, state{DType::kF32, {5, 18}}, gates{DType::kF32, {5, 3, 72}};
  const Tensor kernel = random_tensor({DType::kF32, {18, 72}}, -0.3, 0.3), h = random_tensor(state, -1, 1),
               between = random_tensor(gates, 0.1, 0.9);
  const Attributes forward = {{"reverse", false}};
  all.push_back({"lstm_steps", {between, kernel, h, h, Tensor()}, {sequence, state, state}, forward});
  all.push_back({"lstm_steps_gradient",
                 {kernel, h, random_tensor(sequence, -1, 1), between, Tensor(), Tensor(), h, Tensor()},
                 {gates, state, state},
                 forward});
  return all;
}

TEST(SimdTargets, AllAgreeWithTheReference) {
  std::int64_t supported = hwy::SupportedTargets();
  int tried = 0;
  for (; supported != 0; supported &= supported - 1, ++tried) {
    const std::int64_t target = supported & -supported;
    const OnlyTarget only(target);
    for (const Call& call : calls()) {
      const auto kernels = testing::prepare_all(simd::table(), call, false);
      ASSERT_EQ(kernels.size(), 1u) << call.op;
      EXPECT_LE(testing::largest_difference(testing::run(*kernels[0], call)[0], testing::run_reference(call, true)[0]), 2e-6)
          << call.op << " on " << hwy::TargetName(target);
    }
    const Tensor key = Tensor::from<std::uint64_t>({77, 5}, {2}), x = random_tensor({DType::kF32, {5000}});
    const Call dropout{"dropout", {x, key}, {x.type()}, {{"rate", 0.3}, {"stream", 4}}};
    EXPECT_TRUE(same_bits(testing::run(*testing::prepare_all(simd::table(), dropout, false)[0], dropout)[0],
                          testing::run_reference(dropout, false)[0]))
        << hwy::TargetName(target);
    const Tensor picture = random_tensor({DType::kF32, {1, 16, 6, 6}}), g = random_tensor({DType::kF32, {1, 16, 3, 3}}, -1, 1, 3);
    const Attributes window = {{"window", {2, 2}}, {"strides", {2, 2}}, {"padding", "valid"}};
    const Tensor y = testing::run_reference({"max_pool", {picture}, {g.type()}, window}, false)[0];
    const Call pool{"max_pool_gradient", {picture, y, g}, {picture.type()}, window};
    EXPECT_TRUE(
        same_bits(testing::run(*testing::prepare_all(simd::table(), pool, false)[0], pool)[0], testing::run_reference(pool, false)[0]));
  }
  EXPECT_GE(tried, 1);
}

}  // namespace
}  // namespace lepton::kernels
