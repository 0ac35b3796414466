// resize: interpolates along the spatial axes.
#include "lepton/ops/internal/resize_rules.hpp"
#include "lepton/ops/pooling.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_TRY(Shape y, resize_output_shape(c, c.shape(0)));
  return std::vector<Shape>{std::move(y)};
}

std::vector<Reject> rejects() {
  const SampleInput x = {{1, 1, 4, 4}};
  const Attribute twice = std::vector<double>{2, 2};
  return {{{{x}}, ErrorCode::kInvalidArgument},
          {{{x}, {{"sizes", {2, 2}}, {"scales", twice}}}, ErrorCode::kInvalidArgument},
          {{{x}, {{"sizes", {2}}}}, ErrorCode::kInvalidArgument},
          {{{x}, {{"sizes", {2, 0}}}}, ErrorCode::kInvalidArgument},
          {{{x}, {{"scales", std::vector<double>{0.1, 1}}}}, ErrorCode::kInvalidArgument},
          {{{x}, {{"scales", twice}, {"mode", "area"}}}, ErrorCode::kInvalidArgument},
          {{{x}, {{"scales", twice}, {"coordinates", "corner"}}}, ErrorCode::kInvalidArgument},
          {{{x}, {{"scales", twice}, {"rounding", "even"}}}, ErrorCode::kInvalidArgument},
          {{{{{4, 4}}}, {{"scales", twice}}}, ErrorCode::kShapeMismatch}};
}

void emit(OnnxEmitter& e) {
  const Attributes& a = e.attributes();
  const std::string& rounding = a.text("rounding");
  const bool prefers = rounding == "prefer_floor" || rounding == "prefer_ceil";
  std::vector<std::int64_t> axes;
  for (int axis = 2; axis < e.input_type(0).shape.rank(); ++axis) axes.push_back(axis);
  const auto count = static_cast<std::int64_t>(axes.size());
  std::vector<std::string> inputs = {e.input(0), "", "", ""};
  if (const auto& scales = a.get<std::vector<double>>("scales"); !scales.empty()) {
    inputs[2] = e.constant(Tensor::from(scales, {count}).cast(DType::kF32));
  } else {
    inputs[3] = e.constant(Tensor::from(a.integers("sizes"), {count}));
  }
  e.output(0, e.node("Resize", inputs,
                     {{"axes", axes},
                      {"mode", a.text("mode")},
                      {"coordinate_transformation_mode", a.text("coordinates")},
                      {"nearest_mode", prefers ? "round_" + rounding : rounding},
                      {"cubic_coeff_a", a.number("cubic_coefficient")}})[0]);
}

}  // namespace

OpDef resize_op() {
  return {
      .name = "resize",
      .family = Family::kPooling,
      .since = 1,
      .summary = "Interpolates along the spatial axes: nearest, linear or cubic. Elements outside are those at the border.",
      .formula = "y[n, c, p] = sum over taps t of weight(p, t) * x[n, c, place(p, t)], a product over the spatial axes",
      .source = "cubic: Keys 1981",
      .inputs = {{"x", kFloats, "[N, C, spatial…]"}},
      .outputs = {{"y", like("x"), "[N, C, spatial…]"}},
      .attributes = resize_attributes(),
      .infer = infer,
      .gradient =
          [](const RuleContext& c) {
            return std::vector<Value>{call<Value>("resize_gradient", {c.grads[0], c.inputs[0]}, c.attributes)};
          },
      .onnx = {.opset = 18, .emit = emit},
      .samples =
          [] {
            std::vector<Sample> all;
            for (const ResizeCase& one : resize_cases()) all.push_back({{{one.x}}, one.attributes});
            return all;
          },
      .rejects = rejects,
  };
}

}  // namespace lepton::ops
