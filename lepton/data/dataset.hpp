// Dataset: samples by index, each with tensors and a target, and the batches made of them. Readers make datasets; loaders walk them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lepton/base/error.hpp"
#include "lepton/base/hash.hpp"
#include "lepton/tensor/tensor.hpp"

namespace lepton::data {

/// One input of a model: its name, dtype and the shape of one sample (kAnyDim where it differs between samples).
struct FeatureSpec {
  std::string name;
  TensorType type;
};

enum class TargetKind : std::uint8_t {
  kNone,
  kClass,   ///< A scalar i64, an index into label_names.
  kNumber,  ///< f32 of any shape.
};

struct TargetSpec {
  TargetKind kind = TargetKind::kNone;
  std::string name = "target";
  TensorType type;
  std::vector<std::string> label_names;

  std::int64_t num_classes() const { return static_cast<std::int64_t>(label_names.size()); }
};

struct Sample {
  std::vector<Tensor> inputs;  ///< In the order of features().
  Tensor target;               ///< Undefined if the target's kind is kNone.
};

/// Samples stacked along a new first axis.
struct Batch {
  std::vector<Tensor> inputs;
  Tensor target;
  std::vector<std::int64_t> indices;  ///< Of the samples in their dataset: keys augmentation, names mistakes.
  std::int64_t epoch = 0;
  std::int64_t number = 0;  ///< Of the batch in its epoch.

  std::int64_t num_samples() const { return static_cast<std::int64_t>(indices.size()); }
};

/// Immutable once built; every member may be called from several threads.
class Dataset {
 public:
  virtual ~Dataset() = default;

  virtual std::int64_t num_samples() const = 0;
  virtual const std::vector<FeatureSpec>& features() const = 0;
  virtual const TargetSpec& target() const = 0;

  /// A name that stays the same when samples are added or reordered: a relative file name, a row key.
  virtual std::string sample_id(std::int64_t index) const = 0;
  /// The class of a sample without loading it; -1 if the target is no class.
  virtual std::int64_t label(std::int64_t index) const = 0;
  /// "train", "val" or "test" if the data came with its own split, else "".
  virtual std::string_view official_part(std::int64_t) const { return {}; }

  /// Loads one sample. Errors name the file.
  virtual Result<Sample> load(std::int64_t index) const = 0;
  /// Loads and stacks samples. kShapeMismatch, naming the sample, if their shapes differ.
  virtual Result<Batch> load_batch(std::span<const std::int64_t> indices) const;
  /// The sample as a picture [height, width, channels] u8, as large as it is stored; kUnsupported if it is none.
  virtual Result<Tensor> picture(std::int64_t index) const;
  /// A hash of what the sample holds (of the file's bytes where there is a file).
  virtual Result<Sha256Digest> content_hash(std::int64_t index) const;
};

using DatasetHandle = std::shared_ptr<const Dataset>;

/// Names for a dataset made from arrays; empty members get the defaults in the comments.
struct ArrayNames {
  std::vector<std::string> features;     ///< "input", or "input_0", "input_1", …
  std::vector<std::string> label_names;  ///< "0", "1", … up to the largest label
  std::vector<std::string> sample_ids;   ///< "0", "1", …
  std::vector<std::string> parts;        ///< official parts, one for each sample, or none
};

/// Makes a dataset of arrays that lie in memory; nothing is copied.
///
/// Shapes:  each input: [num_samples, ...]; target: [num_samples] of an integer dtype (classes), [num_samples, ...] of floats (numbers) or
///          undefined (none).
/// Errors:  throws kShapeMismatch if the first axes differ, kInvalidArgument for a negative label or one beyond label_names.
DatasetHandle make_array_dataset(std::vector<Tensor> inputs, Tensor target = {}, ArrayNames names = {});

/// A view of some samples of `dataset`, in the order of `indices`. Throws kInvalidArgument for an index that is not there.
DatasetHandle subset(DatasetHandle dataset, std::vector<std::int64_t> indices);

/// Indices of the samples whose official part is `part`.
std::vector<std::int64_t> official_indices(const Dataset& dataset, std::string_view part);

/// Stacks samples of equal shape; kShapeMismatch, naming the sample by `sample_id`, otherwise.
Result<Batch> stack_samples(const Dataset& dataset, std::span<const std::int64_t> indices, std::span<const Sample> samples);

}  // namespace lepton::data
