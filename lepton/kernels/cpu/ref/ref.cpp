// Joins the families' tables and adapts a reference function to the kernel interface.
#include "lepton/kernels/cpu/ref/ref.hpp"

#include <algorithm>

namespace lepton::kernels::ref {
namespace {

const RefEntry* find(std::string_view op) {
  for (const auto table :
       {elementwise_table(), transcendental_table(), comparison_table(), activation_table(), reduction_table(), sorting_table(),
        along_axis_table(), contraction_table(), convolution_table(), pooling_table(), adaptive_pooling_table(), random_table(),
        resize_table(), shape_table(), rearrangement_table(), joining_table(), gathering_table(), recurrent_table()}) {
    const auto place = std::ranges::find(table, op, &RefEntry::op);
    if (place != table.end()) return &*place;
  }
  return nullptr;
}

class RefKernel final : public Kernel {
 public:
  RefKernel(const RefEntry& entry, const KernelRequest& request)
      : function_(entry.function),
        inputs_(request.inputs.begin(), request.inputs.end()),
        outputs_(request.outputs.begin(), request.outputs.end()),
        attributes_(*request.attributes) {
    for (TensorDesc& desc : inputs_) {
      desc.layout = Layout::row_major(desc.type.shape);
      input_layouts.push_back(desc.layout);
    }
    for (TensorDesc& desc : outputs_) {
      desc.layout = Layout::row_major(desc.type.shape);
      output_layouts.push_back(desc.layout);
    }
    if (entry.scratch != nullptr) scratch_bytes = entry.scratch(inputs_, attributes_);
    implementation = "ref";
  }
  void run(const KernelArguments& arguments) const override { function_(RefCall(inputs_, outputs_, attributes_, arguments)); }

 private:
  RefFunction function_;
  std::vector<TensorDesc> inputs_, outputs_;
  Attributes attributes_;
};

bool all_row_major(std::span<const TensorDesc> operands) {
  return std::ranges::all_of(operands, [](const TensorDesc& d) { return !d.present || d.layout.is_row_major(d.type.shape); });
}

}  // namespace

std::unique_ptr<Kernel> prepare(const KernelRequest& request) {
  if (request.program != nullptr) return nullptr;  // fused programs and epilogues are for faster kernels
  const RefEntry* entry = find(request.op);
  if (entry == nullptr) return nullptr;
  if (!request.may_choose_layouts && !(all_row_major(request.inputs) && all_row_major(request.outputs))) return nullptr;
  for (const TensorDesc& desc : request.outputs) {
    if (desc.type.shape.rank() > IndexWalk::kMaxRank) return nullptr;
  }
  return std::make_unique<RefKernel>(*entry, request);
}

bool has_kernel(std::string_view op) { return find(op) != nullptr; }

IndexWalk::IndexWalk(std::span<const std::int64_t> dims) : rank_(static_cast<int>(dims.size())) {
  LEPTON_ASSERT(rank_ <= kMaxRank);
  std::ranges::copy(dims, dims_);
}

int IndexWalk::add_broadcast(const Shape& operand) {
  LEPTON_ASSERT(operands_ < kMaxOperands);
  std::int64_t stride = 1;
  for (int i = 1; i <= operand.rank(); ++i) {
    strides_[operands_][rank_ - i] = operand[-i] == 1 ? 0 : stride;
    stride *= operand[-i];
  }
  return operands_++;
}

int IndexWalk::add_strided(std::span<const std::int64_t> strides) {
  LEPTON_ASSERT(operands_ < kMaxOperands && static_cast<int>(strides.size()) == rank_);
  std::ranges::copy(strides, strides_[operands_]);
  return operands_++;
}

void IndexWalk::next() {
  for (int axis = rank_ - 1; axis >= 0; --axis) {
    ++index_[axis];
    for (int operand = 0; operand < operands_; ++operand) offsets_[operand] += strides_[operand][axis];
    if (index_[axis] < dims_[axis]) return;
    for (int operand = 0; operand < operands_; ++operand) offsets_[operand] -= strides_[operand][axis] * dims_[axis];
    index_[axis] = 0;
  }
}

}  // namespace lepton::kernels::ref
