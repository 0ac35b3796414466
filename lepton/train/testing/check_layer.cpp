// One network in double around the layer, and a small model in single precision that learns.
#include "lepton/train/testing/check_layer.hpp"

#include <cmath>

#include "lepton/autodiff/gradients.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/random.hpp"
#include "lepton/graph/builder.hpp"
#include "lepton/nn/layers.hpp"
#include "lepton/nn/network_config.hpp"
#include "lepton/runtime/interpreter.hpp"
#include "lepton/train/model.hpp"
#include "lepton/train/onnx_export.hpp"

namespace lepton::train::testing {
namespace {

constexpr std::int64_t kSamples = 3;

Shape batch_shape(const Dims& sample, std::int64_t count) {
  Dims dims = {count};
  dims.insert(dims.end(), sample.begin(), sample.end());
  return Shape(std::move(dims));
}

class Checker {
 public:
  explicit Checker(const LayerCase& one) : case_(one) {}

  std::vector<LayerFinding> run() {
    guarded("shape", [&] { check_shape(); });
    guarded("round trip", [&] { check_round_trip(); });
    guarded("onnx", [&] { check_onnx(); });
    guarded("gradient", [&] { check_gradients(); });
    guarded("training", [&] { check_training_differs(); });
    guarded("learning", [&] { check_learning(); });
    return std::move(findings_);
  }

 private:
  template <class... Args>
  void report(std::string_view check, fmt::format_string<Args...> format, Args&&... args) {
    findings_.push_back(
        {std::string(check), fmt::format("{}: {}", case_.layer.def().name, fmt::format(format, std::forward<Args>(args)...))});
  }
  template <class Body>
  void guarded(std::string_view check, Body&& body) {
    const auto result = catch_error(body);
    if (!result) report(check, "{}", result.error().what());
  }

  std::vector<nn::Symbol> symbols() const {
    std::vector<nn::Symbol> made;
    for (const Dims& shape : case_.inputs) made.push_back(nn::Input(shape));
    return made;
  }
  nn::Network network() const {
    const std::vector<nn::Symbol> inputs = symbols();
    return nn::Network::functional(inputs, {case_.layer(inputs)}, DType::kF64);
  }

  Tensor numbers(const Shape& shape, DType dtype) {
    const Tensor wide = Tensor::empty(DType::kF64, shape);
    for (double& v : wide.span<double>()) {
      v = case_.symbols > 0 ? static_cast<double>(random_.below(static_cast<std::uint64_t>(case_.symbols))) : random_.uniform(-1.5, 1.5);
    }
    return wide.cast(dtype);
  }

  void check_shape() {
    const nn::Network net = network();
    graph::GraphBuilder builder("shape");
    const Shape shape = net.build(builder, {}).outputs[0].logical_shape();
    if (Dims(shape.begin() + 1, shape.end()) != case_.output) report("shape", "gives {}, expected {}", shape, Shape(case_.output));
    std::int64_t parameters = 0;
    for (const nn::Weight& weight : net.weights()) parameters += weight.shape.num_elements();
    if (parameters != case_.parameters) report("parameters", "has {}, expected {}", parameters, case_.parameters);
  }

  void check_round_trip() {
    const std::vector<nn::Symbol> inputs = symbols();
    Model model(inputs, {case_.layer(inputs)}, {.seed = 3});
    const Json written = parse_json(dump_json(nn::network_to_json(model.network()))).value();
    Model again(nn::network_from_json(written).value(), {.seed = 9});
    again.set_weights(model.get_weights());
    std::vector<Tensor> x;
    for (const Dims& shape : case_.inputs) x.push_back(numbers(batch_shape(shape, kSamples), DType::kF32));
    if (!same_bits(model.predict(Arrays(x)), again.predict(Arrays(x)))) report("round trip", "predictions change");
    check_states(model, again, x);
  }

  // One file serves every number of samples.
  void check_onnx() {
    const std::vector<nn::Symbol> inputs = symbols();
    Model model(inputs, {case_.layer(inputs)}, {.seed = 3});
    const std::string onnx = model_to_onnx(model).value();
    for (const std::int64_t samples : {std::int64_t{1}, kSamples}) {
      Arrays x;
      for (const Dims& shape : case_.inputs) x.tensors.push_back(numbers(batch_shape(shape, samples), DType::kF32));
      const double difference = difference_from_onnx(model, std::as_bytes(std::span(onnx)), {}, x).value();
      if (!(difference < 1e-5)) report("onnx", "differs by {} for {} samples", difference, samples);
    }
  }

  // Weights and optimiser states after a step, written by one model and read by another.
  void check_states(Model& model, Model& again, const std::vector<Tensor>& x) {
    const Tensor y = Tensor::zeros(DType::kF32, batch_shape(case_.output, kSamples));
    for (Model* each : {&model, &again}) each->compile({.optimizer = "adam", .loss = "mse"});
    model.fit(Arrays(x), y, {.epochs = 1, .batch_size = kSamples, .verbose = 0});
    const runtime::TensorMap states = model.save_states();
    again.restore_states(states).value();
    for (const auto& [name, state] : again.save_states()) {
      const auto kept = states.find(name);
      if (kept == states.end() || !same_bits(kept->second, state)) report("round trip", "the state '{}' changes", name);
    }
    if (again.save_states().size() != states.size()) report("round trip", "states are lost");
  }

  // The sum of random weights times the output, by the interpreter in double.
  struct Probe {
    graph::Graph value, gradients;
    std::vector<Tensor> feeds;
    std::vector<std::size_t> wanted;  // feeds with a gradient
  };

  Probe probe() {
    const nn::Network net = network();
    graph::GraphBuilder builder("probe");
    const nn::Built built = net.build(builder, {});
    const Value output = built.outputs[0].logical();
    Probe p;
    std::vector<Value> wrt;
    for (const graph::GraphInput& input : builder.graph().inputs()) {
      TensorType type = input.type;
      if (type.shape.rank() > 0 && type.shape[0] == kAnyDim) type.shape[0] = kSamples;
      const bool data = input.kind == graph::InputKind::kData;
      Tensor feed = numbers(type.shape, type.dtype);
      if (input.name.ends_with("moving_variance")) feed = Tensor::full(type.dtype, type.shape, 1.3);
      if ((!data || case_.symbols == 0) && is_float(type.dtype)) {
        p.wanted.push_back(p.feeds.size());
        wrt.push_back(builder.value(input.value));
      }
      if (!data && case_.symbols > 0) {  // a table of floats, not of symbols
        for (double& v : feed.span<double>()) v = random_.uniform(-1, 1);
      }
      p.feeds.push_back(std::move(feed));
    }
    const Value seed = builder.input("seed", {DType::kF64, output.shape()});
    const Tensor weights = Tensor::empty(DType::kF64, batch_shape(case_.output, kSamples));
    for (double& v : weights.span<double>()) v = random_.uniform(-1, 1);
    p.feeds.push_back(weights);
    p.value = builder.graph();
    p.value.add_output("y", output.id());
    const std::vector<Value> gradients = autodiff::gradients(builder, output, wrt, seed);
    p.gradients = builder.graph();
    for (std::size_t i = 0; i < gradients.size(); ++i) p.gradients.add_output(fmt::format("g{}", i), gradients[i].id());
    return p;
  }

  void check_gradients() {
    Probe p = probe();
    const std::vector<Tensor> analytic = runtime::interpret(p.gradients, p.feeds).value();
    const auto value = [&] {
      const std::vector<double> y = runtime::interpret(p.value, p.feeds).value()[0].to_vector<double>();
      const auto w = p.feeds.back().span<double>();
      double sum = 0;
      for (std::size_t i = 0; i < y.size(); ++i) sum += y[i] * w[i];
      return sum;
    };
    constexpr double kStep = 1e-6;
    for (std::size_t g = 0; g < analytic.size(); ++g) {
      const auto x = p.feeds[p.wanted[g]].span<double>();
      const std::size_t stride = std::max<std::size_t>(1, x.size() / 5);
      for (std::size_t i = 0; i < x.size(); i += stride) {
        const double old = x[i];
        x[i] = old + kStep;
        const double up = value();
        x[i] = old - kStep;
        const double down = value();
        x[i] = old;
        const double numeric = (up - down) / (2 * kStep), exact = analytic[g].span<double>()[i];
        if (std::abs(numeric - exact) > 1e-5 * std::max(1.0, std::abs(numeric))) {
          report("gradient", "input {} element {}: analytic {}, numeric {}", p.wanted[g], i, exact, numeric);
          break;
        }
      }
    }
  }

  // The same weights and inputs, once as in training and once as in inference.
  void check_training_differs() {
    const nn::Network net = network();
    std::vector<Tensor> outputs;
    for (const bool training : {false, true}) {
      random_ = Random(11);
      graph::GraphBuilder builder("mode");
      const Value key = builder.input("key", {DType::kU64, {2}});
      builder.output("y", net.build(builder, {.training = training, .random_key = key}).outputs[0].logical());
      std::vector<Tensor> feeds;
      for (const graph::GraphInput& input : builder.graph().inputs()) {
        TensorType type = input.type;
        if (input.name == "key") {
          feeds.push_back(Tensor::from<std::uint64_t>({1, 2}, {2}));
          continue;
        }
        if (type.shape.rank() > 0 && type.shape[0] == kAnyDim) type.shape[0] = kSamples;
        feeds.push_back(input.name.ends_with("variance") ? Tensor::full(type.dtype, type.shape, 1.3) : numbers(type.shape, type.dtype));
      }
      outputs.push_back(runtime::interpret(std::move(builder).finish(), feeds).value()[0]);
    }
    const bool differs = !same_bits(outputs[0], outputs[1]);
    if (differs != case_.differs_in_training) report("training", "{} from inference", differs ? "differs" : "does not differ");
  }

  void check_learning() {
    const std::vector<nn::Symbol> inputs = symbols();
    const nn::Symbol features = case_.layer(inputs);
    Model model(inputs, {nn::Dense(1)(nn::Flatten()(features))}, {.seed = 1});
    model.compile({.optimizer = "adam(0.01)", .loss = "mse"});
    std::vector<Tensor> x;
    for (const Dims& shape : case_.inputs) x.push_back(numbers(batch_shape(shape, 32), DType::kF32));
    std::vector<float> target;
    for (int i = 0; i < 32; ++i) target.push_back(static_cast<float>(random_.uniform(1, 3)));
    const History history = model.fit(Arrays(x), Arrays(Tensor::from(target, {32, 1})), {.epochs = 30, .batch_size = 16, .verbose = 0});
    const std::vector<double>& loss = history["loss"];
    if (!(loss.back() < 0.9 * loss.front())) report("learning", "the loss goes from {} to {}", loss.front(), loss.back());
  }

  const LayerCase& case_;
  Random random_{5};
  std::vector<LayerFinding> findings_;
};

}  // namespace

std::vector<LayerFinding> check_layer(const LayerCase& one) { return Checker(one).run(); }

}  // namespace lepton::train::testing
