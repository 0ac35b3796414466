// The table of initialisers.
#include "lepton/nn/initializer.hpp"

#include <algorithm>
#include <cmath>

#include "lepton/base/random.hpp"

namespace lepton::nn {
namespace {

struct Request {
  const Shape& shape;
  const Attributes& arguments;
  Random& random;
};
using Values = std::vector<double>;
using Function = Values (*)(const Request&);

struct Fans {
  double in, out;
};

// As Keras counts them: the last two axes are in and out, all axes before are the receptive field.
Fans fans_of(const Shape& shape) {
  if (shape.rank() == 0) return {1, 1};
  if (shape.rank() == 1) return {static_cast<double>(shape[0]), static_cast<double>(shape[0])};
  double field = 1;
  for (int axis = 0; axis < shape.rank() - 2; ++axis) field *= static_cast<double>(shape[axis]);
  return {field * static_cast<double>(shape[-2]), field * static_cast<double>(shape[-1])};
}

Values filled(const Request& r, double value) { return Values(static_cast<std::size_t>(r.shape.num_elements()), value); }

template <class Draw>
Values drawn(const Request& r, Draw&& draw) {
  Values values = filled(r, 0);
  for (double& v : values) v = draw(r.random);
  return values;
}

Values uniform_within(const Request& r, double limit) {
  return drawn(r, [limit](Random& random) { return random.uniform(-limit, limit); });
}

// Redraws what falls outside two standard deviations.
double truncated(Random& random, double mean, double stddev) {
  double z = random.normal();
  while (std::abs(z) > 2) z = random.normal();
  return mean + stddev * z;
}

// The divisor restores the variance that truncation takes away.
Values truncated_normal_of_variance(const Request& r, double variance) {
  const double stddev = std::sqrt(variance) / 0.87962566103423978;
  return drawn(r, [stddev](Random& random) { return truncated(random, 0, stddev); });
}

Values variance_scaling(const Request& r) {
  const Fans fans = fans_of(r.shape);
  const std::string& mode = r.arguments.text("mode");
  const std::string& distribution = r.arguments.text("distribution");
  const double n = std::max(1.0, mode == "fan_in" ? fans.in : mode == "fan_out" ? fans.out : (fans.in + fans.out) / 2);
  const double variance = r.arguments.number("scale") / n;
  if (distribution == "uniform") return uniform_within(r, std::sqrt(3 * variance));
  if (distribution == "untruncated_normal") return drawn(r, [&](Random& random) { return std::sqrt(variance) * random.normal(); });
  return truncated_normal_of_variance(r, variance);
}

Values unit_forget(const Request& r) {
  Values values = filled(r, 0);
  const auto quarter = static_cast<std::ptrdiff_t>(values.size() / 4);
  std::fill(values.begin() + quarter, values.begin() + 2 * quarter, 1.0);
  return values;
}

// Gram-Schmidt on a normal matrix, rows × columns as the flattened weight.
Values orthogonal(const Request& r) {
  const std::int64_t columns = r.shape.rank() == 0 ? 1 : r.shape[-1];
  const std::int64_t rows = columns == 0 ? 0 : r.shape.num_elements() / columns;
  const bool wide = columns > rows;
  const auto n = static_cast<std::size_t>(wide ? rows : columns), length = static_cast<std::size_t>(wide ? columns : rows);
  std::vector<Values> basis;
  while (basis.size() < n) {
    Values v(length);
    for (double& x : v) x = r.random.normal();
    for (const Values& b : basis) {
      double dot = 0;
      for (std::size_t i = 0; i < length; ++i) dot += v[i] * b[i];
      for (std::size_t i = 0; i < length; ++i) v[i] -= dot * b[i];
    }
    double norm = 0;
    for (const double x : v) norm += x * x;
    norm = std::sqrt(norm);
    if (norm < 1e-8) continue;
    for (double& x : v) x /= norm;
    basis.push_back(std::move(v));
  }
  Values values = filled(r, 0);
  const double gain = r.arguments.number("gain");
  for (std::size_t b = 0; b < n; ++b) {
    for (std::size_t i = 0; i < length; ++i) values[wide ? b * length + i : i * n + b] = gain * basis[b][i];
  }
  return values;
}

Values identity(const Request& r) {
  Values values = filled(r, 0);
  const std::int64_t columns = r.shape.rank() == 2 ? r.shape[1] : 0;
  for (std::int64_t i = 0; columns > 0 && i < std::min(r.shape[0], columns); ++i) {
    values[static_cast<std::size_t>(i * columns + i)] = r.arguments.number("gain");
  }
  return values;
}

const std::vector<SpecDef<Function>>& table() {
  static const std::vector<SpecDef<Function>> rows = {
      {"zeros", "all 0", {}, [](const Request& r) { return filled(r, 0); }},
      {"ones", "all 1", {}, [](const Request& r) { return filled(r, 1); }},
      {"constant",
       "all `value`",
       {{"value", 0.0, any_value, "the value"}},
       [](const Request& r) { return filled(r, r.arguments.number("value")); }},
      {"random_uniform",
       "uniform in [minval, maxval)",
       {{"minval", -0.05, any_value, ""}, {"maxval", 0.05, any_value, ""}},
       [](const Request& r) {
         return drawn(r, [&](Random& random) { return random.uniform(r.arguments.number("minval"), r.arguments.number("maxval")); });
       }},
      {"random_normal",
       "normal",
       {{"mean", 0.0, any_value, ""}, {"stddev", 0.05, non_negative, ""}},
       [](const Request& r) {
         return drawn(r, [&](Random& random) { return r.arguments.number("mean") + r.arguments.number("stddev") * random.normal(); });
       }},
      {"truncated_normal",
       "normal within two standard deviations",
       {{"mean", 0.0, any_value, ""}, {"stddev", 0.05, non_negative, ""}},
       [](const Request& r) {
         return drawn(r, [&](Random& random) { return truncated(random, r.arguments.number("mean"), r.arguments.number("stddev")); });
       }},
      {"variance_scaling",
       "scaled by the number of inputs or outputs",
       {{"scale", 1.0, positive, ""},
        {"mode", "fan_in", any_value, "fan_in, fan_out or fan_avg"},
        {"distribution", "truncated_normal", any_value, "or untruncated_normal, uniform"}},
       variance_scaling},
      {"glorot_uniform",
       "uniform in ±sqrt(6 / (fan_in + fan_out))",
       {},
       [](const Request& r) {
         const Fans fans = fans_of(r.shape);
         return uniform_within(r, std::sqrt(6 / std::max(1.0, fans.in + fans.out)));
       }},
      {"glorot_normal",
       "truncated normal of variance 2 / (fan_in + fan_out)",
       {},
       [](const Request& r) {
         const Fans fans = fans_of(r.shape);
         return truncated_normal_of_variance(r, 2 / std::max(1.0, fans.in + fans.out));
       }},
      {"he_uniform",
       "uniform in ±sqrt(6 / fan_in)",
       {},
       [](const Request& r) { return uniform_within(r, std::sqrt(6 / std::max(1.0, fans_of(r.shape).in))); }},
      {"he_normal",
       "truncated normal of variance 2 / fan_in",
       {},
       [](const Request& r) { return truncated_normal_of_variance(r, 2 / std::max(1.0, fans_of(r.shape).in)); }},
      {"lecun_uniform",
       "uniform in ±sqrt(3 / fan_in)",
       {},
       [](const Request& r) { return uniform_within(r, std::sqrt(3 / std::max(1.0, fans_of(r.shape).in))); }},
      {"lecun_normal",
       "truncated normal of variance 1 / fan_in",
       {},
       [](const Request& r) { return truncated_normal_of_variance(r, 1 / std::max(1.0, fans_of(r.shape).in)); }},
      {"orthogonal", "rows or columns orthonormal, times gain", {{"gain", 1.0, any_value, ""}}, orthogonal},
      {"unit_forget", "zeros, and ones for the second of four gates (bias of LSTM)", {}, unit_forget},
      {"identity", "identity matrix times gain", {{"gain", 1.0, any_value, ""}}, identity},
  };
  return rows;
}

}  // namespace

Result<Tensor> initialize(const Spec& initializer, const Shape& shape, DType dtype, std::uint64_t seed, std::uint64_t stream) {
  LEPTON_TRY(const SpecDef<Function>* row, find_row(std::span(table()), initializer.name, "initializer"));
  LEPTON_TRY(const Attributes arguments, initializer.bind(initializer.name, row->arguments));
  Random random(seed, stream);
  const Values values = row->function({shape, arguments, random});
  const Tensor tensor = Tensor::from(values, shape);
  return dtype == DType::kF64 ? tensor : tensor.cast(dtype);
}

std::vector<InitializerInfo> all_initializers() {
  std::vector<InitializerInfo> infos;
  for (const auto& row : table()) infos.push_back({row.name, row.summary, row.arguments});
  return infos;
}

}  // namespace lepton::nn
