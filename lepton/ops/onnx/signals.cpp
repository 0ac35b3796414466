// Windows, Fourier transforms and mel filters.
#include <cmath>
#include <numbers>
#include <numeric>

#include "lepton/ops/contraction.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/onnx/internal/families.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

// a0 - a1 cos + a2 cos 2: Hann, Hamming and Blackman.
OnnxResults cosine_window(OnnxNodeReader& node, double a0, double a1, double a2) {
  const auto size = onnx_integer(node.tensor(std::size_t{0}));
  if (size < 0) fail(ErrorCode::kInvalidArgument, "a window of {} samples", size);
  node.claim(static_cast<double>(size));
  const double period = static_cast<double>(node.integer("periodic", 1) != 0 ? size : size - 1);
  std::vector<double> values;
  for (std::int64_t i = 0; i < size; ++i) {
    const double t = 2 * std::numbers::pi * static_cast<double>(i) / period;
    values.push_back(a0 - a1 * std::cos(t) + a2 * std::cos(2 * t));
  }
  return {Tensor::from(values, {size}).cast(onnx_dtype(node.integer("output_datatype", 1)))};
}
OnnxResults read_hann(OnnxNodeReader& node) { return cosine_window(node, 0.5, 0.5, 0); }
OnnxResults read_hamming(OnnxNodeReader& node) { return cosine_window(node, 25.0 / 46, 21.0 / 46, 0); }
OnnxResults read_blackman(OnnxNodeReader& node) { return cosine_window(node, 0.42, 0.5, 0.08); }

// The cosines and sines of a transform of `size` as matrices [size, bins].
struct Waves {
  Tensor cosine, sine;
};
Waves waves(std::int64_t size, std::int64_t bins, DType dtype) {
  Waves w{Tensor::empty(DType::kF64, {size, bins}), Tensor::empty(DType::kF64, {size, bins})};
  for (std::int64_t t = 0; t < size; ++t) {
    for (std::int64_t k = 0; k < bins; ++k) {
      const double angle = 2 * std::numbers::pi * static_cast<double>(t * k % size) / static_cast<double>(size);
      w.cosine.data<double>()[t * bins + k] = std::cos(angle);
      w.sine.data<double>()[t * bins + k] = std::sin(angle);
    }
  }
  return {w.cosine.cast(dtype), w.sine.cast(dtype)};
}

struct Complex {
  Value real, imaginary;  // imaginary is undefined where it is 0
};

// Along the last axis; the real part's sign of the exponent is -1, +1 for the inverse.
Complex transformed(const Complex& x, std::int64_t bins, bool inverse) {
  const std::int64_t size = x.real.shape()[-1];
  const Waves w = waves(size, bins, x.real.dtype());
  const Value cosine = constant(x.real.builder(), w.cosine), sine = constant(x.real.builder(), w.sine);
  const auto times = [](const Value& a, const Value& b) { return matmul(a.rank() == 1 ? expand_dims(a, {0}) : a, b); };
  const Value sign = onnx_scalar(x.real, inverse ? 1 : -1);
  Value real = times(x.real, cosine), imaginary = mul(times(x.real, sine), sign);
  if (x.imaginary.defined()) {
    real = sub(real, mul(times(x.imaginary, sine), sign));
    imaginary = add(imaginary, times(x.imaginary, cosine));
  }
  if (inverse) {
    const Value count = onnx_scalar(real, static_cast<double>(size));
    real = div(real, count);
    imaginary = div(imaginary, count);
  }
  return {real, imaginary};
}

Value part_of(const Value& x, std::int64_t which) {
  return squeeze(slice(x, {.starts = {which}, .ends = {which + 1}, .axes = {-1}}), {-1});
}

// `size` elements along the last axis: cut or filled with zeros.
Value resized(const Value& x, std::int64_t size) {
  const std::int64_t have = x.shape()[-1];
  if (have >= size) return slice(x, {.starts = {0}, .ends = {size}, .axes = {-1}});
  Dims pads(2 * static_cast<std::size_t>(x.rank()), 0);
  pads.back() = size - have;
  return pad(x, pads, "constant", 0);
}

OnnxResults read_dft(OnnxNodeReader& node) {
  const Value x = node.value(std::size_t{0});
  const std::int64_t parts = x.shape()[-1];
  const auto claim_waves = [&](std::int64_t n) { node.claim(static_cast<double>(n) * static_cast<double>(n)); };
  const std::int64_t given = node.opset() < 20 ? node.integer("axis", 1) : node.has(2) ? onnx_integer(node.tensor(2)) : -2;
  const std::int64_t axis = onnx_axis(given, x.rank());
  const bool inverse = node.integer("inverse", 0) != 0, onesided = node.integer("onesided", 0) != 0;
  std::int64_t size = node.has(1) ? onnx_integer(node.tensor(1)) : x.shape()[static_cast<int>(axis)];
  if (size < 1) fail(ErrorCode::kInvalidArgument, "a transform of {} samples", size);
  claim_waves(size);
  Dims order;  // the axis last, of what is left without the parts
  for (int i = 0; i < x.rank() - 1; ++i) {
    if (i != axis) order.push_back(i);
  }
  order.push_back(axis);
  Dims back(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) back[static_cast<std::size_t>(order[i])] = static_cast<std::int64_t>(i);
  const auto moved = [&](std::int64_t which) { return transpose(part_of(x, which), order); };
  Complex signal{moved(0), parts > 1 ? moved(1) : Value()};
  if (inverse && onesided) {
    // Half of a spectrum whose other half is its mirror image: the signal is real.
    const std::int64_t have = signal.real.shape()[-1];
    if (!node.has(1)) size = 2 * (have - 1);
    const std::int64_t half = size / 2 + 1, rest = size - half;
    signal = {resized(signal.real, half), signal.imaginary.defined() ? resized(signal.imaginary, half) : Value()};
    const auto mirrored = [&](const Value& v, bool conjugate) {
      const Value tail = flip(slice(v, {.starts = {1}, .ends = {1 + rest}, .axes = {-1}}), {-1});
      return concat(std::vector<Value>{v, conjugate ? neg(tail) : tail}, -1);
    };
    if (rest > 0) signal = {mirrored(signal.real, false), signal.imaginary.defined() ? mirrored(signal.imaginary, true) : Value()};
    const Complex y = transformed(signal, size, true);
    return {expand_dims(transpose(y.real, back), {-1})};
  }
  signal = {resized(signal.real, size), signal.imaginary.defined() ? resized(signal.imaginary, size) : Value()};
  const Complex y = transformed(signal, onesided ? size / 2 + 1 : size, inverse);
  return {stack(std::vector<Value>{transpose(y.real, back), transpose(y.imaginary, back)}, -1)};
}

OnnxResults read_stft(OnnxNodeReader& node) {
  Value x = node.value(std::size_t{0});
  if (x.rank() == 2) x = expand_dims(x, {2});
  const auto step = onnx_integer(node.tensor(1));
  const std::int64_t all = x.shape()[1];
  const std::int64_t size = node.has(3) ? onnx_integer(node.tensor(3)) : node.has(2) ? node.type(2).shape[0] : all;
  if (step < 1 || size < 1 || size > all)
    fail(ErrorCode::kInvalidArgument, "frames of {} samples every {} of a signal of {}", size, step, all);
  node.claim(static_cast<double>(all) / static_cast<double>(step) * static_cast<double>(size));
  const std::int64_t frames = (all - size) / step + 1, bins = node.integer("onesided", 1) != 0 ? size / 2 + 1 : size;
  const auto framed = [&](std::int64_t which) {
    const Value signal = part_of(x, which);  // [N, samples]
    std::vector<Value> cut;
    for (std::int64_t f = 0; f < frames; ++f) cut.push_back(slice(signal, {.starts = {f * step}, .ends = {f * step + size}, .axes = {1}}));
    const Value stacked = stack(cut, 1);
    return node.has(2) ? mul(stacked, node.value(2)) : stacked;
  };
  const Complex y = transformed({framed(0), x.shape()[2] > 1 ? framed(1) : Value()}, bins, false);
  return {stack(std::vector<Value>{y.real, y.imaginary}, -1)};
}

// Triangles on the mel scale: [bins of a spectrum, mel bins].
OnnxResults read_mel(OnnxNodeReader& node) {
  const auto number = [&](std::size_t i) { return node.tensor(i).item(); };
  const auto mels = static_cast<std::int64_t>(number(0)), length = static_cast<std::int64_t>(number(1));
  const double rate = number(2), low = number(3), high = number(4);
  const std::int64_t bins = length / 2 + 1;
  if (mels < 1 || bins < 1) fail(ErrorCode::kInvalidArgument, "{} mel bins of {} bins", mels, bins);
  node.claim(static_cast<double>(mels) * static_cast<double>(bins));
  const auto to_mel = [](double hertz) { return 2595 * std::log10(1 + hertz / 700); };
  std::vector<std::int64_t> edge;
  const double step = (to_mel(high) - to_mel(low)) / static_cast<double>(mels + 2);
  for (std::int64_t i = 0; i < mels + 2; ++i) {
    const double hertz = 700 * (std::pow(10, (static_cast<double>(i) * step + to_mel(low)) / 2595) - 1);
    edge.push_back(static_cast<std::int64_t>(std::floor(static_cast<double>(length + 1) * hertz / rate)));
  }
  const Tensor m = Tensor::zeros(DType::kF64, {bins, mels});
  const auto put = [&](std::int64_t bin, std::int64_t mel, double v) {
    if (bin >= 0 && bin < bins) m.data<double>()[bin * mels + mel] = v;
  };
  for (std::int64_t i = 0; i < mels; ++i) {
    const auto at = [&](std::int64_t k) { return edge[static_cast<std::size_t>(i + k)]; };
    if (at(0) == at(1)) put(at(1), i, 1);
    for (std::int64_t b = at(0); b <= at(1) && at(1) > at(0); ++b)
      put(b, i, static_cast<double>(b - at(0)) / static_cast<double>(at(1) - at(0)));
    for (std::int64_t b = at(1); b < at(2); ++b) put(b, i, static_cast<double>(at(2) - b) / static_cast<double>(at(2) - at(1)));
  }
  return {m.cast(onnx_dtype(node.integer("output_datatype", 1)))};
}

}  // namespace

std::span<const OnnxOperator> onnx_signals() {
  static const OnnxOperator rows[] = {
      {"BlackmanWindow", read_blackman, 17}, {"DFT", read_dft, 17},   {"HammingWindow", read_hamming, 17}, {"HannWindow", read_hann, 17},
      {"MelWeightMatrix", read_mel, 17},     {"STFT", read_stft, 17},
  };
  return rows;
}

}  // namespace lepton::ops
