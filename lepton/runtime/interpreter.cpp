// Node by node: infer, allocate, prepare the reference kernel, run. Operators without a kernel run their body.
#include "lepton/runtime/interpreter.hpp"

#include "lepton/graph/builder.hpp"
#include "lepton/graph/infer.hpp"
#include "lepton/kernels/cpu/ref/ref.hpp"

namespace lepton::runtime {
namespace {

std::vector<Tensor> present_only(std::span<const Tensor> tensors) {
  std::vector<Tensor> present;
  for (const Tensor& tensor : tensors) {
    if (tensor.defined()) present.push_back(tensor);
  }
  return present;
}

Result<std::vector<Tensor>> run_body(const graph::Node& node, std::span<const Tensor> inputs) {
  graph::GraphBuilder builder{std::string(node.op->name)};
  std::vector<Value> values;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    values.push_back(inputs[i].defined() ? builder.input(fmt::format("x{}", i), inputs[i].type()) : Value());
  }
  const RuleContext context{*node.op, values, {}, {}, node.attributes, node.regions, {}};
  const std::vector<Value> results = node.op->body(context);
  for (std::size_t i = 0; i < results.size(); ++i) builder.output(fmt::format("y{}", i), results[i]);
  return interpret(std::move(builder).finish(), present_only(inputs));
}

// Step after step on rows of the sequences.
Result<std::vector<Tensor>> run_scan(const graph::Node& node, std::span<const Tensor> inputs, std::span<const TensorType> output_types) {
  const auto num_states = static_cast<std::size_t>(node.attributes.integer("num_states"));
  const auto num_sequences = static_cast<std::size_t>(node.attributes.integer("num_sequences"));
  const std::int64_t length = num_sequences > 0 ? inputs[num_states].shape()[0] : node.attributes.integer("length");
  const std::size_t num_results = node.regions[0]->outputs().size();
  const bool keeps = node.attributes.flag("keep_states");
  std::vector<Tensor> operands(inputs.begin(), inputs.end()), results;
  for (const TensorType& type : output_types) results.push_back(Tensor::empty(type.dtype, type.shape));
  const auto row = [](const Tensor& sequence, std::int64_t t) {
    return sequence.rows(t, t + 1).reshape(Shape(Dims(sequence.shape().begin() + 1, sequence.shape().end())));
  };
  for (std::int64_t i = 0; i < length; ++i) {
    const std::int64_t t = node.attributes.flag("reverse") ? length - 1 - i : i;
    for (std::size_t s = 0; s < num_sequences; ++s) operands[num_states + s] = row(inputs[num_states + s], t);
    for (std::size_t s = 0; keeps && s < num_states; ++s) row(results[num_results + s], t).assign(operands[s]);
    LEPTON_TRY(const std::vector<Tensor> made, interpret(*node.regions[0], operands));
    for (std::size_t s = 0; s < num_states; ++s) operands[s] = made[s];
    for (std::size_t y = num_states; y < num_results; ++y) row(results[y], t).assign(made[y]);
  }
  for (std::size_t s = 0; s < num_states; ++s) results[s] = operands[s];
  return results;
}

Result<std::vector<Tensor>> run_node(const graph::Node& node, std::span<const Tensor> inputs, std::span<const TensorType> output_types) {
  if (node.op->has(kControlFlowTrait)) return run_scan(node, inputs, output_types);
  std::vector<TensorDesc> input_descs, output_descs;
  std::vector<const std::byte*> input_pointers;
  std::vector<std::byte*> output_pointers;
  std::vector<Tensor> outputs;
  for (const Tensor& input : inputs) {
    input_descs.push_back(input.defined() ? TensorDesc::row_major(input.type()) : TensorDesc::absent());
    input_pointers.push_back(input.defined() ? input.bytes() : nullptr);
  }
  for (const TensorType& type : output_types) output_descs.push_back(TensorDesc::row_major(type));
  const auto kernel =
      kernels::ref::prepare({.op = node.op->name, .inputs = input_descs, .outputs = output_descs, .attributes = &node.attributes});
  if (kernel == nullptr) {
    if (node.op->body != nullptr) return run_body(node, inputs);
    return make_error(ErrorCode::kUnsupported, "interpreter: there is no reference kernel for {}", node.op->name);
  }
  for (const TensorType& type : output_types) {
    outputs.push_back(Tensor::empty(type.dtype, type.shape));
    output_pointers.push_back(outputs.back().bytes());
  }
  const auto scratch = Storage::allocate(static_cast<std::size_t>(kernel->scratch_bytes));
  kernel->run({input_pointers, output_pointers, scratch->data()});
  return outputs;
}

}  // namespace

Result<std::vector<Tensor>> interpret(const graph::Graph& graph, std::span<const Tensor> inputs) {
  return catch_error([&] {
    std::vector<TensorType> input_types;
    for (const Tensor& input : inputs) input_types.push_back(input.type());
    const std::vector<TensorType> types = graph::infer_graph(graph, input_types).value();
    std::vector<Tensor> values(types.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) values[static_cast<std::size_t>(graph.inputs()[i].value)] = inputs[i].contiguous();
    for (const graph::Node& node : graph.nodes()) {
      std::vector<Tensor> operands;
      std::vector<TensorType> output_types;
      for (const ValueId input : node.inputs) operands.push_back(input == kNoValue ? Tensor() : values[static_cast<std::size_t>(input)]);
      for (const ValueId output : node.outputs) output_types.push_back(types[static_cast<std::size_t>(output)]);
      const std::vector<Tensor> results = run_node(node, operands, output_types).value();
      for (std::size_t i = 0; i < results.size(); ++i) values[static_cast<std::size_t>(node.outputs[i])] = results[i];
    }
    std::vector<Tensor> outputs;
    for (const graph::GraphOutput& output : graph.outputs()) outputs.push_back(values[static_cast<std::size_t>(output.value)]);
    return outputs;
  });
}

}  // namespace lepton::runtime
