// Shared declarations of random operators.
#include "lepton/ops/internal/random_rules.hpp"

namespace lepton::ops {

std::vector<AttributeDef> random_attributes(std::vector<AttributeDef> own) {
  own.push_back({"shape", std::vector<std::int64_t>{}, non_negative_integers, "of the result, unless 'like' gives it"});
  own.push_back({"dtype", DType::kF32, any_value, "f32 or f64"});
  own.push_back({"stream", 0, any_value, "number of its own for each random operator"});
  return own;
}

std::vector<InputDef> random_inputs() {
  return {{"key", DType::kU64, "[2]: seed and step"},
          {.name = "like", .dtype = kAnyDtype, .doc = "gives the shape", .optional = true, .shape_only = true}};
}

Result<std::vector<Shape>> infer_random(const InferContext& c) {
  LEPTON_CHECK_OK(check_key(c, 0));
  const DType dtype = c.attributes.dtype("dtype");
  if (dtype != DType::kF32 && dtype != DType::kF64)
    return c.error(ErrorCode::kDtypeMismatch, "dtype must be f32 or f64 (dtype {})", name_of(dtype));
  return std::vector<Shape>{c.present(1) ? c.shape(1) : Shape(c.attributes.integers("shape"))};
}

Result<void> check_key(const InferContext& c, std::size_t i) {
  if (c.shape(i) != Shape{2}) return c.error(ErrorCode::kShapeMismatch, "the key must be [seed, step] (shape {})", c.shape(i));
  return {};
}

SampleInput sample_key() { return {.value = Tensor::from<std::uint64_t>({42, 3}, {2})}; }

}  // namespace lepton::ops
