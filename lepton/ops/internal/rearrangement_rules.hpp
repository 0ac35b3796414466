// What operators that rearrange elements axis by axis share; the geometry is in tensor/axis_map.hpp.
#pragma once

#include "lepton/ops/internal/rules.hpp"
#include "lepton/tensor/axis_map.hpp"

namespace lepton::ops {

/// The shape of the rearranged first input.
template <Rearrangement kKind>
Result<std::vector<Shape>> infer_rearranged(const InferContext& c) {
  LEPTON_TRY(const AxisMaps maps, axis_maps(kKind, c.op.name, c.shape(0), c.attributes));
  return std::vector<Shape>{maps.result()};
}

/// For a gradient (g, like): the shape of like, whose rearrangement must have the shape of g.
template <Rearrangement kKind>
Result<std::vector<Shape>> infer_added_back(const InferContext& c) {
  LEPTON_TRY(const AxisMaps maps, axis_maps(kKind, c.op.name, c.shape(1), c.attributes));
  if (maps.result() != c.shape(0))
    return c.error(ErrorCode::kShapeMismatch, "g must have the shape {} (got {})", maps.result(), c.shape(0));
  return std::vector<Shape>{c.shape(1)};
}

/// The inputs of such a gradient.
std::vector<InputDef> added_back_inputs();
/// The samples and rejections of the gradient of `op`, from those of the operator itself.
std::vector<Sample> added_back_samples(std::string_view op);
std::vector<Reject> reject_other_shape(const Attributes& attributes);
/// A list of numbers as an ONNX constant.
std::string onnx_list(OnnxEmitter& emitter, const std::vector<std::int64_t>& values);

std::vector<AttributeDef> slice_attributes();
std::vector<AttributeDef> pad_attributes();
std::vector<AttributeDef> tile_attributes();

}  // namespace lepton::ops
