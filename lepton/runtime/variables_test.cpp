// Variables keep their logical value through changes of layout; stores save and restore.
#include "lepton/runtime/variables.hpp"

#include <gtest/gtest.h>

namespace lepton::runtime {
namespace {

Tensor counting(Shape shape) {
  const Tensor tensor = Tensor::empty(DType::kF32, std::move(shape));
  float next = 1;
  for (float& v : tensor.span<float>()) v = next++;
  return tensor;
}

TEST(VariableTest, KeepsItsValueInABlockedLayout) {
  const Tensor value = counting({5, 3, 2});
  Variable variable("w", value);
  variable.relayout({{1, 32, 16}, {}});  // column-major with a gap
  EXPECT_TRUE(same_bits(variable.get(), value));
  variable.relayout({{32, 16, 8}, {{1, 4}, {0, 2}}});
  EXPECT_TRUE(same_bits(variable.get(), value));
  variable.relayout(Layout::row_major(value.shape()));
  EXPECT_TRUE(same_bits(variable.get(), value));
}

TEST(VariableTest, BlockedOffsetsAreThoseOfTheLayout) {
  Variable variable("x", counting({1, 6}));
  variable.relayout({{8, 4}, {{1, 4}}});
  const auto* data = reinterpret_cast<const float*>(variable.data());
  EXPECT_EQ(std::vector<float>(data, data + 8), (std::vector<float>{1, 2, 3, 4, 5, 6, 0, 0}));
}

TEST(VariableTest, TwoBlocksOfOneAxis) {
  // VNNI-like: pairs of rows inside columns.
  Variable variable("x", counting({4, 2}));
  variable.relayout({{8, 8}, {{0, 2}, {1, 2}, {0, 2}}});
  const auto* data = reinterpret_cast<const float*>(variable.data());
  EXPECT_EQ(std::vector<float>(data, data + 8), (std::vector<float>{1, 3, 2, 4, 5, 7, 6, 8}));
}

TEST(VariableTest, SetChecksTheType) {
  Variable variable("x", counting({2, 3}));
  const auto shape = catch_error([&] { variable.set(counting({3, 2})); });
  ASSERT_FALSE(shape);
  EXPECT_EQ(shape.error().code(), ErrorCode::kShapeMismatch);
  const auto dtype = catch_error([&] { variable.set(Tensor::zeros(DType::kF64, {2, 3})); });
  ASSERT_FALSE(dtype);
  EXPECT_EQ(dtype.error().code(), ErrorCode::kDtypeMismatch);
}

TEST(VariableTest, ChangesRaiseTheVersion) {
  Variable variable("x", counting({2}));
  const auto before = variable.version();
  variable.fill(3);
  EXPECT_GT(variable.version(), before);
  EXPECT_EQ(variable.get().to_vector<float>(), (std::vector<float>{3, 3}));
}

TEST(VariableTest, SharesMemoryUntilItIsWritten) {
  const Tensor value = counting({2, 3});
  const auto shared = [&] { return Variable("x", value, Variable::Start::kShare); };
  Variable read = shared();
  EXPECT_EQ(read.data(), value.bytes());
  EXPECT_TRUE(same_bits(read.get(), value));

  Variable set = shared(), updated = shared(), moved = shared();
  set.fill(0);
  updated.fix_layout();  // a program that writes here comes next
  moved.relayout({{1, 2}, {}});
  for (const Variable* variable : {&set, &updated, &moved}) EXPECT_NE(variable->data(), value.bytes());
  EXPECT_TRUE(same_bits(updated.get(), value));
  EXPECT_TRUE(same_bits(moved.get(), value));
  EXPECT_TRUE(same_bits(value, counting({2, 3})));
}

TEST(VariableTest, LetsGoOfSharedMemoryWhenItMoves) {
  Tensor value = counting({2, 3});
  const std::weak_ptr<Storage> memory = value.storage();
  Variable variable("x", value, Variable::Start::kShare);
  value = {};
  EXPECT_FALSE(memory.expired());
  variable.relayout({{1, 2}, {}});
  EXPECT_TRUE(memory.expired());
}

TEST(VariableStoreTest, SavesAndRestores) {
  VariableStore store;
  store.add("a", counting({2}));
  store.add("b", counting({3}));
  const TensorMap saved = store.save();
  store.get("a").fill(0);
  store.get("b").relayout({{2}, {}});
  ASSERT_TRUE(store.restore(saved));
  EXPECT_TRUE(same_bits(store.get("a").get(), counting({2})));
  EXPECT_TRUE(same_bits(store.get("b").get(), counting({3})));
}

TEST(VariableStoreTest, ABadRestoreChangesNothing) {
  VariableStore store;
  store.add("a", counting({2}));
  store.add("b", counting({3}));
  const auto code = [&](const TensorMap& values, bool complete) { return store.restore(values, complete).error().code(); };
  EXPECT_EQ(code({{"a", Tensor::zeros(DType::kF32, {2})}}, true), ErrorCode::kNotFound);
  EXPECT_EQ(code({{"a", Tensor::zeros(DType::kF32, {2})}, {"c", counting({1})}}, false), ErrorCode::kNotFound);
  EXPECT_EQ(code({{"a", Tensor::zeros(DType::kF32, {2})}, {"b", counting({4})}}, true), ErrorCode::kShapeMismatch);
  EXPECT_TRUE(same_bits(store.get("a").get(), counting({2})));
  EXPECT_TRUE(store.restore({{"a", Tensor::zeros(DType::kF32, {2})}}, false));
  EXPECT_EQ(store.get("a").get().to_vector<float>(), (std::vector<float>{0, 0}));
}

TEST(VariableStoreTest, RefusesASecondVariableOfAName) {
  VariableStore store;
  store.add("a", counting({2}));
  EXPECT_THROW(store.add("a", counting({2})), Error);
}

}  // namespace
}  // namespace lepton::runtime
