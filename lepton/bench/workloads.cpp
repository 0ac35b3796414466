// The training workloads, as the peers' scripts have them: Adam, accuracy on, seeded random data of the real sizes.
#include "lepton/base/random.hpp"
#include "lepton/bench/workload.hpp"
#include "lepton/nn/layers.hpp"
#include "lepton/train/model.hpp"

namespace lepton::bench {
namespace {

using namespace lepton::nn;
using namespace lepton::train;

Tensor uniform(const Dims& dims) {
  Tensor values = Tensor::empty(DType::kF32, Shape(dims));
  Random random(1);
  for (float& v : values.span<float>()) v = static_cast<float>(random.uniform());
  return values;
}

Tensor indices(const Dims& dims, std::uint64_t below) {
  Tensor values = Tensor::empty(DType::kI64, Shape(dims));
  Random random(2);
  for (std::int64_t& v : values.span<std::int64_t>()) v = static_cast<std::int64_t>(random.below(below));
  return values;
}

Workload training(std::string_view name, Model made, const char* loss, Tensor x, Tensor y) {
  auto model = std::make_shared<Model>(std::move(made));
  model->compile({.optimizer = "adam", .loss = loss, .metrics = {"accuracy"}});
  const std::int64_t samples = x.shape()[0];
  auto batch = std::make_shared<Batch>(Batch{.inputs = {std::move(x)}, .targets = {std::move(y)}});
  for (std::int64_t i = 0; i < samples; ++i) batch->indices.push_back(i);
  return {.name = std::string(name),
          .samples = samples,
          .step = [model, batch] { return *find_log(model->train_on_batch(*batch), "loss"); },
          .set_profile = [model](runtime::Profile* profile) { model->set_profile(profile); }};
}

Workload example(std::string_view name) {
  Sequential model({Conv2D(32, {3, 3}, {.activation = "relu", .input_shape = {64, 64, 3}}), MaxPooling2D({2, 2}), Flatten(),
                    Dense(128, {.activation = "relu"}), Dense(1, {.activation = "sigmoid"})});
  return training(name, std::move(model), "binary_crossentropy", uniform({32, 64, 64, 3}), indices({32, 1}, 2).cast(DType::kF32));
}

Workload small_cnn(std::string_view name) {
  Sequential model({Conv2D(32, {3, 3}, {.activation = "relu", .input_shape = {28, 28, 1}}), Conv2D(64, {3, 3}, {.activation = "relu"}),
                    MaxPooling2D({2, 2}), Flatten(), Dense(128, {.activation = "relu"}), Dense(10, {.activation = "softmax"})});
  return training(name, std::move(model), "sparse_categorical_crossentropy", uniform({64, 28, 28, 1}), indices({64}, 10));
}

Symbol conv_norm(const Symbol& x, std::int64_t filters, std::int64_t kernel, std::int64_t stride) {
  return BatchNormalization()(Conv2D(filters, {kernel, kernel}, {.strides = {stride, stride}, .padding = "same", .use_bias = false})(x));
}

Symbol residual(const Symbol& x, std::int64_t filters, std::int64_t stride, bool project) {
  const Symbol inner = ReLU()(conv_norm(x, filters, 3, stride));
  return ReLU()(Add()({conv_norm(inner, filters, 3, 1), project ? conv_norm(x, filters, 1, stride) : x}));
}

Workload resnet18(std::string_view name) {
  const Symbol input = Input({32, 32, 3});
  Symbol x = ReLU()(conv_norm(input, 64, 3, 1));
  for (const std::int64_t filters : {64, 128, 256, 512}) {
    const bool first = filters == 64;
    x = residual(x, filters, first ? 1 : 2, !first);
    x = residual(x, filters, 1, false);
  }
  Model model(input, Dense(10, {.activation = "softmax"})(GlobalAveragePooling2D()(x)));
  return training(name, std::move(model), "sparse_categorical_crossentropy", uniform({64, 32, 32, 3}), indices({64}, 10));
}

Workload words(std::string_view name, const Layer& recurrent) {
  const Symbol input = Input({200});
  Model model(input, Dense(1, {.activation = "sigmoid"})(recurrent(Embedding(20000, 128)(input))));
  return training(name, std::move(model), "binary_crossentropy", indices({32, 200}, 20000), indices({32, 1}, 2).cast(DType::kF32));
}

Workload lstm(std::string_view name) { return words(name, LSTM(128)); }
Workload gru(std::string_view name) { return words(name, GRU(128)); }

Workload transformer(std::string_view name) {
  const Symbol input = Input({128});
  Symbol x = Embedding(10000, 256)(input);
  for (int layer = 0; layer < 4; ++layer) {
    x = LayerNormalization()(Add()({x, MultiHeadAttention(8, 32)(std::vector<Symbol>{x, x})}));
    x = LayerNormalization()(Add()({x, Dense(256)(Dense(1024, {.activation = "relu"})(x))}));
  }
  Model model(input, Dense(2, {.activation = "softmax"})(GlobalAveragePooling1D()(x)));
  return training(name, std::move(model), "sparse_categorical_crossentropy", indices({16, 128}, 10000), indices({16}, 2));
}

constexpr WorkloadDef kWorkloads[] = {
    {"example", "the 64x64x3 example, Conv2D 32, pooling, Dense 128, Dense 1, batch 32: a step of training", example},
    {"small-cnn", "two convolutions (32, 64), pooling, Dense 128, on 28x28x1, batch 64: a step of training", small_cnn},
    {"resnet18", "ResNet-18 with the CIFAR stem, 32x32x3, batch 64: a step of training", resnet18},
    {"lstm", "LSTM 128 over 200 of 20,000 words, embedding 128, batch 32: a step of training", lstm},
    {"gru", "the same with a GRU", gru},
    {"transformer", "encoder of 4 layers, d 256, 8 heads, ff 1,024, 128 tokens, batch 16: a step of training", transformer},
};

}  // namespace

std::span<const WorkloadDef> all_workloads() { return kWorkloads; }

}  // namespace lepton::bench
