// Matrix products: a stack of rows times one matrix as oneDNN's inner product (packed weights), everything else as its matmul.
#include <algorithm>

#include "lepton/kernels/cpu/onednn/epilogue.hpp"
#include "lepton/kernels/cpu/onednn/kernels.hpp"

namespace lepton::kernels::onednn {
namespace {

using dnnl::prop_kind;

bool flag(const KernelRequest& request, std::string_view name) {
  const Attribute* found = request.attributes->find(name);
  return found != nullptr && found->get<bool>();
}

// [..., M, K] as one matrix of rows.
Shape as_rows(const Shape& shape) { return {shape.num_elements() / shape[-1], shape[-1]}; }

Operand rows_operand(int arg, std::size_t index, const Shape& shape, bool is_output) {
  Operand operand{.arg = arg, .index = index, .is_output = is_output, .map = AxisMap::identity(2)};
  if (shape.rank() != 2) operand.seen_as = as_rows(shape);
  return operand;
}

MemoryDesc plain(const Shape& shape) { return *describe(shape, Layout::row_major(shape), AxisMap::identity(shape.rank())); }

// y = a b (or a bᵀ), the weights in the layout that oneDNN likes.
std::unique_ptr<Kernel> inner_product(const KernelRequest& request, const Shape& a, const Shape& b, bool tb) {
  const Shape& y = request.outputs[0].type.shape;
  auto epilogue = make_epilogue(request, 2, y, true);
  if (!epilogue || (y.rank() != 2 && !epilogue->operands.empty())) return nullptr;
  const AxisMap weight_map = tb ? AxisMap::identity(2) : AxisMap::swapped();
  const MemoryDesc bias = epilogue->bias ? plain(Shape{y[-1]}) : MemoryDesc();
  const auto desc = forward_desc<dnnl::inner_product_forward>(epilogue->attr, prop_kind::forward_training, plain(as_rows(a)),
                                                              any_layout(b, weight_map), bias, plain(as_rows(y)));
  PrimitivePlan plan{desc, dnnl::inner_product_forward(desc), std::move(epilogue->operands)};
  plan.operands.push_back(rows_operand(DNNL_ARG_SRC, 0, a, false));
  plan.operands.push_back({.arg = DNNL_ARG_WEIGHTS, .index = 1, .map = weight_map});
  if (epilogue->bias) {
    plan.operands.push_back({.arg = DNNL_ARG_BIAS, .index = *epilogue->bias, .map = AxisMap::identity(1), .seen_as = Shape{y[-1]}});
  }
  plan.operands.push_back(rows_operand(DNNL_ARG_DST, 0, y, true));
  return make_kernel(request, std::move(plan), "dense");
}

// aᵀ b of two stacks of rows: the gradient of an inner product's weights.
std::unique_ptr<Kernel> weight_gradient(const KernelRequest& request, const Shape& a, const Shape& b) {
  const Shape& y = request.outputs[0].type.shape;
  const auto attr = scratch_attributes();
  const AxisMap map = AxisMap::swapped();
  const auto forward =
      forward_desc<dnnl::inner_product_forward>(attr, prop_kind::forward_training, plain(a), any_layout(y, map), MemoryDesc(), plain(b));
  const auto desc =
      backward_desc<dnnl::inner_product_backward_weights>(attr, forward, plain(a), any_layout(y, map), MemoryDesc(), plain(b));
  PrimitivePlan plan{desc, dnnl::inner_product_backward_weights(desc), {}};
  plan.operands.push_back({.arg = DNNL_ARG_SRC, .index = 0, .map = AxisMap::identity(2)});
  plan.operands.push_back({.arg = DNNL_ARG_DIFF_DST, .index = 1, .map = AxisMap::identity(2)});
  plan.operands.push_back({.arg = DNNL_ARG_DIFF_WEIGHTS, .index = 0, .is_output = true, .map = map});
  return make_kernel(request, std::move(plan), "dense_weight_gradient");
}

// A layout with the last two axes exchanged in memory, if the operand is read transposed.
std::optional<MemoryDesc> matrix_desc(const Shape& shape, const Layout& layout, bool transposed, int rank) {
  if (!layout.is_plain()) return std::nullopt;
  const auto missing = static_cast<std::size_t>(rank - shape.rank());
  Dims dims(missing, 1), strides(missing, shape.num_elements());
  dims.insert(dims.end(), shape.begin(), shape.end());
  strides.insert(strides.end(), layout.strides.begin(), layout.strides.end());
  if (transposed) {
    std::swap(dims[dims.size() - 1], dims[dims.size() - 2]);
    std::swap(strides[strides.size() - 1], strides[strides.size() - 2]);
  }
  return MemoryDesc(dims, dnnl::memory::data_type::f32, strides, true);
}

}  // namespace

std::unique_ptr<Kernel> dense(const KernelRequest& request) {
  const Shape &a = request.inputs[0].type.shape, &b = request.inputs[1].type.shape;
  if (!request.may_choose_layouts || !all_f32(request) || b.rank() != 2) return nullptr;
  const bool ta = flag(request, "transpose_a"), tb = flag(request, "transpose_b");
  // Packing gains about a tenth of the product's time: it pays for weights that are packed already, or for many rows.
  constexpr std::int64_t kManyRows = 512;
  const bool packed = !request.inputs[1].layout.is_plain() || !request.outputs[0].layout.is_plain();
  if (!packed && (ta || a.num_elements() / a[-1] < kManyRows)) return nullptr;
  return decline_on_error(request, [&]() -> std::unique_ptr<Kernel> {
    if (!ta) return inner_product(request, a, b, tb);
    if (!tb && a.rank() == 2 && request.program == nullptr) return weight_gradient(request, a, b);
    return nullptr;
  });
}

std::unique_ptr<Kernel> matmul(const KernelRequest& request) {
  if (!all_f32(request, 12)) return nullptr;
  return decline_on_error(request, [&]() -> std::unique_ptr<Kernel> {
    Shape a = request.inputs[0].type.shape, b = request.inputs[1].type.shape, y = request.outputs[0].type.shape;
    const bool ta = flag(request, "transpose_a"), tb = flag(request, "transpose_b");
    auto epilogue = make_epilogue(request, 2, y, true);
    if (!epilogue) return nullptr;
    Layout la = request.inputs[0].layout, lb = request.inputs[1].layout, ly = request.outputs[0].layout;
    if (request.may_choose_layouts) {
      if (!la.is_plain()) la = Layout::row_major(a);
      if (!lb.is_plain()) lb = Layout::row_major(b);
      ly = Layout::row_major(y);
    }
    const Layout reported[] = {la, lb, ly};
    // Rows of a stack that meet one matrix are one long matrix.
    if (b.rank() == 2 && a.rank() > 2 && !ta && la.is_row_major(a) && ly.is_row_major(y) && epilogue->operands.empty()) {
      a = as_rows(a), y = as_rows(y);
      la = Layout::row_major(a), ly = Layout::row_major(y);
    }
    const int rank = y.rank();
    if (rank > 6) return nullptr;
    const auto src = matrix_desc(a, la, ta, rank), weights = matrix_desc(b, lb, tb, rank), dst = matrix_desc(y, ly, false, rank);
    if (!src || !weights || !dst) return nullptr;
    MemoryDesc bias;
    if (epilogue->bias) {
      Dims dims(static_cast<std::size_t>(rank - 1), 1);
      dims.push_back(y[-1]);
      bias = plain(Shape(dims));
    }
    const auto desc = epilogue->bias ? forward_desc<dnnl::matmul>(epilogue->attr, *src, *weights, bias, *dst)
                                     : forward_desc<dnnl::matmul>(epilogue->attr, *src, *weights, *dst);
    PrimitivePlan plan{desc, dnnl::matmul(desc), std::move(epilogue->operands)};
    plan.fixed = {{DNNL_ARG_SRC, 0, false, *src}, {DNNL_ARG_WEIGHTS, 1, false, *weights}, {DNNL_ARG_DST, 0, true, *dst}};
    if (epilogue->bias) plan.fixed.push_back({DNNL_ARG_BIAS, *epilogue->bias, false, bias});
    auto kernel = make_kernel(request, std::move(plan), "matmul");
    if (kernel != nullptr) {
      kernel->input_layouts[0] = reported[0], kernel->input_layouts[1] = reported[1];
      kernel->output_layouts[0] = reported[2];
    }
    return kernel;
  });
}

}  // namespace lepton::kernels::onednn
