// The Keras beginner's model in C++: tell bikes from cars on 1,000 real pictures of 64x64 pixels.
// Usage: example_vehicles [epochs]. Needs the data set vehicles-6class-64 (see LEPTON_DATA_DIR).
#include <cstdio>
#include <cstdlib>

#include "lepton/base/files.hpp"
#include "lepton/base/parallel.hpp"
#include "lepton/data/named_dataset.hpp"
#include "lepton/keras.hpp"
#include "lepton/train/report/plot.hpp"

using namespace lepton;
using namespace lepton::keras;

namespace {

// The first 500 bikes (class 0) and cars (class 1), as floats in [0, 1].
std::pair<Tensor, Tensor> load(const data::Dataset& dataset) {
  constexpr std::int64_t kEach = 500;
  const Tensor x = Tensor::empty(DType::kF32, {2 * kEach, 64, 64, 3}), y = Tensor::empty(DType::kF32, {2 * kEach, 1});
  std::int64_t taken[2] = {0, 0}, row = 0;
  for (std::int64_t i = 0; i < dataset.num_samples(); ++i) {
    const std::int64_t label = dataset.label(i);
    if (label > 1 || taken[label] == kEach) continue;
    ++taken[label];
    const Tensor picture = dataset.load(i).value().inputs[0].cast(DType::kF32);
    for (float& v : picture.span<float>()) v /= 255;
    x.rows(row, row + 1).reshape({64, 64, 3}).assign(picture);
    y.span<float>()[static_cast<std::size_t>(row++)] = static_cast<float>(label);
  }
  return {x, y};
}

int run(int epochs) {
  auto dataset = data::open_named_dataset(local_files(), "vehicles-6class-64");
  if (!dataset) {
    std::printf("skipped: %s\n", dataset.error().what());
    return 0;
  }
  const auto [x, y] = load(**dataset);

  Sequential model({Conv2D(32, {3, 3}, {.activation = "relu", .input_shape = {64, 64, 3}}), MaxPooling2D({2, 2}), Flatten(),
                    Dense(128, {.activation = "relu"}), Dense(1, {.activation = "sigmoid"})});
  model.compile({.optimizer = "adam", .loss = "binary_crossentropy", .metrics = {"accuracy"}});
  std::printf("%s\n", model.summary().c_str());
  const History history = model.fit(x, y, {.epochs = epochs, .batch_size = 32});

  const std::string page = plot_curves("loss and accuracy", {{"loss", history["loss"]}, {"accuracy", history["accuracy"]}});
  write_atomic(local_files(), "curves.svg", page).value();
  std::printf("curves.svg shows how the training went\n");
  return history["loss"].back() < history["loss"].front() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  restart_with_short_waits(argv);
  const auto result = catch_error([&] { return run(argc > 1 ? std::atoi(argv[1]) : 10); });
  if (result) return *result;
  std::fprintf(stderr, "%s\n", result.error().what());
  return error_code_info(result.error().code()).exit_code;
}
