// Walks the nodes in order. What depends on constants and shapes alone is computed at once with the reference kernels.
#include "lepton/formats/onnx/importer.hpp"

#include <algorithm>
#include <set>

#include "lepton/autodiff/gradients.hpp"
#include "lepton/graph/builder.hpp"
#include "lepton/op/onnx_operator.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/onnx/table.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/runtime/interpreter.hpp"

namespace lepton::formats {
namespace {

// Reading stops: the stage that was made so far must run first.
struct NeedsValue {};

bool is_narrow(DType dtype) { return dtype == DType::kF16 || dtype == DType::kBF16; }

using OpsetMap = std::map<std::string, int>;

int opset_of(const OpsetMap& opsets, const std::string& domain) {
  const auto found = opsets.find(domain);
  return found == opsets.end() ? 1 : found->second;
}

// The names of one graph, function or pass of a loop.
struct Frame {
  const Frame* outer = nullptr;  // names of outer graphs are seen from inner ones
  std::string prefix;
  const OpsetMap* opsets = nullptr;
  std::map<std::string, OnnxOperand> names;
  std::map<std::string, int> uses;  // that are still to come

  const OnnxOperand* find(const std::string& name) const {
    for (const Frame* frame = this; frame != nullptr; frame = frame->outer) {
      if (const auto found = frame->names.find(name); found != frame->names.end()) return &found->second;
    }
    return nullptr;
  }
};

OnnxOperand operand_of(std::shared_ptr<const StringTensor> texts) {
  OnnxOperand operand;
  operand.strings = std::move(texts);
  return operand;
}

void count_uses(const std::vector<OnnxNode>& nodes, std::map<std::string, int>& uses);
void count_uses(const OnnxNode& node, std::map<std::string, int>& uses, int by) {
  for (const std::string& input : node.inputs) uses[input] += by;
  for (const auto& [name, graph] : node.graphs) {
    std::map<std::string, int> inner;
    count_uses(graph->nodes, inner);
    for (const OnnxValueInfo& output : graph->outputs) ++inner[output.name];
    for (const auto& [used, count] : inner) uses[used] += by * count;
  }
}
void count_uses(const std::vector<OnnxNode>& nodes, std::map<std::string, int>& uses) {
  for (const OnnxNode& node : nodes) count_uses(node, uses, 1);
}

class Importer {
 public:
  Importer(const OnnxModelFile& file, const OnnxKnowledge& knowledge, const OnnxLimits& limits)
      : file_(file), knowledge_(knowledge), limits_(limits), builder_(file.graph.name) {}

  OnnxStage run(std::span<const TensorType> inputs) {
    Frame top{.opsets = &file_.opsets};
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const std::string& name = file_.graph.inputs[i].name;
      const auto texts = knowledge_.strings.find(name);
      OnnxOperand operand = texts != knowledge_.strings.end() ? operand_of(texts->second)
                                                              : given(name, [&] { return OnnxOperand(builder_.input(name, inputs[i])); });
      operand.path = name;
      top.names[name] = std::move(operand);
    }
    try {
      const std::vector<OnnxOperand> results = graph(file_.graph, top);
      for (std::size_t i = 0; i < results.size(); ++i) {
        const std::string& name = file_.graph.outputs[i].name;
        if (results[i].sequence != nullptr) fail(ErrorCode::kUnsupported, "onnx: the output '{}' is a sequence", name);
        if (results[i].strings != nullptr) {
          stage_.constants[name] = *results[i].strings;
        } else if (results[i].known.defined()) {
          stage_.constants[name] = results[i].known;
        } else {
          builder_.output(name, results[i].value);
          stage_.results.push_back(name);
        }
      }
    } catch (const NeedsValue&) {
    }
    stage_.graph = std::move(builder_).finish();
    return std::move(stage_);
  }

 private:
  friend class Reader;

  // Values of earlier stages take the place of what would make them.
  template <class Make>
  OnnxOperand given(const std::string& path, Make&& make) {
    if (const auto known = knowledge_.known.find(path); known != knowledge_.known.end()) return OnnxOperand(known->second);
    if (const auto input = knowledge_.given.find(path); input != knowledge_.given.end())
      return OnnxOperand(builder_.input(path, input->second));
    return make();
  }
  bool is_given(const std::string& path) const { return knowledge_.known.contains(path) || knowledge_.given.contains(path); }

  std::vector<OnnxOperand> graph(const OnnxGraph& of, Frame& frame) {
    for (const auto& [name, value] : of.initializers) {
      frame.names[name] = OnnxOperand(value.value());
      frame.names[name].path = frame.prefix + name;
      initializers_.insert(frame.prefix + name);
    }
    for (const auto& [name, texts] : of.strings) frame.names[name] = operand_of(texts);
    for (const OnnxValueInfo& output : of.outputs) ++frame.uses[output.name];
    std::vector<std::string> outputs;
    for (const OnnxValueInfo& output : of.outputs) outputs.push_back(output.name);
    return nodes(of.nodes, outputs, frame);
  }

  std::vector<OnnxOperand> nodes(const std::vector<OnnxNode>& all, const std::vector<std::string>& outputs, Frame& frame) {
    count_uses(all, frame.uses);
    frames_.push_back(&frame);
    for (const OnnxNode& node : all) {
      auto done = catch_error([&] { convert(node, frame); });
      if (!done) throw done.error().with_context(frame.prefix.empty() ? node.describe() : node.describe() + " in " + frame.prefix);
      count_uses(node, frame.uses, -1);
    }
    frames_.pop_back();
    std::vector<OnnxOperand> results;
    for (const std::string& name : outputs) {
      const OnnxOperand* found = frame.find(name);
      if (found == nullptr) fail(ErrorCode::kDataCorrupt, "onnx: nothing makes the output '{}'", name);
      results.push_back(*found);
    }
    return results;
  }

  void convert(const OnnxNode& node, Frame& frame);
  std::vector<OnnxOperand> compute(const OnnxNode& node, const OnnxOperator& op, std::vector<OnnxOperand> inputs, Frame& frame);
  std::vector<OnnxOperand> move_texts(const OnnxNode& node, const OnnxOperator& op, std::vector<OnnxOperand> inputs, Frame& frame);
  void claim(double elements) const {
    if (!(elements >= 0 && elements <= limits_.max_elements))
      fail(ErrorCode::kResourceExhausted, "{} elements are more than a model may make while it is read", elements);
  }
  std::vector<OnnxOperand> call(const OnnxFunction& function, const OnnxNode& node, const std::vector<OnnxOperand>& inputs, Frame& frame);

  // Ends the stage with the value that is needed, and with all that nodes to come will read.
  [[noreturn]] void cut(const OnnxOperand& needed) {
    if (needed.path.empty()) fail(ErrorCode::kUnsupported, "a shape depends on a value inside the operator");
    stage_.needs = needed.path;
    const auto add = [&](const OnnxOperand& operand) {
      if (!operand.value.defined() || std::ranges::find(stage_.results, operand.path) != stage_.results.end()) return;
      builder_.output(operand.path, operand.value);
      stage_.results.push_back(operand.path);
    };
    add(needed);
    for (const Frame* frame : frames_) {
      for (const auto& [name, operand] : frame->names) {
        const auto uses = frame->uses.find(name);
        const bool is_input = frame->outer == nullptr && frame->prefix.empty() &&
                              std::ranges::find(file_.graph.inputs, name, &OnnxValueInfo::name) != file_.graph.inputs.end();
        if (uses != frame->uses.end() && uses->second > 0 && !is_input && !operand.path.empty()) add(operand);
      }
    }
    throw NeedsValue{};
  }

  // A constant in the graph: weights become states, so that their layout is chosen once and they can be trained.
  Value constant(const OnnxOperand& operand) {
    const Tensor& tensor = operand.known;
    if (!initializers_.contains(operand.path) || tensor.shape().rank() == 0 || !is_float(tensor.dtype()))
      return ops::constant(builder_, tensor);
    if (const auto made = states_.find(operand.path); made != states_.end()) return builder_.value(made->second);
    const Value state = builder_.input(operand.path, tensor.type(), graph::InputKind::kState);
    states_[operand.path] = state.id();
    stage_.states.emplace_back(operand.path, tensor);
    return state;
  }

  const OnnxModelFile& file_;
  const OnnxKnowledge& knowledge_;
  const OnnxLimits& limits_;
  std::int64_t num_read_ = 0;
  graph::GraphBuilder builder_;
  OnnxStage stage_;
  std::vector<const Frame*> frames_;
  std::set<std::string> initializers_;
  std::map<std::string, ValueId> states_;
  std::map<ValueId, ValueId> widened_;  // 16-bit floats and their f32
};

// One node as its rule sees it, in the graph or, if all inputs are known, in a graph of its own.
class Reader final : public OnnxNodeReader {
 public:
  Reader(Importer& importer, const OnnxNode& node, const OnnxOperator& op, std::vector<OnnxOperand> inputs, Frame& frame,
         graph::GraphBuilder* alone)
      : importer_(importer), node_(node), op_(op), inputs_(std::move(inputs)), frame_(frame), alone_(alone) {
    if (op.elements == kComputed) widen();
  }

  int opset() const override { return opset_of(*frame_.opsets, node_.domain); }
  const Attributes& attributes() const override { return node_.attributes; }
  const StringTensor* string_attribute(std::string_view name) const override {
    const auto found = node_.strings.find(std::string(name));
    return found == node_.strings.end() ? nullptr : found->second.get();
  }
  std::size_t num_inputs() const override { return inputs_.size(); }
  const OnnxOperand& operand(std::size_t i) const override { return i < inputs_.size() ? inputs_[i] : absent_; }
  std::size_t num_outputs() const override { return node_.outputs.size(); }
  bool wants(std::size_t i) const override { return i < node_.outputs.size() && !node_.outputs[i].empty(); }
  Builder& builder() override { return graph_builder(); }
  Value value(const OnnxOperand& operand) override {
    if (!operand.present()) fail(ErrorCode::kInvalidArgument, "an input is missing");
    if (operand.value.defined()) return operand.value;
    (void)operand.type();
    return alone_ != nullptr ? ops::constant(*alone_, operand.known) : importer_.constant(operand);
  }
  Tensor tensor(const OnnxOperand& operand) override {
    if (operand.known.defined()) return operand.known;
    if (!operand.present()) fail(ErrorCode::kInvalidArgument, "an input is missing");
    (void)operand.type();
    if (alone_ != nullptr) return computed(operand.value);
    importer_.cut(original(operand));
  }
  std::vector<Value> gradients(const std::string& y, std::size_t count) override {
    const OnnxOperand* of = frame_.find(y);
    if (of == nullptr || !of->value.defined()) fail(ErrorCode::kInvalidArgument, "'{}' does not depend on the inputs", y);
    std::vector<Value> wrt;
    for (std::size_t i = 0; i < count; ++i) wrt.push_back(OnnxNodeReader::value(i));
    return autodiff::gradients(importer_.builder_, of->value, wrt);
  }
  void claim(double elements) const override { importer_.claim(elements); }
  bool has_graph(std::string_view attribute) const override { return node_.graphs.contains(std::string(attribute)); }
  std::vector<OnnxOperand> subgraph(std::string_view attribute, const std::vector<OnnxOperand>& inputs, std::int64_t pass) override {
    const auto found = node_.graphs.find(std::string(attribute));
    if (found == node_.graphs.end()) fail(ErrorCode::kInvalidArgument, "the attribute '{}' is missing", attribute);
    const OnnxGraph& inner = *found->second;
    const std::string& first = node_.outputs.empty() ? node_.name : node_.outputs.front();
    Frame frame{.outer = &frame_, .prefix = fmt::format("{}{}/{}/{}/", frame_.prefix, first, attribute, pass), .opsets = frame_.opsets};
    if (inputs.size() != inner.inputs.size())
      fail(ErrorCode::kInvalidArgument, "the graph '{}' takes {} inputs, not {}", attribute, inner.inputs.size(), inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      frame.names[inner.inputs[i].name] = inputs[i];
      if (inputs[i].path.empty()) frame.names[inner.inputs[i].name].path = frame.prefix + inner.inputs[i].name;
    }
    return importer_.graph(inner, frame);
  }

  // The rule's results; 16-bit floats are stored as such again.
  std::vector<OnnxOperand> read() {
    std::vector<OnnxOperand> results = op_.same != nullptr ? apply_same() : op_.read(*this);
    for (OnnxOperand& result : results) {
      if (narrow_ && result.is_tensor() && result.type().dtype == DType::kF32) {
        result = result.known.defined() ? OnnxOperand(result.known.cast(*narrow_)) : OnnxOperand(ops::cast(result.value, *narrow_));
      }
    }
    return results;
  }

 private:
  graph::GraphBuilder& graph_builder() { return alone_ != nullptr ? *alone_ : importer_.builder_; }

  std::vector<OnnxOperand> apply_same() {
    std::vector<Value> values;
    for (const OnnxOperand& input : inputs_) values.push_back(input.present() ? value(input) : Value());
    // Until opset 7 an axis said where the second operand begins; since then shapes align at the end.
    if (const std::int64_t axis = integer("axis", -1); axis >= 0 && values.size() == 2) {
      Dims dims = values[1].shape().dims();
      while (axis + std::ssize(dims) < values[0].rank()) dims.push_back(1);
      values[1] = ops::reshape(values[1], dims);
    }
    const std::vector<Value> made = apply(*op_.same, values, {});
    return {made.begin(), made.end()};
  }

  // Arithmetic on 16-bit floats happens in f32.
  void widen() {
    originals_ = inputs_;
    for (OnnxOperand& input : inputs_) {
      if (!input.is_tensor() || !is_narrow(input.type().dtype)) continue;
      narrow_ = input.type().dtype;
      const std::string path = input.path;
      input = input.known.defined() ? OnnxOperand(input.known.cast(DType::kF32)) : OnnxOperand(widened(input.value));
      input.path = path + (path.empty() ? "" : "#f32");
    }
  }
  Value widened(const Value& v) {
    if (const auto made = importer_.widened_.find(v.id()); made != importer_.widened_.end()) return importer_.builder_.value(made->second);
    const Value cast = ops::cast(v, DType::kF32);
    importer_.widened_[v.id()] = cast.id();
    return cast;
  }
  const OnnxOperand& original(const OnnxOperand& operand) const {
    for (std::size_t i = 0; i < originals_.size(); ++i) {
      if (inputs_[i].value == operand.value && operand.value.defined()) return originals_[i];
    }
    return operand;
  }

  Tensor computed(const Value& v) {
    graph::Graph graph = alone_->graph();
    graph.add_output("value", v.id());
    return runtime::interpret(graph, {}).value().front();
  }

  Importer& importer_;
  const OnnxNode& node_;
  const OnnxOperator& op_;
  std::vector<OnnxOperand> inputs_, originals_;
  OnnxOperand absent_;
  Frame& frame_;
  graph::GraphBuilder* alone_;
  std::optional<DType> narrow_;
};

void Importer::convert(const OnnxNode& node, Frame& frame) {
  if (++num_read_ > limits_.max_nodes)
    fail(ErrorCode::kResourceExhausted, "more than {} nodes, passes of loops counted", limits_.max_nodes);
  const auto path_of = [&](const std::string& name) { return frame.prefix + name; };
  const bool all_given = std::ranges::all_of(
      node.outputs, [&](const std::string& name) { return name.empty() || is_given(path_of(name)) || frame.uses[name] == 0; });
  const bool one_given =
      std::ranges::any_of(node.outputs, [&](const std::string& name) { return !name.empty() && is_given(path_of(name)); });
  std::vector<OnnxOperand> results(node.outputs.size());
  if (!(all_given && one_given)) {
    std::vector<OnnxOperand> inputs;
    bool all_known = true, texts = false;
    for (const std::string& name : node.inputs) {
      const OnnxOperand* found = name.empty() ? nullptr : frame.find(name);
      if (found == nullptr && !name.empty()) fail(ErrorCode::kDataCorrupt, "nothing before it makes its input '{}'", name);
      inputs.push_back(found == nullptr ? OnnxOperand() : *found);
      all_known = all_known && (found == nullptr || found->is_known());
      texts = texts || (found != nullptr && found->strings != nullptr);
    }
    if (!node.unsupported.empty())
      fail(ErrorCode::kUnsupported, "the attribute '{}' is {}", node.unsupported.begin()->first, node.unsupported.begin()->second);
    if (const OnnxFunction* function = file_.find_function(node.domain, node.op)) {
      results = call(*function, node, inputs, frame);
    } else {
      const OnnxOperator* op = ops::find_onnx_operator(node.domain, node.op, opset_of(*frame.opsets, node.domain));
      if (op == nullptr) fail(ErrorCode::kUnsupported, "Lepton does not have this operator");
      if (texts && node.graphs.empty()) {  // what is done with texts happens while the model is read
        for (const OnnxOperand& input : inputs) {
          if (input.value.defined()) cut(input);
        }
      }
      if (all_known && node.graphs.empty()) {
        results = texts && op->elements == kMoved ? move_texts(node, *op, std::move(inputs), frame)
                                                  : compute(node, *op, std::move(inputs), frame);
      } else {
        const std::string scope = builder_.scope();
        builder_.set_scope(frame.prefix + (node.name.empty() && !node.outputs.empty() ? node.outputs.front() : node.name));
        results = Reader(*this, node, *op, std::move(inputs), frame, nullptr).read();
        builder_.set_scope(scope);
      }
    }
  }
  for (std::size_t i = 0; i < node.outputs.size(); ++i) {
    const std::string& name = node.outputs[i];
    if (name.empty()) continue;
    OnnxOperand result = given(path_of(name), [&] { return i < results.size() ? results[i] : OnnxOperand(); });
    if (!result.present()) {
      if (frame.uses[name] > 0) fail(ErrorCode::kUnsupported, "its output {} ('{}') is not supported", i, name);
      continue;
    }
    result.path = path_of(name);
    frame.names[name] = std::move(result);
  }
}

// A node of which all inputs are known.
std::vector<OnnxOperand> Importer::compute(const OnnxNode& node, const OnnxOperator& op, std::vector<OnnxOperand> inputs, Frame& frame) {
  graph::GraphBuilder alone("constant");
  Reader reader(*this, node, op, std::move(inputs), frame, &alone);
  std::vector<OnnxOperand> results = reader.read();
  graph::Graph graph = alone.graph();
  const graph::GraphBuilder& types = alone;
  std::vector<std::size_t> computed;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!results[i].value.defined()) continue;
    graph.add_output(fmt::format("y{}", i), results[i].value.id());
    computed.push_back(i);
  }
  double elements = 0;
  for (const graph::Node& made : graph.nodes()) {
    for (const ValueId output : made.outputs) elements += static_cast<double>(types.type(output).shape.num_elements());
  }
  claim(elements);
  if (!computed.empty()) {
    const std::vector<Tensor> values = runtime::interpret(graph, {}).value();
    for (std::size_t k = 0; k < computed.size(); ++k) results[computed[k]] = OnnxOperand(values[k]);
  }
  return results;
}

// Texts are moved as numbers that stand for them; these begin where no index and no size is.
std::vector<OnnxOperand> Importer::move_texts(const OnnxNode& node, const OnnxOperator& op, std::vector<OnnxOperand> inputs, Frame& frame) {
  constexpr std::int64_t kFirst = std::int64_t{1} << 40;
  std::vector<std::shared_ptr<const StringTensor>> owners;
  std::vector<const std::string*> texts;
  for (OnnxOperand& input : inputs) {
    if (input.strings == nullptr) continue;
    const StringTensor& from = *owners.emplace_back(input.strings);
    const Tensor numbers = Tensor::empty(DType::kI64, Shape(from.dims));
    for (std::int64_t& number : numbers.span<std::int64_t>())
      number = kFirst + std::ssize(texts) + (&number - numbers.data<std::int64_t>());
    for (const std::string& text : from.values) texts.push_back(&text);
    input = OnnxOperand(numbers);
  }
  std::vector<OnnxOperand> results = compute(node, op, std::move(inputs), frame);
  for (OnnxOperand& result : results) {
    if (!result.known.defined()) continue;
    StringTensor made{result.known.shape().dims(), {}};
    double size = 0;
    std::vector<std::int64_t> numbers = result.known.to_vector<std::int64_t>();
    for (std::int64_t& number : numbers) {
      number -= kFirst;
      if (number < 0 || number >= std::ssize(texts)) fail(ErrorCode::kInvalidArgument, "texts and numbers are mixed");
      size += string_size(*texts[static_cast<std::size_t>(number)]);
    }
    claim(size);
    for (const std::int64_t number : numbers) made.values.push_back(*texts[static_cast<std::size_t>(number)]);
    result = OnnxOperand(std::move(made));
  }
  return results;
}

// A function's body is read in place; it sees its own names only, and its own opsets.
std::vector<OnnxOperand> Importer::call(const OnnxFunction& function, const OnnxNode& node, const std::vector<OnnxOperand>& inputs,
                                        Frame& frame) {
  const std::string& first = node.outputs.empty() ? node.name : node.outputs.front();
  if (frames_.size() > 64) fail(ErrorCode::kResourceExhausted, "functions call each other more than 64 deep");
  Frame inner{.prefix = fmt::format("{}{}/{}/", frame.prefix, first, function.name), .opsets = &function.opsets};
  for (std::size_t i = 0; i < function.inputs.size(); ++i) {
    if (i >= inputs.size() || !inputs[i].present()) continue;
    inner.names[function.inputs[i]] = inputs[i];
  }
  Attributes given = function.defaults;
  for (const auto& [name, value] : node.attributes) given.set(name, value);
  std::vector<OnnxNode> body = function.nodes;
  for (OnnxNode& one : body) {
    for (const auto& [name, source] : one.references) {
      if (const Attribute* value = given.find(source)) one.attributes.set(name, *value);
      if (const auto texts = node.strings.find(source); texts != node.strings.end()) one.strings[name] = texts->second;
    }
  }
  for (const std::string& output : function.outputs) ++inner.uses[output];
  return nodes(body, function.outputs, inner);
}

void find_missing(const OnnxModelFile& file, const std::vector<OnnxNode>& nodes, const OpsetMap& opsets,
                  std::map<std::string, std::string>& missing) {
  for (const OnnxNode& node : nodes) {
    const int opset = opset_of(opsets, node.domain);
    if (file.find_function(node.domain, node.op) == nullptr && ops::find_onnx_operator(node.domain, node.op, opset) == nullptr)
      missing.emplace(fmt::format("{}{}{} (opset {})", node.domain, node.domain.empty() ? "" : ".", node.op, opset), node.describe());
    for (const auto& [name, graph] : node.graphs) find_missing(file, graph->nodes, opsets, missing);
  }
}

}  // namespace

Result<OnnxStage> import_onnx(const OnnxModelFile& file, std::span<const TensorType> inputs, const OnnxKnowledge& knowledge,
                              const OnnxLimits& limits) {
  return catch_error([&] { return Importer(file, knowledge, limits).run(inputs); });
}

Result<void> check_operators(const OnnxModelFile& file) {
  std::map<std::string, std::string> missing;
  find_missing(file, file.graph.nodes, file.opsets, missing);
  for (const OnnxFunction& function : file.functions) find_missing(file, function.nodes, function.opsets, missing);
  if (missing.empty()) return {};
  std::string list;
  for (const auto& [op, node] : missing) list += fmt::format("{}{}, e.g. {}", list.empty() ? "" : "; ", op, node);
  return make_error(ErrorCode::kUnsupported, "onnx: Lepton does not have {} of the model's operators: {}", missing.size(), list);
}

}  // namespace lepton::formats
