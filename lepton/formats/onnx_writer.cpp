// ModelProto by the field numbers of onnx.proto (ONNX 1.16).
#include "lepton/formats/onnx_writer.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <set>

#include "lepton/base/wire.hpp"
#include "lepton/graph/builder.hpp"

namespace lepton::formats {
namespace {

using graph::Graph;
using graph::GraphBuilder;
using graph::Node;

void put_tensor_header(WireWriter& tensor, const std::string& name, const TensorType& type) {
  for (const std::int64_t dim : type.shape) tensor.put_int64(1, dim);
  tensor.put_int64(2, onnx_dtype(type.dtype));
  if (!name.empty()) tensor.put_text(8, name);
}

WireWriter tensor_proto(const std::string& name, const Tensor& value) {
  const Tensor contiguous = value.contiguous();
  WireWriter tensor;
  put_tensor_header(tensor, name, value.type());
  tensor.put_bytes(9, {contiguous.bytes(), static_cast<std::size_t>(contiguous.type().size_bytes())});
  return tensor;
}

WireWriter external_tensor_proto(const std::string& name, const TensorType& type, const std::string& file, const TensorPlace& place) {
  WireWriter tensor;
  put_tensor_header(tensor, name, type);
  const std::array<std::pair<std::string, std::string>, 3> entries = {
      {{"location", file}, {"offset", std::to_string(place.offset)}, {"length", std::to_string(place.size_bytes)}}};
  for (const auto& [key, text] : entries) {
    WireWriter entry;
    entry.put_text(1, key);
    entry.put_text(2, text);
    tensor.put_message(13, entry);
  }
  tensor.put_int64(14, 1);  // EXTERNAL
  return tensor;
}

struct PutAttribute {
  WireWriter& out;
  void kind(int type) { out.put_int64(20, type); }
  void operator()(bool v) {
    out.put_int64(3, v ? 1 : 0);
    kind(2);
  }
  void operator()(std::int64_t v) {
    out.put_int64(3, v);
    kind(2);
  }
  void operator()(double v) {
    out.put_float(2, static_cast<float>(v));
    kind(1);
  }
  void operator()(const std::string& v) {
    out.put_text(4, v);
    kind(3);
  }
  void operator()(const std::vector<std::int64_t>& v) {
    for (const std::int64_t i : v) out.put_int64(8, i);
    kind(7);
  }
  void operator()(const std::vector<double>& v) {
    for (const double d : v) out.put_float(7, static_cast<float>(d));
    kind(6);
  }
  void operator()(const std::vector<std::string>& v) {
    for (const std::string& s : v) out.put_text(9, s);
    kind(8);
  }
  void operator()(DType v) {
    out.put_int64(3, onnx_dtype(v));
    kind(2);
  }
  void operator()(const Tensor& v) {
    out.put_message(5, tensor_proto("", v));
    kind(4);
  }
};

// Free dims of the model's own inputs and outputs get names.
WireWriter value_info(const std::string& name, const TensorType& type, bool in_body = false) {
  WireWriter shape;
  for (int axis = 0; axis < type.shape.rank(); ++axis) {
    WireWriter dim;
    if (type.shape[axis] != kAnyDim) {
      dim.put_int64(1, type.shape[axis]);
    } else if (!in_body) {
      dim.put_text(2, axis == 0 ? std::string("batch") : fmt::format("{}_{}", name, axis));
    }
    shape.put_message(1, dim);
  }
  WireWriter tensor_type;
  tensor_type.put_int64(1, onnx_dtype(type.dtype));
  tensor_type.put_message(2, shape);
  WireWriter type_proto;
  type_proto.put_message(1, tensor_type);
  WireWriter info;
  info.put_text(1, name);
  info.put_message(2, type_proto);
  return info;
}

// What the graphs of a file share: bodies see the constants of the main graph, and no name occurs twice.
struct Shared {
  std::vector<WireWriter> initializers;
  std::set<std::string> unsupported;
  std::string scope;
  int counter = 0;
};

// Collects the nodes of one GraphProto.
class GraphWriter {
 public:
  explicit GraphWriter(Shared& all) : shared(all) {}

  std::string fresh(std::string_view hint) { return fmt::format("{}_{}", hint, shared.counter++); }

  std::vector<std::string> add_node(std::string_view op_type, const std::vector<std::string>& inputs, const Attributes& attributes,
                                    int num_outputs, const WireWriter* inner = nullptr) {
    WireWriter node;
    std::vector<std::string> outputs;
    for (const std::string& input : inputs) node.put_text(1, input);
    for (int i = 0; i < num_outputs; ++i) {
      outputs.push_back(fresh(op_type));
      node.put_text(2, outputs.back());
    }
    node.put_text(3, fmt::format("{}{}_{}", shared.scope.empty() ? "" : shared.scope + "/", op_type, shared.counter));
    node.put_text(4, op_type);
    for (const auto& [name, value] : attributes) {
      WireWriter attribute;
      attribute.put_text(1, name);
      std::visit(PutAttribute{attribute}, value.value());
      node.put_message(5, attribute);
    }
    if (inner != nullptr) {
      WireWriter attribute;
      attribute.put_text(1, "body");
      attribute.put_message(6, *inner);
      attribute.put_int64(20, 5);  // GRAPH
      node.put_message(5, attribute);
    }
    nodes.put_message(1, node);
    return outputs;
  }

  // A result gets its own name through an Identity: one value may be two results, or an input.
  void add_result(const std::string& value, const std::string& name) {
    WireWriter identity;
    identity.put_text(1, value);
    identity.put_text(2, name);
    identity.put_text(3, "output/" + name);
    identity.put_text(4, "Identity");
    nodes.put_message(1, identity);
  }

  std::string add_constant(const Tensor& value) {
    const std::string name = fresh("constant");
    shared.initializers.push_back(tensor_proto(name, value));
    return name;
  }

  Shared& shared;
  WireWriter nodes;
};

class Emitter final : public OnnxEmitter {
 public:
  Emitter(GraphWriter& writer, const Node& node, const GraphBuilder& types, const std::vector<std::string>& names)
      : writer_(writer), node_(node), names_(names), outputs_(node.outputs.size()) {
    for (const ValueId id : node.inputs) input_types_.push_back(id == kNoValue ? TensorType{} : types.type(id));
    for (const ValueId id : node.outputs) output_types_.push_back(types.type(id));
  }
  std::size_t num_inputs() const override { return node_.inputs.size(); }
  std::string input(std::size_t i) const override {
    return i >= node_.inputs.size() || node_.inputs[i] == kNoValue ? std::string() : names_[static_cast<std::size_t>(node_.inputs[i])];
  }
  const TensorType& input_type(std::size_t i) const override { return input_types_[i]; }
  const TensorType& output_type(std::size_t i) const override { return output_types_[i]; }
  const Attributes& attributes() const override { return node_.attributes; }
  std::vector<std::string> node(std::string_view op_type, std::vector<std::string> inputs, Attributes attributes,
                                int num_outputs) override {
    while (!inputs.empty() && inputs.back().empty()) inputs.pop_back();
    return writer_.add_node(op_type, inputs, attributes, num_outputs);
  }
  std::string constant(const Tensor& value) override { return writer_.add_constant(value); }
  void output(std::size_t i, std::string name) override { outputs_[i] = std::move(name); }
  const std::vector<std::string>& outputs() const { return outputs_; }

 private:
  GraphWriter& writer_;
  const Node& node_;
  const std::vector<std::string>& names_;
  std::vector<std::string> outputs_;
  std::vector<TensorType> input_types_, output_types_;
};

WireWriter graph_proto(WireWriter nodes, const std::string& name, std::span<const WireWriter> inputs, std::span<const WireWriter> outputs) {
  WireWriter proto = std::move(nodes);
  proto.put_text(2, name);
  for (const WireWriter& input : inputs) proto.put_message(11, input);
  for (const WireWriter& output : outputs) proto.put_message(12, output);
  return proto;
}

// Writes the nodes of one graph and knows what its values are called in the file.
class NodesWriter {
 public:
  NodesWriter(GraphWriter& writer, const Graph& graph)
      : writer_(writer), types_(graph), uses_(graph::count_uses(graph)), names_(static_cast<std::size_t>(graph.num_values())) {}

  void set_name(ValueId value, std::string name) { names_[static_cast<std::size_t>(value)] = std::move(name); }
  const std::string& name(ValueId value) const { return names_[static_cast<std::size_t>(value)]; }
  TensorType type(ValueId value) const { return types_.type(value); }

  void write() {
    for (const Node& node : types_.graph().nodes()) {
      const std::string outer = writer_.shared.scope;
      if (!node.name.empty()) writer_.shared.scope = node.name;
      write_node(node);
      writer_.shared.scope = outer;
    }
  }

 private:
  void write_node(const Node& node) {
    Emitter emitter(writer_, node, types_, names_);
    const OnnxRule& rule = node.op->onnx;
    if (node.op->num_regions > 0) {
      write_scan(node);
      return;
    }
    if (rule.emit != nullptr && rule.opset <= kOnnxOpset) {
      rule.emit(emitter);
    } else if (!rule.name.empty() && rule.opset <= kOnnxOpset) {
      std::vector<std::string> inputs;
      for (std::size_t i = 0; i < node.inputs.size(); ++i) inputs.push_back(emitter.input(i));
      const std::vector<std::string> outputs = emitter.node(rule.name, inputs, {}, static_cast<int>(node.outputs.size()));
      for (std::size_t i = 0; i < outputs.size(); ++i) emitter.output(i, outputs[i]);
    } else if (node.op->body != nullptr) {
      write_body(node);
      return;
    } else {
      writer_.shared.unsupported.insert(std::string(node.op->name));
      return;
    }
    for (std::size_t i = 0; i < node.outputs.size(); ++i) set_name(node.outputs[i], emitter.outputs()[i]);
  }

  // Operators that own a graph: ONNX's Scan, whose body sees captured values by their names outside.
  void write_scan(const Node& node) {
    const auto num_states = static_cast<std::size_t>(node.attributes.integer("num_states"));
    const auto num_sequences = static_cast<std::size_t>(node.attributes.integer("num_sequences"));
    if (node.op->onnx.name != "Scan" || num_sequences == 0) {
      writer_.shared.unsupported.insert(fmt::format("{}{}", node.op->name, num_sequences == 0 ? " without sequences" : ""));
      return;
    }
    std::vector<std::string> inputs;
    for (std::size_t i = 0; i < num_states + num_sequences; ++i) inputs.push_back(name(node.inputs[i]));
    const Graph& step = *node.regions[0];
    std::vector<ValueId> results, outputs = node.outputs;
    for (const graph::GraphOutput& output : step.outputs()) results.push_back(output.value);
    // The states before each step are results only where something reads them.
    outputs.resize(results.size());
    for (std::size_t i = results.size(); i < node.outputs.size(); ++i) {
      if (uses_[static_cast<std::size_t>(node.outputs[i])] == 0) continue;
      results.push_back(step.inputs()[i - step.outputs().size()].value);
      outputs.push_back(node.outputs[i]);
    }
    const WireWriter body = body_proto(step, node.inputs, num_states + num_sequences, results);
    const std::int64_t backwards = node.attributes.flag("reverse") ? 1 : 0;
    const Attributes attributes = {{"num_scan_inputs", static_cast<std::int64_t>(num_sequences)},
                                   {"scan_input_directions", std::vector<std::int64_t>(num_sequences, backwards)},
                                   {"scan_output_directions", std::vector<std::int64_t>(results.size() - num_states, backwards)}};
    const std::vector<std::string> names = writer_.add_node("Scan", inputs, attributes, static_cast<int>(results.size()), &body);
    for (std::size_t i = 0; i < names.size(); ++i) set_name(outputs[i], names[i]);
  }

  // A graph that is an attribute: its first `own` inputs are inputs, the others stand for values of this graph.
  WireWriter body_proto(const Graph& graph, std::span<const ValueId> operands, std::size_t own, std::span<const ValueId> results) {
    GraphWriter writer(writer_.shared);
    NodesWriter inner(writer, graph);
    std::vector<WireWriter> inputs, outputs;
    for (std::size_t i = 0; i < operands.size(); ++i) {
      const graph::GraphInput& input = graph.inputs()[i];
      inner.set_name(input.value, i < own ? writer.fresh(input.name) : name(operands[i]));
      if (i < own) inputs.push_back(value_info(inner.name(input.value), input.type, true));
    }
    inner.write();
    for (const ValueId result : results) {
      const std::string own_name = writer.fresh("result");
      writer.add_result(inner.name(result), own_name);
      outputs.push_back(value_info(own_name, inner.type(result), true));
    }
    return graph_proto(std::move(writer.nodes), graph.name, inputs, outputs);
  }

  void write_body(const Node& node) {
    GraphBuilder builder{std::string(node.op->name)};
    std::vector<Value> operands;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      operands.push_back(node.inputs[i] == kNoValue ? Value() : builder.input(fmt::format("x{}", i), types_.type(node.inputs[i])));
    }
    const std::vector<Value> results = node.op->body(RuleContext{*node.op, operands, {}, {}, node.attributes, node.regions, {}});
    for (std::size_t i = 0; i < results.size(); ++i) builder.output(fmt::format("y{}", i), results[i]);
    NodesWriter inner(writer_, builder.graph());
    for (std::size_t i = 0; i < operands.size(); ++i) {
      if (operands[i].defined()) inner.set_name(operands[i].id(), name(node.inputs[i]));
    }
    inner.write();
    for (std::size_t i = 0; i < results.size(); ++i) set_name(node.outputs[i], inner.name(results[i].id()));
  }

  GraphWriter& writer_;
  GraphBuilder types_;
  std::vector<int> uses_;
  std::vector<std::string> names_;
};

const Tensor* find_state(const NamedTensors& states, std::string_view name) {
  const auto place = std::ranges::find(states, name, [](const auto& s) { return std::string_view(s.first); });
  return place == states.end() ? nullptr : &place->second;
}

WireWriter model_proto(const WireWriter& graph, const OnnxWriteOptions& options) {
  WireWriter model;
  model.put_int64(1, kOnnxIrVersion);
  model.put_text(2, "lepton");
  model.put_message(7, graph);
  WireWriter opset;
  opset.put_text(1, "");
  opset.put_int64(2, kOnnxOpset);
  model.put_message(8, opset);
  for (const auto& [key, value] : options.metadata) {
    WireWriter entry;
    entry.put_text(1, key);
    entry.put_text(2, value);
    model.put_message(14, entry);
  }
  return model;
}

}  // namespace

int onnx_dtype(DType dtype) {
  constexpr std::array<int, 13> kNumbers = {1, 11, 10, 16, 3, 5, 6, 7, 2, 4, 12, 13, 9};
  return kNumbers.at(static_cast<std::size_t>(dtype));
}

Result<std::string> write_onnx(const Graph& graph, const NamedTensors& states, const OnnxWriteOptions& options) {
  Shared shared;
  GraphWriter writer(shared);
  NodesWriter nodes(writer, graph);
  std::vector<WireWriter> inputs;
  for (const graph::GraphInput& input : graph.inputs()) {
    nodes.set_name(input.value, input.name);
    if (input.kind == graph::InputKind::kData) {
      inputs.push_back(value_info(input.name, input.type));
      continue;
    }
    const Tensor* value = find_state(states, input.name);
    if (value == nullptr) return make_error(ErrorCode::kNotFound, "onnx: the weight '{}' has no value", input.name);
    const auto place = options.places.find(input.name);
    shared.initializers.push_back(options.external_file.empty() || place == options.places.end()
                                      ? tensor_proto(input.name, *value)
                                      : external_tensor_proto(input.name, value->type(), options.external_file, place->second));
  }
  auto written = catch_error([&] { nodes.write(); });
  if (!written) return written.error().with_context("onnx");
  if (!shared.unsupported.empty()) {
    std::string list;
    for (const std::string& op : shared.unsupported) list += (list.empty() ? "" : ", ") + op;
    return make_error(ErrorCode::kUnsupported, "onnx: these operators cannot be written: {}", list);
  }
  std::vector<WireWriter> outputs;
  for (const graph::GraphOutput& output : graph.outputs()) {
    writer.add_result(nodes.name(output.value), output.name);
    outputs.push_back(value_info(output.name, nodes.type(output.value)));
  }
  WireWriter main = graph_proto(std::move(writer.nodes), graph.name, inputs, outputs);
  for (const WireWriter& initializer : shared.initializers) main.put_message(5, initializer);
  return model_proto(main, options).take();
}

}  // namespace lepton::formats
