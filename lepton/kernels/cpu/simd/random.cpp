// Random operators in f32: many Philox blocks side by side. The bits are those of the reference (cpu/ref/random.hpp says which).
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lepton/kernels/cpu/simd/random.cpp"
#include <hwy/foreach_target.h>
// foreach_target must come before these.
#include <hwy/highway.h>

#include <algorithm>

#include "lepton/base/parallel.hpp"
#include "lepton/kernels/cpu/ref/random.hpp"
#include "lepton/kernels/cpu/simd/kernels.hpp"
#include "lepton/kernels/cpu/simd/vector_loop.hpp"

#ifndef LEPTON_SIMD_RANDOM_PLAN
#define LEPTON_SIMD_RANDOM_PLAN
namespace lepton::kernels::simd {
// What one run draws: dropout (x is given) or uniform numbers.
struct Draw {
  ref::RandomSource source;
  const float* x = nullptr;
  float* y = nullptr;
  std::uint64_t threshold = 0;  // dropout: smaller words drop
  float scale = 1;
  double low = 0, high = 1;  // uniform
  // Memory as [batch, channel blocks, area, lanes]; elements are numbered row-major over [batch, channels, area]. Plain: lanes is 1.
  std::int64_t lanes = 1, channels = 1, area = 1;
};
}  // namespace lepton::kernels::simd
#endif

HWY_BEFORE_NAMESPACE();
namespace lepton::kernels::simd::HWY_NAMESPACE {
namespace {

constexpr int kLanes = 32;

// The numbers of the elements at memory places [first, first + kLanes). kLanes is a multiple of the lanes of a block.
void element_numbers(const Draw& draw, std::int64_t first, std::int64_t* numbers) {
  if (draw.lanes == 1) {
    for (int i = 0; i < kLanes; ++i) numbers[i] = first + i;
    return;
  }
  const std::int64_t blocks = (draw.channels + draw.lanes - 1) / draw.lanes;
  for (std::int64_t i = 0; i < kLanes; i += draw.lanes) {
    const std::int64_t run = (first + i) / draw.lanes, place = run % draw.area, plane = run / draw.area;
    const std::int64_t channel = plane / blocks * draw.channels + plane % blocks * draw.lanes;
    for (std::int64_t lane = 0; lane < draw.lanes; ++lane) numbers[i + lane] = (channel + lane) * draw.area + place;
  }
}

#if HWY_TARGET == HWY_SCALAR
void first_words(const ref::RandomSource& source, const std::int64_t* numbers, std::uint32_t* words) {
  for (int i = 0; i < kLanes; ++i) words[i] = source.block(numbers[i])[0];
}
#else
// The first words of the blocks of kLanes elements. Words sit in the lower halves of 64-bit lanes, whose upper halves nobody reads: the
// multiplication takes the lower ones only. Several vectors at once hide its latency.
void first_words(const ref::RandomSource& source, const std::int64_t* numbers, std::uint32_t* words) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::CappedTag<std::uint64_t, 8> d;
  const hn::Repartition<std::uint32_t, decltype(d)> halves;
  constexpr int kWidth = static_cast<int>(hn::MaxLanes(d)), kVectors = kLanes / kWidth;
  using Vector = hn::Vec<decltype(d)>;
  const auto multiply = [&](Vector x, Vector factor) { return hn::MulEven(hn::BitCast(halves, x), hn::BitCast(halves, factor)); };
  const Vector m0 = hn::Set(d, 0xD2511F53u), m1 = hn::Set(d, 0xCD9E8D57u);
  Vector a[kVectors], b[kVectors], c[kVectors], e[kVectors];
  for (int v = 0; v < kVectors; ++v) {
    a[v] = hn::LoadU(d, reinterpret_cast<const std::uint64_t*>(numbers) + v * kWidth);
    b[v] = hn::ShiftRight<32>(a[v]);
    c[v] = hn::Set(d, source.stream), e[v] = hn::Set(d, source.step);
  }
  auto k0 = static_cast<std::uint32_t>(source.seed);
  auto k1 = static_cast<std::uint32_t>((source.seed >> 32) ^ (source.step >> 32) ^ (source.stream >> 32));
  for (int round = 0; round < 10; ++round, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u) {
    const Vector key0 = hn::Set(d, std::uint64_t{k0}), key1 = hn::Set(d, std::uint64_t{k1});
    for (int v = 0; v < kVectors; ++v) {
      const Vector p = multiply(a[v], m0), q = multiply(c[v], m1);
      a[v] = hn::Xor(hn::Xor(hn::ShiftRight<32>(q), b[v]), key0);
      b[v] = q;
      c[v] = hn::Xor(hn::Xor(hn::ShiftRight<32>(p), e[v]), key1);
      e[v] = p;
    }
  }
  std::uint64_t wide[kLanes];
  for (int v = 0; v < kVectors; ++v) hn::StoreU(a[v], d, wide + v * kWidth);
  for (int i = 0; i < kLanes; ++i) words[i] = static_cast<std::uint32_t>(wide[i]);
}
#endif

void drop(const Draw& draw, const std::uint32_t* words, std::int64_t first, std::int64_t count) {
  const float *x = draw.x + first, scale = draw.scale;
  float* y = draw.y + first;
  if (draw.threshold > 0xffffffffu) {  // a rate of 1: beyond every word
    std::fill_n(y, count, 0.0f);
    return;
  }
  const auto threshold = static_cast<std::uint32_t>(draw.threshold);
  LEPTON_VECTOR_LOOP for (std::int64_t i = 0; i < count; ++i) {
    const float kept = x[i] * scale;
    y[i] = words[i] >= threshold ? kept : 0.0f;
  }
}

void uniform(const Draw& draw, const std::uint32_t* words, std::int64_t first, std::int64_t count) {
  const double low = draw.low, width = draw.high - draw.low;
  float* y = draw.y + first;
  LEPTON_VECTOR_LOOP for (std::int64_t i = 0; i < count; ++i) {
    y[i] = static_cast<float>(low + width * (static_cast<double>(static_cast<std::int32_t>(words[i] >> 8)) * 0x1.0p-24));
  }
}

}  // namespace

void draw_range(const Draw& draw, std::int64_t begin, std::int64_t end) {
  // Many blocks before the words are read: reading them at once would wait for the stores before them.
  constexpr std::int64_t kBatch = 1024;
  std::uint32_t words[kBatch];
  std::int64_t numbers[kLanes];
  for (std::int64_t first = begin; first < end; first += kBatch) {
    const std::int64_t count = std::min(kBatch, end - first);
    for (std::int64_t i = 0; i < count; i += kLanes) {
      element_numbers(draw, first + i, numbers);
      first_words(draw.source, numbers, words + i);
    }
    (draw.x != nullptr ? drop : uniform)(draw, words, first, count);
  }
}

}  // namespace lepton::kernels::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lepton::kernels::simd {
namespace {

HWY_EXPORT(draw_range);

class RandomKernel final : public Kernel {
 public:
  RandomKernel(const KernelRequest& request, const TensorDesc& y, bool is_dropout)
      : count_(y.size_bytes() / static_cast<std::int64_t>(sizeof(float))), is_dropout_(is_dropout) {
    if (!y.layout.blocks.empty()) {
      draw_.lanes = y.layout.blocks[0].size, draw_.channels = y.type.shape[1];
      for (int axis = 2; axis < y.type.shape.rank(); ++axis) draw_.area *= y.type.shape[axis];
    }
    const Attributes& attributes = *request.attributes;
    draw_.source.stream = static_cast<std::uint64_t>(attributes.integer("stream"));
    if (is_dropout) {
      const double rate = attributes.number("rate");
      draw_.threshold = ref::drop_threshold(rate);
      draw_.scale = static_cast<float>(rate < 1 ? 1 / (1 - rate) : 0);
    } else {
      draw_.low = attributes.number("low"), draw_.high = attributes.number("high");
    }
    implementation = "simd:random";
  }

  void run(const KernelArguments& arguments) const override {
    Draw draw = draw_;
    const auto* key = arguments.input<std::uint64_t>(is_dropout_ ? 1 : 0);
    draw.source.seed = key[0], draw.source.step = key[1];
    draw.x = is_dropout_ ? arguments.input<float>(0) : nullptr;
    draw.y = arguments.output<float>(0);
    const auto function = HWY_DYNAMIC_DISPATCH(draw_range);
    constexpr std::int64_t kStep = 1024;  // chunks begin at whole blocks of channels
    parallel_for((count_ + kStep - 1) / kStep, 16,
                 [&](std::int64_t begin, std::int64_t end) { function(draw, begin * kStep, std::min(end * kStep, count_)); });
  }

 private:
  Draw draw_;
  std::int64_t count_;
  bool is_dropout_;
};

// Normal numbers: the reference's formula, whose logarithm and cosine are the library's, on all threads.
class NormalKernel final : public Kernel {
 public:
  explicit NormalKernel(const KernelRequest& request)
      : count_(request.outputs[0].type.shape.num_elements()),
        stream_(static_cast<std::uint64_t>(request.attributes->integer("stream"))),
        mean_(request.attributes->number("mean")),
        stddev_(request.attributes->number("stddev")) {
    implementation = "simd:normal";
  }
  void run(const KernelArguments& arguments) const override {
    const auto* key = arguments.input<std::uint64_t>(0);
    const ref::RandomSource source{key[0], key[1], stream_};
    float* y = arguments.output<float>(0);
    parallel_for(count_, 1024, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) y[i] = static_cast<float>(mean_ + stddev_ * ref::normal_number(source.block(i)));
    });
  }

 private:
  std::int64_t count_;
  std::uint64_t stream_;
  double mean_, stddev_;
};

// Dense [batch, channel blocks, spatial…, lanes].
bool is_channel_blocked(const TensorDesc& desc) {
  if (desc.layout.blocks.size() != 1 || desc.layout.blocks[0].axis != 1 || 16 % desc.layout.blocks[0].size != 0) return false;
  const std::int64_t lanes = desc.layout.blocks[0].size;
  Dims outer = desc.type.shape.dims();
  outer[1] = (outer[1] + lanes - 1) / lanes;
  Dims strides = row_major_strides(Shape(outer));
  for (std::int64_t& stride : strides) stride *= lanes;
  return strides == desc.layout.strides;
}

}  // namespace

std::unique_ptr<Kernel> random(const KernelRequest& request) {
  TensorDesc y = request.outputs[0];
  const bool is_dropout = request.op == "dropout";
  if (request.program != nullptr || y.type.dtype != DType::kF32 || y.type.shape.num_elements() == 0) return nullptr;
  if (request.may_choose_layouts) {
    y.layout = is_dropout && is_channel_blocked(request.inputs[0]) ? request.inputs[0].layout : Layout::row_major(y.type.shape);
  }
  if (!y.layout.is_row_major(y.type.shape) && !is_channel_blocked(y)) return nullptr;
  if (is_dropout && !request.may_choose_layouts && request.inputs[0].layout != y.layout) return nullptr;
  std::unique_ptr<Kernel> kernel;
  if (request.op == "random_normal") {
    if (!y.layout.is_plain()) return nullptr;
    kernel = std::make_unique<NormalKernel>(request);
  } else {
    kernel = std::make_unique<RandomKernel>(request, y, is_dropout);
  }
  for (const TensorDesc& input : request.inputs) kernel->input_layouts.push_back(Layout::row_major(input.type.shape));
  if (is_dropout) kernel->input_layouts[0] = y.layout;
  kernel->output_layouts = {y.layout};
  return kernel;
}

}  // namespace lepton::kernels::simd
#endif
