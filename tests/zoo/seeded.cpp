// The formula of tests/golden/zoo/seeded.py.
#include "tests/zoo/seeded.hpp"

#include <algorithm>
#include <cmath>

#include "lepton/nn/weight.hpp"

namespace lepton::zoo::testing {
namespace {

// The weight as stored: PyTorch's layout but for dense kernels, which are its transpose.
Tensor stored_weight(const nn::Weight& weight) {
  const Shape& shape = weight.stored.shape;
  const std::int64_t count = shape.num_elements();
  const std::string role = weight.name.substr(weight.name.rfind('/') + 1);
  const std::vector<float> u = uniform(weight.name, count);
  const bool dense = role == "kernel" && shape.rank() == 2;
  const Tensor result = Tensor::empty(DType::kF32, shape);
  const std::span<float> values = result.span<float>();
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t place = dense ? i % shape[1] * shape[0] + i / shape[1] : i;
    const double x = u[static_cast<std::size_t>(place)];
    double value = 0.2 * x - 0.1;
    if (role == "kernel") {
      const std::int64_t out = shape[dense ? 1 : 0];
      value = (2 * x - 1) * std::sqrt(6.0 * static_cast<double>(out) / static_cast<double>(count));
    } else if (role == "gamma" || role == "moving_variance") {
      value = 0.5 + x;
    }
    values[static_cast<std::size_t>(i)] = static_cast<float>(value);
  }
  return result;
}

}  // namespace

std::vector<float> uniform(std::string_view name, std::int64_t count) {
  std::uint64_t state = 0xCBF29CE484222325u;
  for (const char c : name) state = (state ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  std::vector<float> numbers(static_cast<std::size_t>(count));
  for (float& number : numbers) {
    std::uint64_t z = state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z ^= z >> 31;
    number = static_cast<float>(z >> 40) / 16777216.0f;
  }
  return numbers;
}

void set_weights(train::Model& model) {
  for (const nn::Weight& weight : model.network().weights()) model.set_weight(weight.name, nn::to_shown(weight, stored_weight(weight)));
}

Tensor input(const Dims& shape) {
  Dims batch = {1};
  batch.insert(batch.end(), shape.begin(), shape.end());
  const Tensor result = Tensor::empty(DType::kF32, Shape(batch));
  const std::span<float> values = result.span<float>();
  const std::vector<float> u = uniform("input", static_cast<std::int64_t>(values.size()));
  // PyTorch has the channels in front of the positions.
  const std::size_t channels = static_cast<std::size_t>(shape.back()), positions = values.size() / channels;
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = 2 * u[i % channels * positions + i / channels] - 1;
  return result;
}

Tensor words(std::int64_t count, std::int64_t vocabulary, bool padded) {
  const Tensor result = Tensor::zeros(DType::kI64, {1, count});
  const std::vector<float> u = uniform("input", count);
  for (std::int64_t i = 0; i < (padded ? 3 * count / 4 : count); ++i)
    result.data<std::int64_t>()[i] =
        1 + static_cast<std::int64_t>(static_cast<double>(u[static_cast<std::size_t>(i)]) * static_cast<double>(vocabulary - 1));
  return result;
}

}  // namespace lepton::zoo::testing
