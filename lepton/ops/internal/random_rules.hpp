// What random operators share.
#pragma once

#include "lepton/ops/internal/rules.hpp"

namespace lepton::ops {

/// `own`, then shape, dtype and stream.
std::vector<AttributeDef> random_attributes(std::vector<AttributeDef> own);
/// The key, and a tensor that may give the shape when it is known only in a run.
std::vector<InputDef> random_inputs();
/// The shape is that of input 1 or else attribute "shape"; the key is input 0.
Result<std::vector<Shape>> infer_random(const InferContext& context);
/// Checks that input `i` is a key: two numbers.
Result<void> check_key(const InferContext& context, std::size_t i);
SampleInput sample_key();

}  // namespace lepton::ops
