// Losses that Keras does not have, against plain loops.
#include <gtest/gtest.h>

#include <cmath>

#include "lepton/graph/builder.hpp"
#include "lepton/nn/loss.hpp"
#include "lepton/runtime/interpreter.hpp"

namespace lepton::train {
namespace {

std::vector<double> values_of(const nn::Loss& loss, const Tensor& prediction, const Tensor& target) {
  graph::GraphBuilder builder;
  nn::LossInputs in;
  in.prediction = builder.input("prediction", prediction.type());
  in.target = builder.input("target", target.type());
  builder.output(
      "loss", nn::get_loss(loss.name()).per_sample(in, Spec(loss.text()).bind(loss.name(), nn::get_loss(loss.name()).arguments).value()));
  return runtime::interpret(std::move(builder).finish(), {{prediction, target}}).value().front().to_vector<double>();
}

TEST(Losses, QuantileIsThePinball) {
  const Tensor p = Tensor::from({1.0, 2.0, 3.0}, {3, 1}), t = Tensor::from({2.0, 2.0, 1.0}, {3, 1});
  const std::vector<double> made = values_of("quantile(quantile=0.9)", p, t);
  const std::vector<double> wanted = {0.9, 0.0, 0.2};
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(made[i], wanted[i], 1e-12);
}

TEST(Losses, TripletTakesTheHardestPairsOfTheBatch) {
  constexpr std::size_t kRows = 7, kWidth = 3;
  std::vector<double> rows;
  for (std::size_t i = 0; i < kRows * kWidth; ++i) rows.push_back(std::sin(static_cast<double>(3 * i + 1)));
  const std::vector<std::int64_t> classes = {0, 1, 0, 2, 1, 0, 2};
  const auto distance = [&](std::size_t a, std::size_t b) {
    double sum = 0;
    for (std::size_t k = 0; k < kWidth; ++k) sum += std::pow(rows[a * kWidth + k] - rows[b * kWidth + k], 2);
    return std::sqrt(sum);
  };
  const std::vector<double> made =
      values_of("triplet(margin=0.5)", Tensor::from(rows, {kRows, kWidth}), Tensor::from(classes, {static_cast<std::int64_t>(kRows)}));
  for (std::size_t i = 0; i < kRows; ++i) {
    double farthest = 0, nearest = 1e9;
    for (std::size_t k = 0; k < kRows; ++k) {
      if (k == i) continue;
      if (classes[k] == classes[i]) {
        farthest = std::max(farthest, distance(i, k));
      } else {
        nearest = std::min(nearest, distance(i, k));
      }
    }
    EXPECT_NEAR(made[i], std::max(farthest - nearest + 0.5, 0.0), 1e-6) << i;
  }
}

}  // namespace
}  // namespace lepton::train
