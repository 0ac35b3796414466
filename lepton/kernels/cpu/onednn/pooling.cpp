// Max and average pooling. The gradient of max pooling is ours (cpu/simd): oneDNN's needs a workspace from its own forward pass.
#include "lepton/kernels/cpu/onednn/kernels.hpp"
#include "lepton/kernels/cpu/onednn/window.hpp"

namespace lepton::kernels::onednn {
namespace {

using dnnl::algorithm;
using dnnl::pooling_v2_forward;
using dnnl::prop_kind;

struct PoolPlan {
  pooling_v2_forward::primitive_desc forward;
  WindowGeometry window;
  algorithm kind;
  AxisMap map;
};

algorithm average(const Attributes& attributes) {
  const Attribute* with_padding = attributes.find("count_include_pad");
  return with_padding != nullptr && with_padding->get<bool>() ? algorithm::pooling_avg_include_padding
                                                              : algorithm::pooling_avg_exclude_padding;
}

// `big` is the tensor that windows slide over, `small` the pooled one.
std::optional<PoolPlan> pool(const KernelRequest& request, const TensorDesc& big, const TensorDesc& small, algorithm kind, bool training) {
  if (request.program != nullptr || !all_f32(request) || big.type.shape.rank() < 3) return std::nullopt;
  const auto window =
      window_geometry(*request.attributes, request.attributes->integers("window"), spatial(big.type.shape), spatial(small.type.shape));
  if (!window) return std::nullopt;
  PoolPlan plan{.window = *window, .kind = kind, .map = AxisMap::identity(big.type.shape.rank())};
  const auto given = describe(big.type.shape, big.layout, plan.map);
  if (!given) return std::nullopt;
  plan.forward = forward_desc<pooling_v2_forward>(
      scratch_attributes(), training ? prop_kind::forward_training : prop_kind::forward_inference, kind, *given,
      any_layout(small.type.shape, plan.map), window->strides, window->kernel, window->dilations, window->begin, window->end);
  return plan;
}

std::unique_ptr<Kernel> forward_kernel(const KernelRequest& request, algorithm kind, std::string_view name) {
  return decline_on_error(request, [&]() -> std::unique_ptr<Kernel> {
    const auto p = pool(request, request.inputs[0], request.outputs[0], kind, false);
    if (!p) return nullptr;
    PrimitivePlan plan{p->forward, pooling_v2_forward(p->forward), {}};
    plan.operands.push_back({.arg = DNNL_ARG_SRC, .index = 0, .map = p->map});
    plan.operands.push_back({.arg = DNNL_ARG_DST, .index = 0, .is_output = true, .map = p->map});
    return make_kernel(request, std::move(plan), name);
  });
}

}  // namespace

std::unique_ptr<Kernel> max_pool(const KernelRequest& request) { return forward_kernel(request, algorithm::pooling_max, "max_pool"); }

std::unique_ptr<Kernel> avg_pool(const KernelRequest& request) { return forward_kernel(request, average(*request.attributes), "avg_pool"); }

std::unique_ptr<Kernel> avg_pool_gradient(const KernelRequest& request) {
  return decline_on_error(request, [&]() -> std::unique_ptr<Kernel> {
    // The result takes the layout of the gradient that comes in.
    TensorDesc big = request.outputs[0];
    big.layout = Layout::row_major(big.type.shape);
    const auto p = pool(request, big, request.inputs[0], average(*request.attributes), true);
    const auto given = describe(request.inputs[0].type.shape, request.inputs[0].layout, AxisMap::identity(big.type.shape.rank()));
    if (!p || !given) return nullptr;
    const auto desc =
        backward_desc<dnnl::pooling_v2_backward>(scratch_attributes(), p->forward, p->kind, any_layout(big.type.shape, p->map), *given,
                                                 p->window.strides, p->window.kernel, p->window.dilations, p->window.begin, p->window.end);
    PrimitivePlan plan{desc, dnnl::pooling_v2_backward(desc), {}};
    plan.operands.push_back({.arg = DNNL_ARG_DIFF_DST, .index = 0, .map = p->map});
    plan.operands.push_back({.arg = DNNL_ARG_DIFF_SRC, .index = 0, .is_output = true, .map = p->map});
    return make_kernel(request, std::move(plan), "avg_pool_gradient");
  });
}

}  // namespace lepton::kernels::onednn
