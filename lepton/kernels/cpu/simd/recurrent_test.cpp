// LSTM and GRU against the reference, at sizes that fill no vector, panel or group of rows; and the same bits with any number of threads.
#include <gtest/gtest.h>

#include "lepton/base/parallel.hpp"
#include "lepton/kernels/cpu/simd/simd.hpp"
#include "lepton/kernels/testing/kernel_runner.hpp"

namespace lepton::kernels {
namespace {

using testing::Call;

struct Case {
  std::int64_t batch, steps, units;
  bool reverse, masked;
};
constexpr Case kCases[] = {
    {1, 1, 1, false, false}, {7, 5, 19, false, false}, {4, 6, 8, true, true}, {13, 3, 70, true, false}, {5, 9, 33, false, true}};

class Operands {
 public:
  explicit Operands(const Case& c) : case_(c) {}
  Tensor random(const Shape& shape, double low = -0.5, double high = 0.5) {
    return testing::random_tensor({DType::kF32, shape}, low, high, ++seed_);
  }
  TensorType type(std::int64_t features) const { return {DType::kF32, {case_.batch, case_.steps, features * case_.units}}; }
  TensorType state() const { return {DType::kF32, {case_.batch, case_.units}}; }
  Tensor mask() const { return case_.masked ? testing::random_tensor({DType::kBool, {case_.batch, case_.steps}}) : Tensor(); }

 private:
  Case case_;
  std::uint64_t seed_ = 0;
};

std::vector<Call> calls(const Case& c) {
  Operands o(c);
  const Attributes attributes = {{"reverse", c.reverse}};
  const auto gates = [&] { return o.random(o.type(4).shape, 0.1, 0.9); };
  const auto state = [&] { return o.random(o.state().shape); };
  const auto kernel = [&](std::int64_t count) { return o.random({c.units, count * c.units}, -0.3, 0.3); };
  return {{"lstm_steps",
           {o.random(o.type(4).shape), kernel(4), state(), state(), o.mask()},
           {o.type(1), o.state(), o.state(), o.type(1), o.type(4)},
           attributes},
          {"lstm_steps_gradient",
           {kernel(4), state(), o.random(o.type(1).shape), gates(), o.mask(), o.random(o.type(1).shape), state(), state()},
           {o.type(4), o.state(), o.state()},
           attributes},
          {"gru_steps",
           {o.random(o.type(3).shape), kernel(3), o.random({3 * c.units}), state(), o.mask()},
           {o.type(1), o.state(), o.type(4)},
           attributes},
          {"gru_steps_gradient",
           {kernel(3), state(), o.random(o.type(1).shape), gates(), o.mask(), o.random(o.type(1).shape), state()},
           {o.type(3), o.type(3), o.state()},
           attributes}};
}

TEST(SimdRecurrent, MatchesTheReferenceAndItselfOnAnyNumberOfThreads) {
  const int before = num_threads();
  for (const Case& c : kCases) {
    for (const Call& call : calls(c)) {
      const auto kernels = testing::prepare_all(simd::table(), call, false);
      ASSERT_EQ(kernels.size(), 1u) << call.op;
      set_num_threads(1);
      const std::vector<Tensor> alone = testing::run(*kernels[0], call), expected = testing::run_reference(call, true);
      set_num_threads(3);
      const std::vector<Tensor> together = testing::run(*kernels[0], call);
      for (std::size_t i = 0; i < alone.size(); ++i) {
        EXPECT_LE(testing::largest_difference(alone[i], expected[i]), 5e-6) << call.op << " output " << i << " units " << c.units;
        EXPECT_EQ(testing::largest_difference(alone[i], together[i]), 0) << call.op << " output " << i << " units " << c.units;
      }
    }
  }
  set_num_threads(before);
}

TEST(SimdRecurrent, LeavesOutWhatOnlyGradientsRead) {
  for (Call call : calls({3, 4, 5, false, false})) {
    const std::size_t history = call.op == "lstm_steps" ? 2 : call.op == "gru_steps" ? 1 : 0;
    const auto full = testing::prepare_all(simd::table(), call, false);
    const std::vector<Tensor> all = testing::run(*full[0], call);
    call.outputs.resize(call.outputs.size() - history);
    const auto kernels = testing::prepare_all(simd::table(), call, false);
    ASSERT_EQ(kernels.size(), 1u) << call.op;
    const std::vector<Tensor> some = testing::run(*kernels[0], call);
    for (std::size_t i = 0; i < some.size(); ++i) EXPECT_EQ(testing::largest_difference(some[i], all[i]), 0) << call.op;
  }
}

}  // namespace
}  // namespace lepton::kernels
