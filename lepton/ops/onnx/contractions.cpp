// Products and convolutions.
#include "lepton/ops/contraction.hpp"

#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/onnx/internal/families.hpp"
#include "lepton/ops/onnx/internal/products.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

OnnxResults read_matmul(OnnxNodeReader& node) { return {onnx_matmul(node.value(std::size_t{0}), node.value(1))}; }

// alpha * a * b + beta * c
OnnxResults read_gemm(OnnxNodeReader& node) {
  const Value a = node.value(std::size_t{0});
  const bool whole = !is_float(a.dtype());
  const auto wide = [&](const Value& v) { return whole ? cast(v, DType::kF64) : v; };
  Value y =
      matmul(wide(a), wide(node.value(1)), {.transpose_a = node.integer("transA", 0) != 0, .transpose_b = node.integer("transB", 0) != 0});
  if (const double alpha = node.number("alpha", 1); alpha != 1) y = mul(y, onnx_scalar(y, alpha));
  if (node.has(2)) {
    Value c = wide(node.value(2));
    if (const double beta = node.number("beta", 1); beta != 1) c = mul(c, onnx_scalar(c, beta));
    y = add(y, c);
  }
  return {whole ? cast(y, a.dtype()) : y};
}

OnnxResults read_einsum(OnnxNodeReader& node) {
  std::vector<Value> operands;
  for (std::size_t i = 0; i < node.num_inputs(); ++i) operands.push_back(node.value(i));
  return {einsum(node.text("equation", ""), operands)};
}

OnnxResults read_conv(OnnxNodeReader& node) {
  return {onnx_conv(node, node.value(std::size_t{0}), node.value(1), node.has(2) ? node.value(2) : Value())};
}

// output_shape, or the SAME paddings, give the size, and the padding follows from it.
OnnxResults read_conv_transpose(OnnxNodeReader& node) {
  const Value x = node.value(std::size_t{0}), w = node.value(1);
  const auto axes = spatial_sizes(x).size();
  const Dims kernel = spatial_sizes(w);
  ConvTransposeOptions o{.strides = onnx_per_axis(node, "strides", axes), .dilations = onnx_per_axis(node, "dilations", axes)};
  o.groups = node.integer("group", 1);
  o.output_padding = node.integers("output_padding", Dims(axes, 0));
  o.pads = node.integers("pads", Dims(2 * axes, 0));
  const std::string automatic = node.text("auto_pad", "NOTSET");
  Dims wanted = node.integers("output_shape");
  for (const std::int64_t pad : o.pads) check_pad(pad);
  if (o.pads.size() != 2 * axes || o.output_padding.size() != axes)
    fail(ErrorCode::kInvalidArgument, "paddings do not fit {} spatial axes", axes);
  if (wanted.size() == axes + 2) wanted.erase(wanted.begin(), wanted.begin() + 2);
  if (!wanted.empty() && wanted.size() != axes) fail(ErrorCode::kInvalidArgument, "output_shape has {} entries", wanted.size());
  Dims extra(axes, 0);  // rows that no tap reaches
  for (std::size_t i = 0; i < axes; ++i) {
    const std::int64_t in = x.shape()[static_cast<int>(i) + 2];
    const std::int64_t full = (in - 1) * o.strides[i] + (kernel[i] - 1) * o.dilations[i] + 1 + o.output_padding[i];
    if (wanted.empty() && (automatic == "NOTSET" || automatic == "VALID")) continue;
    const std::int64_t size = wanted.empty() ? in * o.strides[i] : wanted[i], all = full - size;
    const std::int64_t fewer = std::max<std::int64_t>(all, 0);
    o.pads[i] = automatic == "SAME_UPPER" ? fewer / 2 : fewer - fewer / 2;
    o.pads[axes + i] = fewer - o.pads[i];
    extra[i] = std::max<std::int64_t>(-all, 0);
  }
  Dims beyond = extra;  // of output_padding: our operator takes less than a stride
  for (std::size_t i = 0; i < axes; ++i) {
    beyond[i] += o.output_padding[i];
    o.output_padding[i] = std::min(beyond[i], o.strides[i] - 1);
    beyond[i] -= o.output_padding[i];
  }
  Value y = conv_transpose(x, w, node.has(2) ? node.value(2) : Value(), o);
  if (beyond != Dims(axes, 0)) {
    if (node.has(2)) fail(ErrorCode::kUnsupported, "a size beyond the reach of the kernel together with a bias");
    Dims pads(2 * (axes + 2), 0);
    for (std::size_t i = 0; i < axes; ++i) pads[axes + 2 + 2 + i] = beyond[i];
    y = pad(y, pads, "constant", 0);
  }
  return {y};
}

// The determinant by elimination without pivots would divide by zero; products over the column of each step keep it exact enough.
OnnxResults read_det(OnnxNodeReader& node) {
  const Tensor x = node.tensor(std::size_t{0});
  const std::int64_t n = x.shape()[-1];
  if (x.shape()[-2] != n) fail(ErrorCode::kShapeMismatch, "square matrices are wanted, not {}", x.shape());
  std::vector<double> all = x.to_vector<double>();
  const std::int64_t count = n == 0 ? 0 : x.num_elements() / (n * n);
  std::vector<double> results;
  for (std::int64_t m = 0; m < count; ++m) {
    double* a = all.data() + m * n * n;
    double det = 1;
    for (std::int64_t c = 0; c < n; ++c) {
      std::int64_t pivot = c;
      for (std::int64_t r = c + 1; r < n; ++r) {
        if (std::abs(a[r * n + c]) > std::abs(a[pivot * n + c])) pivot = r;
      }
      if (a[pivot * n + c] == 0) {
        det = 0;
        break;
      }
      if (pivot != c) {
        std::swap_ranges(a + pivot * n, a + (pivot + 1) * n, a + c * n);
        det = -det;
      }
      det *= a[c * n + c];
      for (std::int64_t r = c + 1; r < n; ++r) {
        const double factor = a[r * n + c] / a[c * n + c];
        for (std::int64_t k = c; k < n; ++k) a[r * n + k] -= factor * a[c * n + k];
      }
    }
    results.push_back(det);
  }
  return {Tensor::from(results, Shape(Dims(x.shape().begin(), x.shape().end() - 2))).cast(x.dtype())};
}

// The last K - 1 columns before x are kept in a state: causal, one kernel for each channel.
OnnxResults read_causal_conv(OnnxNodeReader& node) {
  const Value x = node.value(std::size_t{0}), w = node.value(1);  // [N, C, T], [C, 1, K]
  const std::int64_t before = w.shape()[-1] - 1, channels = x.shape()[1];
  const Value past = node.has(3) ? node.value(3) : broadcast_to(onnx_scalar(x, 0), {x.shape()[0], channels, before});
  const Value whole = concat(std::vector<Value>{past, x}, 2);
  Value y = conv(whole, w, node.has(2) ? node.value(2) : Value(), {.groups = channels});
  const std::string activation = node.text("activation", "none");
  if (activation == "silu" || activation == "swish") y = mul(y, call<Value>("sigmoid", {y}));
  const std::int64_t size = whole.shape()[2];
  return {y, slice(whole, {.starts = {size - before}, .ends = {size}, .axes = {2}})};
}

}  // namespace

Value onnx_matmul(const Value& a, const Value& b) {
  if (!is_float(a.dtype())) return cast(onnx_matmul(cast(a, DType::kF64), cast(b, DType::kF64)), a.dtype());
  // A vector is a row on the left and a column on the right.
  const Value left = a.rank() == 1 ? expand_dims(a, {0}) : a, right = b.rank() == 1 ? expand_dims(b, {1}) : b;
  Value y = matmul(left, right);
  if (b.rank() == 1) y = squeeze(y, {-1});
  if (a.rank() == 1) y = squeeze(y, {b.rank() == 1 ? -1 : -2});
  return y;
}

Value onnx_conv(const OnnxNodeReader& node, const Value& x, const Value& w, const Value& bias) {
  const auto axes = static_cast<std::size_t>(std::max(x.rank() - 2, 0));
  const Dims sizes = spatial_sizes(x), kernel = spatial_sizes(w);
  ConvOptions o{.strides = onnx_per_axis(node, "strides", axes), .dilations = onnx_per_axis(node, "dilations", axes)};
  o.pads = onnx_pads(node, sizes, kernel, o.strides, o.dilations);
  o.groups = node.integer("group", 1);
  return conv(x, w, bias, o);
}

std::span<const OnnxOperator> onnx_contractions() {
  static const OnnxOperator rows[] = {
      {"CausalConvWithState", read_causal_conv, 27},
      {"Conv", read_conv, 1},
      {"ConvTranspose", read_conv_transpose, 1},
      {"Det", read_det, 11},
      {"Einsum", read_einsum, 12},
      {"Gemm", read_gemm, 1},
      {"MatMul", read_matmul, 1},
  };
  return rows;
}

}  // namespace lepton::ops
