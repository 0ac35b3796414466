// random_permutation: the numbers from 0 in a random order.
#include "lepton/ops/internal/random_rules.hpp"
#include "lepton/ops/random.hpp"
#include "lepton/ops/reduction.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_CHECK_OK(check_key(c, 0));
  return std::vector<Shape>{Shape{c.attributes.integer("size")}};
}

// Each number draws a lot; equal lots, of 2^53, stay in order.
std::vector<Value> body(const RuleContext& c) {
  const Value lots =
      random_uniform(c.inputs[0], {c.attributes.integer("size")}, 0, 1, {.dtype = DType::kF64, .stream = c.attributes.integer("stream")});
  return {sort(lots).indices};
}

}  // namespace

OpDef random_permutation_op() {
  return {
      .name = "random_permutation",
      .family = Family::kRandom,
      .since = 1,
      .summary = "The numbers 0 … size - 1 in a random order.",
      .inputs = {{"key", DType::kU64, "[2]: seed and step"}},
      .outputs = {{"y", DType::kI64, "[size]"}},
      .attributes = {{"size", std::int64_t{0}, non_negative, "how many numbers", true},
                     {"stream", 0, any_value, "number of its own for each random operator"}},
      .infer = infer,
      .body = body,
      .traits = kRandomTrait,
      .samples =
          [] {
            return std::vector<Sample>{{{sample_key()}, {{"size", 9}}}, {{sample_key()}, {{"size", 0}, {"stream", 2}}}};
          },
      .rejects =
          [] {
            return std::vector<Reject>{{{{sample_key()}, {{"size", -1}}}, ErrorCode::kInvalidArgument}};
          },
  };
}

}  // namespace lepton::ops
