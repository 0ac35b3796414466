// Shape rule and samples of the poolings.
#include "lepton/ops/internal/pool_rules.hpp"

#include <algorithm>

#include "lepton/base/random.hpp"

namespace lepton::ops {

std::vector<AttributeDef> pool_attributes(bool average) {
  std::vector<AttributeDef> attributes = window_attributes();
  attributes.insert(attributes.begin(), {"window", std::vector<std::int64_t>{}, positive_integers, "size along each spatial axis", true});
  if (average) attributes.push_back({"count_include_pad", false, any_value, "divide by the whole window, padding too"});
  return attributes;
}

Result<Shape> pool_output_shape(const InferContext& c, const Shape& x) {
  LEPTON_TRY(const std::vector<std::int64_t> spatial, spatial_sizes(c, x, "x"));
  LEPTON_TRY(const std::vector<WindowAxis> axes, window_axes(c.op.name, spatial, c.attributes.integers("window"), c.attributes));
  Dims dims = {x[0], x[1]};
  for (const WindowAxis& axis : axes) dims.push_back(axis.output);
  return Shape(std::move(dims));
}

std::vector<PoolCase> pool_cases(bool average) {
  std::vector<PoolCase> cases = {
      {{2, 3, 7}, {2, 3, 3}, {{"window", {2}}, {"strides", {2}}}},
      {{2, 2, 6, 7}, {2, 2, 3, 3}, {{"window", {2, 2}}, {"strides", {2, 2}}}},
      {{1, 2, 5, 7}, {1, 2, 3, 4}, {{"window", {3, 2}}, {"strides", {2, 2}}, {"padding", "same"}}},
      {{1, 2, 6, 5}, {1, 2, 6, 4}, {{"window", {3, 3}}, {"pads", {1, 1, 1, 0}}}},
      {{1, 1, 8, 8}, {1, 1, 4, 4}, {{"window", {3, 3}}, {"dilations", {2, 2}}, {"padding", "valid"}}},
      {{1, 2, 4, 5, 4}, {1, 2, 2, 2, 2}, {{"window", {2, 2, 2}}, {"strides", {2, 2, 2}}}},
  };
  if (average) {
    Attributes counted = cases[3].attributes;
    counted.set("count_include_pad", true);
    cases.push_back({cases[3].x, cases[3].y, counted});
  }
  return cases;
}

SampleInput distinct_values(const Shape& shape) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < shape.num_elements(); ++i) values.push_back(0.1 * static_cast<double>(i) - 3);
  Random(5).shuffle(values);
  return {.value = Tensor::from(values, shape)};
}

Tensor pooled(const Tensor& x, const PoolCase& one) {
  const auto rank = static_cast<std::size_t>(one.x.rank() - 2);
  Attributes complete = one.attributes;
  if (!complete.has("padding")) complete.set("padding", "explicit");
  const std::vector<WindowAxis> axes =
      window_axes("pooled", std::span(one.x.dims()).subspan(2), complete.integers("window"), complete).value();
  const Tensor y = Tensor::full(DType::kF64, one.y, -1e300);
  const std::int64_t planes = one.x[0] * one.x[1], inputs = one.x.num_elements() / planes, outputs = one.y.num_elements() / planes;
  // Every pair of output and input place: is the input one of the window's taps?
  for (std::int64_t o = 0; o < outputs; ++o) {
    for (std::int64_t i = 0; i < inputs; ++i) {
      std::int64_t out = o, in = i;
      bool inside = true;
      for (std::size_t a = rank; a-- > 0;) {
        const std::int64_t distance = in % axes[a].input - axes[a].place(out % axes[a].output, 0);
        inside = inside && distance >= 0 && distance % axes[a].dilation == 0 && distance / axes[a].dilation < axes[a].kernel;
        out /= axes[a].output;
        in /= axes[a].input;
      }
      if (!inside) continue;
      for (std::int64_t p = 0; p < planes; ++p) {
        double& best = y.data<double>()[p * outputs + o];
        best = std::max(best, x.data<double>()[p * inputs + i]);
      }
    }
  }
  return y;
}

}  // namespace lepton::ops
