// pad_gradient: adds each element back to where pad took it from.
#include "lepton/ops/internal/rearrangement_rules.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {

OpDef pad_gradient_op() {
  return {
      .name = "pad_gradient",
      .family = Family::kShape,
      .since = 1,
      .summary = "Gradient of pad: adds each element back to where it came from.",
      .formula = "dx[place(i)] += g[i]",
      .inputs = added_back_inputs(),
      .outputs = {{"dx", like("g"), "as like"}},
      .attributes = pad_attributes(),
      .infer = infer_added_back<Rearrangement::kPad>,
      // Linear in g, and the transpose of pad with zeros around.
      .gradient =
          [](const RuleContext& c) {
            Attributes attributes = c.attributes;
            attributes.set("value", 0.0);
            return std::vector<Value>{call<Value>("pad", {c.grads[0]}, attributes), Value()};
          },
      .samples = [] { return added_back_samples("pad"); },
      .rejects =
          [] {
            return reject_other_shape({{"pads", {0, 1, 0, 1}}});
          },
      .tolerance = {.f32 = 1e-5},
  };
}

}  // namespace lepton::ops
