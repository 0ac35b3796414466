// Random operators. Each draws from a key {seed, step} and a stream of its own: equal key, stream and place give equal numbers,
// whatever the number of threads.
#pragma once

#include "lepton/ops/op_table.hpp"

namespace lepton::ops {

struct RandomOptions {
  DType dtype = DType::kF32;
  std::int64_t stream = 0;
};

/// Uniform numbers in [low, high). Shapes: key: u64[2]; result: `shape`.
template <Operand T>
T random_uniform(const T& key, const std::vector<std::int64_t>& shape, double low = 0, double high = 1, const RandomOptions& options = {}) {
  return call<T>("random_uniform", {key},
                 {{"shape", shape}, {"low", low}, {"high", high}, {"dtype", options.dtype}, {"stream", options.stream}});
}
/// Uniform numbers in the shape of `like`, which may be of any dtype.
template <Operand T>
T random_uniform_like(const T& key, const T& like, double low = 0, double high = 1, const RandomOptions& options = {}) {
  return call<T>("random_uniform", {key, like}, {{"low", low}, {"high", high}, {"dtype", options.dtype}, {"stream", options.stream}});
}
/// Normal numbers.
template <Operand T>
T random_normal(const T& key, const std::vector<std::int64_t>& shape, double mean = 0, double stddev = 1,
                const RandomOptions& options = {}) {
  return call<T>("random_normal", {key},
                 {{"shape", shape}, {"mean", mean}, {"stddev", stddev}, {"dtype", options.dtype}, {"stream", options.stream}});
}
/// Normal numbers in the shape and dtype of `like`.
template <Operand T>
T random_normal_like(const T& key, const T& like, double mean = 0, double stddev = 1, std::int64_t stream = 0) {
  return call<T>("random_normal", {key, like}, {{"mean", mean}, {"stddev", stddev}, {"dtype", like.dtype()}, {"stream", stream}});
}
/// 1 with a probability, else 0.
template <Operand T>
T random_bernoulli(const T& key, const std::vector<std::int64_t>& shape, double probability = 0.5, const RandomOptions& options = {}) {
  return call<T>("random_bernoulli", {key},
                 {{"shape", shape}, {"probability", probability}, {"dtype", options.dtype}, {"stream", options.stream}});
}
/// The numbers 0 … size - 1 (i64) in a random order.
template <Operand T>
T random_permutation(const T& key, std::int64_t size, std::int64_t stream = 0) {
  return call<T>("random_permutation", {key}, {{"size", size}, {"stream", stream}});
}

struct DropoutOptions {
  double rate = 0.5;
  std::int64_t stream = 0;
};
/// Zeroes each element with probability rate and scales the rest by 1 / (1 - rate). Shapes: key: u64[2]; result: as x.
template <Operand T>
T dropout(const T& x, const T& key, const DropoutOptions& options = {}) {
  return call<T>("dropout", {x, key}, {{"rate", options.rate}, {"stream", options.stream}});
}

}  // namespace lepton::ops
