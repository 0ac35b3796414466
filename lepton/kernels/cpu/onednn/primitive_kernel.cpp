// Runs a primitive through the C interface: the C++ one builds a map of arguments on the heap at every call.
#include "lepton/kernels/cpu/onednn/primitive_kernel.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace lepton::kernels::onednn {
namespace {

constexpr std::int64_t kAlignment = 64;

std::int64_t aligned(std::int64_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

// Where a memory object of a run points: at an operand or into scratch.
struct Place {
  enum class Kind : std::uint8_t { kInput, kOutput, kScratch };
  Kind kind = Kind::kScratch;
  std::size_t index = 0;
  std::int64_t offset = 0;
};

struct Slot {
  MemoryDesc desc;
  Place place;
};

// A primitive with its arguments as numbers of slots.
struct Step {
  dnnl::primitive primitive;
  std::vector<std::pair<int, std::size_t>> arguments;
};

// The memory objects of one run. Several may be in flight (a server's threads), so a kernel keeps as many as were ever needed at once.
struct Context {
  std::vector<dnnl::memory> memories;
  std::vector<std::vector<dnnl_exec_arg_t>> arguments;  // of each step
};

class PrimitiveKernel final : public Kernel {
 public:
  explicit PrimitiveKernel(int threads) : threads_(threads) {}

  std::size_t add_slot(MemoryDesc desc, Place place) {
    slots_.push_back({std::move(desc), place});
    return slots_.size() - 1;
  }
  std::size_t add_scratch(const MemoryDesc& desc) {
    const std::int64_t offset = scratch_bytes;
    scratch_bytes += aligned(static_cast<std::int64_t>(desc.get_size()));
    return add_slot(desc, {Place::Kind::kScratch, 0, offset});
  }
  void add_step(Step step) { steps_.push_back(std::move(step)); }

  void finish() { idle_.push_back(make_context()); }

  void run(const KernelArguments& arguments) const override {
    const ThreadScope threads(threads_);
    std::unique_ptr<Context> context = take();
    for (std::size_t i = 0; i < slots_.size(); ++i)
      dnnl_memory_set_data_handle(context->memories[i].get(), pointer(slots_[i].place, arguments));
    dnnl_status_t status = dnnl_success;
    for (std::size_t i = 0; i < steps_.size() && status == dnnl_success; ++i) {
      const auto& list = context->arguments[i];
      status = dnnl_primitive_execute(steps_[i].primitive.get(), stream().get(), static_cast<int>(list.size()), list.data());
    }
    give_back(std::move(context));
    LEPTON_ASSERT(status == dnnl_success, implementation);
  }

 private:
  static void* pointer(const Place& place, const KernelArguments& arguments) {
    switch (place.kind) {
      case Place::Kind::kInput:
        return const_cast<std::byte*>(arguments.inputs[place.index]);
      case Place::Kind::kOutput:
        return arguments.outputs[place.index];
      case Place::Kind::kScratch:
        return arguments.scratch + place.offset;
    }
    LEPTON_UNREACHABLE("place");
  }

  std::unique_ptr<Context> make_context() const {
    auto context = std::make_unique<Context>();
    for (const Slot& slot : slots_) context->memories.emplace_back(slot.desc, engine(), nullptr);
    for (const Step& step : steps_) {
      auto& list = context->arguments.emplace_back();
      for (const auto& [arg, slot] : step.arguments) list.push_back({arg, context->memories[slot].get()});
    }
    return context;
  }
  std::unique_ptr<Context> take() const {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        std::unique_ptr<Context> context = std::move(idle_.back());
        idle_.pop_back();
        return context;
      }
    }
    return make_context();
  }
  void give_back(std::unique_ptr<Context> context) const {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(context));
  }

  int threads_;
  std::vector<Slot> slots_;
  std::vector<Step> steps_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<Context>> idle_;
};

dnnl::reorder::primitive_desc reorder_desc(const MemoryDesc& from, const MemoryDesc& to) {
  return {engine(), from, engine(), to, scratch_attributes()};
}

// Adds a copy between two slots.
void add_reorder(PrimitiveKernel& kernel, const MemoryDesc& from, std::size_t from_slot, const MemoryDesc& to, std::size_t to_slot) {
  const auto desc = reorder_desc(from, to);
  Step step{dnnl::reorder(desc), {{DNNL_ARG_FROM, from_slot}, {DNNL_ARG_TO, to_slot}}};
  if (desc.scratchpad_desc().get_size() > 0) step.arguments.emplace_back(DNNL_ARG_SCRATCHPAD, kernel.add_scratch(desc.scratchpad_desc()));
  kernel.add_step(std::move(step));
}

struct Negotiated {
  MemoryDesc wanted;  // by the primitive
  MemoryDesc given;   // as the kernel's operand lies
  Layout layout;      // the same for the planner
};

std::optional<Negotiated> negotiate(const KernelRequest& request, const PrimitivePlan& plan, const Operand& operand) {
  const TensorDesc& tensor = (operand.is_output ? request.outputs : request.inputs)[operand.index];
  const Shape& shape = operand.seen_as ? *operand.seen_as : tensor.type.shape;
  Negotiated result;
  result.wanted = plan.desc.query_md(dnnl::query::exec_arg_md, operand.arg);
  if (request.may_choose_layouts && operand.negotiable && !operand.seen_as) {
    if (auto layout = layout_of(result.wanted, shape, operand.map)) {
      result.given = result.wanted;
      result.layout = std::move(*layout);
      return result;
    }
  }
  result.layout = tensor.layout;
  if (operand.seen_as) {
    if (!request.may_choose_layouts && !tensor.layout.is_row_major(tensor.type.shape)) return std::nullopt;
    result.layout = Layout::row_major(tensor.type.shape);
  }
  const auto given = describe(shape, operand.seen_as ? Layout::row_major(shape) : result.layout, operand.map);
  if (!given) return std::nullopt;
  result.given = *given;
  return result;
}

}  // namespace

dnnl::primitive_attr scratch_attributes() {
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attr;
}

bool all_f32(const KernelRequest& request, int max_rank) {
  const auto fits = [&](const TensorDesc& d) {
    return !d.present || (d.type.dtype == DType::kF32 && d.type.shape.rank() <= max_rank && d.type.shape.num_elements() > 0);
  };
  return std::ranges::all_of(request.inputs, fits) && std::ranges::all_of(request.outputs, fits);
}

std::unique_ptr<Kernel> make_kernel(const KernelRequest& request, PrimitivePlan plan, std::string_view name) {
  auto kernel = std::make_unique<PrimitiveKernel>(team_size(request));
  for (const TensorDesc& desc : request.inputs) kernel->input_layouts.push_back(desc.layout);
  for (const TensorDesc& desc : request.outputs) kernel->output_layouts.push_back(desc.layout);
  Step main{plan.primitive, {}};
  struct After {
    MemoryDesc from, to;
    std::size_t from_slot, to_slot;
  };
  std::vector<After> after;
  int reorders = 0;
  for (const Operand& operand : plan.operands) {
    const auto negotiated = negotiate(request, plan, operand);
    if (!negotiated) return nullptr;
    const auto& [wanted, given, layout] = *negotiated;
    (operand.is_output ? kernel->output_layouts : kernel->input_layouts)[operand.index] = layout;
    const Place place{operand.is_output ? Place::Kind::kOutput : Place::Kind::kInput, operand.index};
    const bool alike = lies_alike(wanted, given);
    const std::size_t slot = kernel->add_slot(alike ? wanted : given, place);
    if (alike) {
      main.arguments.emplace_back(operand.arg, slot);
      continue;
    }
    ++reorders;
    const std::size_t inner = kernel->add_scratch(wanted);
    main.arguments.emplace_back(operand.arg, inner);
    operand.is_output ? after.push_back({wanted, given, inner, slot}) : add_reorder(*kernel, given, slot, wanted, inner);
  }
  for (const FixedOperand& operand : plan.fixed) {
    const Place place{operand.is_output ? Place::Kind::kOutput : Place::Kind::kInput, operand.index};
    main.arguments.emplace_back(operand.arg, kernel->add_slot(operand.desc, place));
  }
  const MemoryDesc scratchpad = plan.desc.query_md(dnnl::query::scratchpad_md);
  if (scratchpad.get_size() > 0) main.arguments.emplace_back(DNNL_ARG_SCRATCHPAD, kernel->add_scratch(scratchpad));
  kernel->add_step(std::move(main));
  for (const After& copy : after) add_reorder(*kernel, copy.from, copy.from_slot, copy.to, copy.to_slot);
  kernel->implementation = fmt::format("onednn:{}:{}", name, plan.desc.impl_info_str());
  if (reorders > 0) kernel->implementation += fmt::format("+{} reorders", reorders);
  kernel->finish();
  return kernel;
}

std::unique_ptr<Kernel> make_reorder(const KernelRequest& request) {
  if (!all_f32(request, DNNL_MAX_NDIMS) || request.program != nullptr) return nullptr;
  return decline_on_error(request, [&]() -> std::unique_ptr<Kernel> {
    const TensorDesc &x = request.inputs[0], &y = request.outputs[0];
    const Shape& shape = y.type.shape;
    const AxisMap map = AxisMap::identity(shape.rank());
    // A transpose is a copy from x seen with its axes exchanged.
    const bool is_transpose = request.op == "transpose";
    const Layout source = is_transpose ? x.layout.permuted(request.attributes->integers("permutation")) : x.layout;
    const auto from = describe(shape, source, map), to = describe(shape, y.layout, map);
    if (!from || !to) return nullptr;
    auto kernel = std::make_unique<PrimitiveKernel>(team_size(request));
    const std::size_t input = kernel->add_slot(*from, {Place::Kind::kInput, 0});
    const std::size_t output = kernel->add_slot(*to, {Place::Kind::kOutput, 0});
    add_reorder(*kernel, *from, input, *to, output);
    kernel->implementation = fmt::format("onednn:reorder:{}", reorder_desc(*from, *to).impl_info_str());
    kernel->finish();
    return kernel;
  });
}

}  // namespace lepton::kernels::onednn
