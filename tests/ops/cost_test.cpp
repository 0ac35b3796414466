// Multiply-accumulates of contractions, also of those inside bodies.
#include "lepton/graph/cost.hpp"

#include <gtest/gtest.h>

#include "lepton/graph/builder.hpp"
#include "lepton/ops/contraction.hpp"

namespace lepton::tests {
namespace {

constexpr DType kType = DType::kF32;

TEST(CostTest, CountsConvolutions) {
  graph::GraphBuilder builder;
  const Value x = builder.input("x", {kType, {kAnyDim, 4, 8, 8}}), weight = builder.input("w", {kType, {6, 2, 3, 3}});
  const Value y = ops::conv(x, weight, Value(), {.padding = "same", .groups = 2});
  EXPECT_EQ(graph::count_macs(builder.graph(), 5), 5 * 6 * 8 * 8 * 2 * 9);
  // Back from 6 channels to 4, each input element meets 2 * 9 weights.
  ops::conv_transpose(y, weight, Value(), {.padding = "same", .groups = 2});
  EXPECT_EQ(graph::count_macs(builder.graph(), 5), 2 * 5 * 6 * 8 * 8 * 2 * 9);
}

TEST(CostTest, CountsContractionsInsideBodies) {
  graph::GraphBuilder builder;
  const Value a = builder.input("a", {kType, {kAnyDim, 3, 4}}), b = builder.input("b", {kType, {4, 5}});
  ops::einsum<Value>("bij,jk->bik", {a, b});
  EXPECT_EQ(graph::count_macs(builder.graph(), 2), 2 * 3 * 4 * 5);
}

}  // namespace
}  // namespace lepton::tests
