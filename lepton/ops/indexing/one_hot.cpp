// one_hot: a 1 at the place of each index, 0 elsewhere.
#include <numeric>

#include "lepton/ops/comparison.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/indexing.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  Dims dims = c.shape(0).dims();
  LEPTON_TRY(const int axis, normalize_axis(c.attributes.integer("axis"), c.shape(0).rank() + 1, c.op.name));
  dims.insert(dims.begin() + axis, c.attributes.integer("depth"));
  return std::vector<Shape>{Shape(std::move(dims))};
}

std::vector<Value> body(const RuleContext& c) {
  const Value& indices = c.inputs[0];
  const std::int64_t depth = c.attributes.integer("depth"), axis = c.attributes.integer("axis");
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(depth)), lying(static_cast<std::size_t>(indices.rank()) + 1, 1);
  std::iota(numbers.begin(), numbers.end(), 0);
  lying[static_cast<std::size_t>(axis < 0 ? axis + indices.rank() + 1 : axis)] = depth;
  const Tensor classes = Tensor::from(numbers, Shape(lying)).cast(indices.dtype());
  return {cast(equal(expand_dims(indices, {axis}), constant(indices.builder(), classes)), c.attributes.dtype("dtype"))};
}

}  // namespace

OpDef one_hot_op() {
  return {
      .name = "one_hot",
      .family = Family::kIndexing,
      .since = 1,
      .summary = "A 1 at the place of each index along a new axis, 0 elsewhere; an index outside [0, depth) gives zeros only.",
      .formula = "y[i, k] = indices[i] == k",
      .inputs = {{"indices", kIndices, "any shape"}},
      .outputs = {{"y", from_attribute("dtype"), "indices with an axis of size depth"}},
      .attributes = {{"depth", std::int64_t{1}, non_negative, "number of classes", true},
                     {"axis", std::int64_t{-1}, any_value, "place of the new axis in the result"},
                     {"dtype", DType::kF32, any_value, "of the result"}},
      .infer = infer,
      .body = body,
      .samples =
          [] {
            return std::vector<Sample>{{{{{5}, 0, 4, DType::kI64}}, {{"depth", 4}}},
                                       {{{{2, 3}, -2, 6, DType::kI32}}, {{"depth", 4}, {"axis", 1}, {"dtype", DType::kI32}}},
                                       {{{{}, 0, 3, DType::kI64}}, {{"depth", 3}, {"dtype", DType::kF64}}}};
          },
      .rejects =
          [] {
            return std::vector<Reject>{{{{{{5}, 0, 4, DType::kI64}}, {{"depth", 4}, {"axis", 2}}}, ErrorCode::kInvalidArgument},
                                       {{{{{5}}}, {{"depth", 4}}}, ErrorCode::kDtypeMismatch}};
          },
  };
}

}  // namespace lepton::ops
