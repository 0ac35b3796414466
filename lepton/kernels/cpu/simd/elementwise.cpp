// The elementwise engine: programs run tile by tile, so that intermediate results never leave the first-level cache.
#include <algorithm>
#include <cstring>

#include "lepton/base/parallel.hpp"
#include "lepton/kernels/cpu/simd/elementwise_plan.hpp"
#include "lepton/kernels/cpu/simd/kernels.hpp"

namespace lepton::kernels::simd {
namespace {

constexpr std::int64_t kRegisterBytes = 32 * 1024;  // room for registers of one thread, on its stack
constexpr std::int64_t kUsualBytes = 8 * 1024;      // what they take unless there are very many: leaves the cache to the operands
constexpr std::int64_t kLargestTile = 2048, kSmallestTile = 64;
constexpr std::int64_t kWorkPerThread = 64 * 1024;  // elements times steps below which another thread does not pay
constexpr std::size_t kMaxOutputs = 64, kMaxLoops = 24;

template <class T>
void fill(std::byte* to, const std::byte* from, std::int64_t count) {
  T value;
  std::memcpy(&value, from, sizeof value);
  std::fill_n(reinterpret_cast<T*>(to), count, value);
}

template <class T>
void copy_strided(std::byte* to, const std::byte* from, std::int64_t stride, std::int64_t count) {
  if (stride == 0) return fill<T>(to, from, count);
  if (stride == 1) {
    std::memcpy(to, from, static_cast<std::size_t>(count) * sizeof(T));
    return;
  }
  const T* source = reinterpret_cast<const T*>(from);
  T* target = reinterpret_cast<T*>(to);
  for (std::int64_t i = 0; i < count; ++i) target[i] = source[i * stride];
}

// Gathers elements [first, first + count) in the order of the loops.
template <class T>
void gather(std::byte* to, const std::byte* from, const std::vector<std::int64_t>& sizes, const std::vector<std::int64_t>& strides,
            std::int64_t first, std::int64_t count) {
  std::int64_t index[kMaxLoops];
  std::int64_t offset = 0;
  const std::size_t inner = sizes.size() - 1;
  for (std::size_t loop = sizes.size(); loop-- > 0; first /= sizes[loop]) {
    index[loop] = first % sizes[loop];
    offset += index[loop] * strides[loop];
  }
  while (count > 0) {
    const std::int64_t run = std::min(count, sizes[inner] - index[inner]);
    copy_strided<T>(to, from + offset * static_cast<std::int64_t>(sizeof(T)), strides[inner], run);
    to += run * static_cast<std::int64_t>(sizeof(T)), count -= run;
    offset -= index[inner] * strides[inner];
    index[inner] = 0;
    for (std::size_t loop = inner; loop-- > 0;) {
      offset += strides[loop];
      if (++index[loop] < sizes[loop]) break;
      offset -= sizes[loop] * strides[loop];
      index[loop] = 0;
    }
  }
}

// Calls f<T>(arguments…) with an unsigned T of `size` bytes.
template <class F>
void by_size(std::size_t size, const F& f) {
  switch (size) {
    case 1:
      return f(std::uint8_t{});
    case 2:
      return f(std::uint16_t{});
    case 4:
      return f(std::uint32_t{});
    default:
      return f(std::uint64_t{});
  }
}

class ElementwiseKernel final : public Kernel {
 public:
  ElementwiseKernel(ElementwisePlan plan, std::vector<std::pair<std::size_t, PaddingCleaner>> cleaners)
      : plan_(std::move(plan)), cleaners_(std::move(cleaners)) {
    const std::int64_t bytes = std::max<std::int64_t>(plan_.bytes_per_element, 4);
    tile_ = std::clamp(kUsualBytes / bytes / 64 * 64, kSmallestTile, kLargestTile);
    implementation = plan_.steps.size() == 1 ? "simd:elementwise" : "simd:elementwise[" + std::to_string(plan_.steps.size()) + "]";
  }

  void run(const KernelArguments& arguments) const override {
    bool in_place[kMaxOutputs];
    for (std::size_t i = 0; i < plan_.outputs.size(); ++i) in_place[i] = may_write_early(arguments, i);
    const std::int64_t tiles = (plan_.count + tile_ - 1) / tile_;
    const std::int64_t work = tile_ * static_cast<std::int64_t>(plan_.steps.size() + plan_.inputs.size());
    parallel_for(tiles, std::max<std::int64_t>(1, kWorkPerThread / work), [&](std::int64_t begin, std::int64_t end) {
      alignas(64) std::byte registers[kRegisterBytes];
      spread_scalars(arguments, registers);
      for (std::int64_t tile = begin; tile < end; ++tile) {
        const std::int64_t first = tile * tile_;
        run_tile(arguments, registers, in_place, first, std::min(tile_, plan_.count - first));
      }
    });
    for (const auto& [output, cleaner] : cleaners_) cleaner.clean(arguments.outputs[output]);
  }

 private:
  // An output may be the memory of an input: then its tile must not be written before the input's last use.
  bool may_write_early(const KernelArguments& arguments, std::size_t output) const {
    for (std::size_t i = 0; i < plan_.inputs.size(); ++i) {
      const PlannedInput& input = plan_.inputs[i];
      if (arguments.inputs[i] == arguments.outputs[output] && input.mode == InputMode::kDirect &&
          input.last_use > plan_.outputs[output].step)
        return false;
    }
    return true;
  }

  void spread_scalars(const KernelArguments& arguments, std::byte* registers) const {
    for (std::size_t i = 0; i < plan_.inputs.size(); ++i) {
      const PlannedInput& input = plan_.inputs[i];
      if (input.mode != InputMode::kScalar) continue;
      by_size(input.element_size, [&]<class T>(T) { fill<T>(registers + input.place * tile_, arguments.inputs[i], tile_); });
    }
  }

  std::byte* address(const Location& location, const KernelArguments& arguments, std::byte* registers, const bool* in_place,
                     std::int64_t first) const {
    const std::int64_t offset = first * static_cast<std::int64_t>(location.element_size);
    if (location.kind == Location::Kind::kInput) return const_cast<std::byte*>(arguments.inputs[location.index]) + offset;
    if (location.kind == Location::Kind::kOutput && in_place[location.index]) return arguments.outputs[location.index] + offset;
    return registers + location.place * tile_;
  }

  void run_tile(const KernelArguments& arguments, std::byte* registers, const bool* in_place, std::int64_t first,
                std::int64_t count) const {
    for (std::size_t i = 0; i < plan_.inputs.size(); ++i) {
      const PlannedInput& input = plan_.inputs[i];
      if (input.mode != InputMode::kPacked) continue;
      by_size(input.element_size, [&]<class T>(T) {
        gather<T>(registers + input.place * tile_, arguments.inputs[i], plan_.loops, input.strides, first, count);
      });
    }
    for (const PlannedStep& step : plan_.steps) {
      TileCall call{.count = count, .parameters = {step.op.parameters[0], step.op.parameters[1]}};
      for (std::size_t i = 0; i < step.operands.size(); ++i) call.in[i] = address(step.operands[i], arguments, registers, in_place, first);
      call.out = address(step.result, arguments, registers, in_place, first);
      step.op.function(call);
    }
    for (std::size_t i = 0; i < plan_.outputs.size(); ++i) finish_output(arguments, registers, in_place, first, count, i);
  }

  void finish_output(const KernelArguments& arguments, std::byte* registers, const bool* in_place, std::int64_t first, std::int64_t count,
                     std::size_t i) const {
    const PlannedOutput& output = plan_.outputs[i];
    const Location& value = plan_.steps[static_cast<std::size_t>(output.step)].result;
    if (output.copy_of == i && in_place[i]) return;
    std::byte* target = arguments.outputs[i] + first * static_cast<std::int64_t>(output.element_size);
    std::memcpy(target, address(value, arguments, registers, in_place, first), static_cast<std::size_t>(count) * output.element_size);
  }

  ElementwisePlan plan_;
  std::vector<std::pair<std::size_t, PaddingCleaner>> cleaners_;  // of padded outputs by number
  std::int64_t tile_;
};

// The layout that operands of the result's shape should share: a blocked or permuted one if some input has it.
Layout preferred_layout(const KernelRequest& request) {
  const Shape& shape = request.outputs[0].type.shape;
  for (const TensorDesc& input : request.inputs) {
    if (input.type.shape == shape && !input.layout.is_plain()) return input.layout;
  }
  for (const TensorDesc& input : request.inputs) {
    const auto space = make_space(input.type.shape, std::span(&input, 1));
    if (input.type.shape == shape && space && space->is_dense(0)) return input.layout;
  }
  return Layout::row_major(shape);
}

std::unique_ptr<Kernel> make(const KernelRequest& request, const ElementwiseProgram& program, std::vector<TensorDesc> inputs,
                             std::vector<TensorDesc> outputs) {
  auto plan = plan_elementwise(program, inputs, outputs);
  if (!plan || plan->bytes_per_element * kSmallestTile > kRegisterBytes || plan->loops.size() > kMaxLoops || outputs.size() > kMaxOutputs)
    return nullptr;
  std::vector<std::pair<std::size_t, PaddingCleaner>> cleaners;
  const std::vector<bool> clean = keeps_zeros(program, inputs);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (has_padding(outputs[i]) && !clean[i]) cleaners.emplace_back(i, PaddingCleaner(outputs[i]));
  }
  auto kernel = std::make_unique<ElementwiseKernel>(std::move(*plan), std::move(cleaners));
  if (request.may_choose_layouts) {
    for (const TensorDesc& input : inputs) kernel->input_layouts.push_back(input.layout);
    for (const TensorDesc& output : outputs) kernel->output_layouts.push_back(output.layout);
  }
  return kernel;
}

std::unique_ptr<Kernel> make_program(const KernelRequest& request, const ElementwiseProgram& program) {
  std::vector<TensorDesc> inputs(request.inputs.begin(), request.inputs.end()), outputs(request.outputs.begin(), request.outputs.end());
  if (outputs.empty()) return nullptr;
  if (!request.may_choose_layouts) return make(request, program, std::move(inputs), std::move(outputs));
  const Shape shape = outputs[0].type.shape;
  const Layout chosen = preferred_layout(request);
  for (TensorDesc& output : outputs) output.layout = chosen;
  for (TensorDesc& input : inputs) {
    if (input.type.shape == shape && (!input.layout.is_plain() || !chosen.is_plain())) input.layout = chosen;
  }
  if (auto kernel = make(request, program, inputs, outputs)) return kernel;
  for (TensorDesc& output : outputs) output.layout = Layout::row_major(output.type.shape);
  for (TensorDesc& input : inputs) input.layout = Layout::row_major(input.type.shape);
  return make(request, program, std::move(inputs), std::move(outputs));
}

}  // namespace

std::unique_ptr<Kernel> elementwise(const KernelRequest& request) {
  for (const TensorDesc& input : request.inputs) {
    if (!input.present) return nullptr;
  }
  if (request.program != nullptr) return make_program(request, *request.program);
  ElementwiseProgram single;
  single.steps.push_back({request.op, request.attributes, {}, request.outputs[0].type.dtype});
  for (std::size_t i = 0; i < request.inputs.size(); ++i) single.steps[0].operands.push_back(static_cast<int>(i));
  single.results = {0};
  return make_program(request, single);
}

std::unique_ptr<Kernel> copy(const KernelRequest& request) {
  if (request.program != nullptr) return nullptr;
  // The source as it is seen from the result; a cast to the same dtype copies.
  TensorDesc source = request.inputs[0], target = request.outputs[0];
  if (request.may_choose_layouts && request.op != "reorder") target.layout = Layout::row_major(target.type.shape);
  if (request.op == "transpose") source = {target.type, source.layout.permuted(request.attributes->integers("permutation"))};
  const Attributes none;
  const ElementwiseProgram program{{{"cast", &none, {0}, target.type.dtype}}, {0}};
  KernelRequest as_given = request;
  as_given.may_choose_layouts = false;
  auto kernel = make(as_given, program, {source}, {target});
  if (kernel == nullptr) return nullptr;
  for (const TensorDesc& input : request.inputs) kernel->input_layouts.push_back(input.layout);
  kernel->output_layouts = {target.layout};
  kernel->implementation = "simd:copy";
  return kernel;
}

}  // namespace lepton::kernels::simd
