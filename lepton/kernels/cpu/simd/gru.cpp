// gru_steps and its gradient in f32, as lstm.cpp does them.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lepton/kernels/cpu/simd/gru.cpp"
#include <hwy/foreach_target.h>
// foreach_target must come before these.
#include <hwy/highway.h>

#include "lepton/base/parallel.hpp"
#include "lepton/kernels/cpu/simd/kernels.hpp"
#include "lepton/kernels/cpu/simd/recurrent-inl.hpp"
#include "lepton/kernels/cpu/simd/recurrent.hpp"

#ifndef LEPTON_SIMD_GRU_ARGUMENTS
#define LEPTON_SIMD_GRU_ARGUMENTS
namespace lepton::kernels::simd {

struct GruForward : RecurrentSizes {
  const float *projected, *bias, *h, *packed;  // bias: null if absent
  float *sequence, *last_h, *gates;            // gates: null if nobody wants them
  float* states;                               // scratch: two [rows][padded units] of h
};
struct GruBackward : RecurrentSizes {
  const float *h, *sequence, *gates, *g_sequence, *g_h, *packed;  // gradients: null if absent
  float *dprojected, *dproduct, *dh;
  float *dgates, *carry;  // scratch: [rows][3 padded units], and dh as [rows][units up to a full panel]
};

}  // namespace lepton::kernels::simd
#endif

HWY_BEFORE_NAMESPACE();
namespace lepton::kernels::simd::HWY_NAMESPACE {
namespace {

constexpr int kGates = 3;

// Gates and output of one row from the products with the state.
HWY_INLINE void finish(const GruForward& run, std::int64_t row, std::int64_t step, Units u, const float* before, float* after,
                       const float* products) {
  const FloatTag d;
  const std::int64_t units = run.units, place = run.place(row, step), own = row * rounded_up(units, float_lanes()) + u.first;
  const float* x = run.projected + place * kGates * units + u.first;
  const auto product = [&](int g) { return hn::Load(d, products + g * float_lanes()); };
  const auto sum = [&](int g, Floats by) { return hn::MulAdd(by, product(g), load_part(x + g * units, u.count)); };
  const Floats one = set(1.0F), z = sigmoid(sum(0, one)), r = sigmoid(sum(1, one)), fresh = tanh(sum(2, r));
  const Floats old = hn::Load(d, before + own);
  Floats h = hn::MulAdd(z, hn::Sub(old, fresh), fresh);
  if (!run.counts(row, step)) h = old;
  hn::Store(h, d, after + own);
  store_part(h, run.sequence + place * units + u.first, u.count);
  if (run.gates == nullptr) return;
  float* gates = run.gates + place * 4 * units + u.first;
  store_part(z, gates, u.count);
  store_part(r, gates + units, u.count);
  store_part(fresh, gates + 2 * units, u.count);
  store_part(product(2), gates + 3 * units, u.count);
}

void forward(const GruForward& run, std::int64_t begin, std::int64_t end) {
  const std::int64_t units = run.units, lanes = float_lanes(), padded = rounded_up(units, lanes);
  float *before = run.states, *after = run.states + run.batch * padded;
  to_padded(run.h, begin, end, units, padded, before);
  for (std::int64_t i = 0; i < run.steps; ++i, std::swap(before, after)) {
    const std::int64_t step = run.step_at(i);
    for_each_vector(units, [&](Units u) {
      const float* panel = run.packed + u.first * units * kGates;
      for_each_group<kGates>(begin, end, [&](auto rows, std::int64_t row) {
        constexpr int kRows = decltype(rows)::value;
        HWY_ALIGN float products[kLargestSums];
        for (int r = 0; r < kRows; ++r) {
          for (int g = 0; g < kGates; ++g) {
            const Floats bias = run.bias == nullptr ? hn::Zero(FloatTag()) : load_part(run.bias + g * units + u.first, u.count);
            hn::Store(bias, FloatTag(), products + (r * kGates + g) * lanes);
          }
        }
        add_product<kRows, kGates>(before + row * padded, padded, panel, units, products, kGates * lanes);
        for (int r = 0; r < kRows; ++r) finish(run, row + r, step, u, before, after, products + r * kGates * lanes);
      });
    });
  }
  from_padded(before, begin, end, units, padded, run.last_h);
}

// What flows back through the gates of one row; the row's dh becomes what reaches the step before without the product.
HWY_INLINE void go_back(const GruBackward& run, std::int64_t row, std::int64_t step, const float* before, Units u) {
  const FloatTag d;
  const std::int64_t units = run.units, padded = rounded_up(units, float_lanes()), place = run.place(row, step);
  float* carry = run.carry + row * sums_stride(units) + u.first;
  float* dgates = run.dgates + row * kGates * padded + u.first;
  float *dx = run.dprojected + place * kGates * units + u.first, *dproduct = run.dproduct + place * kGates * units + u.first;
  Floats dh = hn::Load(d, carry);
  if (run.g_sequence != nullptr) dh = hn::Add(dh, load_part(run.g_sequence + place * units + u.first, u.count));
  Floats back[kGates] = {hn::Zero(d), hn::Zero(d), hn::Zero(d)}, past = hn::Zero(d), kept = dh;
  if (run.counts(row, step)) {
    const float* gates = run.gates + place * 4 * units + u.first;
    const auto gate = [&](int g) { return load_part(gates + g * units, u.count); };
    const Floats z = gate(0), r = gate(1), fresh = gate(2);
    back[0] = through_sigmoid(hn::Mul(dh, hn::Sub(load_part(before + u.first, u.count), fresh)), z);
    back[2] = through_tanh(hn::NegMulAdd(dh, z, dh), fresh);
    back[1] = through_sigmoid(hn::Mul(back[2], gate(3)), r);
    past = hn::Mul(back[2], r);
    kept = hn::Mul(dh, z);
  }
  hn::Store(kept, d, carry);
  for (int g = 0; g < kGates; ++g) {
    const Floats product = g == 2 ? past : back[g];
    hn::Store(product, d, dgates + g * padded);
    store_part(product, dproduct + g * units, u.count);
    store_part(back[g], dx + g * units, u.count);
  }
}

void backward(const GruBackward& run, std::int64_t begin, std::int64_t end) {
  back_through_steps<kGates>(run, run.h, run.sequence, begin, end, [&](std::int64_t row, std::int64_t step, const float* before, Units u) {
    go_back(run, row, step, before, u);
  });
}

}  // namespace

void gru_forward(const GruForward& run, std::int64_t begin, std::int64_t end) { forward(run, begin, end); }
void gru_backward(const GruBackward& run, std::int64_t begin, std::int64_t end) { backward(run, begin, end); }

}  // namespace lepton::kernels::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lepton::kernels::simd {
namespace {

HWY_EXPORT(gru_forward);
HWY_EXPORT(gru_backward);

class GruSteps final : public RecurrentKernel {
 public:
  explicit GruSteps(const KernelRequest& request) : RecurrentKernel(request, 0, 1, false) {
    packed_ = reserve(3 * padded_units() * sizes_.units);
    states_ = reserve(2 * sizes_.batch * padded_units());
    implementation = "simd:gru";
  }
  void run(const KernelArguments& a) const override {
    pack(a.input<float>(1), floats(a, packed_));
    const GruForward all{sizes_with(a, 4),   a.input<float>(0),  input_or_null(a, 2),  a.input<float>(3), floats(a, packed_),
                         a.output<float>(0), a.output<float>(1), output_or_null(a, 2), floats(a, states_)};
    const auto forward = HWY_DYNAMIC_DISPATCH(gru_forward);
    parallel_for(sizes_.batch, 1, [&](std::int64_t begin, std::int64_t end) { forward(all, begin, end); });
  }

 private:
  std::int64_t packed_, states_;
};

class GruStepsGradient final : public RecurrentKernel {
 public:
  explicit GruStepsGradient(const KernelRequest& request) : RecurrentKernel(request, 3, 0, true) {
    packed_ = reserve(3 * padded_units() * padded_panels());
    dgates_ = reserve(3 * sizes_.batch * padded_units());
    carry_ = reserve(sizes_.batch * padded_panels());
    implementation = "simd:gru";
  }
  void run(const KernelArguments& a) const override {
    pack_transposed(a.input<float>(0), floats(a, packed_));
    const GruBackward all{sizes_with(a, 4),    a.input<float>(1),   a.input<float>(2),  a.input<float>(3),
                          input_or_null(a, 5), input_or_null(a, 6), floats(a, packed_), a.output<float>(0),
                          a.output<float>(1),  a.output<float>(2),  floats(a, dgates_), floats(a, carry_)};
    const auto backward = HWY_DYNAMIC_DISPATCH(gru_backward);
    parallel_for(sizes_.batch, 1, [&](std::int64_t begin, std::int64_t end) { backward(all, begin, end); });
  }

 private:
  std::int64_t packed_, dgates_, carry_;
};

}  // namespace

std::unique_ptr<Kernel> gru_steps(const KernelRequest& request) {
  if (!RecurrentKernel::takes(request)) return nullptr;
  if (request.op == "gru_steps") return std::make_unique<GruSteps>(request);
  return std::make_unique<GruStepsGradient>(request);
}

}  // namespace lepton::kernels::simd
#endif
