// tile: repeats x along each axis.
#include "lepton/ops/internal/rearrangement_rules.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

std::vector<Sample> samples() {
  return {{{{{3}}}, {{"repeats", {4}}}},
          {{{{2, 3}}}, {{"repeats", {2, 1}}}},
          {{{{2, 1, 3}}}, {{"repeats", {1, 4, 2}}}},
          {{{{2}}}, {{"repeats", {0}}}},
          {{{{}}}, {{"repeats", std::vector<std::int64_t>{}}}}};
}

std::vector<Reject> rejects() {
  return {{{{{{4}}}, {{"repeats", {1, 2}}}}, ErrorCode::kInvalidArgument}, {{{{{4}}}, {{"repeats", {-1}}}}, ErrorCode::kInvalidArgument}};
}

void emit(OnnxEmitter& e) { e.output(0, onnx_node(e, "Tile", {e.input(0), onnx_list(e, e.attributes().integers("repeats"))})); }

}  // namespace

OpDef tile_op() {
  return {
      .name = "tile",
      .family = Family::kShape,
      .since = 1,
      .summary = "Repeats x along each axis.",
      .formula = "y[i] = x[i mod size]",
      .inputs = {{"x", kAnyDtype, "any shape"}},
      .outputs = {{"y", like("x")}},
      .attributes = tile_attributes(),
      .infer = infer_rearranged<Rearrangement::kTile>,
      .gradient =
          [](const RuleContext& c) {
            return std::vector<Value>{call<Value>("tile_gradient", {c.grads[0], c.inputs[0]}, c.attributes)};
          },
      .onnx = {.opset = 13, .emit = emit},
      .samples = samples,
      .rejects = rejects,
  };
}

}  // namespace lepton::ops
