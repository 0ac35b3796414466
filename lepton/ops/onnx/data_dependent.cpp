// Operators whose result's size depends on the data: their inputs must be known, and they are computed while the model is read.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "lepton/ops/onnx/internal/families.hpp"

namespace lepton::ops {
namespace {

OnnxResults read_non_zero(OnnxNodeReader& node) {
  const Tensor x = node.tensor(std::size_t{0});
  const std::vector<double> values = x.to_vector<double>();
  const int rank = std::max(x.shape().rank(), 1);
  std::vector<std::int64_t> found;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] != 0) found.push_back(static_cast<std::int64_t>(i));
  }
  const auto count = std::ssize(found);
  const Tensor places = Tensor::empty(DType::kI64, {rank, count});
  for (std::int64_t k = 0; k < count; ++k) {
    std::int64_t rest = found[static_cast<std::size_t>(k)];
    for (int axis = rank; axis-- > 0;) {
      const std::int64_t size = x.shape().rank() == 0 ? 1 : x.shape()[axis];
      places.data<std::int64_t>()[axis * count + k] = rest % size;
      rest /= size;
    }
  }
  return {places};
}

// Slices of x along an axis, as a list of places in [outer, axis, inner].
Tensor take(const Tensor& x, std::int64_t axis, const std::vector<std::int64_t>& which) {
  const Tensor from = x.contiguous();
  std::int64_t outer = 1, inner = 1;
  for (int i = 0; i < x.shape().rank(); ++i) (i < axis ? outer : inner) *= i == axis ? 1 : x.shape()[i];
  Dims dims = x.shape().dims();
  const std::int64_t size = dims[static_cast<std::size_t>(axis)];
  dims[static_cast<std::size_t>(axis)] = std::ssize(which);
  const Tensor to = Tensor::empty(x.dtype(), Shape(dims));
  const auto bytes = static_cast<std::size_t>(inner) * size_of(x.dtype());
  std::byte* out = to.bytes();
  for (std::int64_t o = 0; o < outer; ++o) {
    for (const std::int64_t w : which) out = std::copy_n(from.bytes() + static_cast<std::size_t>(o * size + w) * bytes, bytes, out);
  }
  return to;
}

OnnxResults read_compress(OnnxNodeReader& node) {
  const bool flat = !node.attributes().has("axis");
  const std::int64_t axis = flat ? 0 : onnx_axis(node.integer("axis", 0), node.type(0).shape.rank());
  Tensor x = node.tensor(std::size_t{0});
  const std::vector<std::int64_t> keep = node.tensor(1).to_vector<std::int64_t>();
  if (flat) x = x.reshape({-1});
  std::vector<std::int64_t> which;
  for (std::size_t i = 0; i < keep.size(); ++i) {
    if (keep[i] != 0 && static_cast<std::int64_t>(i) < x.shape()[static_cast<int>(axis)]) which.push_back(static_cast<std::int64_t>(i));
  }
  return {take(x, axis, which)};
}

// The slices along an axis (or elements) that differ; with the first place of each, where each element went, and how many there are.
OnnxResults read_unique(OnnxNodeReader& node) {
  Tensor x = node.tensor(std::size_t{0});
  std::int64_t axis = 0;
  if (node.attributes().has("axis")) {
    axis = onnx_axis(node.integer("axis", 0), x.shape().rank());
  } else {
    x = x.reshape({-1});
  }
  node.claim(static_cast<double>(x.num_elements()));
  const std::int64_t size = x.shape()[static_cast<int>(axis)];
  std::vector<std::vector<double>> slices;
  for (std::int64_t i = 0; i < size; ++i) slices.push_back(take(x, axis, {i}).to_vector<double>());
  std::vector<std::int64_t> order(static_cast<std::size_t>(size));
  std::iota(order.begin(), order.end(), 0);
  const auto slice_of = [&](std::int64_t i) -> const std::vector<double>& { return slices[static_cast<std::size_t>(i)]; };
  std::ranges::stable_sort(order, [&](std::int64_t a, std::int64_t b) { return slice_of(a) < slice_of(b); });
  std::vector<std::int64_t> firsts, inverse(order.size()), counts;
  std::vector<std::vector<std::int64_t>> members;
  for (const std::int64_t i : order) {
    if (members.empty() || slice_of(members.back().front()) != slice_of(i)) members.emplace_back();
    members.back().push_back(i);
  }
  if (node.integer("sorted", 1) == 0) std::ranges::stable_sort(members, {}, [](const std::vector<std::int64_t>& m) { return m.front(); });
  for (std::size_t k = 0; k < members.size(); ++k) {
    firsts.push_back(members[k].front());
    counts.push_back(std::ssize(members[k]));
    for (const std::int64_t i : members[k]) inverse[static_cast<std::size_t>(i)] = static_cast<std::int64_t>(k);
  }
  return {take(x, axis, firsts), integers_tensor(firsts), integers_tensor(inverse), integers_tensor(counts)};
}

struct Box {
  double top, left, bottom, right;
  double area() const { return std::max(0.0, bottom - top) * std::max(0.0, right - left); }
};
double overlap(const Box& a, const Box& b) {
  const Box both{std::max(a.top, b.top), std::max(a.left, b.left), std::min(a.bottom, b.bottom), std::min(a.right, b.right)};
  const double shared = both.area(), all = a.area() + b.area() - shared;
  return all <= 0 ? 0 : shared / all;
}

// For each picture and class the best boxes that do not overlap a better one too much.
OnnxResults read_non_max_suppression(OnnxNodeReader& node) {
  const Tensor boxes = node.tensor(std::size_t{0}), scores = node.tensor(1);
  const auto scalar = [&](std::size_t i, double otherwise) { return node.has(i) ? node.tensor(i).item() : otherwise; };
  const auto most = static_cast<std::int64_t>(scalar(2, 0));
  const double too_much = scalar(3, 0), least = scalar(4, -INFINITY);
  const bool centers = node.integer("center_point_box", 0) != 0;
  const std::vector<double> b = boxes.to_vector<double>(), s = scores.to_vector<double>();
  const std::int64_t pictures = scores.shape()[0], classes = scores.shape()[1], count = scores.shape()[2];
  if (boxes.shape() != Shape{pictures, count, 4})
    fail(ErrorCode::kShapeMismatch, "boxes {} do not fit scores {}", boxes.shape(), scores.shape());
  const auto box_of = [&](std::int64_t picture, std::int64_t i) -> Box {
    const double* v = b.data() + (picture * count + i) * 4;
    if (centers) return {v[1] - v[3] / 2, v[0] - v[2] / 2, v[1] + v[3] / 2, v[0] + v[2] / 2};
    return {std::min(v[0], v[2]), std::min(v[1], v[3]), std::max(v[0], v[2]), std::max(v[1], v[3])};
  };
  std::vector<std::int64_t> chosen;
  for (std::int64_t picture = 0; picture < pictures; ++picture) {
    for (std::int64_t c = 0; c < classes; ++c) {
      const double* own = s.data() + (picture * classes + c) * count;
      std::vector<std::int64_t> order;
      for (std::int64_t i = 0; i < count; ++i) {
        if (own[i] > least) order.push_back(i);
      }
      std::ranges::stable_sort(order, std::ranges::greater(), [&](std::int64_t i) { return own[i]; });
      std::vector<Box> kept;
      for (const std::int64_t i : order) {
        if (std::ssize(kept) >= most) break;
        const Box box = box_of(picture, i);
        if (std::ranges::any_of(kept, [&](const Box& other) { return overlap(box, other) > too_much; })) continue;
        kept.push_back(box);
        chosen.insert(chosen.end(), {picture, c, i});
      }
    }
  }
  return {Tensor::from(chosen, {std::ssize(chosen) / 3, 3})};
}

}  // namespace

std::span<const OnnxOperator> onnx_data_dependent() {
  static const OnnxOperator rows[] = {
      {"Compress", read_compress, 9, kMoved},
      {"NonMaxSuppression", read_non_max_suppression, 10},
      {"NonZero", read_non_zero, 9, kStored},
      {"Unique", read_unique, 11, kStored},
  };
  return rows;
}

}  // namespace lepton::ops
