// The table of activations.
#include "lepton/nn/activation.hpp"

#include "lepton/ops/activation.hpp"
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

using Function = Feature (*)(const Feature&, const Attributes&);

// An elementwise function keeps the order of its feature.
template <class F>
Feature elementwise(const Feature& x, F&& f) {
  return x.with(f(x.value));
}

// Over the channels, which are the last axis only in Keras's order.
template <class F>
Feature over_channels(const Feature& x, F&& f) {
  if (x.order == Feature::Order::kFlatChannelsFirst) return over_channels(Feature(x.logical()), f);
  return x.with(f(x.value, x.order == Feature::Order::kChannelsFirst ? 1 : -1));
}

// x + 1 between 0 and a bound.
Value one_above_minus_one(const Value& x, double bound) { return ops::clip(ops::add(x, ops::constant_like(x, 1)), 0, bound); }

Feature with_logits(Feature result, const Feature& x) {
  result.logits = x.value;
  return result;
}

#define LEPTON_PLAIN(name, summary, function)                                                                                      \
  {                                                                                                                                \
    name, summary, {}, [](const Feature& x, const Attributes&) { return elementwise(x, [](const Value& v) { return function; }); } \
  }

const std::vector<SpecDef<Function>>& table() {
  static const std::vector<SpecDef<Function>> rows = {
      {"linear", "x", {}, [](const Feature& x, const Attributes&) { return x; }},
      {"relu",
       "max(x, 0), with Keras's options",
       {{"negative_slope", 0.0, non_negative, "slope below the threshold"},
        {"max_value", -1.0, any_value, "upper bound; negative: none"},
        {"threshold", 0.0, any_value, "below it the slope applies"}},
       [](const Feature& x, const Attributes& a) {
         return elementwise(x, [&](const Value& v) {
           const double slope = a.number("negative_slope"), bound = a.number("max_value"), threshold = a.number("threshold");
           Value y;
           if (threshold != 0) {
             const Value t = ops::constant_like(v, threshold);
             y = ops::where(ops::greater_equal(v, t), v, ops::mul(ops::sub(v, t), ops::constant_like(v, slope)));
           } else {
             y = slope == 0 ? ops::relu(v) : ops::leaky_relu(v, slope);
           }
           return bound < 0 ? y : ops::minimum(y, ops::constant_like(v, bound));
         });
       }},
      LEPTON_PLAIN("relu6", "min(max(x, 0), 6)", ops::minimum(ops::relu(v), ops::constant_like(v, 6))),
      {"leaky_relu",
       "x or slope * x",
       {{"negative_slope", 0.2, non_negative, "slope below 0"}},
       [](const Feature& x, const Attributes& a) {
         return elementwise(x, [&](const Value& v) { return ops::leaky_relu(v, a.number("negative_slope")); });
       }},
      {"elu",
       "exponential linear unit",
       {{"alpha", 1.0, any_value, "scale below 0"}},
       [](const Feature& x, const Attributes& a) {
         return elementwise(x, [&](const Value& v) { return ops::elu(v, a.number("alpha")); });
       }},
      LEPTON_PLAIN("selu", "scaled exponential linear unit", ops::selu(v)),
      {"gelu",
       "Gaussian error linear unit",
       {{"approximate", false, any_value, "tanh form"}},
       [](const Feature& x, const Attributes& a) {
         return elementwise(x, [&](const Value& v) { return ops::gelu(v, a.flag("approximate")); });
       }},
      LEPTON_PLAIN("silu", "x * sigmoid(x)", ops::silu(v)),
      LEPTON_PLAIN("swish", "x * sigmoid(x)", ops::silu(v)),
      LEPTON_PLAIN("tanh", "hyperbolic tangent", ops::tanh(v)),
      LEPTON_PLAIN("softplus", "log(1 + exp(x))", ops::softplus(v)),
      LEPTON_PLAIN("softsign", "x / (1 + |x|)", ops::softsign(v)),
      LEPTON_PLAIN("hard_sigmoid", "clip(x / 6 + 0.5, 0, 1)", ops::hard_sigmoid(v)),
      LEPTON_PLAIN("hard_silu", "x * hard_sigmoid(x)", ops::hard_swish(v)),
      LEPTON_PLAIN("hard_swish", "x * hard_sigmoid(x)", ops::hard_swish(v)),
      LEPTON_PLAIN("hard_tanh", "clip(x, -1, 1)", ops::clip(v, -1, 1)),
      LEPTON_PLAIN("tanh_shrink", "x - tanh(x)", ops::sub(v, ops::tanh(v))),
      LEPTON_PLAIN("log_sigmoid", "log(sigmoid(x))", ops::neg(ops::softplus(ops::neg(v)))),
      {"soft_shrink",
       "x moved towards 0 by a threshold, 0 within it",
       {{"threshold", 0.5, non_negative, "the distance"}},
       [](const Feature& x, const Attributes& a) {
         const double t = a.number("threshold");
         return elementwise(x, [&](const Value& v) { return ops::sub(v, ops::clip(v, -t, t)); });
       }},
      {"hard_shrink",
       "x, 0 within a threshold",
       {{"threshold", 0.5, non_negative, "the distance"}},
       [](const Feature& x, const Attributes& a) {
         return elementwise(x, [&](const Value& v) {
           const Value inside = ops::less_equal(ops::abs(v), ops::constant_like(v, a.number("threshold")));
           return ops::where(inside, ops::zeros_like(v), v);
         });
       }},
      {"squareplus",
       "(x + sqrt(x^2 + b)) / 2",
       {{"b", 4.0, non_negative, "roundness"}},
       [](const Feature& x, const Attributes& a) {
         return elementwise(x, [&](const Value& v) {
           const Value root = ops::sqrt(ops::add(ops::square(v), ops::constant_like(v, a.number("b"))));
           return ops::mul(ops::add(v, root), ops::constant_like(v, 0.5));
         });
       }},
      {"threshold",
       "x above a threshold, else another value",
       {{"threshold", 0.0, any_value, "bound"}, {"default_value", 0.0, any_value, "value at the bound and below"}},
       [](const Feature& x, const Attributes& a) {
         return elementwise(x, [&](const Value& v) {
           const Value above = ops::greater(v, ops::constant_like(v, a.number("threshold")));
           return ops::where(above, v, ops::constant_like(v, a.number("default_value")));
         });
       }},
      LEPTON_PLAIN("sparse_sigmoid", "clip((x + 1) / 2, 0, 1)", ops::mul(ops::constant_like(v, 0.5), one_above_minus_one(v, 2))),
      {"sparse_plus",
       "0 up to -1, (x + 1)^2 / 4 up to 1, then x",
       {},
       [](const Feature& x, const Attributes&) {
         return elementwise(x, [](const Value& v) {
           const Value curve = ops::mul(ops::constant_like(v, 0.25), ops::square(one_above_minus_one(v, 2)));
           return ops::where(ops::less(v, ops::constant_like(v, 1)), curve, v);
         });
       }},
      {"glu",
       "the first half of the channels, times the sigmoid of the second",
       {},
       [](const Feature& x, const Attributes&) {
         return over_channels(x, [](const Value& v, std::int64_t axis) {
           const std::int64_t half = v.dim(static_cast<int>(axis)) / 2;
           const std::vector<Value> parts = ops::split(v, {half, half}, axis);
           return ops::mul(parts[0], ops::sigmoid(parts[1]));
         });
       }},
      LEPTON_PLAIN("mish", "x * tanh(softplus(x))", ops::mish(v)),
      LEPTON_PLAIN("exponential", "e^x", ops::exp(v)),
      {"celu",
       "continuously differentiable elu",
       {{"alpha", 1.0, positive, "scale below 0"}},
       [](const Feature& x, const Attributes& a) {
         return elementwise(x, [&](const Value& v) { return ops::celu(v, a.number("alpha")); });
       }},
      {"sigmoid",
       "1 / (1 + exp(-x))",
       {},
       [](const Feature& x, const Attributes&) { return with_logits(elementwise(x, [](const Value& v) { return ops::sigmoid(v); }), x); }},
      {"softmax",
       "exp(x) / sum of exp over the channels",
       {},
       [](const Feature& x, const Attributes&) {
         const Feature source = x.order == Feature::Order::kFlatChannelsFirst ? Feature(x.logical()) : x;
         return with_logits(over_channels(source, [](const Value& v, std::int64_t axis) { return ops::softmax(v, axis); }), source);
       }},
      {"log_softmax",
       "log of softmax",
       {},
       [](const Feature& x, const Attributes&) {
         return over_channels(x, [](const Value& v, std::int64_t axis) { return ops::log_softmax(v, axis); });
       }},
  };
  return rows;
}

}  // namespace

Feature activate(const Spec& activation, const Feature& x) {
  if (activation.empty()) return x;
  const SpecDef<Function>* row = find_row(std::span(table()), activation.name, "activation").value();
  return row->function(x, activation.bind(activation.name, row->arguments).value());
}

std::vector<ActivationInfo> all_activations() {
  std::vector<ActivationInfo> infos;
  for (const auto& row : table()) infos.push_back({row.name, row.summary});
  return infos;
}

}  // namespace lepton::nn
