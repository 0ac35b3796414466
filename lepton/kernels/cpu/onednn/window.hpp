// The geometry of sliding windows (convolution and pooling) in oneDNN's terms.
#pragma once

#include <dnnl.hpp>
#include <optional>

#include "lepton/tensor/attributes.hpp"

namespace lepton::kernels::onednn {

struct WindowGeometry {
  dnnl::memory::dims kernel, strides, dilations, begin, end;  // dilations as oneDNN counts them: 0 is dense
};

/// The geometry of windows of `kernel` that map spatial sizes `input` to `output`, or nothing if the paddings are such that oneDNN cannot
/// express them.
std::optional<WindowGeometry> window_geometry(const Attributes& attributes, Dims kernel, const Dims& input, const Dims& output);

/// The axes of a shape behind batch and channels.
inline Dims spatial(const Shape& shape) { return Dims(shape.begin() + 2, shape.end()); }

}  // namespace lepton::kernels::onednn
