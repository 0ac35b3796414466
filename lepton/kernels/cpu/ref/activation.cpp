// Reference activations. NaN goes through all of them.
#include <cmath>
#include <numbers>

#include "lepton/kernels/cpu/ref/elementwise_loops.hpp"

namespace lepton::kernels::ref {
namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double softplus(double x) { return std::log1p(std::exp(-std::fabs(x))) + (x < 0 ? 0 : x); }

LEPTON_SCALAR(Relu, (T x), x < T{0} ? T{0} : x);
LEPTON_SCALAR(ReluGradient, (T y, T g), y > T{0} ? g : T{0});
LEPTON_SCALAR(Sigmoid, (T x), sigmoid(x));
LEPTON_SCALAR(Silu, (T x), x* sigmoid(x));
LEPTON_SCALAR(Softsign, (T x), x / (1 + std::fabs(x)));
LEPTON_SCALAR(Mish, (T x), x* std::tanh(softplus(x)));

// The constants of Klambauer et al. 2017.
constexpr double kSeluScale = 1.0507009873554804934193349852946, kSeluAlpha = 1.6732632423543772848170429916717;
LEPTON_SCALAR(Selu, (T x), kSeluScale*(x > 0 ? x : kSeluAlpha * std::expm1(x)));

struct LeakyRelu {
  explicit LeakyRelu(const Attributes& attributes) : slope(attributes.number("negative_slope")) {}
  double operator()(double x) const { return x > 0 ? x : slope * x; }
  double slope;
};
struct Elu {
  explicit Elu(const Attributes& attributes) : alpha(attributes.number("alpha")) {}
  double operator()(double x) const { return x > 0 ? x : alpha * std::expm1(x); }
  double alpha;
};
struct Celu {
  explicit Celu(const Attributes& attributes) : alpha(attributes.number("alpha")) {}
  double operator()(double x) const { return x > 0 ? x : alpha * std::expm1(x / alpha); }
  double alpha;
};
struct Gelu {
  explicit Gelu(const Attributes& attributes) : approximate(attributes.flag("approximate")) {}
  double operator()(double x) const {
    if (!approximate) return 0.5 * x * std::erfc(-x / std::numbers::sqrt2);
    return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
  }
  bool approximate;
};
struct Softplus {
  explicit Softplus(const Attributes& attributes) : beta(attributes.number("beta")) {}
  double operator()(double x) const { return softplus(beta * x) / beta; }
  double beta;
};
struct HardSigmoid {
  explicit HardSigmoid(const Attributes& attributes) : alpha(attributes.number("alpha")), beta(attributes.number("beta")) {}
  double operator()(double x) const {
    const double y = alpha * x + beta;
    return y < 0 ? 0 : y > 1 ? 1 : y;
  }
  double alpha, beta;
};
struct HardSwish {
  explicit HardSwish(const Attributes&) {}
  double operator()(double x) const {
    const double gate = x / 6 + 0.5;
    return x * (gate < 0 ? 0 : gate > 1 ? 1 : gate);
  }
};
struct Prelu {
  explicit Prelu(const Attributes&) {}
  double operator()(double x, double slope) const { return x > 0 ? x : slope * x; }
};

constexpr RefEntry kTable[] = {
    {"celu", unary_float<Celu>},
    {"elu", unary_float<Elu>},
    {"gelu", unary_float<Gelu>},
    {"hard_sigmoid", unary_float<HardSigmoid>},
    {"hard_swish", unary_float<HardSwish>},
    {"leaky_relu", unary_float<LeakyRelu>},
    {"mish", unary_float<Mish>},
    {"prelu", binary_float<Prelu>},
    {"relu", unary<Relu>},
    {"relu_gradient", binary_float<ReluGradient>},
    {"selu", unary_float<Selu>},
    {"sigmoid", unary_float<Sigmoid>},
    {"silu", unary_float<Silu>},
    {"softplus", unary_float<Softplus>},
    {"softsign", unary_float<Softsign>},
};

}  // namespace

std::span<const RefEntry> activation_table() { return kTable; }

}  // namespace lepton::kernels::ref
