// DLPack: sharing without copies, ownership, and structs that lie.
#include "lepton/tensor/dlpack.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace lepton::dlpack {
namespace {

// A struct as another library would make it; counts the calls of its deleter.
struct Foreign {
  explicit Foreign(std::vector<std::int64_t> dims) : shape(std::move(dims)) {
    managed.tensor = {.data = values.data(),
                      .device = {},
                      .rank = static_cast<std::int32_t>(shape.size()),
                      .dtype = {.code = 2, .bits = 32, .lanes = 1},
                      .shape = shape.data(),
                      .strides = nullptr,
                      .byte_offset = 0};
    managed.manager_context = this;
    managed.deleter = [](ManagedTensor* self) { ++static_cast<Foreign*>(self->manager_context)->num_deleted; };
  }
  std::vector<float> values = {0, 1, 2, 3, 4, 5};
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;
  int num_deleted = 0;
  ManagedTensor managed;
};

TEST(DlpackTest, ImportSharesMemoryAndReleasesOnce) {
  Foreign foreign({2, 3});
  {
    const Tensor tensor = import_tensor(&foreign.managed).value();
    const Tensor rows = tensor.rows(1, 2);
    foreign.values[5] = 7;
    EXPECT_EQ(rows.to_vector<float>(), (std::vector<float>{3, 4, 7}));
    EXPECT_EQ(tensor.bytes(), reinterpret_cast<std::byte*>(foreign.values.data()));
    EXPECT_EQ(foreign.num_deleted, 0);
  }
  EXPECT_EQ(foreign.num_deleted, 1);
}

TEST(DlpackTest, StridesAndOffsets) {
  Foreign foreign({3, 2});
  foreign.strides = {1, 3};
  foreign.managed.tensor.strides = foreign.strides.data();
  EXPECT_EQ(import_tensor(&foreign.managed)->to_vector<float>(), (std::vector<float>{0, 3, 1, 4, 2, 5}));

  Foreign reversed({3});
  reversed.strides = {-2};
  reversed.managed.tensor.strides = reversed.strides.data();
  reversed.managed.tensor.byte_offset = 5 * sizeof(float);
  EXPECT_EQ(import_tensor(&reversed.managed)->to_vector<float>(), (std::vector<float>{5, 3, 1}));
}

TEST(DlpackTest, ScalarsAndEmptyTensors) {
  Foreign scalar({});
  scalar.managed.tensor.shape = nullptr;
  EXPECT_EQ(import_tensor(&scalar.managed)->item(), 0.0);
  Foreign empty({0, 3});
  empty.managed.tensor.data = nullptr;
  EXPECT_EQ(import_tensor(&empty.managed)->num_elements(), 0);
}

TEST(DlpackTest, RoundTripOfEveryDtype) {
  for (int d = 0; d <= static_cast<int>(DType::kBool); ++d) {
    const Tensor tensor = Tensor::full(static_cast<DType>(d), {2, 2}, 1);
    const Tensor back = import_tensor(export_tensor(tensor)).value();
    EXPECT_TRUE(same_bits(tensor, back)) << name_of(tensor.dtype());
    EXPECT_EQ(tensor.bytes(), back.bytes());
  }
}

TEST(DlpackTest, ExportKeepsTheStorage) {
  Tensor tensor = Tensor::from<float>({1, 2, 3, 4, 5, 6}, {2, 3}).transpose(std::vector<int>{1, 0});
  ManagedTensor* managed = export_tensor(tensor);
  tensor = Tensor();
  EXPECT_EQ(managed->tensor.rank, 2);
  EXPECT_EQ(managed->tensor.strides[0], 1);
  EXPECT_EQ(managed->tensor.strides[1], 3);
  EXPECT_EQ(static_cast<float*>(managed->tensor.data)[5], 6.0f);
  managed->deleter(managed);
}

// Runs import on a foreign struct that `damage` has changed; the caller must keep it.
template <class Damage>
ErrorCode refusal(Damage&& damage) {
  Foreign foreign({2, 3});
  foreign.strides = {3, 1};
  foreign.managed.tensor.strides = foreign.strides.data();
  damage(foreign);
  const auto result = import_tensor(&foreign.managed);
  EXPECT_FALSE(result);
  EXPECT_EQ(foreign.num_deleted, 0);
  return result ? ErrorCode::kInternal : result.error().code();
}

TEST(DlpackTest, RefusesWhatItCannotTrust) {
  constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(import_tensor(nullptr).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refusal([](Foreign& f) { f.managed.tensor.rank = -1; }), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refusal([](Foreign& f) { f.managed.tensor.rank = 1000; }), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refusal([](Foreign& f) { f.managed.tensor.shape = nullptr; }), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refusal([](Foreign& f) { f.managed.tensor.data = nullptr; }), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refusal([](Foreign& f) { f.shape[0] = -1; }), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refusal([](Foreign& f) { f.shape[0] = kHuge; }), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refusal([](Foreign& f) {
              f.shape = {1 << 30, 1 << 30};
              f.managed.tensor.shape = f.shape.data();
              f.managed.tensor.strides = nullptr;
            }),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(refusal([](Foreign& f) { f.strides[0] = kHuge; }), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refusal([](Foreign& f) { f.strides[1] = kHuge; }), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refusal([](Foreign& f) { f.managed.tensor.device.type = 2; }), ErrorCode::kUnsupported);
  EXPECT_EQ(refusal([](Foreign& f) { f.managed.tensor.dtype = {.code = 5, .bits = 64, .lanes = 1}; }), ErrorCode::kUnsupported);
  EXPECT_EQ(refusal([](Foreign& f) { f.managed.tensor.dtype.lanes = 4; }), ErrorCode::kUnsupported);
  EXPECT_EQ(refusal([](Foreign& f) { f.managed.tensor.byte_offset = 2; }), ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace lepton::dlpack
