// Shapes, joining, cutting and padding.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "lepton/ops/comparison.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/onnx/internal/families.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

Value x_of(OnnxNodeReader& node) { return node.value(std::size_t{0}); }

OnnxResults shape_of(OnnxNodeReader& node) {
  const Shape shape = node.type(0).shape;
  const std::int64_t rank = shape.rank();
  const auto place = [&](std::int64_t at) { return std::clamp<std::int64_t>(at < 0 ? at + rank : at, 0, rank); };
  const std::int64_t begin = place(node.integer("start", 0)), end = std::max(begin, place(node.integer("end", rank)));
  return {integers_tensor(Dims(shape.begin() + begin, shape.begin() + end))};
}
OnnxResults size_of_all(OnnxNodeReader& node) { return {Tensor::from<std::int64_t>({node.type(0).shape.num_elements()}, Shape{})}; }

OnnxResults reshaped(OnnxNodeReader& node) {
  const Value x = x_of(node);
  Dims dims = node.has(1) ? onnx_dims(node.tensor(1)) : node.integers("shape");
  const Shape from = x.shape();
  double known = 1;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 0 && node.integer("allowzero", 0) == 0) {
      if (static_cast<int>(i) >= from.rank())
        fail(ErrorCode::kShapeMismatch, "size {} of {} is to be copied, but x has the shape {}", i, Shape(dims), from);
      dims[i] = from[static_cast<int>(i)];
    }
    if (dims[i] < -1) fail(ErrorCode::kInvalidArgument, "a size is {}", dims[i]);
    if (dims[i] >= 0) known *= static_cast<double>(dims[i]);
    if (known > 1e15) fail(ErrorCode::kShapeMismatch, "{} cannot become {}", from, Shape(dims));  // before a product overflows
  }
  if (const auto free = std::ranges::find(dims, -1); free != dims.end()) {
    if (known == 0) fail(ErrorCode::kShapeMismatch, "the size -1 of {} cannot be told", Shape(dims));
    *free = from.num_elements() / static_cast<std::int64_t>(known);
  }
  if (Shape(dims).num_elements() == 0 && from.num_elements() == 0) return {Tensor::empty(x.dtype(), Shape(dims))};
  if (Shape(dims).num_elements() != from.num_elements()) fail(ErrorCode::kShapeMismatch, "{} cannot become {}", from, Shape(dims));
  return {reshape(x, dims)};
}

OnnxResults flattened(OnnxNodeReader& node) {
  const Value x = x_of(node);
  const Shape shape = x.shape();
  const std::int64_t given = node.integer("axis", 1), axis = given == shape.rank() ? given : onnx_axis(given, std::max(shape.rank(), 1));
  std::int64_t outer = 1, inner = 1;
  for (int i = 0; i < shape.rank(); ++i) (i < axis ? outer : inner) *= shape[i];
  return {reshape(x, {outer, inner})};
}

OnnxResults squeezed(OnnxNodeReader& node) {
  const Value x = x_of(node);
  Dims axes = onnx_axes(node, 1), dims;
  for (std::int64_t& axis : axes) axis = onnx_axis(axis, x.rank());
  for (int i = 0; i < x.rank(); ++i) {
    const bool named = std::ranges::find(axes, i) != axes.end();
    if (named && x.shape()[i] != 1) fail(ErrorCode::kShapeMismatch, "axis {} has size {}, not 1", i, x.shape()[i]);
    if (!(named || (axes.empty() && x.shape()[i] == 1))) dims.push_back(x.shape()[i]);
  }
  return {reshape(x, dims)};
}
OnnxResults unsqueezed(OnnxNodeReader& node) {
  const Value x = x_of(node);
  Dims axes = onnx_axes(node, 1);
  const int rank = x.rank() + static_cast<int>(axes.size());
  for (std::int64_t& axis : axes) axis = onnx_axis(axis, rank);
  Dims dims;
  int next = 0;
  for (int i = 0; i < rank; ++i) dims.push_back(std::ranges::find(axes, i) != axes.end() || next >= x.rank() ? 1 : x.shape()[next++]);
  return {reshape(x, dims)};
}

OnnxResults transposed(OnnxNodeReader& node) {
  const Value x = x_of(node);
  Dims order = node.integers("perm");
  if (order.empty()) {
    for (int i = x.rank(); i-- > 0;) order.push_back(i);
  }
  return {order.empty() ? x : transpose(x, order)};
}

OnnxResults joined(OnnxNodeReader& node) {
  std::vector<Value> parts;
  for (std::size_t i = 0; i < node.num_inputs(); ++i) parts.push_back(node.value(i));
  return {parts.size() == 1 ? parts[0] : concat(parts, node.integer("axis", 1))};
}

OnnxResults parted(OnnxNodeReader& node) {
  const Value x = x_of(node);
  const std::int64_t axis = onnx_axis(node.integer("axis", 0), x.rank()), size = x.shape()[static_cast<int>(axis)];
  Dims sizes = node.has(1) ? onnx_dims(node.tensor(1)) : node.integers("split");
  if (sizes.empty()) {  // equal parts; the last one may be smaller
    const std::int64_t count = node.integer("num_outputs", static_cast<std::int64_t>(node.num_outputs()));
    if (count < 1 || count > (1 << 20)) fail(ErrorCode::kInvalidArgument, "{} parts", count);
    const std::int64_t each = (size + count - 1) / count;
    for (std::int64_t i = 0, left = size; i < count; ++i, left -= each) sizes.push_back(std::clamp<std::int64_t>(left, 0, each));
  }
  return onnx_results(split(x, sizes, axis));
}

// Attributes before opset 10, inputs since.
OnnxResults sliced(OnnxNodeReader& node) {
  const Value x = x_of(node);
  SliceOptions options;
  if (node.opset() < 10) {
    options = {.starts = node.integers("starts"), .ends = node.integers("ends"), .axes = node.integers("axes")};
  } else {
    options = {.starts = onnx_dims(node.tensor(1)), .ends = onnx_dims(node.tensor(2))};
    if (node.has(3)) options.axes = onnx_dims(node.tensor(3));
    if (node.has(4)) options.steps = onnx_dims(node.tensor(4));
  }
  return {options.starts.empty() ? x : slice(x, options)};
}

// pads for some axes only, negative ones cut; "wrap" repeats x.
OnnxResults padded(OnnxNodeReader& node) {
  Value x = x_of(node);
  const std::string mode = node.text("mode", "constant");
  const Dims given = node.opset() < 11 ? node.integers(node.opset() < 2 ? "paddings" : "pads") : onnx_dims(node.tensor(1));
  const double fill = node.opset() < 11 ? node.number("value", 0) : node.has(2) ? node.tensor(2).item() : 0;
  const auto rank = static_cast<std::size_t>(x.rank());
  Dims axes = node.has(3) ? onnx_dims(node.tensor(3)) : Dims();
  if (axes.empty() && !node.has(3)) axes.resize(rank), std::iota(axes.begin(), axes.end(), 0);
  if (given.size() != 2 * axes.size()) fail(ErrorCode::kInvalidArgument, "pads has {} entries for {} axes", given.size(), axes.size());
  for (const std::int64_t pad : given) check_pad(pad);
  Dims pads(2 * rank, 0), starts(rank, 0), ends = dims_of(x);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto axis = static_cast<std::size_t>(onnx_axis(axes[i], x.rank()));
    pads[axis] = std::max<std::int64_t>(given[i], 0);
    pads[rank + axis] = std::max<std::int64_t>(given[axes.size() + i], 0);
    starts[axis] = std::max<std::int64_t>(-given[i], 0);
    ends[axis] -= std::max<std::int64_t>(-given[axes.size() + i], 0);
  }
  if (Dims(rank, 0) != starts || ends != dims_of(x)) x = slice(x, {.starts = starts, .ends = ends});
  Dims result = dims_of(x);
  for (std::size_t axis = 0; axis < rank; ++axis) result[axis] += pads[axis] + pads[rank + axis];
  node.claim(result);
  if (mode != "wrap") return {pad(x, pads, mode, fill)};
  for (std::size_t axis = 0; axis < rank; ++axis) {
    const std::int64_t size = x.shape()[static_cast<int>(axis)], before = pads[axis], after = pads[rank + axis];
    if (before == 0 && after == 0) continue;
    if (size == 0) fail(ErrorCode::kShapeMismatch, "an empty axis cannot wrap");
    Dims repeats(rank, 1);
    const std::int64_t front = (before + size - 1) / size;
    repeats[axis] = front + 1 + (after + size - 1) / size;
    x = slice(tile(x, repeats),
              {.starts = {front * size - before}, .ends = {front * size + size + after}, .axes = {static_cast<std::int64_t>(axis)}});
  }
  return {x};
}

OnnxResults expanded(OnnxNodeReader& node) {
  const Value x = x_of(node);
  const Dims wanted = onnx_dims(node.tensor(1));
  const Dims own = dims_of(x);
  const std::size_t rank = std::max(own.size(), wanted.size());
  Dims dims(rank, 1);
  for (std::size_t i = 0; i < rank; ++i) {
    const std::int64_t a = i < rank - own.size() ? 1 : own[i - (rank - own.size())],
                       b = i < rank - wanted.size() ? 1 : wanted[i - (rank - wanted.size())];
    if (a != b && a != 1 && b != 1) fail(ErrorCode::kShapeMismatch, "{} cannot be expanded to {}", x.shape(), Shape(wanted));
    dims[i] = a == 1 ? b : a;
  }
  node.claim(dims);
  return {broadcast_to(x, dims)};
}

OnnxResults tiled(OnnxNodeReader& node) {
  const Dims repeats = onnx_dims(node.tensor(1));
  Dims all = dims_of(x_of(node));
  all.insert(all.end(), repeats.begin(), repeats.end());  // the product of all is the result's size
  node.claim(all);
  return {tile(x_of(node), repeats)};
}

OnnxResults constant_of_shape(OnnxNodeReader& node) {
  const Dims dims = onnx_dims(node.tensor(std::size_t{0}));
  node.claim(dims);
  const Tensor value = node.attributes().has("value") ? node.attributes().get<Tensor>("value") : Tensor::scalar(DType::kF32, 0);
  return {broadcast_to(node.value(OnnxOperand(value.reshape(Shape{}))), dims)};
}

OnnxResults constant_value(OnnxNodeReader& node) {
  const Attributes& a = node.attributes();
  if (a.has("value")) return {a.get<Tensor>("value")};
  if (a.has("value_int")) return {Tensor::from<std::int64_t>({a.integer("value_int")}, Shape{})};
  if (a.has("value_ints")) return {integers_tensor(a.integers("value_ints"))};
  if (a.has("value_float")) return {Tensor::scalar(DType::kF32, a.number("value_float"))};
  if (a.has("value_floats")) {
    const auto& values = a.get<std::vector<double>>("value_floats");
    return {Tensor::from(values, {static_cast<std::int64_t>(values.size())}).cast(DType::kF32)};
  }
  if (const StringTensor* texts = node.string_attribute("value")) return {StringTensor(*texts)};
  if (a.has("value_string")) return {StringTensor{{}, {a.text("value_string")}}};
  if (a.has("value_strings")) {
    const auto& texts = a.get<std::vector<std::string>>("value_strings");
    return {StringTensor{{std::ssize(texts)}, texts}};
  }
  fail(ErrorCode::kInvalidArgument, "the constant has no value");
}

OnnxResults range_of(OnnxNodeReader& node) {
  const Tensor start = node.tensor(std::size_t{0}), limit = node.tensor(1), delta = node.tensor(2);
  const double by = delta.item();
  if (by == 0) fail(ErrorCode::kInvalidArgument, "the step is 0");
  const double count = std::max(0.0, std::ceil((limit.item() - start.item()) / by));
  node.claim(count);
  std::vector<double> values;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(count); ++i) values.push_back(start.item() + static_cast<double>(i) * by);
  return {Tensor::from(values, {static_cast<std::int64_t>(values.size())}).cast(start.dtype())};
}

// The place of each element along an axis, and comparisons of places, give masks.
Value places(const Value& like, std::int64_t axis) { return iota(like, axis, DType::kI64); }

OnnxResults eye_like(OnnxNodeReader& node) {
  const DType dtype = node.attributes().has("dtype") ? onnx_dtype(node.integer("dtype", 1)) : node.type(0).dtype;
  const Shape shape = node.type(0).shape;
  node.claim(static_cast<double>(shape.num_elements()));
  if (shape.rank() != 2) fail(ErrorCode::kShapeMismatch, "x must be a matrix, its shape is {}", shape);
  const Tensor eye = Tensor::zeros(DType::kF64, shape);
  const std::int64_t k = node.integer("k", 0);
  for (std::int64_t i = 0; i < shape[0]; ++i) {
    if (i + k >= 0 && i + k < shape[1]) eye.span<double>()[static_cast<std::size_t>(i * shape[1] + i + k)] = 1;
  }
  return {eye.cast(dtype)};
}

OnnxResults triangle(OnnxNodeReader& node) {
  const Value x = x_of(node);
  const std::int64_t k = node.has(1) ? onnx_integer(node.tensor(1)) : 0;
  const Value row = places(x, -2), column = places(x, -1), border = add(row, onnx_scalar(row, static_cast<double>(k)));
  const Value keep = node.integer("upper", 1) != 0 ? greater_equal(column, border) : less_equal(column, border);
  return {where(keep, x, onnx_scalar(x, 0))};
}

// [N, C, H, W] with the blocks' pixels in the channels, or back.
OnnxResults depth_to_space(OnnxNodeReader& node) {
  const Value x = x_of(node);
  const Shape s = x.shape();
  const std::int64_t b = node.integer("blocksize", 1);
  if (s.rank() != 4 || b < 1 || s[1] % (b * b) != 0) fail(ErrorCode::kShapeMismatch, "blocks of {} do not fit into the shape {}", b, s);
  const std::int64_t c = s[1] / (b * b);
  const Value y = node.text("mode", "DCR") == "DCR" ? transpose(reshape(x, {s[0], b, b, c, s[2], s[3]}), {0, 3, 4, 1, 5, 2})
                                                    : transpose(reshape(x, {s[0], c, b, b, s[2], s[3]}), {0, 1, 4, 2, 5, 3});
  return {reshape(y, {s[0], c, s[2] * b, s[3] * b})};
}
OnnxResults space_to_depth(OnnxNodeReader& node) {
  const Value x = x_of(node);
  const Shape s = x.shape();
  const std::int64_t b = node.integer("blocksize", 1);
  if (s.rank() != 4 || b < 1 || s[2] % b != 0 || s[3] % b != 0)
    fail(ErrorCode::kShapeMismatch, "blocks of {} do not fit into the shape {}", b, s);
  const Value parts = reshape(x, {s[0], s[1], s[2] / b, b, s[3] / b, b});
  const bool crd = node.text("mode", "DCR") == "CRD";
  return {reshape(transpose(parts, crd ? Dims{0, 1, 3, 5, 2, 4} : Dims{0, 3, 5, 1, 2, 4}), {s[0], s[1] * b * b, s[2] / b, s[3] / b})};
}

OnnxResults center_crop_pad(OnnxNodeReader& node) {
  Value x = x_of(node);
  const Dims wanted = onnx_dims(node.tensor(1));
  Dims axes = node.integers("axes");
  if (axes.empty()) axes.resize(wanted.size()), std::iota(axes.begin(), axes.end(), 0);
  if (axes.size() != wanted.size()) fail(ErrorCode::kInvalidArgument, "{} sizes for {} axes", wanted.size(), axes.size());
  const auto rank = static_cast<std::size_t>(x.rank());
  Dims starts(rank, 0), ends = dims_of(x), pads(2 * rank, 0), made = ends;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto axis = static_cast<std::size_t>(onnx_axis(axes[i], x.rank()));
    check_pad(wanted[i]);
    made[axis] = wanted[i];
    const std::int64_t size = ends[axis], more = wanted[i] - size;
    if (more < 0) {
      starts[axis] = -more / 2;
      ends[axis] = starts[axis] + wanted[i];
    } else {
      pads[axis] = more / 2;
      pads[rank + axis] = more - more / 2;
    }
  }
  node.claim(made);
  x = slice(x, {.starts = starts, .ends = ends});
  return {pad(x, pads, "constant", 0)};
}

}  // namespace

std::span<const OnnxOperator> onnx_shapes() {
  static const OnnxOperator rows[] = {
      {"CenterCropPad", center_crop_pad, 18, kStored},
      {"Concat", joined, 4, kMoved},
      {"Constant", constant_value, 1, kStored},
      {"ConstantOfShape", constant_of_shape, 9, kStored},
      {"DepthToSpace", depth_to_space, 1, kStored},
      {"Expand", expanded, 8, kMoved},
      {"EyeLike", eye_like, 9, kStored},
      {"Flatten", flattened, 1, kMoved},
      {"Pad", padded, 1},
      {"Range", range_of, 11, kStored},
      {"Reshape", reshaped, 1, kMoved},
      {"Shape", shape_of, 1, kStored},
      {"Size", size_of_all, 1, kStored},
      {"Slice", sliced, 1, kMoved},
      {"SpaceToDepth", space_to_depth, 1, kStored},
      {"Split", parted, 2, kMoved},
      {"Squeeze", squeezed, 1, kMoved},
      {"Tile", tiled, 6, kMoved},
      {"Transpose", transposed, 1, kMoved},
      {"Trilu", triangle, 14},
      {"Unsqueeze", unsqueezed, 1, kMoved},
  };
  return rows;
}

}  // namespace lepton::ops
