// Decoding by the field numbers of onnx.proto (ONNX 1.23). Every size is checked against the bytes that are there before memory is taken.
#include "lepton/formats/onnx/model_file.hpp"

#include <algorithm>
#include <set>

#include "lepton/base/path.hpp"
#include "lepton/base/wire.hpp"
#include "lepton/formats/onnx/internal/tensor_decoder.hpp"
#include "lepton/ops/onnx/table.hpp"

namespace lepton::formats {
namespace {

constexpr std::size_t kMaxRank = 32;

enum AttributeType : std::int64_t {
  kFloat = 1,
  kInt = 2,
  kString = 3,
  kTensor = 4,
  kGraph = 5,
  kFloats = 6,
  kInts = 7,
  kStrings = 8,
};

class Decoder {
 public:
  Decoder(std::shared_ptr<const void> owner, const OnnxReadOptions& options)
      : tensors_(std::move(owner), options.folder), options_(options) {}

  Result<OnnxModelFile> model(WireReader reader) {
    OnnxModelFile model;
    std::optional<WireReader> graph;
    while (!reader.at_end()) {
      LEPTON_TRY(const WireField field, reader.next());
      switch (field.number) {
        case 1: {
          LEPTON_TRY(model.ir_version, field.as_int64());
          break;
        }
        case 2: {
          LEPTON_TRY(model.producer, wire_text(field));
          break;
        }
        case 7: {
          LEPTON_TRY(const WireReader inner, reader.nested(field));
          graph = inner;
          break;
        }
        case 8: {
          LEPTON_TRY(const WireReader inner, reader.nested(field));
          LEPTON_CHECK_OK(opset(inner, model.opsets));
          break;
        }
        case 14: {
          LEPTON_TRY(const WireReader inner, reader.nested(field));
          LEPTON_TRY(const auto entry, wire_string_entry(inner));
          model.metadata[entry.first] = entry.second;
          break;
        }
        case 25: {
          LEPTON_TRY(const WireReader inner, reader.nested(field));
          LEPTON_TRY(OnnxFunction function, this->function(inner));
          model.functions.push_back(std::move(function));
          break;
        }
        default:
          break;
      }
    }
    if (!graph) return make_error(ErrorCode::kDataCorrupt, "onnx: the file holds no graph; is it an ONNX model?");
    if (model.opsets.empty()) return make_error(ErrorCode::kDataCorrupt, "onnx: the file does not say which opset it uses");
    LEPTON_TRY(model.graph, this->graph(*graph));
    return model;
  }

 private:
  static Result<void> opset(WireReader reader, std::map<std::string, int>& opsets) {
    std::string domain;
    std::int64_t version = 0;
    while (!reader.at_end()) {
      LEPTON_TRY(const WireField field, reader.next());
      if (field.number == 1) {
        LEPTON_TRY(domain, wire_text(field));
      } else if (field.number == 2) {
        LEPTON_TRY(version, field.as_int64());
      }
    }
    if (version < 1 || version > 1'000'000) return make_error(ErrorCode::kDataCorrupt, "onnx: opset {} of domain '{}'", version, domain);
    opsets[domain == "ai.onnx" ? "" : domain] = static_cast<int>(version);
    return {};
  }

  Result<OnnxGraph> graph(WireReader reader) {
    if (depth_ >= options_.max_depth)
      return make_error(ErrorCode::kResourceExhausted, "onnx: graphs nest deeper than {}", options_.max_depth);
    ++depth_;
    OnnxGraph graph;
    while (!reader.at_end()) {
      LEPTON_TRY(const WireField field, reader.next());
      switch (field.number) {
        case 1: {
          LEPTON_TRY(const WireReader inner, reader.nested(field));
          LEPTON_TRY(OnnxNode node, this->node(inner));
          graph.nodes.push_back(std::move(node));
          break;
        }
        case 2: {
          LEPTON_TRY(graph.name, wire_text(field));
          break;
        }
        case 5: {
          LEPTON_TRY(const WireReader inner, reader.nested(field));
          std::string name;
          LEPTON_TRY(StoredValue value, tensors_.read(inner, &name));
          if (auto* const texts = std::get_if<StringTensor>(&value)) {
            graph.strings.emplace_back(std::move(name), std::make_shared<const StringTensor>(std::move(*texts)));
          } else {
            graph.initializers.emplace_back(std::move(name), std::get<StoredTensor>(std::move(value)));
          }
          break;
        }
        case 11:
        case 12: {
          LEPTON_TRY(const WireReader inner, reader.nested(field));
          LEPTON_TRY(OnnxValueInfo info, value_info(inner));
          (field.number == 11 ? graph.inputs : graph.outputs).push_back(std::move(info));
          break;
        }
        case 15:
          return make_error(ErrorCode::kUnsupported, "onnx: sparse initializers are not supported");
        default:
          break;
      }
    }
    --depth_;
    std::set<std::string_view> constants;
    for (const auto& [name, value] : graph.initializers) constants.insert(name);
    for (const auto& [name, value] : graph.strings) constants.insert(name);
    std::erase_if(graph.inputs, [&](const OnnxValueInfo& input) { return constants.contains(input.name); });
    return graph;
  }

  Result<OnnxNode> node(WireReader reader) {
    if (++num_nodes_ > options_.max_nodes) return make_error(ErrorCode::kResourceExhausted, "onnx: more than {} nodes", options_.max_nodes);
    OnnxNode node;
    while (!reader.at_end()) {
      LEPTON_TRY(const WireField field, reader.next());
      switch (field.number) {
        case 1:
        case 2: {
          LEPTON_TRY(std::string name, wire_text(field));
          (field.number == 1 ? node.inputs : node.outputs).push_back(std::move(name));
          break;
        }
        case 3: {
          LEPTON_TRY(node.name, wire_text(field));
          break;
        }
        case 4: {
          LEPTON_TRY(node.op, wire_text(field));
          break;
        }
        case 5: {
          LEPTON_TRY(const WireReader inner, reader.nested(field));
          LEPTON_CHECK_OK(attribute(inner, node));
          break;
        }
        case 7: {
          LEPTON_TRY(node.domain, wire_text(field));
          if (node.domain == "ai.onnx") node.domain.clear();
          break;
        }
        default:
          break;
      }
    }
    if (node.op.empty()) return make_error(ErrorCode::kDataCorrupt, "onnx: a node names no operator");
    return node;
  }

  // Old files leave the type out: then the field that is there tells it.
  Result<void> attribute(WireReader reader, OnnxNode& node) {
    std::string name, reference, string;
    std::int64_t type = 0, integer = 0, seen = 0;
    float number = 0;
    std::vector<float> floats;
    std::vector<std::int64_t> ints;
    std::vector<std::string> strings;
    StoredValue value;
    std::shared_ptr<const OnnxGraph> graph;
    std::string unsupported;
    while (!reader.at_end()) {
      LEPTON_TRY(const WireField field, reader.next());
      const std::size_t limit = field.type == WireType::kBytes ? field.bytes.size() : 1;
      switch (field.number) {
        case 1: {
          LEPTON_TRY(name, wire_text(field));
          break;
        }
        case 2: {
          LEPTON_TRY(number, field.as_float());
          seen = kFloat;
          break;
        }
        case 3: {
          LEPTON_TRY(integer, field.as_int64());
          seen = kInt;
          break;
        }
        case 4: {
          LEPTON_TRY(const auto bytes, field.as_bytes());
          string.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
          seen = kString;
          break;
        }
        case 5: {
          LEPTON_TRY(const WireReader inner, reader.nested(field));
          auto read = tensors_.read(inner, nullptr);
          if (read) {
            value = *read;
          } else if (read.error().code() == ErrorCode::kUnsupported) {
            unsupported = read.error().message();
          } else {
            return read.error();
          }
          seen = kTensor;
          break;
        }
        case 6: {
          LEPTON_TRY(const WireReader inner, reader.nested(field));
          LEPTON_TRY(OnnxGraph made, this->graph(inner));
          graph = std::make_shared<const OnnxGraph>(std::move(made));
          seen = kGraph;
          break;
        }
        case 7: {
          LEPTON_CHECK_OK(read_repeated(field, floats, floats.size() + limit));
          seen = kFloats;
          break;
        }
        case 8: {
          LEPTON_CHECK_OK(read_repeated(field, ints, ints.size() + limit));
          seen = kInts;
          break;
        }
        case 9: {
          LEPTON_TRY(const auto bytes, field.as_bytes());
          strings.emplace_back(reinterpret_cast<const char*>(bytes.data()), bytes.size());
          seen = kStrings;
          break;
        }
        case 10:
        case 11:
        case 14:
        case 15:
        case 22:
        case 23:
          unsupported = "a list of tensors or graphs, a type or a sparse tensor";
          break;
        case 20: {
          LEPTON_TRY(type, field.as_int64());
          break;
        }
        case 21: {
          LEPTON_TRY(reference, wire_text(field));
          break;
        }
        default:
          break;
      }
    }
    if (!reference.empty()) {
      node.references[name] = reference;
      return {};
    }
    if (!unsupported.empty()) {
      node.unsupported[name] = unsupported;
      return {};
    }
    switch (type != 0 ? type : seen) {
      case kFloat:
        node.attributes.set(name, static_cast<double>(number));
        break;
      case kInt:
        node.attributes.set(name, integer);
        break;
      case kString:
        node.attributes.set(name, string);
        break;
      case kTensor:
        if (auto* const texts = std::get_if<StringTensor>(&value)) {
          node.strings[name] = std::make_shared<const StringTensor>(std::move(*texts));
        } else if (seen == kTensor) {
          node.attributes.set(name, std::get<StoredTensor>(value).value());
        } else {
          return make_error(ErrorCode::kDataCorrupt, "onnx: attribute '{}' holds no tensor", name);
        }
        break;
      case kGraph:
        if (graph == nullptr) return make_error(ErrorCode::kDataCorrupt, "onnx: attribute '{}' holds no graph", name);
        node.graphs[name] = graph;
        break;
      case kFloats:
        node.attributes.set(name, std::vector<double>(floats.begin(), floats.end()));
        break;
      case kInts:
        node.attributes.set(name, ints);
        break;
      case kStrings:
        node.attributes.set(name, strings);
        break;
      default:
        node.unsupported[name] = fmt::format("an attribute of type {}", type);
        break;
    }
    return {};
  }

  Result<OnnxValueInfo> value_info(WireReader reader) {
    OnnxValueInfo info;
    while (!reader.at_end()) {
      LEPTON_TRY(const WireField field, reader.next());
      if (field.number == 1) {
        LEPTON_TRY(info.name, wire_text(field));
      } else if (field.number == 2) {
        LEPTON_TRY(const WireReader inner, reader.nested(field));
        LEPTON_CHECK_OK(type_proto(inner, info));
      }
    }
    return info;
  }

  Result<void> type_proto(WireReader reader, OnnxValueInfo& info) {
    info.kind = "a value without a type";
    while (!reader.at_end()) {
      LEPTON_TRY(const WireField field, reader.next());
      if (field.number == 1) {
        LEPTON_TRY(const WireReader inner, reader.nested(field));
        LEPTON_CHECK_OK(tensor_type(inner, info));
      } else if (field.number == 4) {
        info.kind = "a sequence";
      } else if (field.number == 9) {
        info.kind = "an optional value";
      } else if (field.number == 5 || field.number == 8) {
        info.kind = "a map or a sparse tensor";
      }
    }
    return {};
  }

  Result<void> tensor_type(WireReader reader, OnnxValueInfo& info) {
    while (!reader.at_end()) {
      LEPTON_TRY(const WireField field, reader.next());
      if (field.number == 1) {
        LEPTON_TRY(const std::int64_t number, field.as_int64());
        info.dtype = ops::dtype_of_onnx(number);
        info.kind = onnx_dtype_name(number) + " tensor";
        info.strings = number == 8;
      } else if (field.number == 2) {
        LEPTON_TRY(WireReader shape, reader.nested(field));
        info.dims.emplace();
        while (!shape.at_end()) {
          LEPTON_TRY(const WireField dim, shape.next());
          if (dim.number != 1) continue;
          LEPTON_TRY(const WireReader inner, shape.nested(dim));
          LEPTON_CHECK_OK(dimension(inner, info));
        }
      }
    }
    return {};
  }

  static Result<void> dimension(WireReader reader, OnnxValueInfo& info) {
    if (info.dims->size() >= kMaxRank) return make_error(ErrorCode::kDataCorrupt, "onnx: '{}' has too many axes", info.name);
    std::int64_t size = kAnyDim;
    std::string symbol;
    while (!reader.at_end()) {
      LEPTON_TRY(const WireField field, reader.next());
      if (field.number == 1) {
        LEPTON_TRY(size, field.as_int64());
        if (size < 0) size = kAnyDim;
      } else if (field.number == 2) {
        LEPTON_TRY(symbol, wire_text(field));
      }
    }
    info.dims->push_back(size);
    info.symbols.push_back(std::move(symbol));
    return {};
  }

  Result<OnnxFunction> function(WireReader reader) {
    OnnxFunction function;
    while (!reader.at_end()) {
      LEPTON_TRY(const WireField field, reader.next());
      switch (field.number) {
        case 1: {
          LEPTON_TRY(function.name, wire_text(field));
          break;
        }
        case 4:
        case 5:
        case 6: {
          LEPTON_TRY(std::string name, wire_text(field));
          (field.number == 4 ? function.inputs : field.number == 5 ? function.outputs : function.attributes).push_back(std::move(name));
          break;
        }
        case 7: {
          LEPTON_TRY(const WireReader inner, reader.nested(field));
          LEPTON_TRY(OnnxNode node, this->node(inner));
          function.nodes.push_back(std::move(node));
          break;
        }
        case 9: {
          LEPTON_TRY(const WireReader inner, reader.nested(field));
          LEPTON_CHECK_OK(opset(inner, function.opsets));
          break;
        }
        case 10: {
          LEPTON_TRY(function.domain, wire_text(field));
          break;
        }
        case 11: {
          LEPTON_TRY(const WireReader inner, reader.nested(field));
          OnnxNode holder;
          LEPTON_CHECK_OK(attribute(inner, holder));
          for (const auto& [name, value] : holder.attributes) function.defaults.set(name, value);
          break;
        }
        default:
          break;
      }
    }
    return function;
  }

  TensorDecoder tensors_;
  const OnnxReadOptions& options_;
  std::size_t num_nodes_ = 0;
  int depth_ = 0;
};

}  // namespace

std::string OnnxNode::describe() const {
  const std::string full = domain.empty() ? op : domain + "." + op;
  if (!name.empty()) return fmt::format("{} '{}'", full, name);
  return outputs.empty() ? full : fmt::format("{} that makes '{}'", full, outputs.front());
}

const OnnxFunction* OnnxModelFile::find_function(std::string_view domain, std::string_view name) const {
  const auto found = std::ranges::find_if(functions, [&](const OnnxFunction& f) { return f.domain == domain && f.name == name; });
  return found == functions.end() ? nullptr : &*found;
}

Result<OnnxModelFile> read_onnx(std::span<const std::byte> bytes, std::shared_ptr<const void> owner, const OnnxReadOptions& options) {
  return catch_error([&] { return Decoder(std::move(owner), options).model(WireReader(bytes)).value(); });
}

}  // namespace lepton::formats
