// embedding: looks up the row of a table for each index.
#include "lepton/ops/indexing.hpp"
#include "lepton/ops/internal/rules.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  if (c.shape(1).rank() != 2) return c.error(ErrorCode::kShapeMismatch, "the table must be [rows, width] (got {})", c.shape(1));
  Dims dims = c.shape(0).dims();
  dims.push_back(c.shape(1)[1]);
  return std::vector<Shape>{Shape(std::move(dims))};
}

}  // namespace

OpDef embedding_op() {
  return {
      .name = "embedding",
      .family = Family::kIndexing,
      .since = 1,
      .summary = "Looks up the row of a table for each index.",
      .formula = "y[i, k] = table[indices[i], k]",
      .source = "Bengio et al. 2003",
      .inputs = {{"indices", kIndices, "any shape"}, {"table", kFloats, "[rows, width]"}},
      .outputs = {{"y", like("table"), "shape of indices, then width"}},
      .infer = infer,
      .body = [](const RuleContext& c) { return std::vector<Value>{gather(c.inputs[1], c.inputs[0], 0)}; },
      .samples =
          [] {
            return std::vector<Sample>{{{{{2, 3}, 0, 5, DType::kI64}, {{5, 4}}}}, {{{{6}, 0, 3, DType::kI32}, {{3, 1}}}}};
          },
      .rejects =
          [] {
            return std::vector<Reject>{{{{{{2}, 0, 5, DType::kI64}, {{5}}}}, ErrorCode::kShapeMismatch},
                                       {{{{{2}}, {{5, 2}}}}, ErrorCode::kDtypeMismatch}};
          },
  };
}

}  // namespace lepton::ops
