// An ONNX file as its nodes, tensors and functions, decoded from foreign bytes within limits; nothing of it is trusted or run here.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lepton/base/files.hpp"
#include "lepton/formats/stored_tensor.hpp"
#include "lepton/op/string_tensor.hpp"
#include "lepton/tensor/attributes.hpp"

namespace lepton::formats {

struct OnnxGraph;

struct OnnxNode {
  std::string op, domain, name;
  std::vector<std::string> inputs, outputs;  // "" for one that is absent
  Attributes attributes;
  std::map<std::string, std::shared_ptr<const StringTensor>> strings;  // attributes that are tensors of texts
  std::map<std::string, std::shared_ptr<const OnnxGraph>> graphs;      // attributes that are graphs: the branches of If, the body of Loop
  std::map<std::string, std::string> references;                       // in a function: attributes that are taken from the call
  std::map<std::string, std::string> unsupported;                      // attributes of kinds that Lepton lacks, with the kind

  /// "MatMul 'layer3/qk'": for messages.
  std::string describe() const;
};

/// A graph's input or output as the file declares it.
struct OnnxValueInfo {
  std::string name;
  std::optional<DType> dtype;        // none if it is no tensor of numbers, or of a type that Lepton lacks: then `kind` says which
  std::string kind;                  // "string tensor", "a sequence", …
  std::optional<Dims> dims;          // kAnyDim for those with a name or unknown; none if the rank is unknown
  std::vector<std::string> symbols;  // names of the dims, "" where they have none
  bool strings = false;              // a tensor of texts
};

struct OnnxGraph {
  std::string name;
  std::vector<OnnxNode> nodes;
  std::vector<std::pair<std::string, StoredTensor>> initializers;
  std::vector<std::pair<std::string, std::shared_ptr<const StringTensor>>> strings;  // initializers that are texts
  std::vector<OnnxValueInfo> inputs;                                                 // without those that are initializers
  std::vector<OnnxValueInfo> outputs;
};

struct OnnxFunction {
  std::string domain, name;
  std::vector<std::string> inputs, outputs, attributes;
  Attributes defaults;
  std::vector<OnnxNode> nodes;
  std::map<std::string, int> opsets;  // by domain
};

struct OnnxModelFile {
  std::string format = "ONNX";  // of the file
  std::int64_t ir_version = 0;
  std::string producer;
  std::map<std::string, int> opsets;  // by domain; "" is ONNX's own
  OnnxGraph graph;
  std::vector<OnnxFunction> functions;
  std::map<std::string, std::string> metadata;

  const OnnxFunction* find_function(std::string_view domain, std::string_view name) const;
};

struct OnnxReadOptions {
  /// Folder in which external data may lie; empty: none may.
  std::string folder = {};
  std::size_t max_nodes = 1'000'000;
  int max_depth = 16;  // of graphs within graphs
};

/// Decodes a ModelProto. Tensors stay in `bytes`, kept alive by `owner`; without one they are copied.
///
/// Errors:  kDataCorrupt for a malformed file, a tensor whose data is not of its size, external data outside the folder or the file;
///          kUnsupported for dtypes that Lepton lacks (named with the tensor); kResourceExhausted beyond the limits.
/// Source:  onnx.proto of ONNX 1.23.
Result<OnnxModelFile> read_onnx(std::span<const std::byte> bytes, std::shared_ptr<const void> owner, const OnnxReadOptions& options = {});

/// Decodes a TensorProto alone (the backend tests keep inputs and outputs so).
Result<OnnxValue> read_onnx_tensor(std::span<const std::byte> bytes, std::shared_ptr<const void> owner);

/// ONNX's name of a TensorProto.DataType: "float8e4m3fn".
std::string onnx_dtype_name(std::int64_t number);

}  // namespace lepton::formats
