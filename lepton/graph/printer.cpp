// One line a value, in the order of their numbers, so that reading gives the same numbers.
#include "lepton/graph/printer.hpp"

#include "lepton/base/json.hpp"
#include "lepton/base/text.hpp"

namespace lepton::graph {
namespace {

std::string json_text(std::string_view text) { return dump_json(Json(to_valid_utf8(text))); }

class Printer {
 public:
  explicit Printer(const PrintOptions& options) : options_(options) {}

  std::string take() && { return std::move(text_); }

  void graph(const Graph& graph, int depth) {
    line(depth, fmt::format("graph {} {{", json_text(graph.name)));
    NodeId last = kNoNode;
    for (ValueId v = 0; v < graph.num_values(); ++v) {
      const NodeId producer = graph.producer(v);
      if (producer == kNoNode) {
        input(graph, v, depth + 1);
      } else if (producer != last) {
        node(graph.node(producer), depth + 1);
        last = producer;
      }
    }
    for (const GraphOutput& output : graph.outputs()) {
      const std::string updates = output.updates.empty() ? "" : " updates " + json_text(output.updates);
      line(depth + 1, fmt::format("output {} %{}{}", json_text(output.name), output.value, updates));
    }
    line(depth, "}");
  }

 private:
  void line(int depth, const std::string& content) {
    text_.append(static_cast<std::size_t>(2 * depth), ' ');
    text_ += content;
    text_ += '\n';
  }

  void input(const Graph& graph, ValueId v, int depth) {
    for (const GraphInput& candidate : graph.inputs()) {
      if (candidate.value != v) continue;
      const std::string_view kind = candidate.kind == InputKind::kState ? "state" : "input";
      line(depth, fmt::format("%{} = {} {} {}", v, kind, json_text(candidate.name), candidate.type.to_string()));
    }
  }

  void node(const Node& node, int depth) {
    std::string content;
    for (const ValueId output : node.outputs) content += fmt::format("{}%{}", content.empty() ? "" : ", ", output);
    content += fmt::format(" = {}(", node.op->name);
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (i > 0) content += ", ";
      content += node.inputs[i] == kNoValue ? "_" : fmt::format("%{}", node.inputs[i]);
    }
    content += ')' + attributes(node);
    if (!node.name.empty()) content += " @" + json_text(node.name);
    if (node.regions.empty()) return line(depth, content);
    line(depth, content + " [");
    for (const Region& region : node.regions) graph(*region, depth + 1);
    line(depth, "]");
  }

  std::string attributes(const Node& node) const {
    std::string content;
    for (const AttributeDef& declared : node.op->attributes) {
      const Attribute* value = node.attributes.find(declared.name);
      if (value == nullptr || (!declared.required && *value == declared.default_value)) continue;
      content += fmt::format("{}{}={}", content.empty() ? " {" : ", ", declared.name, text_of(*value));
    }
    return content.empty() ? content : content + "}";
  }

  std::string text_of(const Attribute& attribute) const {
    if (const auto* text = std::get_if<std::string>(&attribute.value())) return json_text(*text);
    if (const auto* list = std::get_if<std::vector<std::string>>(&attribute.value())) return dump_json(Json(*list));
    const auto* tensor = std::get_if<Tensor>(&attribute.value());
    if (tensor == nullptr) return attribute.to_string();
    if (tensor->type().size_bytes() > options_.largest_tensor_bytes) return tensor->type().to_string() + " …";
    const Tensor contiguous = tensor->contiguous();
    std::string hex;
    for (std::int64_t i = 0; i < contiguous.type().size_bytes(); ++i)
      hex += fmt::format("{:02x}", static_cast<unsigned>(contiguous.bytes()[i]));
    return fmt::format("{} 0x{}", tensor->type().to_string(), hex);
  }

  const PrintOptions& options_;
  std::string text_;
};

}  // namespace

std::string print(const Graph& graph, const PrintOptions& options) {
  Printer printer(options);
  printer.graph(graph, 0);
  return std::move(printer).take();
}

}  // namespace lepton::graph
