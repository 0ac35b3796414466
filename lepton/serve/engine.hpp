// A model that computes: tensors in, tensors out, whichever file it came from.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lepton/base/files.hpp"
#include "lepton/base/json_fwd.hpp"
#include "lepton/serve/signature.hpp"

namespace lepton::serve {

/// One thread at a time.
class Engine {
 public:
  virtual ~Engine() = default;
  const Signature& signature() const { return signature_; }
  /// "lepton_package", "onnx" or "tflite".
  const std::string& platform() const { return platform_; }
  /// The task's part of the manifest; null if the file says nothing of that kind.
  const std::shared_ptr<const Json>& task() const { return task_; }
  std::int64_t weight_bytes() const { return weight_bytes_; }

  /// Runs on contiguous inputs of the signature; plans for types that are new are compiled first. What it returns is valid until the next
  /// run. Throws what reading, compiling and running find.
  virtual std::span<const Tensor> run(std::span<const Tensor> inputs) = 0;

 protected:
  Signature signature_;
  std::string platform_;
  std::shared_ptr<const Json> task_;
  std::int64_t weight_bytes_ = 0;
};

/// True for the endings of files that can be served.
bool is_servable(const std::string& path);

/// Loads a .lepton package, an ONNX or a TensorFlow Lite file.
/// Errors:  those of reading; kUnsupported for a model that takes or gives texts.
Result<std::unique_ptr<Engine>> load_engine(FileSystem& files, const std::string& path);

}  // namespace lepton::serve
