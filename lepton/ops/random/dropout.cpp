// dropout: random zeroing that can be replayed: the gradient draws the same mask again.
#include "lepton/ops/internal/random_rules.hpp"
#include "lepton/ops/random.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_CHECK_OK(check_key(c, 1));
  return std::vector<Shape>{c.shape(0)};
}

std::vector<Value> gradient(const RuleContext& c) {
  return {dropout(c.grads[0], c.inputs[1], {.rate = c.attributes.number("rate"), .stream = c.attributes.integer("stream")}), Value()};
}

}  // namespace

OpDef dropout_op() {
  return {
      .name = "dropout",
      .family = Family::kRandom,
      .since = 1,
      .summary = "Zeroes each element with probability rate and scales the rest by 1 / (1 - rate).",
      .formula = "y[i] = u[i] >= rate ? x[i] / (1 - rate) : 0, u[i] uniform from (key, stream, i)",
      .source = "Srivastava et al. 2014",
      .inputs = {{"x", kFloats, "any shape"}, {"key", DType::kU64, "[2]: seed and step"}},
      .outputs = {{"y", like("x")}},
      .attributes = {{"rate", 0.5, probability, "share of zeros"}, {"stream", 0, any_value, "number of its own for each random operator"}},
      .infer = infer,
      .gradient = gradient,
      .traits = kRandomTrait,
      .samples =
          [] {
            return std::vector<Sample>{
                {{{{40}}, sample_key()}, {{"rate", 0.3}}}, {{{{3, 5}}, sample_key()}, {{"stream", 7}}}, {{{{0, 2}}, sample_key()}}};
          },
      .rejects =
          [] {
            return std::vector<Reject>{{{{{{4}}, sample_key()}, {{"rate", 1.5}}}, ErrorCode::kInvalidArgument},
                                       {{{{{4}}, {.value = Tensor::from<std::uint64_t>({1}, {1})}}}, ErrorCode::kShapeMismatch}};
          },
  };
}

}  // namespace lepton::ops
