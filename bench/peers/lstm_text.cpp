// Text classifier Embedding(20000, 128), LSTM or GRU(128), Dense(1): 200 steps, batches of 32, Adam. Prints one JSON line like the peers.
// Usage: lstm_text [lstm|gru] [STEPS]
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string_view>

#include "lepton/base/parallel.hpp"
#include "lepton/base/random.hpp"
#include "lepton/nn/layers.hpp"
#include "lepton/train/model.hpp"

namespace {

using namespace lepton;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kVocabulary = 20000, kSize = 128, kSteps = 200, kBatch = 32;

train::Batch random_batch() {
  Random random(1);
  const Tensor words = Tensor::empty(DType::kI32, {kBatch, kSteps}), labels = Tensor::empty(DType::kF32, {kBatch, 1});
  for (std::int32_t& word : words.span<std::int32_t>()) word = static_cast<std::int32_t>(random.uniform(0, kVocabulary));
  for (float& label : labels.span<float>()) label = random.uniform(0, 1) < 0.5 ? 0.0F : 1.0F;
  return {{words}, {labels}, {}, {}};
}

}  // namespace

int main(int argc, char** argv) {
  restart_with_short_waits(argv);
  const bool gru = argc > 1 && std::string_view(argv[1]) == "gru";
  const int count = argc > 2 ? std::atoi(argv[2]) : 60;
  train::Sequential model({nn::Embedding(kVocabulary, kSize, {.input_shape = {kSteps}}), gru ? nn::GRU(kSize) : nn::LSTM(kSize),
                           nn::Dense(1, {.activation = "sigmoid"})});
  model.compile({.optimizer = "adam", .loss = "binary_crossentropy"});
  const train::Batch batch = random_batch();
  std::vector<double> times_ms;
  double loss = 0;
  for (int i = 0; i < count + 3; ++i) {
    const auto begin = Clock::now();
    loss = model.train_on_batch(batch)[0].second;
    if (i >= 3) times_ms.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
  }
  std::ranges::sort(times_ms);
  fmt::print(
      "{{\"workload\": \"{}_text\", \"framework\": \"lepton\", \"threads\": {}, \"ms_per_step\": {:.3f}, \"fastest_ms\": {:.3f}, \"loss\": "
      "{:.4f}}}\n",
      gru ? "gru" : "lstm", num_threads(), times_ms[times_ms.size() / 2], times_ms.front(), loss);
}
