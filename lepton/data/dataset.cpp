// What every dataset shares: stacking, hashing, and views of some of its samples.
#include "lepton/data/dataset.hpp"

#include <cstring>

namespace lepton::data {
namespace {

Result<Tensor> stack(const Dataset& dataset, std::span<const std::int64_t> indices, std::span<const Tensor* const> parts) {
  const TensorType type = parts[0]->type();
  Dims dims{static_cast<std::int64_t>(parts.size())};
  dims.insert(dims.end(), type.shape.begin(), type.shape.end());
  Tensor result = Tensor::empty(type.dtype, Shape(std::move(dims)));
  const auto size = static_cast<std::size_t>(type.size_bytes());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i]->type() != type) {
      return make_error(ErrorCode::kShapeMismatch, "batch: sample {} is {}, sample {} is {}; give the recipe a size",
                        dataset.sample_id(indices[0]), type.to_string(), dataset.sample_id(indices[i]), parts[i]->type().to_string());
    }
    std::memcpy(result.bytes() + i * size, parts[i]->contiguous().bytes(), size);
  }
  return result;
}

class Subset final : public Dataset {
 public:
  Subset(DatasetHandle whole, std::vector<std::int64_t> indices) : whole_(std::move(whole)), indices_(std::move(indices)) {}

  std::int64_t num_samples() const override { return static_cast<std::int64_t>(indices_.size()); }
  const std::vector<FeatureSpec>& features() const override { return whole_->features(); }
  const TargetSpec& target() const override { return whole_->target(); }
  std::string sample_id(std::int64_t index) const override { return whole_->sample_id(at(index)); }
  std::int64_t label(std::int64_t index) const override { return whole_->label(at(index)); }
  std::string_view official_part(std::int64_t index) const override { return whole_->official_part(at(index)); }
  Result<Sample> load(std::int64_t index) const override { return whole_->load(at(index)); }
  Result<Tensor> picture(std::int64_t index) const override { return whole_->picture(at(index)); }
  Result<Sha256Digest> content_hash(std::int64_t index) const override { return whole_->content_hash(at(index)); }

  Result<Batch> load_batch(std::span<const std::int64_t> indices) const override {
    std::vector<std::int64_t> mapped;
    mapped.reserve(indices.size());
    for (const std::int64_t index : indices) mapped.push_back(at(index));
    LEPTON_TRY(Batch batch, whole_->load_batch(mapped));
    batch.indices.assign(indices.begin(), indices.end());
    return batch;
  }

 private:
  std::int64_t at(std::int64_t index) const { return indices_[static_cast<std::size_t>(index)]; }
  DatasetHandle whole_;
  std::vector<std::int64_t> indices_;
};

}  // namespace

Result<Batch> stack_samples(const Dataset& dataset, std::span<const std::int64_t> indices, std::span<const Sample> samples) {
  if (samples.empty()) fail(ErrorCode::kInvalidArgument, "batch: no samples");
  Batch batch;
  batch.indices.assign(indices.begin(), indices.end());
  std::vector<const Tensor*> parts(samples.size());
  for (std::size_t input = 0; input < samples[0].inputs.size(); ++input) {
    for (std::size_t i = 0; i < samples.size(); ++i) parts[i] = &samples[i].inputs[input];
    LEPTON_TRY(Tensor stacked, stack(dataset, indices, parts));
    batch.inputs.push_back(std::move(stacked));
  }
  if (samples[0].target.defined()) {
    for (std::size_t i = 0; i < samples.size(); ++i) parts[i] = &samples[i].target;
    LEPTON_TRY(batch.target, stack(dataset, indices, parts));
  }
  return batch;
}

Result<Batch> Dataset::load_batch(std::span<const std::int64_t> indices) const {
  std::vector<Sample> samples;
  samples.reserve(indices.size());
  for (const std::int64_t index : indices) {
    LEPTON_TRY(Sample sample, load(index));
    samples.push_back(std::move(sample));
  }
  return stack_samples(*this, indices, samples);
}

Result<Tensor> Dataset::picture(std::int64_t index) const {
  LEPTON_TRY(const Sample sample, load(index));
  const Tensor& input = sample.inputs[0];
  const bool fits = input.dtype() == DType::kU8 && input.shape().rank() == 3 && input.shape()[2] >= 1 && input.shape()[2] <= 4;
  if (sample.inputs.size() != 1 || !fits) {
    return make_error(ErrorCode::kUnsupported, "{} is no picture but {}", sample_id(index), input.type().to_string());
  }
  return input;
}

Result<Sha256Digest> Dataset::content_hash(std::int64_t index) const {
  LEPTON_TRY(const Sample sample, load(index));
  Sha256 hash;
  const auto add = [&](const Tensor& tensor) {
    const Tensor plain = tensor.contiguous();
    hash.update(plain.type().to_string());
    hash.update(std::span<const std::byte>(plain.bytes(), static_cast<std::size_t>(plain.type().size_bytes())));
  };
  for (const Tensor& input : sample.inputs) add(input);
  if (sample.target.defined()) add(sample.target);
  return hash.finish();
}

DatasetHandle subset(DatasetHandle dataset, std::vector<std::int64_t> indices) {
  for (const std::int64_t index : indices) {
    if (index < 0 || index >= dataset->num_samples()) {
      fail(ErrorCode::kInvalidArgument, "subset: index {} is outside a dataset of {} samples", index, dataset->num_samples());
    }
  }
  return std::make_shared<Subset>(std::move(dataset), std::move(indices));
}

std::vector<std::int64_t> official_indices(const Dataset& dataset, std::string_view part) {
  std::vector<std::int64_t> indices;
  for (std::int64_t i = 0; i < dataset.num_samples(); ++i) {
    if (dataset.official_part(i) == part) indices.push_back(i);
  }
  return indices;
}

}  // namespace lepton::data
