// tile_gradient: adds each element back to where tile took it from.
#include "lepton/ops/internal/rearrangement_rules.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {

OpDef tile_gradient_op() {
  return {
      .name = "tile_gradient",
      .family = Family::kShape,
      .since = 1,
      .summary = "Gradient of tile: adds each element back to where it came from.",
      .formula = "dx[place(i)] += g[i]",
      .inputs = added_back_inputs(),
      .outputs = {{"dx", like("g"), "as like"}},
      .attributes = tile_attributes(),
      .infer = infer_added_back<Rearrangement::kTile>,
      // Linear in g, and the transpose of tile.
      .gradient =
          [](const RuleContext& c) {
            return std::vector<Value>{call<Value>("tile", {c.grads[0]}, c.attributes), Value()};
          },
      .samples = [] { return added_back_samples("tile"); },
      .rejects =
          [] {
            return reject_other_shape({{"repeats", {2, 2}}});
          },
      .tolerance = {.f32 = 1e-5},
  };
}

}  // namespace lepton::ops
