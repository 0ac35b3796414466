// One file a backbone, recipe and view: the hashes of the pictures and their features, row by row.
#include "lepton/tasks/internal/feature_cache.hpp"

#include <cstring>
#include <map>

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/data/named_dataset.hpp"
#include "lepton/formats/safetensors.hpp"
#include "lepton/graph/printer.hpp"
#include "lepton/tasks/loader_source.hpp"
#include "lepton/train/progress_bar.hpp"

namespace lepton::tasks {
namespace {

constexpr std::int64_t kBatchSize = 32, kHashBytes = 32;

std::span<const std::byte> bytes_of(const Tensor& tensor) { return {tensor.bytes(), static_cast<std::size_t>(tensor.type().size_bytes())}; }

std::string cache_path(train::Model& backbone, const data::ImageRecipe& recipe, bool flipped) {
  Sha256 hash;
  hash.update(graph::print(backbone.prediction_program().graph()));
  for (const Tensor& weight : backbone.get_weights()) hash.update(bytes_of(weight.contiguous()));
  hash.update(dump_json(data::to_json(recipe)));
  hash.update(flipped ? "flipped" : "plain");
  return join_path(data::cache_folder(), "features/" + to_hex(hash.finish()) + ".safetensors");
}

// Rows by the content of their pictures.
using Known = std::map<Sha256Digest, std::vector<float>>;

// A file that is absent, damaged or of another width is as good as none.
Known read_known(const std::string& path, std::int64_t width) {
  Known known;
  const auto file = local_files().map(path);
  const auto read = file ? formats::read_safetensors((*file)->bytes(), *file) : Result<formats::SafeTensors>(file.error());
  const Tensor* hashes = read ? read->find("hashes") : nullptr;
  const Tensor* features = read ? read->find("features") : nullptr;
  if (hashes == nullptr || features == nullptr || hashes->dtype() != DType::kU8 || features->dtype() != DType::kF32) return known;
  if (hashes->shape().rank() != 2 || hashes->shape()[1] != kHashBytes || features->shape() != Shape{hashes->shape()[0], width})
    return known;
  const std::vector<float> values = features->to_vector<float>();
  const Tensor keys = hashes->contiguous();
  for (std::int64_t row = 0; row < keys.shape()[0]; ++row) {
    Sha256Digest digest;
    std::memcpy(digest.data(), keys.bytes() + row * kHashBytes, digest.size());
    known.emplace(digest, std::vector<float>(values.begin() + row * width, values.begin() + (row + 1) * width));
  }
  return known;
}

void write_known(const std::string& path, const Known& known, std::int64_t width) {
  const auto count = std::ssize(known);
  const Tensor hashes = Tensor::empty(DType::kU8, {count, kHashBytes}), features = Tensor::empty(DType::kF32, {count, width});
  std::int64_t row = 0;
  for (const auto& [digest, values] : known) {
    std::memcpy(hashes.bytes() + row * kHashBytes, digest.data(), digest.size());
    std::ranges::copy(values, features.data<float>() + row * width);
    ++row;
  }
  local_files().make_folders(join_path(data::cache_folder(), "features")).value();
  write_atomic(local_files(), path, formats::write_safetensors({{"hashes", hashes}, {"features", features}})).value();
}

// [N, height, width, channels], each row of pixels from right to left.
Tensor mirrored(const Tensor& pictures) {
  const Shape& shape = pictures.shape();
  const std::int64_t width = shape[2], pixel = shape[3] * pictures.type().size_bytes() / std::max<std::int64_t>(1, shape.num_elements());
  const Tensor source = pictures.contiguous(), result = Tensor::empty(pictures.dtype(), shape);
  for (std::int64_t row = 0; row < shape[0] * shape[1]; ++row) {
    for (std::int64_t x = 0; x < width; ++x)
      std::memcpy(result.bytes() + (row * width + x) * pixel, source.bytes() + (row * width + width - 1 - x) * pixel,
                  static_cast<std::size_t>(pixel));
  }
  return result;
}

}  // namespace

train::FeatureSet cached_features(train::Model& backbone, const data::ImageRecipe& recipe, const data::DatasetHandle& samples,
                                  const FeatureRequest& request) {
  const std::int64_t count = samples->num_samples(), width = backbone.network().calls().back().output_shapes[0][-1];
  const std::string path = cache_path(backbone, recipe, request.flipped);
  Known known = read_known(path, width);
  std::vector<Sha256Digest> digests;
  std::vector<std::int64_t> missing;
  for (std::int64_t i = 0; i < count; ++i) {
    digests.push_back(samples->content_hash(i).value());
    if (!known.contains(digests.back())) missing.push_back(i);
  }
  if (!missing.empty()) {
    train::ProgressLine progress(request.flipped ? "features of mirror images" : "features", std::ssize(missing), request.verbose);
    const auto source = loader_source(data::subset(samples, missing), {.batch_size = kBatchSize, .shuffle = false});
    source->start(0, 0);
    train::Batch batch;
    for (std::int64_t done = 0; source->next(batch);) {
      if (request.cancel != nullptr && request.cancel->load()) fail(ErrorCode::kCancelled, "features: interrupted");
      const Tensor pictures = request.flipped ? mirrored(batch.inputs[0]) : batch.inputs[0];
      const std::vector<float> values = backbone.predict(train::Arrays(pictures), batch.size()).to_vector<float>();
      for (std::int64_t row = 0; row < batch.size(); ++row) {
        const auto place = static_cast<std::size_t>(missing[static_cast<std::size_t>(done + row)]);
        known[digests[place]] = std::vector<float>(values.begin() + row * width, values.begin() + (row + 1) * width);
      }
      progress.show(done += batch.size());
    }
    write_known(path, known, width);
  }
  train::FeatureSet set{Tensor::empty(DType::kF32, {count, width}), Tensor::empty(DType::kI64, {count})};
  for (std::int64_t i = 0; i < count; ++i) {
    std::ranges::copy(known.at(digests[static_cast<std::size_t>(i)]), set.features.data<float>() + i * width);
    set.classes.data<std::int64_t>()[i] = samples->label(i);
  }
  return set;
}

}  // namespace lepton::tasks
