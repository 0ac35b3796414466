// random_normal: numbers of the Gaussian distribution.
#include "lepton/ops/internal/random_rules.hpp"
#include "lepton/ops/random.hpp"

namespace lepton::ops {

OpDef random_normal_op() {
  return {
      .name = "random_normal",
      .family = Family::kRandom,
      .since = 1,
      .summary = "Normal random numbers.",
      .formula = "y[i] = mean + stddev * sqrt(-2 ln u) cos(2 pi v), u and v from (key, stream, i)",
      .source = "Box & Muller 1958; Salmon et al. 2011 (Philox)",
      .inputs = random_inputs(),
      .outputs = {{"y", from_attribute("dtype")}},
      .attributes = random_attributes({{"mean", 0.0, any_value, "centre"}, {"stddev", 1.0, non_negative, "standard deviation"}}),
      .infer = infer_random,
      .not_differentiable = "random numbers do not depend on a float",
      .traits = kRandomTrait,
      .samples =
          [] {
            return std::vector<Sample>{{{sample_key()}, {{"shape", {5, 3}}}}, {{sample_key()}, {{"shape", {7}}, {"stddev", 0.1}}}};
          },
      .rejects =
          [] {
            return std::vector<Reject>{{{{sample_key()}, {{"shape", {2}}, {"stddev", -1.0}}}, ErrorCode::kInvalidArgument}};
          },
  };
}

}  // namespace lepton::ops
