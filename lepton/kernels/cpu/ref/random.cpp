// Reference random operators. Element i of stream s under key {seed, step} comes from one Philox block:
// counter = {i low, i high, stream low, step low}, key = {seed low, seed high ^ step high ^ stream high}.
#include "lepton/kernels/cpu/ref/random.hpp"

#include "lepton/kernels/cpu/ref/ref.hpp"

namespace lepton::kernels::ref {
namespace {

RandomSource source_of(const RefCall& call, std::size_t key) {
  return {call.input<std::uint64_t>(key)[0], call.input<std::uint64_t>(key)[1],
          static_cast<std::uint64_t>(call.attributes.integer("stream"))};
}

template <class T>
void dropout_of(const RefCall& call) {
  const RandomSource source = source_of(call, 1);
  const double rate = call.attributes.number("rate");
  const auto scale = static_cast<T>(rate < 1 ? 1 / (1 - rate) : 0);
  const auto threshold = drop_threshold(rate);
  const T* x = call.input<T>(0);
  T* y = call.output<T>();
  const std::int64_t count = call.output_shape().num_elements();
  for (std::int64_t i = 0; i < count; ++i) y[i] = source.block(i)[0] >= threshold ? x[i] * scale : T{0};
}

template <class T>
void uniform_of(const RefCall& call) {
  const RandomSource source = source_of(call, 0);
  const double low = call.attributes.number("low"), high = call.attributes.number("high");
  const std::int64_t count = call.output_shape().num_elements();
  for (std::int64_t i = 0; i < count; ++i) call.output<T>()[i] = static_cast<T>(low + (high - low) * unit_number<T>(source.block(i)));
}

template <class T>
void normal_of(const RefCall& call) {
  const RandomSource source = source_of(call, 0);
  const double mean = call.attributes.number("mean"), stddev = call.attributes.number("stddev");
  const std::int64_t count = call.output_shape().num_elements();
  for (std::int64_t i = 0; i < count; ++i) {
    call.output<T>()[i] = static_cast<T>(mean + stddev * normal_number(source.block(i)));
  }
}

template <void (*kF32)(const RefCall&), void (*kF64)(const RefCall&)>
void by_output(const RefCall& call) {
  call.output_dtype() == DType::kF32 ? kF32(call) : kF64(call);
}

constexpr RefEntry kTable[] = {
    {"dropout", by_output<dropout_of<float>, dropout_of<double>>},
    {"random_normal", by_output<normal_of<float>, normal_of<double>>},
    {"random_uniform", by_output<uniform_of<float>, uniform_of<double>>},
};

}  // namespace

std::span<const RefEntry> random_table() { return kTable; }

}  // namespace lepton::kernels::ref
