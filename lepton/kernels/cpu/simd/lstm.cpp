// lstm_steps and its gradient in f32. Each thread runs all steps of its rows: per step one product with the packed recurrent kernel, whose
// sums go through the gates while they are in registers.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lepton/kernels/cpu/simd/lstm.cpp"
#include <hwy/foreach_target.h>
// foreach_target must come before these.
#include <hwy/highway.h>

#include "lepton/base/parallel.hpp"
#include "lepton/kernels/cpu/simd/kernels.hpp"
#include "lepton/kernels/cpu/simd/recurrent-inl.hpp"
#include "lepton/kernels/cpu/simd/recurrent.hpp"

#ifndef LEPTON_SIMD_LSTM_ARGUMENTS
#define LEPTON_SIMD_LSTM_ARGUMENTS
namespace lepton::kernels::simd {

struct LstmForward : RecurrentSizes {
  const float *projected, *h, *c, *packed;
  float *sequence, *last_h, *last_c, *cells, *gates;  // cells and gates: null if nobody wants them
  float *states, *memory;                             // scratch: two [rows][padded units] of h, one of c
};
struct LstmBackward : RecurrentSizes {
  const float *c, *cells, *gates, *g_sequence, *g_h, *g_c, *packed;  // gradients: null if absent
  float *dprojected, *dh, *dc;
  float *dgates, *carry;  // scratch: [rows][4 padded units], and dh as [rows][units up to a full panel]
};

}  // namespace lepton::kernels::simd
#endif

HWY_BEFORE_NAMESPACE();
namespace lepton::kernels::simd::HWY_NAMESPACE {
namespace {

constexpr int kGates = 4;

// Gates, memory and output of one row from the sums before the activations.
HWY_INLINE void finish(const LstmForward& run, std::int64_t row, std::int64_t step, Units u, const float* before, float* after,
                       const float* sums) {
  const FloatTag d;
  const std::int64_t padded = rounded_up(run.units, float_lanes()), place = run.place(row, step), own = row * padded + u.first;
  const auto sum = [&](int g) { return hn::Load(d, sums + g * float_lanes()); };
  const Floats i = sigmoid(sum(0)), f = sigmoid(sum(1)), fresh = tanh(sum(2)), o = sigmoid(sum(3));
  const Floats memory = hn::Load(d, run.memory + own);
  Floats cell = hn::MulAdd(f, memory, hn::Mul(i, fresh)), h = hn::Mul(o, tanh(cell));
  if (!run.counts(row, step)) cell = memory, h = hn::Load(d, before + own);
  hn::Store(cell, d, run.memory + own);
  hn::Store(h, d, after + own);
  store_part(h, run.sequence + place * run.units + u.first, u.count);
  if (run.cells != nullptr) store_part(cell, run.cells + place * run.units + u.first, u.count);
  if (run.gates != nullptr) {
    float* gates = run.gates + place * kGates * run.units + u.first;
    store_part(i, gates, u.count);
    store_part(f, gates + run.units, u.count);
    store_part(fresh, gates + 2 * run.units, u.count);
    store_part(o, gates + 3 * run.units, u.count);
  }
}

void forward(const LstmForward& run, std::int64_t begin, std::int64_t end) {
  const std::int64_t units = run.units, lanes = float_lanes(), padded = rounded_up(units, lanes);
  float *before = run.states, *after = run.states + run.batch * padded;
  to_padded(run.h, begin, end, units, padded, before);
  to_padded(run.c, begin, end, units, padded, run.memory);
  for (std::int64_t i = 0; i < run.steps; ++i, std::swap(before, after)) {
    const std::int64_t step = run.step_at(i);
    for_each_vector(units, [&](Units u) {
      const float* panel = run.packed + u.first * units * kGates;
      for_each_group<kGates>(begin, end, [&](auto rows, std::int64_t row) {
        constexpr int kRows = decltype(rows)::value;
        HWY_ALIGN float sums[kLargestSums];
        for (int r = 0; r < kRows; ++r) {
          const float* x = run.projected + run.place(row + r, step) * kGates * units + u.first;
          for (int g = 0; g < kGates; ++g) hn::Store(load_part(x + g * units, u.count), FloatTag(), sums + (r * kGates + g) * lanes);
        }
        add_product<kRows, kGates>(before + row * padded, padded, panel, units, sums, kGates * lanes);
        for (int r = 0; r < kRows; ++r) finish(run, row + r, step, u, before, after, sums + r * kGates * lanes);
      });
    });
  }
  from_padded(before, begin, end, units, padded, run.last_h);
  from_padded(run.memory, begin, end, units, padded, run.last_c);
}

// What flows back through the gates of one row; the row's dh starts anew, its dc becomes that of the step before.
HWY_INLINE void go_back(const LstmBackward& run, std::int64_t row, std::int64_t step, const float* memory, Units u) {
  const FloatTag d;
  const std::int64_t units = run.units, padded = rounded_up(units, float_lanes()), place = run.place(row, step);
  float* carry = run.carry + row * sums_stride(units) + u.first;
  float* dgates = run.dgates + row * kGates * padded + u.first;
  Floats dh = hn::Load(d, carry);
  if (run.g_sequence != nullptr) dh = hn::Add(dh, load_part(run.g_sequence + place * units + u.first, u.count));
  float* dx = run.dprojected + place * kGates * units + u.first;
  if (!run.counts(row, step)) {
    hn::Store(dh, d, carry);
    for (int g = 0; g < kGates; ++g) {
      hn::Store(hn::Zero(d), d, dgates + g * padded);
      store_part(hn::Zero(d), dx + g * units, u.count);
    }
    return;
  }
  const float* gates = run.gates + place * kGates * units + u.first;
  const auto gate = [&](int g) { return load_part(gates + g * units, u.count); };
  const Floats i = gate(0), f = gate(1), fresh = gate(2), o = gate(3);
  const Floats squashed = tanh(load_part(run.cells + place * units + u.first, u.count));
  float* dc_place = run.dc + row * units + u.first;
  const Floats dc = hn::Add(load_part(dc_place, u.count), through_tanh(hn::Mul(dh, o), squashed));
  const Floats back[kGates] = {through_sigmoid(hn::Mul(dc, fresh), i),
                               through_sigmoid(hn::Mul(dc, load_part(memory + u.first, u.count)), f), through_tanh(hn::Mul(dc, i), fresh),
                               through_sigmoid(hn::Mul(dh, squashed), o)};
  for (int g = 0; g < kGates; ++g) {
    hn::Store(back[g], d, dgates + g * padded);
    store_part(back[g], dx + g * units, u.count);
  }
  store_part(hn::Mul(dc, f), dc_place, u.count);
  hn::Store(hn::Zero(d), d, carry);
}

void backward(const LstmBackward& run, std::int64_t begin, std::int64_t end) {
  for (std::int64_t row = begin; row < end; ++row) {
    float* dc = run.dc + row * run.units;
    run.g_c != nullptr ? std::copy_n(run.g_c + row * run.units, run.units, dc) : std::fill_n(dc, run.units, 0.0F);
  }
  back_through_steps<kGates>(run, run.c, run.cells, begin, end, [&](std::int64_t row, std::int64_t step, const float* memory, Units u) {
    go_back(run, row, step, memory, u);
  });
}

}  // namespace

void lstm_forward(const LstmForward& run, std::int64_t begin, std::int64_t end) { forward(run, begin, end); }
void lstm_backward(const LstmBackward& run, std::int64_t begin, std::int64_t end) { backward(run, begin, end); }

}  // namespace lepton::kernels::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lepton::kernels::simd {
namespace {

HWY_EXPORT(lstm_forward);
HWY_EXPORT(lstm_backward);

class LstmSteps final : public RecurrentKernel {
 public:
  explicit LstmSteps(const KernelRequest& request) : RecurrentKernel(request, 0, 1, false) {
    packed_ = reserve(4 * padded_units() * sizes_.units);
    states_ = reserve(2 * sizes_.batch * padded_units());
    memory_ = reserve(sizes_.batch * padded_units());
    implementation = "simd:lstm";
  }
  void run(const KernelArguments& a) const override {
    pack(a.input<float>(1), floats(a, packed_));
    const LstmForward all{sizes_with(a, 4),     a.input<float>(0),    a.input<float>(2),  a.input<float>(3),
                          floats(a, packed_),   a.output<float>(0),   a.output<float>(1), a.output<float>(2),
                          output_or_null(a, 3), output_or_null(a, 4), floats(a, states_), floats(a, memory_)};
    const auto forward = HWY_DYNAMIC_DISPATCH(lstm_forward);
    parallel_for(sizes_.batch, 1, [&](std::int64_t begin, std::int64_t end) { forward(all, begin, end); });
  }

 private:
  std::int64_t packed_, states_, memory_;
};

class LstmStepsGradient final : public RecurrentKernel {
 public:
  explicit LstmStepsGradient(const KernelRequest& request) : RecurrentKernel(request, 3, 0, true) {
    packed_ = reserve(4 * padded_units() * padded_panels());
    dgates_ = reserve(4 * sizes_.batch * padded_units());
    carry_ = reserve(sizes_.batch * padded_panels());
    implementation = "simd:lstm";
  }
  void run(const KernelArguments& a) const override {
    pack_transposed(a.input<float>(0), floats(a, packed_));
    const LstmBackward all{sizes_with(a, 4),    a.input<float>(1),   a.input<float>(2),  a.input<float>(3),  input_or_null(a, 5),
                           input_or_null(a, 6), input_or_null(a, 7), floats(a, packed_), a.output<float>(0), a.output<float>(1),
                           a.output<float>(2),  floats(a, dgates_),  floats(a, carry_)};
    const auto backward = HWY_DYNAMIC_DISPATCH(lstm_backward);
    parallel_for(sizes_.batch, 1, [&](std::int64_t begin, std::int64_t end) { backward(all, begin, end); });
  }

 private:
  std::int64_t packed_, dgates_, carry_;
};

}  // namespace

std::unique_ptr<Kernel> lstm_steps(const KernelRequest& request) {
  if (!RecurrentKernel::takes(request)) return nullptr;
  if (request.op == "lstm_steps") return std::make_unique<LstmSteps>(request);
  return std::make_unique<LstmStepsGradient>(request);
}

}  // namespace lepton::kernels::simd
#endif
