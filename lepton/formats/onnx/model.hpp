// A loaded ONNX model that runs. For each combination of input shapes its nodes are read into graphs, shape arithmetic is folded, and the
// graphs are compiled and kept.
//
// Where a shape or a branch depends on data, the model runs in stages: a graph up to the value that is needed, then, with the value known,
// a graph from there on. Stages are kept by the values that led to them. Texts are values that reading depends on.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lepton/formats/onnx/model_file.hpp"
#include "lepton/graph/graph.hpp"

namespace lepton::runtime {
class Profile;
}

namespace lepton::formats {

class OnnxModel {
 public:
  /// Checks that every operator is known and, where nothing but the batch is free, that all shapes fit. Errors: kUnsupported, naming every
  /// operator that is missing with its opset and a node; kShapeMismatch, kInvalidArgument … naming the node that cannot be right.
  static Result<OnnxModel> make(OnnxModelFile file);
  /// The error that make() would give.
  static Result<void> check(const OnnxModelFile& file);
  /// Reads a file (ONNX or TensorFlow Lite) and makes the model.
  static Result<OnnxModel> load(FileSystem& files, const std::string& path);
  ~OnnxModel();
  OnnxModel(OnnxModel&&) noexcept;
  OnnxModel& operator=(OnnxModel&&) noexcept;

  const OnnxModelFile& file() const;
  /// Runs on the inputs in the file's order; results in the file's order. What depends on texts is worked out anew for other texts.
  /// Errors:  kInvalidArgument, kShapeMismatch, kDtypeMismatch for inputs that do not fit, and what reading and compiling find.
  Result<std::vector<OnnxValue>> run(std::span<const OnnxValue> inputs);
  /// The same where inputs and results are tensors. Errors: also kUnsupported for a result of texts.
  Result<std::vector<Tensor>> run(std::span<const Tensor> inputs);
  /// Times every step of later runs until it is set to null.
  void set_profile(runtime::Profile* profile);
  /// Stages of the last run; 1 if nothing depended on data.
  int num_stages() const;
  /// The first stage for inputs of these types, for descriptions; nothing runs.
  Result<const graph::Graph*> first_graph(std::span<const TensorType> inputs);

 private:
  struct State;
  explicit OnnxModel(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace lepton::formats
