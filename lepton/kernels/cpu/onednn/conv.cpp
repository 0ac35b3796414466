// Convolution of 1 to 3 spatial axes, its two gradients, and transposed convolution.
#include "lepton/kernels/cpu/onednn/epilogue.hpp"
#include "lepton/kernels/cpu/onednn/kernels.hpp"
#include "lepton/kernels/cpu/onednn/window.hpp"

namespace lepton::kernels::onednn {
namespace {

using dnnl::algorithm;
using dnnl::prop_kind;

// The tensors of a convolution, whichever of them is the result.
struct ConvShapes {
  Shape x, weight, y;
  std::int64_t groups;
  WindowGeometry window;
  AxisMap x_map, weight_map;
};

std::optional<ConvShapes> conv_shapes(const KernelRequest& request, const Shape& x, const Shape& weight, const Shape& y) {
  if (!all_f32(request) || x.rank() < 3) return std::nullopt;
  const Attribute* groups = request.attributes->find("groups");
  ConvShapes c{.x = x, .weight = weight, .y = y, .groups = groups != nullptr ? groups->get<std::int64_t>() : 1};
  const auto window = window_geometry(*request.attributes, spatial(weight), spatial(x), spatial(y));
  if (!window) return std::nullopt;
  c.window = *window;
  c.x_map = AxisMap::identity(x.rank());
  c.weight_map = AxisMap::conv_weight(weight.rank(), c.groups);
  return c;
}

dnnl::convolution_forward::primitive_desc forward(const ConvShapes& c, const MemoryDesc& bias, const dnnl::primitive_attr& attr) {
  return forward_desc<dnnl::convolution_forward>(attr, prop_kind::forward_training, algorithm::convolution_direct, any_layout(c.x, c.x_map),
                                                 any_layout(c.weight, c.weight_map), bias, any_layout(c.y, c.x_map), c.window.strides,
                                                 c.window.dilations, c.window.begin, c.window.end);
}

// A bias of [C] is read as it is.
Operand bias_operand(std::size_t index) { return {.arg = DNNL_ARG_BIAS, .index = index, .map = AxisMap::identity(1), .negotiable = false}; }

}  // namespace

std::unique_ptr<Kernel> conv(const KernelRequest& request) {
  return decline_on_error(request, [&]() -> std::unique_ptr<Kernel> {
    const auto c = conv_shapes(request, request.inputs[0].type.shape, request.inputs[1].type.shape, request.outputs[0].type.shape);
    auto epilogue = make_epilogue(request, std::min<std::size_t>(request.inputs.size(), 3), request.outputs[0].type.shape, false);
    if (!c || !epilogue) return nullptr;
    const bool has_bias = request.inputs.size() > 2 && request.inputs[2].present;
    const MemoryDesc bias = has_bias ? any_layout(request.inputs[2].type.shape, AxisMap::identity(1)) : MemoryDesc();
    const auto desc = forward(*c, bias, epilogue->attr);
    PrimitivePlan plan{desc, dnnl::convolution_forward(desc), std::move(epilogue->operands)};
    plan.operands.push_back({.arg = DNNL_ARG_SRC, .index = 0, .map = c->x_map});
    plan.operands.push_back({.arg = DNNL_ARG_WEIGHTS, .index = 1, .map = c->weight_map});
    if (has_bias) plan.operands.push_back(bias_operand(2));
    plan.operands.push_back({.arg = DNNL_ARG_DST, .index = 0, .is_output = true, .map = c->x_map});
    return make_kernel(request, std::move(plan), "conv");
  });
}

std::unique_ptr<Kernel> conv_input_gradient(const KernelRequest& request) {
  if (request.program != nullptr) return nullptr;
  return decline_on_error(request, [&]() -> std::unique_ptr<Kernel> {
    const auto c = conv_shapes(request, request.outputs[0].type.shape, request.inputs[1].type.shape, request.inputs[0].type.shape);
    if (!c) return nullptr;
    const auto attr = scratch_attributes();
    const auto desc = backward_desc<dnnl::convolution_backward_data>(attr, forward(*c, MemoryDesc(), attr), algorithm::convolution_direct,
                                                                     any_layout(c->x, c->x_map), any_layout(c->weight, c->weight_map),
                                                                     any_layout(c->y, c->x_map), c->window.strides, c->window.dilations,
                                                                     c->window.begin, c->window.end);
    PrimitivePlan plan{desc, dnnl::convolution_backward_data(desc), {}};
    plan.operands.push_back({.arg = DNNL_ARG_DIFF_DST, .index = 0, .map = c->x_map});
    plan.operands.push_back({.arg = DNNL_ARG_WEIGHTS, .index = 1, .map = c->weight_map});
    plan.operands.push_back({.arg = DNNL_ARG_DIFF_SRC, .index = 0, .is_output = true, .map = c->x_map});
    return make_kernel(request, std::move(plan), "conv_input_gradient");
  });
}

std::unique_ptr<Kernel> conv_weight_gradient(const KernelRequest& request) {
  if (request.program != nullptr) return nullptr;
  return decline_on_error(request, [&]() -> std::unique_ptr<Kernel> {
    const auto c = conv_shapes(request, request.inputs[0].type.shape, request.outputs[0].type.shape, request.inputs[1].type.shape);
    if (!c) return nullptr;
    const auto attr = scratch_attributes();
    const auto desc = backward_desc<dnnl::convolution_backward_weights>(
        attr, forward(*c, MemoryDesc(), attr), algorithm::convolution_direct, any_layout(c->x, c->x_map),
        any_layout(c->weight, c->weight_map), MemoryDesc(), any_layout(c->y, c->x_map), c->window.strides, c->window.dilations,
        c->window.begin, c->window.end);
    PrimitivePlan plan{desc, dnnl::convolution_backward_weights(desc), {}};
    plan.operands.push_back({.arg = DNNL_ARG_SRC, .index = 0, .map = c->x_map});
    plan.operands.push_back({.arg = DNNL_ARG_DIFF_DST, .index = 1, .map = c->x_map});
    plan.operands.push_back({.arg = DNNL_ARG_DIFF_WEIGHTS, .index = 0, .is_output = true, .map = c->weight_map});
    return make_kernel(request, std::move(plan), "conv_weight_gradient");
  });
}

std::unique_ptr<Kernel> conv_transpose(const KernelRequest& request) {
  return decline_on_error(request, [&]() -> std::unique_ptr<Kernel> {
    const Shape &x = request.inputs[0].type.shape, &weight = request.inputs[1].type.shape, &y = request.outputs[0].type.shape;
    // A transposed convolution is the gradient of a convolution from y to x, and has that one's windows.
    const auto c = conv_shapes(request, y, weight, x);
    auto epilogue = make_epilogue(request, std::min<std::size_t>(request.inputs.size(), 3), y, false);
    if (!c || !epilogue) return nullptr;
    const bool has_bias = request.inputs.size() > 2 && request.inputs[2].present;
    const AxisMap weight_map = AxisMap::conv_transpose_weight(weight.rank(), c->groups);
    const MemoryDesc bias = has_bias ? any_layout(request.inputs[2].type.shape, AxisMap::identity(1)) : MemoryDesc();
    const auto desc =
        forward_desc<dnnl::deconvolution_forward>(epilogue->attr, prop_kind::forward_training, algorithm::deconvolution_direct,
                                                  any_layout(x, c->x_map), any_layout(weight, weight_map), bias, any_layout(y, c->x_map),
                                                  c->window.strides, c->window.dilations, c->window.begin, c->window.end);
    PrimitivePlan plan{desc, dnnl::deconvolution_forward(desc), std::move(epilogue->operands)};
    plan.operands.push_back({.arg = DNNL_ARG_SRC, .index = 0, .map = c->x_map});
    plan.operands.push_back({.arg = DNNL_ARG_WEIGHTS, .index = 1, .map = weight_map});
    if (has_bias) plan.operands.push_back(bias_operand(2));
    plan.operands.push_back({.arg = DNNL_ARG_DST, .index = 0, .is_output = true, .map = c->x_map});
    return make_kernel(request, std::move(plan), "conv_transpose");
  });
}

}  // namespace lepton::kernels::onednn
