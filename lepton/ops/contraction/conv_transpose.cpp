// conv_transpose: the transposed convolution, which spreads each input element over a window of the result.
#include <algorithm>

#include "lepton/ops/contraction.hpp"
#include "lepton/ops/internal/conv_rules.hpp"
#include "lepton/ops/reduction.hpp"

namespace lepton::ops {
namespace {

// What is cut off the full result of an axis, and what is added to its end; neither depends on the input.
struct Trim {
  std::int64_t stride = 1, reach = 1, begin = 0, end = 0, extra = 0;
};

std::int64_t item(const Attributes& attributes, std::string_view name, std::size_t i, std::int64_t fallback) {
  const auto& list = attributes.integers(name);
  return i < list.size() ? list[i] : fallback;
}

// The lists' lengths are checked before.
std::vector<Trim> trims(const Attributes& attributes, std::span<const std::int64_t> kernel) {
  const std::string& padding = attributes.text("padding");
  std::vector<Trim> all(kernel.size());
  for (std::size_t i = 0; i < kernel.size(); ++i) {
    Trim& t = all[i];
    t.stride = item(attributes, "strides", i, 1);
    t.reach = (kernel[i] - 1) * item(attributes, "dilations", i, 1) + 1;
    if (padding == "explicit") {
      t.begin = item(attributes, "pads", i, 0);
      t.end = item(attributes, "pads", i + kernel.size(), 0);
      t.extra = item(attributes, "output_padding", i, 0);
      continue;
    }
    t.extra = std::max<std::int64_t>(0, t.stride - t.reach);
    if (padding == "same") {
      const std::int64_t total = std::max<std::int64_t>(0, t.reach - t.stride);
      t.begin = total / 2;
      t.end = total - t.begin;
    }
  }
  return all;
}

Result<void> check_lists(const InferContext& c, std::size_t rank) {
  const std::string& padding = c.attributes.text("padding");
  if (padding != "explicit" && padding != "same" && padding != "valid")
    return c.error(ErrorCode::kInvalidArgument, "padding must be 'explicit', 'same' or 'valid' (padding '{}')", padding);
  for (const auto& [name, count] : {std::pair{"strides", rank}, {"dilations", rank}, {"pads", 2 * rank}, {"output_padding", rank}}) {
    const std::size_t size = c.attributes.integers(name).size();
    if (size != 0 && size != count) return c.error(ErrorCode::kInvalidArgument, "{} must have {} values, got {}", name, count, size);
  }
  if (padding != "explicit" && !c.attributes.integers("output_padding").empty())
    return c.error(ErrorCode::kInvalidArgument, "output_padding goes with padding 'explicit' only (padding '{}')", padding);
  return {};
}

Result<std::vector<Shape>> infer(const InferContext& c) {
  const Shape &x = c.shape(0), &weight = c.shape(1);
  LEPTON_TRY(const std::vector<std::int64_t> spatial, spatial_sizes(c, x, "x"));
  LEPTON_TRY(const std::vector<std::int64_t> kernel, spatial_sizes(c, weight, "weight"));
  LEPTON_CHECK_OK(check_lists(c, spatial.size()));
  const std::int64_t groups = c.attributes.integer("groups");
  if (x.rank() != weight.rank() || weight[0] != x[1] || weight[0] % groups != 0) {
    return c.error(ErrorCode::kShapeMismatch, "weight expects {} input channels, input has {} (input {}, weight {}, groups {})", weight[0],
                   x[1], x, weight, groups);
  }
  Dims dims = {x[0], weight[1] * groups};
  if (c.present(2) && c.shape(2) != Shape{dims[1]})
    return c.error(ErrorCode::kShapeMismatch, "bias must have one value for each of the {} output channels (bias {})", dims[1], c.shape(2));
  const std::vector<Trim> cuts = trims(c.attributes, kernel);
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    const Trim& t = cuts[i];
    if (t.extra >= t.stride)
      return c.error(ErrorCode::kInvalidArgument, "output_padding must be less than the stride ({} and {})", t.extra, t.stride);
    const std::int64_t size = (spatial[i] - 1) * t.stride + t.reach - t.begin - t.end + t.extra;
    if (size < 1) return c.error(ErrorCode::kShapeMismatch, "padding {} and {} leaves nothing of axis {}", t.begin, t.end, i + 2);
    dims.push_back(size);
  }
  return std::vector<Shape>{Shape(std::move(dims))};
}

// It is the input gradient of the convolution that leads from y back to x; that convolution and its weight gradient are the gradients.
std::vector<Value> gradient(const RuleContext& c) {
  const Value &x = c.inputs[0], &weight = c.inputs[1], &g = c.grads[0];
  const ConvOptions options = conv_options(c.attributes);
  std::vector<Value> grads(c.inputs.size());
  if (c.needs(0)) grads[0] = conv(g, weight, Value(), options);
  if (c.needs(1)) grads[1] = conv_weight_gradient(g, x, weight, options);
  if (c.needs(2)) {
    std::vector<std::int64_t> axes = {0};
    for (int axis = 2; axis < x.rank(); ++axis) axes.push_back(axis);
    grads[2] = sum(g, {.axes = axes});
  }
  return grads;
}

std::vector<Sample> samples() {
  std::vector<Sample> all;
  const auto add = [&](Shape x, Shape weight, Attributes attributes, std::int64_t channels) {
    all.push_back({{{std::move(x)}, {std::move(weight)}, {{channels}}}, std::move(attributes)});
  };
  add({2, 3, 4}, {3, 2, 3}, {}, 2);
  add({1, 2, 4}, {2, 3, 3}, {{"strides", {2}}, {"padding", "same"}}, 3);
  add({2, 3, 3, 4}, {3, 2, 3, 3}, {{"strides", {2, 2}}, {"pads", {1, 1, 1, 1}}, {"output_padding", {1, 0}}}, 2);
  add({1, 4, 3, 3}, {4, 2, 2, 3}, {{"strides", {2, 1}}, {"groups", 2}, {"padding", "valid"}}, 4);
  add({1, 2, 3, 2}, {2, 2, 2, 2}, {{"strides", {3, 3}}, {"padding", "same"}}, 2);
  add({1, 2, 3, 2}, {2, 1, 2, 2}, {{"strides", {3, 3}}, {"padding", "valid"}, {"groups", 2}}, 2);
  add({1, 2, 4, 3}, {2, 2, 3, 2}, {{"dilations", {2, 2}}, {"pads", {1, 0, 2, 1}}}, 2);
  add({1, 2, 2, 3, 2}, {2, 2, 2, 3, 2}, {{"strides", {2, 2, 1}}, {"padding", "same"}}, 2);
  all.push_back({{{{2, 3, 3, 3}}, {{3, 2, 3, 3}}}, {}, "no bias"});
  return all;
}

std::vector<Reject> rejects() {
  return {{{{{{1, 3, 4, 4}}, {{2, 3, 3, 3}}}}, ErrorCode::kShapeMismatch},
          {{{{{1, 3, 4, 4}}, {{3, 2, 3, 3}}, {{3}}}}, ErrorCode::kShapeMismatch},
          {{{{{1, 3, 1}}, {{3, 2, 3}}}, {{"pads", {2, 1}}}}, ErrorCode::kShapeMismatch},
          {{{{{1, 3, 4}}, {{3, 2, 3}}}, {{"output_padding", {1}}}}, ErrorCode::kInvalidArgument},
          {{{{{1, 3, 4}}, {{3, 2, 3}}}, {{"strides", {2}}, {"padding", "same"}, {"output_padding", {1}}}}, ErrorCode::kInvalidArgument},
          {{{{{1, 3, 4}}, {{3, 2, 3}}}, {{"padding", "full"}}}, ErrorCode::kInvalidArgument},
          {{{{{1, 3, 4, 4}}, {{3, 2, 3, 3}}}, {{"strides", {2}}}}, ErrorCode::kInvalidArgument}};
}

// Padding is written out: ONNX's "same" differs where the stride is larger than the kernel.
void emit(OnnxEmitter& e) {
  const Shape& weight = e.input_type(1).shape;
  const auto kernel = std::span(weight.dims()).subspan(2);
  std::vector<std::int64_t> begins, ends, extra;
  for (const Trim& t : trims(e.attributes(), kernel)) {
    begins.push_back(t.begin);
    ends.push_back(t.end);
    extra.push_back(t.extra);
  }
  begins.insert(begins.end(), ends.begin(), ends.end());
  Attributes attributes = {{"kernel_shape", std::vector<std::int64_t>(kernel.begin(), kernel.end())},
                           {"pads", begins},
                           {"output_padding", extra},
                           {"group", e.attributes().integer("groups")}};
  for (const char* name : {"strides", "dilations"}) {
    if (!e.attributes().integers(name).empty()) attributes.set(name, e.attributes().integers(name));
  }
  std::vector<std::string> inputs = {e.input(0), e.input(1)};
  if (e.num_inputs() > 2) inputs.push_back(e.input(2));
  e.output(0, e.node("ConvTranspose", inputs, attributes)[0]);
}

std::vector<AttributeDef> attributes() {
  std::vector<AttributeDef> all = conv_attributes();
  all.push_back({"output_padding", std::vector<std::int64_t>{}, non_negative_integers,
                 "added to the end of each spatial axis, less than the stride; with padding 'explicit'; empty: 0"});
  return all;
}

}  // namespace

OpDef conv_transpose_op() {
  return {
      .name = "conv_transpose",
      .family = Family::kContraction,
      .since = 1,
      .summary = "Transposed convolution over one to three spatial axes, with groups; sizes are Keras's for padding 'same' and 'valid'.",
      .formula = "y[n, o, i] = bias[o] + sum over c, k with i = p * stride + k * dilation - pad of x[n, c, p] * weight[c, o, k]",
      .inputs = {{"x", kFloats, "[N, C, spatial…]"},
                 {"weight", like("x"), "[C, O / groups, kernel…]"},
                 {.name = "bias", .dtype = like("x"), .doc = "[O]", .optional = true}},
      .outputs = {{"y", like("x"), "[N, O, spatial…]"}},
      .attributes = attributes(),
      .infer = infer,
      .gradient = gradient,
      .traits = kContraction,
      .onnx = {.opset = 11, .emit = emit},
      .samples = samples,
      .rejects = rejects,
      .tolerance = {.f32 = 2e-5},
  };
}

}  // namespace lepton::ops
