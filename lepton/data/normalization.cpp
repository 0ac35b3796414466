// Mean and variance by Chan's merging of batches: the same bits whatever the number of loading threads.
#include "lepton/data/normalization.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "lepton/data/data_loader.hpp"

namespace lepton::data {
namespace {

struct Moments {
  double count = 0, mean = 0, squares = 0;
  double least = INFINITY, most = -INFINITY;

  void merge(const Moments& other) {
    if (other.count == 0) return;
    const double total = count + other.count, delta = other.mean - mean;
    mean += delta * other.count / total;
    squares += other.squares + delta * delta * count * other.count / total;
    count = total;
    least = std::min(least, other.least);
    most = std::max(most, other.most);
  }
};

// Bytes are counted, not summed: exact, and one pass.
std::vector<Moments> measure_bytes(std::span<const std::uint8_t> values, std::size_t channels) {
  std::vector<std::array<std::int64_t, 256>> histogram(channels);
  for (std::size_t i = 0; i < values.size(); i += channels) {
    for (std::size_t c = 0; c < channels; ++c) ++histogram[c][values[i + c]];
  }
  std::vector<Moments> moments(channels);
  for (std::size_t c = 0; c < channels; ++c) {
    Moments& own = moments[c];
    double sum = 0;
    for (int v = 0; v < 256; ++v) {
      const auto n = static_cast<double>(histogram[c][static_cast<std::size_t>(v)]);
      if (n == 0) continue;
      own.count += n;
      sum += n * v;
      own.least = std::min(own.least, static_cast<double>(v));
      own.most = v;
    }
    own.mean = sum / own.count;
    for (int v = 0; v < 256; ++v)
      own.squares += static_cast<double>(histogram[c][static_cast<std::size_t>(v)]) * (v - own.mean) * (v - own.mean);
  }
  return moments;
}

std::vector<Moments> measure_doubles(std::span<const double> values, std::size_t channels) {
  std::vector<Moments> moments(channels);
  for (std::size_t c = 0; c < channels; ++c) {
    Moments& own = moments[c];
    double sum = 0;
    for (std::size_t i = c; i < values.size(); i += channels) {
      sum += values[i];
      own.least = std::min(own.least, values[i]);
      own.most = std::max(own.most, values[i]);
      ++own.count;
    }
    own.mean = sum / own.count;
    for (std::size_t i = c; i < values.size(); i += channels) own.squares += (values[i] - own.mean) * (values[i] - own.mean);
  }
  return moments;
}

Result<void> check_finite(std::span<const double> values, const Dataset& dataset, const Batch& batch) {
  const auto bad = std::ranges::find_if(values, [](double value) { return !std::isfinite(value); });
  if (bad == values.end()) return {};
  const std::size_t per_sample = values.size() / static_cast<std::size_t>(batch.num_samples());
  const auto row = static_cast<std::size_t>(bad - values.begin()) / per_sample;
  return make_error(ErrorCode::kDataCorrupt, "normalisation: {} holds {}; remove the sample or mark the value as missing",
                    dataset.sample_id(batch.indices[row]), *bad);
}

}  // namespace

Result<ChannelStatistics> measure_channels(DatasetHandle dataset, std::span<const std::int64_t> indices, std::size_t feature) {
  if (indices.empty()) return Error(ErrorCode::kInvalidArgument, "normalisation: no training rows");
  const DatasetHandle rows = subset(std::move(dataset), {indices.begin(), indices.end()});
  // Pictures of different sizes cannot be stacked; one at a time they can be measured.
  const bool sized = !rows->features()[feature].type.shape.has_any_dim();
  DataLoader loader(rows, {.batch_size = sized ? 64 : 1, .shuffle = false});
  std::vector<Moments> total;
  while (true) {
    LEPTON_TRY(const std::optional<Batch> batch, loader.next());
    if (!batch) break;
    const Tensor& values = batch->inputs[feature];
    const auto channels = static_cast<std::size_t>(values.shape().rank() > 1 ? values.shape()[-1] : 1);
    if (values.num_elements() == 0) continue;
    total.resize(std::max(total.size(), channels));
    std::vector<Moments> own;
    if (values.dtype() == DType::kU8) {
      own = measure_bytes(values.span<std::uint8_t>(), channels);
    } else {
      const auto wide = values.to_vector<double>();
      LEPTON_CHECK_OK(check_finite(wide, *rows, *batch));
      own = measure_doubles(wide, channels);
    }
    for (std::size_t c = 0; c < channels; ++c) total[c].merge(own[c]);
  }
  ChannelStatistics statistics;
  for (const Moments& own : total) {
    statistics.mean.push_back(own.mean);
    statistics.standard_deviation.push_back(std::sqrt(own.squares / own.count));
    statistics.minimum.push_back(own.least);
    statistics.maximum.push_back(own.most);
    statistics.count = static_cast<std::int64_t>(own.count);
  }
  return statistics;
}

}  // namespace lepton::data
