// One graph holds the operator, its gradients and their gradients; each order is compared with differences of the order below.
#include "lepton/runtime/testing/gradient_check.hpp"

#include <algorithm>
#include <cmath>

#include "lepton/autodiff/gradients.hpp"
#include "lepton/base/random.hpp"
#include "lepton/graph/builder.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/runtime/interpreter.hpp"
#include "lepton/runtime/testing/conformance.hpp"

namespace lepton::runtime::testing {
namespace {

class GradientCheck {
 public:
  GradientCheck(const OpDef& op, const Sample& sample) : builder_(std::string(op.name)) {
    std::vector<Value> operands;
    for (const Tensor& input : sample_inputs(sample, DType::kF64)) operands.push_back(input.defined() ? feed(input) : Value());
    for (std::size_t i = 0; i < operands.size(); ++i) {
      const InputDef& declared = op.inputs[std::min(i, op.inputs.size() - 1)];
      if (operands[i].defined() && operands[i].dtype() == DType::kF64 && !declared.shape_only) wrt_.push_back(operands[i]);
    }
    if (wrt_.empty()) return;
    for (const Value& output : builder_.add(op, operands, sample.attributes, sample.regions)) {
      if (output.dtype() == DType::kF64) targets_.push_back(output);
    }
  }

  bool applies() const { return !targets_.empty(); }

  // Replaces the targets by their gradients. Returns what is wrong, or "".
  std::string differentiate(double tolerance, std::int64_t max_places) {
    const std::vector<Tensor> weights = random_like(targets_);
    const graph::Graph below = graph_of(targets_);
    const std::vector<Tensor> below_feeds = feeds_;
    std::vector<Value> gradients;
    for (std::size_t i = 0; i < targets_.size(); ++i) {
      const std::vector<Value> part = autodiff::gradients(builder_, targets_[i], wrt_, feed(weights[i]));
      for (std::size_t w = 0; w < wrt_.size(); ++w) {
        if (i == 0) {
          gradients.push_back(part[w]);
        } else {
          gradients[w] = ops::add(gradients[w], part[w]);
        }
      }
    }
    const std::vector<Tensor> analytic = interpret(graph_of(gradients), feeds_).value();
    targets_ = gradients;
    for (std::size_t w = 0; w < wrt_.size(); ++w) {
      std::string problem = compare(below, below_feeds, weights, wrt_[w], analytic[w], {tolerance, max_places});
      if (!problem.empty()) return problem;
    }
    return "";
  }

 private:
  struct Limits {
    double tolerance;
    std::int64_t max_places;
  };

  Value feed(const Tensor& tensor) {
    feeds_.push_back(tensor);
    return builder_.input(fmt::format("x{}", feeds_.size()), tensor.type());
  }

  std::vector<Tensor> random_like(const std::vector<Value>& values) {
    std::vector<Tensor> tensors;
    const std::vector<Tensor> likes = interpret(graph_of(values), feeds_).value();
    for (const Tensor& like : likes) {
      tensors.push_back(Tensor::empty(DType::kF64, like.shape()));
      for (double& v : tensors.back().span<double>()) v = random_.uniform(-1, 1);
    }
    return tensors;
  }

  // What was built so far, with these results.
  graph::Graph graph_of(const std::vector<Value>& results) const {
    graph::Graph graph = builder_.graph();
    for (std::size_t i = 0; i < results.size(); ++i) graph.add_output(fmt::format("y{}", i), results[i].id());
    return graph;
  }

  static double weighted_sum(const graph::Graph& graph, const std::vector<Tensor>& feeds, const std::vector<Tensor>& weights) {
    const std::vector<Tensor> results = interpret(graph, feeds).value();
    double sum = 0;
    for (std::size_t i = 0; i < results.size(); ++i) {
      const auto y = results[i].span<double>(), w = weights[i].span<double>();
      for (std::size_t j = 0; j < y.size(); ++j) sum += y[j] * w[j];
    }
    return sum;
  }

  std::string compare(const graph::Graph& below, std::vector<Tensor> feeds, const std::vector<Tensor>& weights, const Value& input,
                      const Tensor& analytic, Limits limits) const {
    constexpr double kStep = 1e-5;
    const auto& inputs = below.inputs();
    const auto index = static_cast<std::size_t>(std::ranges::find(inputs, input.id(), &graph::GraphInput::value) - inputs.begin());
    if (analytic.type() != feeds[index].type())
      return fmt::format("input {}: gradient is {}, input {}", index, analytic.type().to_string(), feeds[index].type().to_string());
    feeds[index] = feeds[index].copy();
    const std::span<double> x = feeds[index].span<double>();
    // Large samples are checked at a fixed subset of places.
    const std::size_t stride = std::max<std::size_t>(1, x.size() / static_cast<std::size_t>(limits.max_places));
    for (std::size_t i = 0; i < x.size(); i += stride) {
      const double old = x[i];
      x[i] = old + kStep;
      const double up = weighted_sum(below, feeds, weights);
      x[i] = old - kStep;
      const double down = weighted_sum(below, feeds, weights);
      x[i] = old;
      const double numeric = (up - down) / (2 * kStep), exact = analytic.span<double>()[i];
      const double difference = std::abs(exact - numeric) / std::max(1.0, std::abs(numeric));
      if (!(difference <= limits.tolerance)) return fmt::format("input {} element {}: analytic {} numeric {}", index, i, exact, numeric);
    }
    return "";
  }

  graph::GraphBuilder builder_;
  Random random_{17};
  std::vector<Tensor> feeds_;
  std::vector<Value> wrt_;
  std::vector<Value> targets_;  // functions of wrt_ whose gradients come next
};

}  // namespace

void check_gradients(const OpDef& op, const Sample& sample, const std::function<void(std::string_view check, std::string detail)>& report) {
  if (op.gradient == nullptr && op.body == nullptr) return;
  GradientCheck check(op, sample);
  if (!check.applies()) return;
  std::string problem = check.differentiate(op.tolerance.grad, 64);
  if (!problem.empty()) return report("gradient", std::move(problem));
  // A second difference loses more digits.
  problem = check.differentiate(10 * op.tolerance.grad, 16);
  if (!problem.empty()) report("second gradient", std::move(problem));
}

}  // namespace lepton::runtime::testing
