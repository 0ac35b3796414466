// slice_gradient: adds each element back to where slice took it from.
#include "lepton/ops/internal/rearrangement_rules.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {

OpDef slice_gradient_op() {
  return {
      .name = "slice_gradient",
      .family = Family::kShape,
      .since = 1,
      .summary = "Gradient of slice: adds each element back to where it came from.",
      .formula = "dx[place(i)] += g[i]",
      .inputs = added_back_inputs(),
      .outputs = {{"dx", like("g"), "as like"}},
      .attributes = slice_attributes(),
      .infer = infer_added_back<Rearrangement::kSlice>,
      // Linear in g, and the transpose of slice.
      .gradient =
          [](const RuleContext& c) {
            return std::vector<Value>{call<Value>("slice", {c.grads[0]}, c.attributes), Value()};
          },
      .samples = [] { return added_back_samples("slice"); },
      .rejects =
          [] {
            return reject_other_shape({{"starts", {0}}, {"ends", {1}}});
          },
      .tolerance = {.f32 = 1e-5},
  };
}

}  // namespace lepton::ops
