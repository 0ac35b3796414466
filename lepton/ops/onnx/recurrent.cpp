// RNN, GRU and LSTM: as our operators where these compute just that, else as scans over time.
#include <algorithm>

#include "lepton/ops/activation.hpp"
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/contraction.hpp"
#include "lepton/ops/control_flow.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/recurrent_rules.hpp"
#include "lepton/ops/onnx/internal/families.hpp"
#include "lepton/ops/recurrent.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

using Activation = Value (*)(const Value&, double alpha, double beta);

struct NamedActivation {
  std::string_view name;
  Activation apply;
  double alpha, beta;  // where the model gives none
};
constexpr NamedActivation kActivations[] = {
    {"Affine", [](const Value& x, double a, double b) { return add(mul(x, onnx_scalar(x, a)), onnx_scalar(x, b)); }, 1, 0},
    {"Elu", [](const Value& x, double a, double) { return elu(x, a); }, 1, 0},
    {"HardSigmoid", [](const Value& x, double a, double b) { return hard_sigmoid(x, {.alpha = a, .beta = b}); }, 0.2, 0.5},
    {"LeakyRelu", [](const Value& x, double a, double) { return leaky_relu(x, a); }, 0.01, 0},
    {"Relu", [](const Value& x, double, double) { return relu(x); }, 0, 0},
    {"ScaledTanh", [](const Value& x, double a, double b) { return mul(tanh(mul(x, onnx_scalar(x, b))), onnx_scalar(x, a)); }, 1, 1},
    {"Sigmoid", [](const Value& x, double, double) { return sigmoid(x); }, 0, 0},
    {"Softplus", [](const Value& x, double, double) { return softplus(x); }, 0, 0},
    {"Softsign", [](const Value& x, double, double) { return softsign(x); }, 0, 0},
    {"Tanh", [](const Value& x, double, double) { return tanh(x); }, 0, 0},
};

// What all three cells share: gates of a direction, their activations, and the run over time.
class OnnxRecurrence {
 public:
  OnnxRecurrence(OnnxNodeReader& node, std::int64_t gates, std::vector<std::string> defaults)
      : node_(node), gates_(gates), hidden_(node.integer("hidden_size", node.type(2).shape[-1])), functions_(defaults.size()) {
    const std::string direction = node.text("direction", "forward");
    directions_ = direction == "bidirectional" ? 2 : 1;
    only_backwards_ = direction == "reverse";
    clip_ = node.number("clip", 0);
    batch_first_ = node.integer("layout", 0) != 0;
    std::vector<std::string> names;
    for (std::int64_t d = 0; d < directions_; ++d) names.insert(names.end(), defaults.begin(), defaults.end());
    if (node.attributes().has("activations")) names = node.attributes().get<std::vector<std::string>>("activations");
    if (names.size() != defaults.size() * static_cast<std::size_t>(directions_))
      fail(ErrorCode::kInvalidArgument, "{} activations for {} directions", names.size(), directions_);
    const auto numbers = [&](const char* name) {
      return node.attributes().has(name) ? node.attributes().get<std::vector<double>>(name) : std::vector<double>();
    };
    const std::vector<double> alphas = numbers("activation_alpha"), betas = numbers("activation_beta");
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto found = std::ranges::find_if(kActivations, [&](const NamedActivation& a) {
        return std::ranges::equal(a.name, names[i], [](char x, char y) { return std::tolower(x) == std::tolower(y); });
      });
      if (found == std::end(kActivations)) fail(ErrorCode::kUnsupported, "the activation '{}' is not supported", names[i]);
      chosen_.push_back(*found);
      if (i < alphas.size()) chosen_.back().alpha = alphas[i];
      if (i < betas.size()) chosen_.back().beta = betas[i];
    }
  }

  std::int64_t hidden() const { return hidden_; }
  std::int64_t directions() const { return directions_; }

  Value activate(std::int64_t direction, std::size_t which, const Value& x) const {
    const NamedActivation& a = chosen_[static_cast<std::size_t>(direction) * functions_ + which];
    return a.apply(x, a.alpha, a.beta);
  }
  Value clipped(const Value& x) const { return clip_ > 0 ? clip(x, -clip_, clip_) : x; }

  // Part `direction` of input i without its first axis; undefined if it is absent.
  Value of(std::size_t i, std::int64_t direction) const {
    if (!node_.has(i)) return {};
    return squeeze(slice(node_.value(i), {.starts = {direction}, .ends = {direction + 1}, .axes = {0}}), {0});
  }
  // One of `count` equal parts along an axis.
  static Value part(const Value& v, std::int64_t which, std::int64_t count, std::int64_t axis) {
    const std::int64_t size = v.shape()[static_cast<int>(axis)] / count;
    return slice(v, {.starts = {which * size}, .ends = {(which + 1) * size}, .axes = {axis}});
  }

  // x W^T + the input's bias for all steps at once: [T, N, gates * hidden].
  Value projected(std::int64_t direction) const {
    const Value x = sequence(), w = of(1, direction);
    const Value flat = reshape(x, {x.shape()[0] * x.shape()[1], x.shape()[2]});
    Value made = matmul(flat, w, {.transpose_b = true});
    if (node_.has(3)) made = add(made, part(of(3, direction), 0, 2, 0));
    return reshape(made, {x.shape()[0], x.shape()[1], gates_ * hidden_});
  }
  Value recurrent_bias(std::int64_t direction) const {
    if (node_.has(3)) return part(of(3, direction), 1, 2, 0);
    const Value w = of(1, direction);
    return broadcast_to(onnx_scalar(w, 0), {gates_ * hidden_});
  }
  Value initial(std::size_t i, std::int64_t direction) const {
    if (!node_.has(i)) return broadcast_to(onnx_scalar(node_.value(std::size_t{0}), 0), {batch(), hidden_});
    const Value states = batch_first_ ? transpose(node_.value(i), {1, 0, 2}) : node_.value(i);
    return squeeze(slice(states, {.starts = {direction}, .ends = {direction + 1}, .axes = {0}}), {0});
  }

  // True if a direction has the activations that our operators have, and clips nothing.
  bool is_plain(std::int64_t direction) const {
    constexpr std::string_view kPlain[] = {"Sigmoid", "Tanh", "Tanh"};
    const auto first = chosen_.begin() + direction * static_cast<std::int64_t>(functions_);
    return clip_ <= 0 && std::equal(first, first + static_cast<std::int64_t>(functions_), kPlain,
                                    [](const NamedActivation& a, std::string_view name) { return a.name == name; });
  }
  bool runs_backwards(std::int64_t direction) const { return direction == 1 || only_backwards_; }
  // The gates of a weight [gates * hidden, …] in another order.
  Value ordered(const Value& weight, const std::vector<std::int64_t>& order) const {
    std::vector<Value> parts;
    for (const std::int64_t gate : order) parts.push_back(part(weight, gate, gates_, 0));
    return concat(parts, 0);
  }
  // Weight i of a direction, [gates * hidden, C], as our operators have it: [C, gates * hidden].
  Value kernel(std::size_t i, std::int64_t direction, const std::vector<std::int64_t>& order) const {
    return transpose(ordered(of(i, direction), order), {1, 0});
  }
  // The bias of the input (0) or of the state (1); undefined if the node has none.
  Value bias(std::int64_t which, std::int64_t direction, const std::vector<std::int64_t>& order) const {
    return node_.has(3) ? ordered(part(of(3, direction), which, 2, 0), order) : Value();
  }
  // x as [N, T, C].
  Value samples() const { return batch_first_ ? node_.value(std::size_t{0}) : transpose(node_.value(std::size_t{0}), {1, 0, 2}); }
  // Which steps lie within their sequence, [N, T]; undefined if all do.
  Value mask() const { return node_.has(4) ? transpose(squeeze(within_lengths(), {2}), {1, 0}) : Value(); }
  // What an operator of ours gave, as a scan would give it.
  ScanResult as_scan(const ops::Recurrence<Value>& run) const {
    Value y = run.sequence;
    if (node_.has(4)) y = where(expand_dims(mask(), {2}), y, onnx_scalar(y, 0));
    return {run.states, {transpose(y, {1, 0, 2})}};
  }

  using Step = std::function<std::vector<Value>(const std::vector<Value>& states, const Value& x, const std::vector<Value>& captured)>;

  // Runs the cell; states[0] is what each step gives. Steps beyond a sequence's length keep the states and give 0.
  ScanResult run(std::int64_t direction, const std::vector<Value>& states, const std::vector<Value>& captured, const Step& step) const {
    std::vector<Value> sequences = {projected(direction)};
    const bool lengths = node_.has(4);
    if (lengths) sequences.push_back(within_lengths());
    return scan(states, sequences, captured,
                [&](const ScanStep& in) {
                  std::vector<Value> made = step(in.states, in.slices[0], in.captured);
                  Value given = made[0];
                  if (lengths) {
                    for (std::size_t i = 0; i < made.size(); ++i) made[i] = where(in.slices[1], made[i], in.states[i]);
                    given = where(in.slices[1], given, onnx_scalar(given, 0));
                  }
                  return ScanStep{made, {given}, {}};
                },
                {.reverse = runs_backwards(direction)});
  }

  // Y: [T, directions, N, hidden] and the last states [directions, N, hidden], in the node's layout.
  OnnxResults results(const std::vector<ScanResult>& runs) const {
    std::vector<Value> outputs;
    std::vector<std::vector<Value>> states(runs[0].states.size());
    for (const ScanResult& run : runs) {
      outputs.push_back(run.outputs[0]);
      for (std::size_t i = 0; i < states.size(); ++i) states[i].push_back(run.states[i]);
    }
    Value y = stack(outputs, 1);
    OnnxResults results = {batch_first_ ? transpose(y, {2, 0, 1, 3}) : y};
    for (const std::vector<Value>& state : states) results.emplace_back(stack(state, batch_first_ ? 1 : 0));
    return results;
  }

 private:
  Value sequence() const {
    const Value x = node_.value(std::size_t{0});
    return batch_first_ ? transpose(x, {1, 0, 2}) : x;
  }
  // Which steps lie within their sequence, [T, N, 1].
  Value within_lengths() const {
    const Value time = slice(iota(sequence(), 0, DType::kI64), {.starts = {0}, .ends = {1}, .axes = {2}});
    return less(time, reshape(cast(node_.value(4), DType::kI64), {1, batch(), 1}));
  }
  std::int64_t batch() const { return node_.type(0).shape[batch_first_ ? 0 : 1]; }

  OnnxNodeReader& node_;
  std::int64_t gates_, hidden_, directions_ = 1;
  std::size_t functions_;
  bool only_backwards_ = false, batch_first_ = false;
  double clip_ = 0;
  std::vector<NamedActivation> chosen_;
};

OnnxResults read_rnn(OnnxNodeReader& node) {
  const OnnxRecurrence r(node, 1, {"Tanh"});
  std::vector<ScanResult> runs;
  for (std::int64_t d = 0; d < r.directions(); ++d) {
    runs.push_back(r.run(d, {r.initial(5, d)}, {r.of(2, d), r.recurrent_bias(d)}, [&](const auto& s, const Value& x, const auto& w) {
      const Value sum = add(add(x, matmul(s[0], w[0], {.transpose_b = true})), w[1]);
      return std::vector<Value>{r.activate(d, 0, r.clipped(sum))};
    }));
  }
  return r.results(runs);
}

// Gates in ONNX's order: update, reset, new.
OnnxResults read_gru(OnnxNodeReader& node) {
  const OnnxRecurrence r(node, 3, {"Sigmoid", "Tanh"});
  const bool reset_after = node.integer("linear_before_reset", 0) != 0;
  std::vector<ScanResult> runs;
  for (std::int64_t d = 0; d < r.directions(); ++d) {
    if (reset_after && r.is_plain(d)) {
      const std::vector<std::int64_t> order = {0, 1, 2};
      const Value x = r.samples(), kernel = r.kernel(1, d, order), recurrent = r.kernel(2, d, order), h = r.initial(5, d);
      const Value bias = r.bias(0, d, order), recurrent_bias = r.bias(1, d, order), mask = r.mask();
      const bool reverse = r.runs_backwards(d);
      runs.push_back(r.as_scan(mask.defined() ? gru_steps(projected(x, kernel, bias), recurrent, recurrent_bias, h, mask, reverse)
                                              : gru(x, kernel, recurrent, bias, recurrent_bias, h, reverse)));
      continue;
    }
    runs.push_back(r.run(d, {r.initial(5, d)}, {r.of(2, d), r.recurrent_bias(d)}, [&](const auto& s, const Value& x, const auto& w) {
      const auto of = [](const Value& v, std::int64_t gate, std::int64_t axis) { return OnnxRecurrence::part(v, gate, 3, axis); };
      const auto gate = [&](const Value& h, std::int64_t which) {
        return add(matmul(h, of(w[0], which, 0), {.transpose_b = true}), of(w[1], which, 0));
      };
      const Value update = r.activate(d, 0, r.clipped(add(of(x, 0, 1), gate(s[0], 0))));
      const Value reset = r.activate(d, 0, r.clipped(add(of(x, 1, 1), gate(s[0], 1))));
      const Value past = reset_after ? mul(reset, gate(s[0], 2)) : gate(mul(reset, s[0]), 2);
      const Value fresh = r.activate(d, 1, r.clipped(add(of(x, 2, 1), past)));
      return std::vector<Value>{add(mul(sub(onnx_scalar(update, 1), update), fresh), mul(update, s[0]))};
    }));
  }
  return r.results(runs);
}

// Gates in ONNX's order: input, output, forget, cell.
OnnxResults read_lstm(OnnxNodeReader& node) {
  const OnnxRecurrence r(node, 4, {"Sigmoid", "Tanh", "Tanh"});
  const bool peepholes = node.has(7), coupled = node.integer("input_forget", 0) != 0;
  std::vector<ScanResult> runs;
  for (std::int64_t d = 0; d < r.directions(); ++d) {
    if (!peepholes && !coupled && r.is_plain(d)) {
      const std::vector<std::int64_t> order = {0, 2, 3, 1};  // input, forget, cell, output
      Value bias = r.bias(0, d, order);
      if (bias.defined()) bias = add(bias, r.bias(1, d, order));
      const Value x = r.samples(), kernel = r.kernel(1, d, order), recurrent = r.kernel(2, d, order), mask = r.mask();
      const Value h = r.initial(5, d), c = r.initial(6, d);
      const bool reverse = r.runs_backwards(d);
      runs.push_back(r.as_scan(mask.defined() ? lstm_steps(projected(x, kernel, bias), recurrent, h, c, mask, reverse)
                                              : lstm(x, kernel, recurrent, bias, h, c, reverse)));
      continue;
    }
    std::vector<Value> captured = {r.of(2, d), r.recurrent_bias(d)};
    if (peepholes) captured.push_back(r.of(7, d));
    runs.push_back(r.run(d, {r.initial(5, d), r.initial(6, d)}, captured, [&](const auto& s, const Value& x, const auto& w) {
      const Value sums = add(add(x, matmul(s[0], w[0], {.transpose_b = true})), w[1]);
      // The peephole weights come in the order input, output, forget.
      const auto gate = [&](std::int64_t which, const Value& cell) {
        Value v = OnnxRecurrence::part(sums, which, 4, 1);
        if (peepholes) v = add(v, mul(OnnxRecurrence::part(w[2], which, 3, 0), cell));
        return r.activate(d, 0, r.clipped(v));
      };
      const Value in = gate(0, s[1]);
      const Value forget = coupled ? sub(onnx_scalar(in, 1), in) : gate(2, s[1]);
      const Value fresh = r.activate(d, 1, r.clipped(OnnxRecurrence::part(sums, 3, 4, 1)));
      const Value cell = add(mul(forget, s[1]), mul(in, fresh));
      const Value out = gate(1, cell);
      return std::vector<Value>{mul(out, r.activate(d, 2, cell)), cell};
    }));
  }
  return r.results(runs);
}

}  // namespace

std::span<const OnnxOperator> onnx_recurrent() {
  static const OnnxOperator rows[] = {{"GRU", read_gru, 3}, {"LSTM", read_lstm, 1}, {"RNN", read_rnn, 1}};
  return rows;
}

}  // namespace lepton::ops
