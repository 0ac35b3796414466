// Decoding by the field numbers of onnx.proto (ONNX 1.23). Every size is checked against the bytes that are there before memory is taken.
#include "lepton/formats/onnx/model_file.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <set>

#include "lepton/base/path.hpp"
#include "lepton/base/text.hpp"
#include "lepton/base/wire.hpp"

namespace lepton::formats {
namespace {

constexpr std::int64_t kMaxRank = 32;

constexpr std::array<std::string_view, 27> kDTypeNames = {
    "undefined",      "float",      "uint8",          "int8",   "uint16", "int16",      "int32",      "int64",    "string",
    "bool",           "float16",    "double",         "uint32", "uint64", "complex64",  "complex128", "bfloat16", "float8e4m3fn",
    "float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz", "uint4",  "int4",   "float4e2m1", "float8e8m0", "uint2",    "int2"};

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
  Decoder(std::shared_ptr<const void> owner, const OnnxReadOptions& options) : owner_(std::move(owner)), options_(options) {}

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
          LEPTON_TRY(model.producer, text(field));
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
          LEPTON_TRY(const auto entry, string_entry(inner));
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

  Result<Tensor> tensor(WireReader reader, std::string* name) {
    RawTensor raw;
    while (!reader.at_end()) {
      LEPTON_TRY(const WireField field, reader.next());
      LEPTON_CHECK_OK(raw.take(field, reader));
    }
    if (name != nullptr) *name = raw.name;
    return raw.finish(*this);
  }

 private:
  // The fields of a TensorProto as they come; finish() makes the tensor.
  struct RawTensor {
    std::string name;
    std::vector<std::int64_t> dims;
    std::int64_t type = 0, location = 0;
    std::optional<std::span<const std::byte>> raw;
    std::vector<float> floats;
    std::vector<double> doubles;
    std::vector<std::int64_t> ints, longs;
    std::vector<std::uint64_t> unsigneds;
    bool strings = false;
    std::map<std::string, std::string> external;

    Result<void> take(const WireField& field, const WireReader& reader) {
      const std::size_t limit = field.type == WireType::kBytes ? field.bytes.size() : 1;
      switch (field.number) {
        case 1:
          return read_repeated(field, dims, static_cast<std::size_t>(kMaxRank));
        case 2: {
          LEPTON_TRY(type, field.as_int64());
          return {};
        }
        case 4:
          return read_repeated(field, floats, floats.size() + limit);
        case 5:
          return read_repeated(field, ints, ints.size() + limit);
        case 6:
          strings = true;
          return {};
        case 7:
          return read_repeated(field, longs, longs.size() + limit);
        case 8: {
          LEPTON_TRY(const std::string_view found, field.as_text());
          name = found;
          return {};
        }
        case 9: {
          LEPTON_TRY(const auto found, field.as_bytes());
          raw = found;
          return {};
        }
        case 10:
          return read_repeated(field, doubles, doubles.size() + limit);
        case 11:
          return read_repeated(field, unsigneds, unsigneds.size() + limit);
        case 13: {
          LEPTON_TRY(const WireReader inner, reader.nested(field));
          LEPTON_TRY(const auto entry, string_entry(inner));
          external[entry.first] = entry.second;
          return {};
        }
        case 14: {
          LEPTON_TRY(location, field.as_int64());
          return {};
        }
        default:
          return {};
      }
    }

    template <class... Args>
    Error error(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) const {
      return Error(code, fmt::format("onnx: tensor '{}': {}", name, fmt::format(format, std::forward<Args>(args)...)));
    }

    // The number of elements; bounded, so that no product overflows.
    Result<std::int64_t> count() const {
      constexpr std::int64_t kMost = std::int64_t{1} << 40;
      if (dims.size() > static_cast<std::size_t>(kMaxRank)) return error(ErrorCode::kDataCorrupt, "has {} axes", dims.size());
      std::int64_t elements = 1;
      for (const std::int64_t dim : dims) {
        if (dim < 0) return error(ErrorCode::kDataCorrupt, "has a negative size {}", dim);
        if (dim != 0 && elements > kMost / dim) return error(ErrorCode::kDataCorrupt, "claims more than 2^40 elements");
        elements *= dim;
      }
      return elements;
    }

    Result<Tensor> finish(Decoder& decoder) {
      const std::optional<DType> dtype = dtype_of_onnx(type);
      if (!dtype || strings)
        return error(ErrorCode::kUnsupported, "has the type {}, which Lepton does not have", onnx_dtype_name(strings ? 8 : type));
      LEPTON_TRY(const std::int64_t elements, count());
      if (location == 1) return decoder.external_tensor(*this, *dtype, elements);
      if (raw) return decoder.raw_tensor(*this, *dtype, elements, *raw, decoder.owner_);
      return typed_tensor(*dtype, elements);
    }

    // Data in the field of its type; 16-bit floats are bit patterns in int32_data.
    Result<Tensor> typed_tensor(DType dtype, std::int64_t elements) const {
      const auto check = [&](std::size_t have) -> Result<void> {
        if (static_cast<std::int64_t>(have) == elements) return {};
        return error(ErrorCode::kDataCorrupt, "has {} values for the shape {}", have, Shape(Dims(dims)));
      };
      const auto filled = [&](const auto& values) -> Result<Tensor> {
        LEPTON_CHECK_OK(check(values.size()));
        return Tensor::from(std::span(values), Shape(Dims(dims))).cast(dtype);
      };
      switch (dtype) {
        case DType::kF32:
          return filled(floats);
        case DType::kF64:
          return filled(doubles);
        case DType::kI64:
          return filled(longs);
        case DType::kU32:
        case DType::kU64:
          return filled(unsigneds);
        case DType::kF16:
        case DType::kBF16: {
          LEPTON_CHECK_OK(check(ints.size()));
          const Tensor made = Tensor::empty(dtype, Shape(Dims(dims)));
          auto* bits = reinterpret_cast<std::uint16_t*>(made.bytes());
          for (const std::int64_t v : ints) *bits++ = static_cast<std::uint16_t>(v);
          return made;
        }
        default:
          return filled(ints);
      }
    }
  };

  Result<Tensor> raw_tensor(const RawTensor& of, DType dtype, std::int64_t elements, std::span<const std::byte> bytes,
                            const std::shared_ptr<const void>& owner) const {
    const Shape shape{Dims(of.dims)};
    const std::size_t wanted = static_cast<std::size_t>(elements) * size_of(dtype);
    if (bytes.size() != wanted)
      return of.error(ErrorCode::kDataCorrupt, "has {} bytes of data, but {}{} needs {}", bytes.size(), name_of(dtype), shape, wanted);
    if (dtype == DType::kBool) {  // every byte but 0 is true
      const Tensor made = Tensor::empty(dtype, shape);
      for (std::size_t i = 0; i < bytes.size(); ++i) made.bytes()[i] = bytes[i] == std::byte{0} ? std::byte{0} : std::byte{1};
      return made;
    }
    const bool aligned = reinterpret_cast<std::uintptr_t>(bytes.data()) % size_of(dtype) == 0;
    if (owner != nullptr && aligned && wanted > 0) {
      auto storage = Storage::borrow(const_cast<std::byte*>(bytes.data()), bytes.size(), owner);
      Dims strides(of.dims.size(), 1);
      for (std::size_t axis = strides.size(); axis-- > 1;) strides[axis - 1] = strides[axis] * std::max<std::int64_t>(of.dims[axis], 1);
      return Tensor::view(std::move(storage), dtype, shape, std::move(strides), 0);
    }
    const Tensor made = Tensor::empty(dtype, shape);
    if (wanted > 0) std::memcpy(made.bytes(), bytes.data(), wanted);
    return made;
  }

  // A number of external_data's entries.
  static Result<std::uint64_t> number_of(const RawTensor& of, const std::string& key, std::uint64_t otherwise) {
    const auto found = of.external.find(key);
    if (found == of.external.end()) return otherwise;
    std::uint64_t value = 0;
    if (found->second.empty() || found->second.size() > 19)
      return of.error(ErrorCode::kDataCorrupt, "has external data with the {} '{}'", key, found->second);
    for (const char c : found->second) {
      if (c < '0' || c > '9') return of.error(ErrorCode::kDataCorrupt, "has external data with the {} '{}'", key, found->second);
      value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return value;
  }

  Result<std::shared_ptr<MappedFile>> external_file(const RawTensor& of) {
    const auto location = of.external.find("location");
    if (location == of.external.end() || location->second.empty())
      return of.error(ErrorCode::kDataCorrupt, "has external data without a location");
    const std::string& name = location->second;
    if (options_.folder.empty())
      return of.error(ErrorCode::kUnsupported, "lies in another file ('{}'), but the model was not read from a folder", name);
    if (const auto known = external_files_.find(name); known != external_files_.end()) return known->second;
    auto file = map_inside(options_.folder, name);
    if (!file) return file.error().with_context(fmt::format("onnx: tensor '{}' has its data elsewhere", of.name));
    external_files_[name] = *file;
    return *file;
  }

  Result<Tensor> external_tensor(const RawTensor& of, DType dtype, std::int64_t elements) {
    LEPTON_TRY(const std::shared_ptr<MappedFile> file, external_file(of));
    const std::span<const std::byte> all = file->bytes();
    const std::uint64_t wanted = static_cast<std::uint64_t>(elements) * size_of(dtype);
    LEPTON_TRY(const std::uint64_t offset, number_of(of, "offset", 0));
    LEPTON_TRY(const std::uint64_t length, number_of(of, "length", wanted));
    if (offset > all.size() || length > all.size() - offset)
      return of.error(ErrorCode::kDataCorrupt, "lies at bytes {} to {} of a file of {} bytes", offset, offset + length, all.size());
    return raw_tensor(of, dtype, elements, all.subspan(offset, length), file);
  }

  static Result<std::string> text(const WireField& field) {
    LEPTON_TRY(const std::string_view found, field.as_text());
    return std::string(found);
  }

  static Result<std::pair<std::string, std::string>> string_entry(WireReader reader) {
    std::pair<std::string, std::string> entry;
    while (!reader.at_end()) {
      LEPTON_TRY(const WireField field, reader.next());
      if (field.number == 1) {
        LEPTON_TRY(entry.first, text(field));
      } else if (field.number == 2) {
        LEPTON_TRY(entry.second, text(field));
      }
    }
    return entry;
  }

  static Result<void> opset(WireReader reader, std::map<std::string, int>& opsets) {
    std::string domain;
    std::int64_t version = 0;
    while (!reader.at_end()) {
      LEPTON_TRY(const WireField field, reader.next());
      if (field.number == 1) {
        LEPTON_TRY(domain, text(field));
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
          LEPTON_TRY(graph.name, text(field));
          break;
        }
        case 5: {
          LEPTON_TRY(const WireReader inner, reader.nested(field));
          std::string name;
          LEPTON_TRY(Tensor value, tensor(inner, &name));
          graph.initializers.emplace_back(std::move(name), std::move(value));
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
          LEPTON_TRY(std::string name, text(field));
          (field.number == 1 ? node.inputs : node.outputs).push_back(std::move(name));
          break;
        }
        case 3: {
          LEPTON_TRY(node.name, text(field));
          break;
        }
        case 4: {
          LEPTON_TRY(node.op, text(field));
          break;
        }
        case 5: {
          LEPTON_TRY(const WireReader inner, reader.nested(field));
          LEPTON_CHECK_OK(attribute(inner, node));
          break;
        }
        case 7: {
          LEPTON_TRY(node.domain, text(field));
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
    Tensor value;
    std::shared_ptr<const OnnxGraph> graph;
    std::string unsupported;
    while (!reader.at_end()) {
      LEPTON_TRY(const WireField field, reader.next());
      const std::size_t limit = field.type == WireType::kBytes ? field.bytes.size() : 1;
      switch (field.number) {
        case 1: {
          LEPTON_TRY(name, text(field));
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
          auto read = tensor(inner, nullptr);
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
          LEPTON_TRY(reference, text(field));
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
        if (!value.defined()) return make_error(ErrorCode::kDataCorrupt, "onnx: attribute '{}' holds no tensor", name);
        node.attributes.set(name, value);
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
        LEPTON_TRY(info.name, text(field));
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
        info.dtype = dtype_of_onnx(number);
        info.kind = onnx_dtype_name(number) + " tensor";
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
    if (static_cast<std::int64_t>(info.dims->size()) >= kMaxRank)
      return make_error(ErrorCode::kDataCorrupt, "onnx: '{}' has too many axes", info.name);
    std::int64_t size = kAnyDim;
    std::string symbol;
    while (!reader.at_end()) {
      LEPTON_TRY(const WireField field, reader.next());
      if (field.number == 1) {
        LEPTON_TRY(size, field.as_int64());
        if (size < 0) size = kAnyDim;
      } else if (field.number == 2) {
        LEPTON_TRY(symbol, text(field));
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
          LEPTON_TRY(function.name, text(field));
          break;
        }
        case 4:
        case 5:
        case 6: {
          LEPTON_TRY(std::string name, text(field));
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
          LEPTON_TRY(function.domain, text(field));
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

  std::shared_ptr<const void> owner_;
  const OnnxReadOptions& options_;
  std::map<std::string, std::shared_ptr<MappedFile>> external_files_;
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

std::optional<DType> dtype_of_onnx(std::int64_t number) {
  switch (number) {
    case 1:
      return DType::kF32;
    case 2:
      return DType::kU8;
    case 3:
      return DType::kI8;
    case 4:
      return DType::kU16;
    case 5:
      return DType::kI16;
    case 6:
      return DType::kI32;
    case 7:
      return DType::kI64;
    case 9:
      return DType::kBool;
    case 10:
      return DType::kF16;
    case 11:
      return DType::kF64;
    case 12:
      return DType::kU32;
    case 13:
      return DType::kU64;
    case 16:
      return DType::kBF16;
    default:
      return std::nullopt;
  }
}

std::string onnx_dtype_name(std::int64_t number) {
  if (number < 0 || number >= static_cast<std::int64_t>(kDTypeNames.size())) return fmt::format("number {}", number);
  return std::string(kDTypeNames[static_cast<std::size_t>(number)]);
}

Result<OnnxModelFile> read_onnx(std::span<const std::byte> bytes, std::shared_ptr<const void> owner, const OnnxReadOptions& options) {
  return Decoder(std::move(owner), options).model(WireReader(bytes));
}

Result<OnnxModelFile> read_onnx_file(FileSystem& files, const std::string& path) {
  LEPTON_TRY(const std::shared_ptr<MappedFile> file, files.map(path));
  auto model = read_onnx(file->bytes(), file, {.folder = parent_folder(path)});
  if (!model) return model.error().with_context(path);
  return model;
}

Result<Tensor> read_onnx_tensor(std::span<const std::byte> bytes, std::shared_ptr<const void> owner) {
  return Decoder(std::move(owner), {}).tensor(WireReader(bytes), nullptr);
}

}  // namespace lepton::formats
