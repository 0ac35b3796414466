// Buffers with guard bytes behind scratch, reorders around the kernel.
#include "lepton/kernels/testing/kernel_runner.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lepton/base/random.hpp"
#include "lepton/kernels/cpu/ref/ref.hpp"
#include "lepton/kernels/cpu/ref/reorder.hpp"

namespace lepton::kernels::testing {
namespace {

constexpr std::size_t kGuardBytes = 256;
constexpr std::byte kGuard{0x5a};

TensorDesc desc_of(const Tensor& tensor) { return tensor.defined() ? TensorDesc::row_major(tensor.type()) : TensorDesc::absent(); }

std::vector<TensorDesc> input_descs(const Call& call) {
  std::vector<TensorDesc> descs;
  for (const Tensor& tensor : call.inputs) descs.push_back(desc_of(tensor));
  return descs;
}
std::vector<TensorDesc> output_descs(const Call& call) {
  std::vector<TensorDesc> descs;
  for (const TensorType& type : call.outputs) descs.push_back(TensorDesc::row_major(type));
  return descs;
}

std::shared_ptr<Storage> guarded(std::int64_t bytes) {
  auto storage = Storage::allocate(static_cast<std::size_t>(bytes) + kGuardBytes);
  std::fill_n(storage->data(), static_cast<std::size_t>(bytes) + kGuardBytes, kGuard);
  return storage;
}
void check_guard(const Storage& storage, std::int64_t bytes, const std::string& who) {
  for (std::size_t i = 0; i < kGuardBytes; ++i) LEPTON_ASSERT(storage.data()[static_cast<std::size_t>(bytes) + i] == kGuard, who);
}

}  // namespace

std::vector<std::unique_ptr<Kernel>> prepare_all(std::span<const KernelEntry> table, const Call& call, bool may_choose_layouts) {
  const auto inputs = input_descs(call), outputs = output_descs(call);
  const KernelRequest request{call.op, inputs, outputs, &call.attributes, call.num_threads, may_choose_layouts, call.program};
  std::vector<std::unique_ptr<Kernel>> kernels;
  for (const KernelEntry& entry : table) {
    if (entry.op != call.op) continue;
    if (auto kernel = entry.prepare(request)) kernels.push_back(std::move(kernel));
  }
  return kernels;
}

std::vector<Tensor> run(const Kernel& kernel, const Call& call) {
  const auto inputs = input_descs(call), outputs = output_descs(call);
  std::vector<std::shared_ptr<Storage>> in, out;
  std::vector<const std::byte*> in_pointers;
  std::vector<std::byte*> out_pointers;
  std::vector<TensorDesc> out_descs;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    TensorDesc desc = inputs[i];
    if (!desc.present) {
      in_pointers.push_back(nullptr);
      continue;
    }
    if (!kernel.input_layouts.empty()) desc.layout = kernel.input_layouts[i];
    in.push_back(guarded(desc.size_bytes()));
    ref::Reorder(inputs[i], desc).run(call.inputs[i].contiguous().bytes(), in.back()->data());
    in_pointers.push_back(in.back()->data());
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    TensorDesc desc = outputs[i];
    if (!kernel.output_layouts.empty()) desc.layout = kernel.output_layouts[i];
    out_descs.push_back(desc);
    out.push_back(guarded(desc.size_bytes()));
    out_pointers.push_back(out.back()->data());
  }
  const auto scratch = guarded(kernel.scratch_bytes);
  kernel.run({in_pointers, out_pointers, scratch->data()});
  check_guard(*scratch, kernel.scratch_bytes, kernel.implementation);
  std::vector<Tensor> results;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    check_guard(*out[i], out_descs[i].size_bytes(), kernel.implementation);
    results.push_back(Tensor::empty(outputs[i].type.dtype, outputs[i].type.shape));
    ref::Reorder(out_descs[i], outputs[i]).run(out[i]->data(), results.back().bytes());
  }
  return results;
}

std::vector<Tensor> run_reference(const Call& call, bool in_double) {
  Call exact = call;
  if (in_double) {
    for (Tensor& tensor : exact.inputs) {
      if (tensor.defined() && tensor.dtype() == DType::kF32) tensor = tensor.cast(DType::kF64);
    }
    for (TensorType& type : exact.outputs) {
      if (type.dtype == DType::kF32) type.dtype = DType::kF64;
    }
  }
  const auto inputs = input_descs(exact), outputs = output_descs(exact);
  const auto kernel = ref::prepare({exact.op, inputs, outputs, &exact.attributes});
  LEPTON_ASSERT(kernel != nullptr, std::string(call.op));
  return run(*kernel, exact);
}

Tensor random_tensor(TensorType type, double low, double high, std::uint64_t seed) {
  Random random(seed);
  Tensor values = Tensor::empty(DType::kF64, type.shape);
  for (double& value : values.span<double>()) {
    value = type.dtype == DType::kBool ? static_cast<double>(random.uniform() < 0.5) : random.uniform(low, high);
    if (!is_float(type.dtype)) value = std::floor(value);
  }
  return values.cast(type.dtype);
}

double largest_difference(const Tensor& a, const Tensor& b) {
  const Tensor x = a.contiguous().cast(DType::kF64), y = b.contiguous().cast(DType::kF64);
  double largest = 0;
  for (std::int64_t i = 0; i < x.num_elements(); ++i) {
    const double p = x.span<double>()[static_cast<std::size_t>(i)], q = y.span<double>()[static_cast<std::size_t>(i)];
    if (p == q || (std::isnan(p) && std::isnan(q))) continue;
    const double difference = std::fabs(p - q) / std::max(1.0, std::fabs(q));
    largest = std::isfinite(difference) ? std::max(largest, difference) : std::numeric_limits<double>::infinity();
  }
  return largest;
}

}  // namespace lepton::kernels::testing
