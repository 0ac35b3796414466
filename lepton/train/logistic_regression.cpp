// The loss and its gradient are one compiled graph; L-BFGS works on all weights as one vector in double.
#include "lepton/train/logistic_regression.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <numeric>

#include "lepton/autodiff/gradients.hpp"
#include "lepton/ops/activation.hpp"
#include "lepton/ops/contraction.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/loss.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/runtime/program.hpp"

namespace lepton::train {
namespace {

using Vector = std::vector<double>;

double dot(const Vector& a, const Vector& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

Vector plus(const Vector& x, double factor, const Vector& step) {
  Vector sum = x;
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += factor * step[i];
  return sum;
}

runtime::Program loss_program(std::int64_t width, const LogisticOptions& options) {
  graph::GraphBuilder builder("logistic_regression");
  const Value x = builder.input("features", {DType::kF32, {kAnyDim, width}});
  const Value classes = builder.input("classes", {DType::kI64, {kAnyDim}});
  const Value shares = builder.input("shares", {DType::kF32, {kAnyDim}});
  const Value kernel = builder.input("kernel", {DType::kF32, {width, options.num_classes}});
  const Value bias = builder.input("bias", {DType::kF32, {options.num_classes}});
  const Value logits = ops::add(ops::matmul(x, kernel), bias);
  const Value fit = ops::sum(ops::mul(ops::sparse_softmax_cross_entropy(logits, classes), shares));
  const Value loss = ops::add(fit, ops::mul(ops::sum(ops::square(kernel)), ops::constant_like(kernel, options.penalty)));
  const std::vector<Value> gradients = autodiff::gradients(builder, loss, std::vector<Value>{kernel, bias});
  builder.output("loss", loss);
  builder.output("kernel_gradient", gradients[0]);
  builder.output("bias_gradient", gradients[1]);
  return {std::move(builder).finish(), std::make_shared<runtime::VariableStore>()};
}

struct Point {
  Vector x;
  double loss = 0;
  Vector gradient;
};

class Objective {
 public:
  Objective(const LogisticRows& rows, const LogisticOptions& options)
      : rows_(rows),
        kernel_(Tensor::zeros(DType::kF32, {rows.features.shape()[1], options.num_classes})),
        bias_(Tensor::zeros(DType::kF32, {options.num_classes})),
        program_(loss_program(rows.features.shape()[1], options)) {
    const std::int64_t count = rows.features.shape()[0];
    shares_ = rows.weights.defined() ? rows.weights.cast(DType::kF32) : Tensor::full(DType::kF32, {count}, 1);
    double total = 0;
    for (const float w : shares_.span<float>()) total += w;
    for (float& w : shares_.span<float>()) w = static_cast<float>(w / total);
  }

  LogisticWeights weights(const Vector& x) const {
    LogisticWeights made{Tensor::empty(DType::kF32, kernel_.shape()), Tensor::empty(DType::kF32, bias_.shape())};
    spread(x, made.kernel, made.bias);
    return made;
  }
  Vector vector(const LogisticWeights& of) const {
    Vector x = of.kernel.to_vector<double>();
    for (const double b : of.bias.to_vector<double>()) x.push_back(b);
    return x;
  }
  std::size_t size() const { return static_cast<std::size_t>(kernel_.num_elements() + bias_.num_elements()); }

  Point at(Vector x) {
    spread(x, kernel_, bias_);
    const std::vector<Tensor> made = program_.run({rows_.features, rows_.classes, shares_, kernel_, bias_});
    return {std::move(x), made[0].item(), vector({made[1], made[2]})};
  }

 private:
  static void spread(const Vector& x, const Tensor& kernel, const Tensor& bias) {
    std::size_t i = 0;
    for (float& w : kernel.span<float>()) w = static_cast<float>(x[i++]);
    for (float& b : bias.span<float>()) b = static_cast<float>(x[i++]);
  }

  const LogisticRows& rows_;
  Tensor kernel_, bias_, shares_;
  runtime::Program program_;
};

// The last steps and changes of the gradient: what L-BFGS knows of the curvature.
class Curvature {
 public:
  void add(Vector step, Vector change) {
    const double curvature = dot(step, change);
    if (curvature <= 1e-12 * dot(change, change)) return;  // rounding
    if (pairs_.size() == kMost) pairs_.pop_front();
    pairs_.push_back({std::move(step), std::move(change), 1 / curvature});
  }
  // The two loops of algorithm 7.4: minus the inverse Hessian times the gradient.
  Vector direction(const Vector& gradient) const {
    Vector q = gradient;
    std::vector<double> factors(pairs_.size());
    for (std::size_t i = pairs_.size(); i-- > 0;) {
      factors[i] = pairs_[i].rho * dot(pairs_[i].step, q);
      q = plus(q, -factors[i], pairs_[i].change);
    }
    if (!pairs_.empty()) {
      const Pair& last = pairs_.back();
      const double scale = 1 / (last.rho * dot(last.change, last.change));
      for (double& v : q) v *= scale;
    }
    for (std::size_t i = 0; i < pairs_.size(); ++i) q = plus(q, factors[i] - pairs_[i].rho * dot(pairs_[i].change, q), pairs_[i].step);
    for (double& v : q) v = -v;
    return q;
  }

 private:
  static constexpr std::size_t kMost = 10;
  struct Pair {
    Vector step, change;
    double rho;
  };
  std::deque<Pair> pairs_;
};

void check(const LogisticRows& rows, const LogisticOptions& options) {
  const std::int64_t count = rows.features.shape().rank() == 2 ? rows.features.shape()[0] : 0;
  if (count == 0 || rows.classes.shape() != Shape({count}) || (rows.weights.defined() && rows.weights.shape() != Shape({count})))
    fail(ErrorCode::kShapeMismatch, "logistic regression: features {} with classes {}", rows.features.shape(), rows.classes.shape());
  for (const std::int64_t c : rows.classes.to_vector<std::int64_t>()) {
    if (c < 0 || c >= options.num_classes) fail(ErrorCode::kInvalidArgument, "logistic regression: class {} of {}", c, options.num_classes);
  }
}

}  // namespace

LogisticWeights fit_logistic_regression(const LogisticRows& rows, const LogisticOptions& options, const LogisticWeights& start) {
  check(rows, options);
  Objective objective(rows, options);
  Point now = objective.at(start.kernel.defined() ? objective.vector(start) : Vector(objective.size()));
  Curvature curvature;
  for (std::int64_t i = 0; i < options.max_iterations; ++i) {
    const double largest = std::ranges::max(now.gradient, {}, [](double g) { return std::abs(g); });
    if (std::abs(largest) < options.tolerance || (options.cancel != nullptr && options.cancel->load())) break;
    const Vector direction = curvature.direction(now.gradient);
    const double slope = dot(now.gradient, direction);
    // Halve the step until the loss falls enough (Armijo).
    double length = i == 0 ? std::min(1.0, 1 / std::sqrt(dot(now.gradient, now.gradient))) : 1;
    Point next = objective.at(plus(now.x, length, direction));
    for (int halvings = 0; next.loss > now.loss + 1e-4 * length * slope && halvings < 30; ++halvings) {
      length /= 2;
      next = objective.at(plus(now.x, length, direction));
    }
    if (!(next.loss < now.loss)) break;  // as far as single precision goes
    curvature.add(plus(next.x, -1, now.x), plus(next.gradient, -1, now.gradient));
    now = std::move(next);
  }
  return objective.weights(now.x);
}

Tensor predict_logistic_regression(const LogisticWeights& weights, const Tensor& features) {
  return ops::softmax(ops::add(ops::matmul(features, weights.kernel), weights.bias));
}

}  // namespace lepton::train
