// scan: a loop over the elements of sequences with states that pass from step to step.
#include <algorithm>

#include "lepton/graph/infer.hpp"
#include "lepton/ops/contraction.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/scan_parts.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

Result<std::int64_t> length_of(const InferContext& c, std::span<const TensorType> sequences) {
  std::int64_t length = c.attributes.integer("length");
  for (const TensorType& sequence : sequences) {
    if (sequence.shape.rank() == 0) return c.error(ErrorCode::kShapeMismatch, "a sequence needs at least one axis");
    if (length >= 0 && sequence.shape[0] != length)
      return c.error(ErrorCode::kShapeMismatch, "all sequences must have {} steps (one is {})", length, sequence.to_string());
    length = sequence.shape[0];
  }
  if (length < 0) return c.error(ErrorCode::kInvalidArgument, "without sequences, 'length' must say how many steps there are");
  return length;
}

TensorType stacked(TensorType type, std::int64_t length) {
  Dims dims = type.shape.dims();
  dims.insert(dims.begin(), length);
  return {type.dtype, Shape(std::move(dims))};
}

Result<std::vector<TensorType>> infer(const InferContext& c) {
  const auto declared = c.attributes.integer("num_states") + c.attributes.integer("num_sequences");
  if (declared > static_cast<std::int64_t>(c.inputs.size()))
    return c.error(ErrorCode::kInvalidArgument, "needs at least {} operands, got {}", declared, c.inputs.size());
  const ScanParts<TensorType> parts(c.inputs, c.attributes);
  LEPTON_TRY(const std::int64_t length, length_of(c, parts.sequences));
  std::vector<TensorType> inner(c.inputs.begin(), c.inputs.end());
  for (std::size_t i = 0; i < parts.sequences.size(); ++i) inner[parts.states.size() + i] = slice_type(parts.sequences[i]);
  const graph::Graph& body = *c.regions[0];
  LEPTON_TRY(const std::vector<TensorType> types, graph::infer_graph(body, inner));
  if (body.outputs().size() < parts.states.size())
    return c.error(ErrorCode::kInvalidArgument, "a step must give its {} states (it gives {} values)", parts.states.size(),
                   body.outputs().size());
  std::vector<TensorType> results;
  for (std::size_t i = 0; i < body.outputs().size(); ++i) {
    const TensorType& type = types[static_cast<std::size_t>(body.outputs()[i].value)];
    if (i < parts.states.size() && type != parts.states[i])
      return c.error(ErrorCode::kShapeMismatch, "state {} must keep its type {} (a step gives {})", i, parts.states[i].to_string(),
                     type.to_string());
    results.push_back(i < parts.states.size() ? type : stacked(type, length));
  }
  if (c.attributes.flag("keep_states")) {
    for (const TensorType& state : parts.states) results.push_back(stacked(state, length));
  }
  return results;
}

// ---- gradient -------------------------------------------------------------------------------------------------------------------------
// Back through time: a scan in the other direction whose states are the gradients of the states and, summed over the steps, of what is
// captured. Each step builds the forward step again from the kept state.

struct Backward {
  const RuleContext& context;
  ScanParts<Value> parts;
  std::size_t num_outputs;             // stacked ones
  std::vector<std::size_t> states;     // those with a gradient, by number
  std::vector<std::size_t> captured;   // those with a wanted gradient
  std::vector<std::size_t> outputs;    // stacked outputs that something flows back into
  std::vector<std::size_t> histories;  // kept states that something flows back into
  std::vector<std::size_t> sequences;  // those with a wanted gradient

  explicit Backward(const RuleContext& c) : context(c), parts(c.inputs, c.attributes) {
    const std::size_t num_states = parts.states.size();
    if (num_states > 0 && !c.attributes.flag("keep_states"))
      fail(ErrorCode::kInvalidArgument, "scan: keep_states must be set where a gradient is wanted");
    num_outputs = c.outputs.size() - 2 * num_states;
    for (std::size_t i = 0; i < num_states; ++i) {
      if (is_float(parts.states[i].dtype())) states.push_back(i);
      if (c.grads[num_states + num_outputs + i].defined()) histories.push_back(i);
    }
    for (std::size_t i = 0; i < num_outputs; ++i) {
      if (c.grads[num_states + i].defined()) outputs.push_back(i);
    }
    for (std::size_t i = 0; i < parts.sequences.size(); ++i) {
      if (c.needs(num_states + i) && is_float(parts.sequences[i].dtype())) sequences.push_back(i);
    }
    for (std::size_t i = 0; i < parts.captured.size(); ++i) {
      if (c.needs(num_states + parts.sequences.size() + i) && is_float(parts.captured[i].dtype())) captured.push_back(i);
    }
  }

  const Value& grad_of_output(std::size_t i) const { return context.grads[parts.states.size() + i]; }
  const Value& grad_of_history(std::size_t i) const { return context.grads[parts.states.size() + num_outputs + i]; }

  std::vector<Value> initial_states() const {
    std::vector<Value> all;
    for (const std::size_t i : states) all.push_back(context.grads[i].defined() ? context.grads[i] : zeros_like(context.outputs[i]));
    for (const std::size_t i : captured) all.push_back(zeros_like(parts.captured[i]));
    return all;
  }

  // Kept states, the sequences themselves, then what flows back.
  std::vector<Value> walked() const {
    std::vector<Value> all;
    for (std::size_t i = 0; i < parts.states.size(); ++i) all.push_back(context.outputs[parts.states.size() + num_outputs + i]);
    all.insert(all.end(), parts.sequences.begin(), parts.sequences.end());
    for (const std::size_t i : outputs) all.push_back(grad_of_output(i));
    for (const std::size_t i : histories) all.push_back(grad_of_history(i));
    return all;
  }

  ScanStep step(graph::GraphBuilder& builder, const ScanStep& in) const {
    // The forward step, from the state that was kept.
    const std::size_t num_states = parts.states.size(), num_sequences = parts.sequences.size();
    const auto slices = in.slices.begin() + static_cast<std::ptrdiff_t>(num_states + num_sequences);
    std::vector<Value> operands(in.slices.begin(), slices);
    operands.insert(operands.end(), in.captured.begin(), in.captured.end());
    const std::vector<Value> results = graph::inline_graph(builder, *context.regions[0], operands);
    std::vector<Value> targets, seeds, wrt;
    for (std::size_t i = 0; i < states.size(); ++i) {
      targets.push_back(results[states[i]]);
      seeds.push_back(in.states[i]);
    }
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      targets.push_back(results[num_states + outputs[i]]);
      seeds.push_back(slices[static_cast<std::ptrdiff_t>(i)]);
    }
    for (const std::size_t i : states) wrt.push_back(operands[i]);
    for (const std::size_t i : captured) wrt.push_back(operands[num_states + num_sequences + i]);
    for (const std::size_t i : sequences) wrt.push_back(operands[num_states + i]);
    std::vector<Value> grads = context.differentiate(builder, targets, seeds, wrt);
    for (std::size_t h = 0; h < histories.size(); ++h) {
      const auto place = static_cast<std::size_t>(std::ranges::find(states, histories[h]) - states.begin());
      grads[place] = add(grads[place], slices[static_cast<std::ptrdiff_t>(outputs.size() + h)]);
    }
    ScanStep out;
    for (std::size_t i = 0; i < states.size(); ++i) out.states.push_back(grads[i]);
    for (std::size_t i = states.size(); i < states.size() + captured.size(); ++i) out.states.push_back(add(in.states[i], grads[i]));
    out.slices.assign(grads.begin() + static_cast<std::ptrdiff_t>(states.size() + captured.size()), grads.end());
    return out;
  }
};

std::vector<Value> gradient(const RuleContext& c) {
  const Backward backward(c);
  const ScanOptions options{.reverse = !c.attributes.flag("reverse"), .length = c.attributes.integer("length")};
  const std::vector<Value> results = add_scan(
      backward.initial_states(), backward.walked(), {backward.parts.captured.begin(), backward.parts.captured.end()},
      [&](graph::GraphBuilder& builder, const ScanStep& in) { return backward.step(builder, in); }, options);
  std::vector<Value> grads(c.inputs.size());
  std::size_t next = 0;
  const std::size_t num_states = backward.parts.states.size();
  for (const std::size_t i : backward.states) grads[i] = results[next++];
  for (const std::size_t i : backward.captured) grads[num_states + backward.parts.sequences.size() + i] = results[next++];
  for (const std::size_t i : backward.sequences) grads[num_states + i] = results[next++];
  return grads;
}

// ---- samples --------------------------------------------------------------------------------------------------------------------------

// h' = tanh(h w + x); each step gives h' squared.
Region recurrent_step() {
  graph::GraphBuilder builder("step");
  const Value h = builder.input("h", {DType::kF64, {2, 3}}), x = builder.input("x", {DType::kF64, {2, 3}});
  const Value w = builder.input("w", {DType::kF64, {3, 3}});
  const Value mixed = tanh(add(matmul(h, w), x));
  builder.output("h", mixed);
  builder.output("y", square(mixed));
  return std::make_shared<const graph::Graph>(std::move(builder).finish());
}

std::vector<Sample> samples() {
  const std::vector<SampleInput> operands = {{{2, 3}}, {{4, 2, 3}}, {{3, 3}}};
  const Attributes attributes = {{"num_states", 1}, {"num_sequences", 1}, {"keep_states", true}};
  Attributes backwards = attributes;
  backwards.set("reverse", true);
  const std::vector<SampleInput> nothing = {{{2, 3}}, {{0, 2, 3}}, {{3, 3}}};
  return {{operands, attributes, "", {recurrent_step()}},
          {operands, backwards, "reverse", {recurrent_step()}},
          {nothing, attributes, "no steps", {recurrent_step()}}};
}

std::vector<Reject> rejects() {
  return {
      {{{{{2, 3}}, {{4, 2, 3}}, {{3, 3}}}, {{"num_states", 2}, {"num_sequences", 2}}, "", {recurrent_step()}}, ErrorCode::kInvalidArgument},
      {{{{{2, 4}}, {{4, 2, 3}}, {{3, 3}}}, {{"num_states", 1}, {"num_sequences", 1}}, "", {recurrent_step()}}, ErrorCode::kShapeMismatch},
      {{{{{2, 3}}, {{2, 3}}, {{3, 3}}}, {{"num_states", 1}}, "", {recurrent_step()}}, ErrorCode::kInvalidArgument}};
}

}  // namespace

OpDef scan_op() {
  return {
      .name = "scan",
      .family = Family::kControlFlow,
      .since = 1,
      .summary = "Runs a step for each element of sequences; states pass from step to step.",
      .formula = "(h[t + 1], y[t]) = step(h[t], x[t], captured)",
      .inputs = {{.name = "operands",
                  .dtype = kAnyDtype,
                  .doc = "states, sequences [T, …], captured values",
                  .optional = true,
                  .variadic = true}},
      .outputs = {{"results", kAnyDtype, "last states, stacked outputs [T, …], with keep_states also the states before each step [T, …]"}},
      .attributes = {{"num_states", std::int64_t{0}, non_negative, "how many of the operands are states"},
                     {"num_sequences", std::int64_t{0}, non_negative, "how many of the operands after them are sequences"},
                     {"length", std::int64_t{-1}, any_value, "number of steps; needed only without sequences"},
                     {"reverse", false, any_value, "from the last step to the first"},
                     {"keep_states", false, any_value, "give the states before each step, too; the gradient needs them"}},
      .num_regions = 1,
      .infer_types = infer,
      .gradient = gradient,
      .traits = kControlFlowTrait,
      .onnx = {.name = "Scan", .opset = 11},
      .samples = samples,
      .rejects = rejects,
  };
}

}  // namespace lepton::ops
