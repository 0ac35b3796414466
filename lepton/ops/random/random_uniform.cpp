// random_uniform: numbers spread evenly over an interval.
#include "lepton/ops/internal/random_rules.hpp"
#include "lepton/ops/random.hpp"

namespace lepton::ops {

OpDef random_uniform_op() {
  return {
      .name = "random_uniform",
      .family = Family::kRandom,
      .since = 1,
      .summary = "Uniform random numbers in [low, high).",
      .formula = "y[i] = low + (high - low) * u[i], u[i] from (key, stream, i)",
      .source = "Salmon et al. 2011 (Philox)",
      .inputs = random_inputs(),
      .outputs = {{"y", from_attribute("dtype")}},
      .attributes = random_attributes({{"low", 0.0, any_value, "smallest number"}, {"high", 1.0, any_value, "bound above"}}),
      .infer = infer_random,
      .not_differentiable = "random numbers do not depend on a float",
      .traits = kRandomTrait,
      .samples =
          [] {
            return std::vector<Sample>{{{sample_key()}, {{"shape", {5, 3}}}},
                                       {{sample_key()}, {{"shape", {7}}, {"low", -2.0}, {"stream", 3}}},
                                       {{sample_key(), {{2, 3}, 0, 9, DType::kI32}}}};
          },
      .rejects =
          [] {
            return std::vector<Reject>{{{{sample_key()}, {{"shape", {-1}}}}, ErrorCode::kInvalidArgument}};
          },
  };
}

}  // namespace lepton::ops
