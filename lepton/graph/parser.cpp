// Recursive descent; every list is bounded by the text itself, and regions in depth.
#include "lepton/graph/parser.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstring>
#include <limits>

#include "lepton/base/json.hpp"

namespace lepton::graph {
namespace {

constexpr int kDeepestRegion = 32;
constexpr std::int64_t kLargestDim = std::int64_t{1} << 40;

class Parser {
 public:
  Parser(std::string_view text, FindOp find_op) : text_(text), find_op_(find_op) {}

  Graph whole() {
    Graph result = graph(0);
    skip_space();
    if (at_ < text_.size()) error("nothing may follow the graph");
    return result;
  }

 private:
  // ---- words ----------------------------------------------------------------------------------------------------------------------

  [[noreturn]] void error(std::string_view what) const {
    const std::string_view before = text_.substr(0, at_);
    const auto line = 1 + std::ranges::count(before, '\n');
    const std::size_t start = before.rfind('\n');
    fail(ErrorCode::kParseError, "graph text: line {}, column {}: {}", line, at_ - (start == std::string_view::npos ? 0 : start + 1) + 1,
         what);
  }

  void skip_space() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }
  bool try_take(std::string_view token) {
    skip_space();
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  void take(std::string_view token) {
    if (!try_take(token)) error(fmt::format("expected '{}'", token));
  }
  // Letters, digits and underscores.
  std::string_view word() {
    skip_space();
    const std::size_t begin = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_')) ++at_;
    if (at_ == begin) error("expected a name");
    return text_.substr(begin, at_ - begin);
  }
  // A JSON text that ends with its closing quote.
  std::string quoted() {
    skip_space();
    const std::size_t begin = at_;
    take("\"");
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    if (at_ >= text_.size()) error("a text has no closing quote");
    ++at_;
    const auto json = parse_json(text_.substr(begin, at_ - begin));
    if (!json || !json->is_string()) error("a text is not well formed");
    return json->get<std::string>();
  }
  template <class T>
  T number() {
    skip_space();
    T value{};
    const auto [end, code] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (code != std::errc()) error("expected a number");
    at_ = static_cast<std::size_t>(end - text_.data());
    return value;
  }
  // Calls item() between `open` and `close`, separated by commas.
  template <class Item>
  void list(std::string_view open, std::string_view close, const Item& item) {
    take(open);
    if (try_take(close)) return;
    do item();
    while (try_take(","));
    take(close);
  }

  // ---- types and attributes -------------------------------------------------------------------------------------------------------

  DType dtype() {
    const std::string_view name = word();
    const auto found = dtype_from_name(name);
    if (!found) error(fmt::format("'{}' is no dtype", name));
    return *found;
  }

  TensorType type(bool may_be_free) {
    TensorType result{dtype(), {}};
    Dims dims;
    std::int64_t count = 1;
    list("[", "]", [&] {
      const bool is_free = may_be_free && try_take("?");
      dims.push_back(is_free ? kAnyDim : number<std::int64_t>());
      if (!is_free && (dims.back() < 0 || dims.back() > kLargestDim)) error("a size is out of range");
      if (dims.back() > 0 && count > kLargestDim / dims.back()) error("a tensor is too large");
      if (dims.back() > 0) count *= dims.back();
    });
    result.shape = Shape(std::move(dims));
    return result;
  }

  Tensor tensor() {
    const TensorType of = type(false);
    take("0x");
    const auto bytes = static_cast<std::size_t>(of.size_bytes());
    if (text_.size() - at_ < 2 * bytes) error(fmt::format("a tensor needs {} bytes", bytes));
    const Tensor result = Tensor::empty(of.dtype, of.shape);
    for (std::size_t i = 0; i < bytes; ++i, at_ += 2) {
      unsigned byte = 0;
      const char* begin = text_.data() + at_;
      if (std::from_chars(begin, begin + 2, byte, 16).ptr != begin + 2) error("a tensor holds a digit that is not hexadecimal");
      if (of.dtype == DType::kBool && byte > 1) error("a bool is neither 0 nor 1");
      result.bytes()[i] = static_cast<std::byte>(byte);
    }
    return result;
  }

  template <class T, class Item>
  std::vector<T> items(const Item& item) {
    std::vector<T> values;
    list("[", "]", [&] { values.push_back(item()); });
    return values;
  }

  // What is written has the type that the operator declares.
  Attribute attribute(const AttributeDef& declared) {
    return std::visit(
        [&]<class T>(const T&) -> Attribute {
          if constexpr (std::is_same_v<T, bool>) {
            if (try_take("true")) return true;
            take("false");
            return false;
          } else if constexpr (std::is_same_v<T, std::int64_t> || std::is_same_v<T, double>) {
            return number<T>();
          } else if constexpr (std::is_same_v<T, std::string>) {
            return quoted();
          } else if constexpr (std::is_same_v<T, std::vector<std::int64_t>>) {
            return items<std::int64_t>([&] { return number<std::int64_t>(); });
          } else if constexpr (std::is_same_v<T, std::vector<double>>) {
            return items<double>([&] { return number<double>(); });
          } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
            return items<std::string>([&] { return quoted(); });
          } else if constexpr (std::is_same_v<T, DType>) {
            return dtype();
          } else {
            return tensor();
          }
        },
        declared.default_value.value());
  }

  Attributes attributes(const OpDef& op) {
    Attributes given;
    if (!try_take("{")) return complete_attributes(op, given).value();
    do {
      const std::string_view name = word();
      const auto declared = std::ranges::find(op.attributes, name, &AttributeDef::name);
      if (declared == op.attributes.end()) error(fmt::format("{} has no attribute '{}'", op.name, name));
      take("=");
      given.set(std::string(name), attribute(*declared));
    } while (try_take(","));
    take("}");
    return complete_attributes(op, given).value();
  }

  // ---- graphs ---------------------------------------------------------------------------------------------------------------------

  // A value that exists already.
  ValueId value(const Graph& graph) {
    take("%");
    const auto id = number<ValueId>();
    if (id < 0 || id >= graph.num_values()) error(fmt::format("%{} is used before it is made", id));
    return id;
  }

  Graph graph(int depth) {
    if (depth > kDeepestRegion) error("regions lie too deep in one another");
    Graph result;
    take("graph");
    result.name = quoted();
    take("{");
    while (true) {
      skip_space();
      if (try_take("}")) return result;
      if (try_take("output")) {
        output(result);
      } else {
        definition(result, depth);
      }
    }
  }

  void output(Graph& graph) {
    std::string name = quoted();
    const ValueId id = value(graph);
    std::string updates;
    if (try_take("updates")) {
      updates = quoted();
      const GraphInput* state = graph.find_input(updates);
      if (state == nullptr || state->kind != InputKind::kState) error(fmt::format("there is no state '{}'", updates));
    }
    graph.add_output(std::move(name), id, std::move(updates));
  }

  void definition(Graph& graph, int depth) {
    int count = 0;
    do {
      take("%");
      if (number<ValueId>() != graph.num_values() + count) error("values must be numbered in order");
      ++count;
    } while (try_take(","));
    take("=");
    const std::string_view kind = word();
    if (kind != "input" && kind != "state") return node(graph, kind, count, depth);
    if (count != 1) error("an input is one value");
    std::string name = quoted();
    if (graph.find_input(name) != nullptr) error(fmt::format("there are two inputs named '{}'", name));
    graph.add_input(std::move(name), kind == "state" ? InputKind::kState : InputKind::kData, type(true));
  }

  void node(Graph& graph, std::string_view name, int num_outputs, int depth) {
    Node node;
    node.op = find_op_(name);
    if (node.op == nullptr) fail(ErrorCode::kNotFound, "graph text: there is no operator '{}'", name);
    list("(", ")", [&] { node.inputs.push_back(try_take("_") ? kNoValue : value(graph)); });
    node.attributes = attributes(*node.op);
    if (try_take("@")) node.name = quoted();
    if (try_take("[")) {
      while (!try_take("]")) node.regions.push_back(std::make_shared<const Graph>(this->graph(depth + 1)));
    }
    graph.add_node(std::move(node), num_outputs);
  }

  std::string_view text_;
  FindOp find_op_;
  std::size_t at_ = 0;
};

}  // namespace

Result<Graph> parse(std::string_view text, FindOp find_op) {
  return catch_error([&] { return Parser(text, find_op).whole(); });
}

}  // namespace lepton::graph
