// Steps that normalisations over features (layer, group, instance, RMS) share.
#pragma once

#include "lepton/ops/internal/rules.hpp"

namespace lepton::ops {

/// x with mean 0 and variance 1 (but for epsilon) over `axes`.
Value standardized(const Value& x, const std::vector<std::int64_t>& axes, double epsilon);
/// Multiplies by scale and adds offset, both along channels; either may be undefined.
Value scaled_channels(const Value& x, const Value& scale, const Value& offset);

/// Attribute "axes" counted from the front, in order. Fails if it is empty, names an axis twice or folds no elements.
Result<std::vector<int>> feature_axes(const InferContext& context);
/// The shape of x, after checking that the inputs from 1 to `last` have the sizes of x along attribute "axes".
Result<std::vector<Shape>> infer_feature_norm(const InferContext& context, std::size_t last);
/// `parameter`, whose axes are those of attribute "axes", with axes of size 1 so that it broadcasts with x.
Value along_features(const Value& parameter, const Value& x, const Attributes& attributes);
/// The same in ONNX.
std::string onnx_along_features(OnnxEmitter& emitter, std::size_t input);
/// True if attribute "axes" names the last axes of x.
bool features_are_last(const OnnxEmitter& emitter);
/// The mean of `x` over attribute "axes", which are kept as 1.
std::string onnx_feature_mean(OnnxEmitter& emitter, const std::string& x);
/// x / sqrt(variance + epsilon), with attribute "epsilon".
std::string onnx_over_deviation(OnnxEmitter& emitter, const std::string& x, const std::string& variance);

}  // namespace lepton::ops
