// Reductions over any axes of any layout. Work is cut by the shape alone, so that results do not depend on the number of threads.
#include <algorithm>

#include "lepton/base/parallel.hpp"
#include "lepton/kernels/cpu/simd/fold.hpp"
#include "lepton/kernels/cpu/simd/kernels.hpp"
#include "lepton/kernels/cpu/simd/space.hpp"

namespace lepton::kernels::simd {
namespace {

constexpr std::int64_t kTileWidth = 512;    // results that one task keeps in cache
constexpr std::int64_t kChunk = 32 * 1024;  // elements that are worth a task of their own
constexpr std::int64_t kMaxTasks = 64;
constexpr std::size_t kMaxLoops = 24;

// Loops over one kind of axes (kept or folded), without the innermost loop of the tensor.
struct Loops {
  std::vector<std::int64_t> sizes, strides, result_strides;
  std::int64_t count = 1;

  void add(std::int64_t size, std::int64_t stride, std::int64_t result_stride) {
    sizes.push_back(size), strides.push_back(stride), result_strides.push_back(result_stride);
    count *= size;
  }
  std::int64_t offset(std::int64_t index, const std::vector<std::int64_t>& steps) const {
    std::int64_t sum = 0;
    for (std::size_t i = sizes.size(); i-- > 0; index /= sizes[i]) sum += index % sizes[i] * steps[i];
    return sum;
  }
};

struct ReductionPlan {
  const FoldFunctions* functions = nullptr;
  std::size_t element_size = 4;
  double divisor = 0;
  Loops kept, folded;
  bool inner_is_folded = false;
  std::int64_t inner = 1, inner_stride = 1, inner_result_stride = 0;
  std::int64_t tiles = 1, width = 1;  // of the kept inner loop
  std::int64_t steps = 1;             // folded elements (inner folded) or rows (inner kept) of one result
  std::int64_t chunks = 1;            // into which the steps of a result are cut

  std::int64_t tasks() const { return kept.count * tiles; }
};

class ReductionKernel final : public Kernel {
 public:
  explicit ReductionKernel(ReductionPlan plan) : plan_(std::move(plan)) {
    task_bytes_ = plan_.width * static_cast<std::int64_t>(plan_.functions->accumulator_size);
    task_bytes_ = (task_bytes_ + 63) / 64 * 64;
    if (plan_.chunks > 1) scratch_bytes = plan_.tasks() * plan_.chunks * task_bytes_;
    implementation = "simd:reduction";
  }

  void run(const KernelArguments& arguments) const override {
    const std::int64_t work = std::max<std::int64_t>(1, plan_.steps / plan_.chunks * plan_.width);
    const std::int64_t grain = std::max<std::int64_t>(1, kChunk / work);
    parallel_for(plan_.tasks() * plan_.chunks, grain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) run_chunk(arguments, i / plan_.chunks, i % plan_.chunks);
    });
    if (plan_.chunks == 1) return;
    for (std::int64_t task = 0; task < plan_.tasks(); ++task) {
      std::byte* first = arguments.scratch + task * plan_.chunks * task_bytes_;
      for (std::int64_t chunk = 1; chunk < plan_.chunks; ++chunk) plan_.functions->join(first, first + chunk * task_bytes_, width_of(task));
      finish(arguments, task, first);
    }
  }

 private:
  std::int64_t width_of(std::int64_t task) const {
    return plan_.inner_is_folded ? 1 : std::min(plan_.width, plan_.inner - task % plan_.tiles * plan_.width);
  }

  const std::byte* first_element(const KernelArguments& arguments, std::int64_t task) const {
    const std::int64_t offset =
        plan_.kept.offset(task / plan_.tiles, plan_.kept.strides) + task % plan_.tiles * plan_.width * plan_.inner_stride;
    return arguments.inputs[0] + offset * static_cast<std::int64_t>(plan_.element_size);
  }

  void finish(const KernelArguments& arguments, std::int64_t task, const std::byte* accumulators) const {
    const std::int64_t offset =
        plan_.kept.offset(task / plan_.tiles, plan_.kept.result_strides) + task % plan_.tiles * plan_.width * plan_.inner_result_stride;
    plan_.functions->finish(accumulators, width_of(task), plan_.divisor,
                            arguments.outputs[0] + offset * static_cast<std::int64_t>(plan_.element_size), plan_.inner_result_stride);
  }

  void run_chunk(const KernelArguments& arguments, std::int64_t task, std::int64_t chunk) const {
    alignas(64) std::byte local[kTileWidth * 8];
    std::byte* accumulators = plan_.chunks == 1 ? local : arguments.scratch + (task * plan_.chunks + chunk) * task_bytes_;
    const std::byte* x = first_element(arguments, task);
    const std::int64_t begin = plan_.steps * chunk / plan_.chunks, end = plan_.steps * (chunk + 1) / plan_.chunks;
    const std::int64_t width = width_of(task);
    start(accumulators, width, x);
    plan_.inner_is_folded ? fold_elements(accumulators, x, begin, end) : fold_rows(accumulators, x, begin, end, width);
    if (plan_.chunks == 1) finish(arguments, task, accumulators);
  }

  // Extremes start with an element of their own column; folding it twice does no harm.
  void start(std::byte* accumulators, std::int64_t width, const std::byte* x) const {
    if (!plan_.functions->starts_with_element) return plan_.functions->start(accumulators, width, x);
    const std::int64_t step = plan_.inner_stride * static_cast<std::int64_t>(plan_.element_size);
    const auto size = static_cast<std::int64_t>(plan_.functions->accumulator_size);
    for (std::int64_t i = 0; i < width; ++i) plan_.functions->start(accumulators + i * size, 1, x + i * step);
  }

  // Elements [begin, end) of the folded loops and the inner loop together.
  void fold_elements(std::byte* accumulator, const std::byte* x, std::int64_t begin, std::int64_t end) const {
    while (begin < end) {
      const std::int64_t outer = begin / plan_.inner, place = begin % plan_.inner;
      FoldBlock block{.width = std::min(end - begin, plan_.inner - place), .stride = plan_.inner_stride};
      const std::int64_t offset = plan_.folded.offset(outer, plan_.folded.strides) + place * plan_.inner_stride;
      block.data = x + offset * static_cast<std::int64_t>(plan_.element_size);
      if (place == 0 && !plan_.folded.sizes.empty()) {
        // Whole runs of the innermost folded loop at once.
        block.row_stride = plan_.folded.strides.back();
        const std::int64_t left = plan_.folded.sizes.back() - outer % plan_.folded.sizes.back();
        block.rows = std::max<std::int64_t>(1, std::min(left, (end - begin) / plan_.inner));
      }
      plan_.functions->fold_all(accumulator, block);
      begin += block.rows * block.width;
    }
  }

  void fold_rows(std::byte* accumulators, const std::byte* x, std::int64_t begin, std::int64_t end, std::int64_t width) const {
    while (begin < end) {
      FoldBlock block{.width = width, .stride = plan_.inner_stride};
      block.data = x + plan_.folded.offset(begin, plan_.folded.strides) * static_cast<std::int64_t>(plan_.element_size);
      if (!plan_.folded.sizes.empty()) {
        block.row_stride = plan_.folded.strides.back();
        block.rows = std::min(plan_.folded.sizes.back() - begin % plan_.folded.sizes.back(), end - begin);
      }
      plan_.functions->fold_rows(accumulators, block);
      begin += block.rows;
    }
  }

  ReductionPlan plan_;
  std::int64_t task_bytes_ = 0;
};

struct Operator {
  FoldKind kind;
  bool is_mean = false;
};
std::optional<Operator> operator_of(std::string_view op) {
  if (op == "sum" || op == "sum_to_like") return Operator{FoldKind::kSum};
  if (op == "mean") return Operator{FoldKind::kSum, true};
  if (op == "prod") return Operator{FoldKind::kProduct};
  if (op == "max" || op == "any") return Operator{FoldKind::kLargest};
  if (op == "min" || op == "all") return Operator{FoldKind::kSmallest};
  return std::nullopt;
}

// The result with the rank of x: 1 along folded axes.
TensorDesc with_kept_axes(const KernelRequest& request, const std::vector<bool>& folded) {
  const Shape& x = request.inputs[0].type.shape;
  TensorDesc result = request.outputs[0];
  if (result.type.shape.rank() == x.rank()) return result;
  const Layout given = result.layout;
  Dims dims, strides;
  std::size_t next = 0;
  for (int axis = 0; axis < x.rank(); ++axis) {
    const bool is_folded = folded[static_cast<std::size_t>(axis)];
    dims.push_back(is_folded ? 1 : x[axis]);
    strides.push_back(is_folded ? 0 : given.strides[next++]);
  }
  result.type.shape = Shape(std::move(dims));
  result.layout = {std::move(strides), {}};
  return result;
}

std::vector<bool> folded_axes(const KernelRequest& request) {
  const Shape& x = request.inputs[0].type.shape;
  std::vector<bool> folded(static_cast<std::size_t>(x.rank()), false);
  if (request.op == "sum_to_like") {
    const Shape& y = request.outputs[0].type.shape;
    const int added = x.rank() - y.rank();
    for (int axis = 0; axis < x.rank(); ++axis)
      folded[static_cast<std::size_t>(axis)] = axis < added || (y[axis - added] == 1 && x[axis] != 1);
    return folded;
  }
  const auto& axes = request.attributes->integers("axes");
  if (axes.empty()) folded.assign(folded.size(), true);
  for (const std::int64_t axis : axes) folded[static_cast<std::size_t>(axis < 0 ? axis + x.rank() : axis)] = true;
  return folded;
}

// sum_to_like drops leading axes and keeps others as 1.
TensorDesc seen_like(const KernelRequest& request, const std::vector<bool>& folded) {
  if (request.op != "sum_to_like") return with_kept_axes(request, folded);
  const Shape& x = request.inputs[0].type.shape;
  TensorDesc result = request.outputs[0];
  const auto added = static_cast<std::size_t>(x.rank() - result.type.shape.rank());
  Dims dims(added, 1), strides(added, 0);
  dims.insert(dims.end(), result.type.shape.begin(), result.type.shape.end());
  strides.insert(strides.end(), result.layout.strides.begin(), result.layout.strides.end());
  result.type.shape = Shape(std::move(dims));
  result.layout.strides = std::move(strides);
  return result;
}

void plan_work(ReductionPlan& plan) {
  plan.width = plan.inner_is_folded ? 1 : std::min(plan.inner, kTileWidth);
  plan.tiles = plan.inner_is_folded ? 1 : (plan.inner + plan.width - 1) / plan.width;
  plan.steps = plan.folded.count * (plan.inner_is_folded ? plan.inner : 1);
  const std::int64_t useful = (plan.steps * plan.width + kChunk - 1) / kChunk;
  plan.chunks = std::clamp<std::int64_t>(kMaxTasks / plan.tasks(), 1, std::max<std::int64_t>(1, std::min(useful, plan.steps)));
}

std::optional<ReductionPlan> plan_reduction(const TensorDesc& x, const TensorDesc& result) {
  const TensorDesc operands[] = {x, result};
  if (!result.layout.is_plain()) return std::nullopt;
  const auto space = make_space(x.type.shape, operands);
  if (!space || space->rank() > kMaxLoops) return std::nullopt;
  ReductionPlan plan;
  plan.element_size = size_of(x.type.dtype);
  for (std::size_t loop = 0; loop + 1 < space->rank(); ++loop) {
    (space->strides[1][loop] == 0 ? plan.folded : plan.kept).add(space->sizes[loop], space->strides[0][loop], space->strides[1][loop]);
  }
  plan.inner_is_folded = true;
  if (space->rank() > 0) {
    plan.inner = space->sizes.back(), plan.inner_stride = space->strides[0].back(), plan.inner_result_stride = space->strides[1].back();
    plan.inner_is_folded = plan.inner_result_stride == 0;
  }
  plan_work(plan);
  return plan;
}

}  // namespace

std::unique_ptr<Kernel> reduction(const KernelRequest& request) {
  const auto op = operator_of(request.op);
  TensorDesc x = request.inputs[0], result = request.outputs[0];
  if (!op || request.program != nullptr || x.type.shape.num_elements() == 0 || x.type.dtype != result.type.dtype) return nullptr;
  const FoldFunctions* functions = fold_functions(x.type.dtype, op->kind);
  if (functions == nullptr) return nullptr;
  const auto folded = folded_axes(request);
  if (request.may_choose_layouts && has_padding(x)) x.layout = Layout::row_major(x.type.shape);
  KernelRequest adjusted = request;
  if (request.may_choose_layouts) {
    result.layout = Layout::row_major(result.type.shape);
    adjusted.outputs = {&result, 1};
  }
  if (!adjusted.outputs[0].layout.is_plain()) return nullptr;
  auto plan = plan_reduction(x, seen_like(adjusted, folded));
  if (!plan) return nullptr;
  plan->functions = functions;
  if (op->is_mean) plan->divisor = static_cast<double>(x.type.shape.num_elements()) / static_cast<double>(result.type.shape.num_elements());
  auto kernel = std::make_unique<ReductionKernel>(std::move(*plan));
  if (request.may_choose_layouts) {
    kernel->input_layouts = {x.layout};
    for (std::size_t i = 1; i < request.inputs.size(); ++i) kernel->input_layouts.push_back(request.inputs[i].layout);
    kernel->output_layouts = {result.layout};
  }
  return kernel;
}

}  // namespace lepton::kernels::simd
