// constant: a tensor that is part of the graph.
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {

Value constant(Builder& builder, const Tensor& value) { return builder.add(get_op("constant"), {}, {{"value", value}}, {})[0]; }

OpDef constant_op() {
  return {
      .name = "constant",
      .family = Family::kShape,
      .since = 1,
      .summary = "A tensor stored in the graph.",
      .inputs = {},
      .outputs = {{"y", kAnyDtype}},
      .attributes = {{"value", Tensor::scalar(DType::kF32, 0), any_value, "the tensor", true}},
      .infer_types = [](const InferContext& c) -> Result<std::vector<TensorType>> {
        return std::vector<TensorType>{c.attributes.get<Tensor>("value").type()};
      },
      .not_differentiable = "has no inputs",
      .traits = kConstantTrait,
      .onnx = {.emit = [](OnnxEmitter& e) { e.output(0, e.constant(e.attributes().get<Tensor>("value"))); }},
      .samples =
          [] {
            return std::vector<Sample>{{{}, {{"value", Tensor::from<double>({1, 2, 3}, {3})}}}};
          },
  };
}

}  // namespace lepton::ops
