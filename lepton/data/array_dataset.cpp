// A dataset whose samples are rows of arrays in memory: batches are gathered row by row, without a tensor for each sample.
#include <algorithm>
#include <cstring>

#include "lepton/data/dataset.hpp"

namespace lepton::data {
namespace {

Shape without_first_axis(const Shape& shape) { return Shape(Dims(shape.begin() + 1, shape.end())); }

class ArrayDataset final : public Dataset {
 public:
  ArrayDataset(std::vector<Tensor> inputs, Tensor target, std::vector<std::int64_t> labels, std::vector<FeatureSpec> features,
               TargetSpec spec, ArrayNames names)
      : inputs_(std::move(inputs)),
        target_(std::move(target)),
        labels_(std::move(labels)),
        features_(std::move(features)),
        spec_(std::move(spec)),
        ids_(std::move(names.sample_ids)),
        parts_(std::move(names.parts)) {}

  std::int64_t num_samples() const override { return inputs_[0].shape()[0]; }
  const std::vector<FeatureSpec>& features() const override { return features_; }
  const TargetSpec& target() const override { return spec_; }
  std::string sample_id(std::int64_t index) const override {
    return ids_.empty() ? std::to_string(index) : ids_[static_cast<std::size_t>(index)];
  }
  std::int64_t label(std::int64_t index) const override { return labels_.empty() ? -1 : labels_[static_cast<std::size_t>(index)]; }
  std::string_view official_part(std::int64_t index) const override {
    return parts_.empty() ? std::string_view() : parts_[static_cast<std::size_t>(index)];
  }

  Result<Sample> load(std::int64_t index) const override {
    Sample sample;
    for (const Tensor& input : inputs_) sample.inputs.push_back(row(input, index));
    if (target_.defined()) sample.target = row(target_, index);
    return sample;
  }

  Result<Batch> load_batch(std::span<const std::int64_t> indices) const override {
    Batch batch;
    batch.indices.assign(indices.begin(), indices.end());
    for (const Tensor& input : inputs_) batch.inputs.push_back(gather(input, indices));
    if (target_.defined()) batch.target = gather(target_, indices);
    return batch;
  }

 private:
  static Tensor row(const Tensor& array, std::int64_t index) {
    return array.rows(index, index + 1).reshape(without_first_axis(array.shape()));
  }

  static Tensor gather(const Tensor& array, std::span<const std::int64_t> indices) {
    Shape shape = array.shape();
    shape[0] = static_cast<std::int64_t>(indices.size());
    Tensor result = Tensor::empty(array.dtype(), shape);
    const std::size_t size = indices.empty() ? 0 : static_cast<std::size_t>(result.type().size_bytes()) / indices.size();
    for (std::size_t i = 0; i < indices.size(); ++i) {
      std::memcpy(result.bytes() + i * size, array.bytes() + static_cast<std::size_t>(indices[i]) * size, size);
    }
    return result;
  }

  std::vector<Tensor> inputs_;
  Tensor target_;
  std::vector<std::int64_t> labels_;
  std::vector<FeatureSpec> features_;
  TargetSpec spec_;
  std::vector<std::string> ids_;
  std::vector<std::string> parts_;
};

void check_count(std::string_view what, std::size_t count, std::int64_t num_samples) {
  if (count != 0 && static_cast<std::int64_t>(count) != num_samples) {
    fail(ErrorCode::kShapeMismatch, "array dataset: {} {} for {} samples", count, what, num_samples);
  }
}

// Fills in the label names and checks the labels against them.
TargetSpec describe_target(const Tensor& target, const std::vector<std::int64_t>& labels, std::vector<std::string> label_names) {
  TargetSpec spec;
  if (!target.defined()) return spec;
  spec.type = {target.dtype(), without_first_axis(target.shape())};
  spec.kind = is_float(target.dtype()) ? TargetKind::kNumber : TargetKind::kClass;
  spec.label_names = std::move(label_names);
  if (labels.empty()) return spec;
  const auto [least, most] = std::ranges::minmax(labels);
  if (least < 0) fail(ErrorCode::kInvalidArgument, "array dataset: label {} is negative", least);
  if (spec.label_names.empty()) {
    if (most >= 1'000'000)
      fail(ErrorCode::kInvalidArgument, "array dataset: label {} is too large for a class; give the label names", most);
    for (std::int64_t i = 0; i <= most; ++i) spec.label_names.push_back(std::to_string(i));
  }
  if (most >= spec.num_classes()) {
    fail(ErrorCode::kInvalidArgument, "array dataset: label {} does not exist, there are {} label names", most, spec.num_classes());
  }
  return spec;
}

}  // namespace

DatasetHandle make_array_dataset(std::vector<Tensor> inputs, Tensor target, ArrayNames names) {
  if (inputs.empty()) fail(ErrorCode::kInvalidArgument, "array dataset: no inputs");
  const std::int64_t count = inputs[0].shape().rank() == 0 ? 0 : inputs[0].shape()[0];
  std::vector<FeatureSpec> features;
  check_count("feature names", names.features.size(), static_cast<std::int64_t>(inputs.size()));
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    inputs[i] = inputs[i].contiguous();
    const Shape& shape = inputs[i].shape();
    if (shape.rank() == 0 || shape[0] != count) {
      fail(ErrorCode::kShapeMismatch, "array dataset: input {} is {}, expected {} samples on the first axis", i, shape, count);
    }
    std::string name = inputs.size() == 1 ? "input" : "input_" + std::to_string(i);
    if (!names.features.empty()) name = names.features[i];
    features.push_back({std::move(name), {inputs[i].dtype(), without_first_axis(shape)}});
  }
  std::vector<std::int64_t> labels;
  if (target.defined()) {
    if (target.shape().rank() == 0 || target.shape()[0] != count) {
      fail(ErrorCode::kShapeMismatch, "array dataset: target is {}, expected {} samples on the first axis", target.shape(), count);
    }
    const bool scalar = target.shape().rank() == 1;
    if (!is_float(target.dtype()) && !scalar) {
      fail(ErrorCode::kShapeMismatch, "array dataset: classes must be [num_samples], got {}; use floats for several numbers",
           target.shape());
    }
    target = (is_float(target.dtype()) ? target.cast(DType::kF32) : target.cast(DType::kI64)).contiguous();
    if (!is_float(target.dtype())) labels = target.to_vector<std::int64_t>();
  }
  check_count("sample ids", names.sample_ids.size(), count);
  check_count("parts", names.parts.size(), count);
  TargetSpec spec = describe_target(target, labels, std::move(names.label_names));
  return std::make_shared<ArrayDataset>(std::move(inputs), std::move(target), std::move(labels), std::move(features), std::move(spec),
                                        std::move(names));
}

}  // namespace lepton::data
