// Times single kernels as a planner that may choose layouts would run them: operands lie as the kernel likes.
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "lepton/base/parallel.hpp"
#include "lepton/kernels/cpu/onednn/onednn.hpp"
#include "lepton/kernels/cpu/simd/simd.hpp"

namespace {

using namespace lepton;

const Attributes kNone;

struct Case {
  std::string name;
  std::string_view op;
  std::vector<TensorDesc> inputs, outputs;
  Attributes attributes = {};
  const ElementwiseProgram* program = nullptr;
  double gflop = 0, gigabytes = 0;  // of one run; 0: not reported
  bool in_place = false;            // outputs are the first inputs
};

std::vector<KernelEntry> all_entries() {
  std::vector<KernelEntry> entries;
  for (const auto table : {kernels::onednn::table(), kernels::simd::table()}) entries.insert(entries.end(), table.begin(), table.end());
  return entries;
}

std::shared_ptr<Storage> filled(std::int64_t bytes) {
  auto storage = Storage::allocate(static_cast<std::size_t>(bytes) + 64);
  auto* values = reinterpret_cast<float*>(storage->data());
  for (std::int64_t i = 0; i < bytes / 4; ++i) values[i] = 0.25f + static_cast<float>(i % 17) * 0.01f;
  return storage;
}

double median_ms(const Kernel& kernel, const KernelArguments& arguments) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> times;
  kernel.run(arguments);
  const auto begin = Clock::now();
  while (times.size() < 5 || (Clock::now() - begin < std::chrono::milliseconds(400) && times.size() < 200)) {
    const auto start = Clock::now();
    kernel.run(arguments);
    times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
  }
  std::ranges::sort(times);
  return times[times.size() / 2];
}

void time_kernel(const Case& c, const Kernel& kernel, bool may_choose) {
  std::vector<std::shared_ptr<Storage>> buffers;
  std::vector<const std::byte*> in;
  std::vector<std::byte*> out;
  const auto add = [&](TensorDesc desc, const std::vector<Layout>& layouts, std::size_t i) {
    if (!layouts.empty()) desc.layout = layouts[i];
    buffers.push_back(filled(desc.size_bytes()));
    return buffers.back()->data();
  };
  for (std::size_t i = 0; i < c.inputs.size(); ++i) in.push_back(c.inputs[i].present ? add(c.inputs[i], kernel.input_layouts, i) : nullptr);
  for (std::size_t i = 0; i < c.outputs.size(); ++i) {
    out.push_back(c.in_place ? buffers[i]->data() : add(c.outputs[i], kernel.output_layouts, i));
  }
  const auto scratch = filled(kernel.scratch_bytes);
  const double ms = median_ms(kernel, {in, out, scratch->data()});
  std::string rate;
  if (c.gflop > 0) rate += fmt::format(" {:7.1f} GFLOP/s", c.gflop / ms * 1e3);
  if (c.gigabytes > 0) rate += fmt::format(" {:7.1f} GB/s", c.gigabytes / ms * 1e3);
  fmt::print("{:34} {:5} {:9.3f} ms{}  {}\n", c.name, may_choose ? "free" : "fixed", ms, rate, kernel.implementation);
}

void time_case(const Case& c) {
  for (const bool may_choose : {true, false}) {
    const KernelRequest request{c.op, c.inputs, c.outputs, &c.attributes, num_threads(), may_choose, c.program};
    for (const KernelEntry& entry : all_entries()) {
      if (entry.op != c.op) continue;
      if (const auto kernel = entry.prepare(request)) time_kernel(c, *kernel, may_choose);
    }
  }
}

TensorDesc f32(Shape shape) { return TensorDesc::row_major({DType::kF32, std::move(shape)}); }

// One convolution with bias and relu, and its two gradients.
void add_conv(std::vector<Case>& cases, const std::string& name, const Shape& x, const Shape& w, const Shape& y) {
  static const ElementwiseProgram relu{{{"relu", &kNone, {0}, DType::kF32}}, {0}};
  const Attributes attributes = {{"strides", {1, 1}}, {"dilations", {1, 1}}, {"padding", x[2] == y[2] ? "same" : "valid"}};
  const double gflop = 2e-9 * static_cast<double>(y.num_elements() * w[1] * w[2] * w[3]);
  cases.push_back({name + " forward+relu", "conv", {f32(x), f32(w), f32({w[0]})}, {f32(y)}, attributes, &relu, gflop});
  cases.push_back({name + " weight gradient", "conv_weight_gradient", {f32(x), f32(y), f32(w)}, {f32(w)}, attributes, nullptr, gflop});
  cases.push_back({name + " input gradient", "conv_input_gradient", {f32(y), f32(w), f32(x)}, {f32(x)}, attributes, nullptr, gflop});
}

void add_dense(std::vector<Case>& cases, const std::string& name, std::int64_t batch, std::int64_t k, std::int64_t n) {
  static const ElementwiseProgram relu{{{"add", &kNone, {0, 1}, DType::kF32}, {"relu", &kNone, {2}, DType::kF32}}, {1}};
  const auto flags = [](bool a, bool b) { return Attributes{{"transpose_a", a}, {"transpose_b", b}}; };
  const double gflop = 2e-9 * static_cast<double>(batch * k * n);
  cases.push_back(
      {name + " forward+relu", "matmul", {f32({batch, k}), f32({k, n}), f32({n})}, {f32({batch, n})}, flags(false, false), &relu, gflop});
  cases.push_back(
      {name + " weight gradient", "matmul", {f32({batch, k}), f32({batch, n})}, {f32({k, n})}, flags(true, false), nullptr, gflop});
  cases.push_back(
      {name + " input gradient", "matmul", {f32({batch, n}), f32({k, n})}, {f32({batch, k})}, flags(false, true), nullptr, gflop});
}

void add_pool(std::vector<Case>& cases, const std::string& name, const Shape& x) {
  const Shape y{x[0], x[1], x[2] / 2, x[3] / 2};
  const Attributes attributes = {{"window", {2, 2}}, {"strides", {2, 2}}, {"padding", "valid"}};
  const double bytes = 4e-9 * static_cast<double>(x.num_elements());
  TensorDesc blocked = f32(x), pooled = f32(y);
  blocked.layout = {{x[1] * x[2] * x[3], 16 * x[2] * x[3], 16 * x[3], 16}, {{1, 16}}};
  pooled.layout = {{y[1] * y[2] * y[3], 16 * y[2] * y[3], 16 * y[3], 16}, {{1, 16}}};
  cases.push_back({name + " max", "max_pool", {blocked}, {pooled}, attributes, nullptr, 0, bytes * 1.25});
  cases.push_back({name + " max gradient", "max_pool_gradient", {blocked, pooled, pooled}, {blocked}, attributes, nullptr, 0, bytes * 2.5});
  cases.push_back(
      {name + " max gradient plain", "max_pool_gradient", {f32(x), f32(y), f32(y)}, {f32(x)}, attributes, nullptr, 0, bytes * 2.5});
  cases.push_back(
      {name + " bias gradient", "sum", {blocked}, {f32({x[1]})}, {{"axes", {0, 2, 3}}, {"keepdims", false}}, nullptr, 0, bytes});
  cases.push_back({name + " to row-major", "reorder", {pooled}, {f32(y)}, {}, nullptr, 0, bytes / 2});
  cases.push_back({name + " relu gradient", "relu_gradient", {blocked, blocked}, {blocked}, {}, nullptr, 0, bytes * 3});
}

void add_elementwise(std::vector<Case>& cases, std::int64_t count) {
  const auto step = [](std::string_view op, std::vector<int> operands) {
    return ElementwiseStep{op, &kNone, std::move(operands), DType::kF32};
  };
  static const ElementwiseProgram adam{
      {step("sub", {3, 1}), step("mul", {8, 5}), step("add", {1, 9}), step("square", {3}), step("sub", {11, 2}), step("mul", {12, 6}),
       step("add", {2, 13}), step("sqrt", {14}), step("add", {15, 7}), step("div", {10, 16}), step("mul", {17, 4}), step("sub", {0, 18})},
      {11, 2, 6}};
  const double bytes = 4e-9 * static_cast<double>(count);
  const TensorDesc x = f32({count}), s = f32({});
  cases.push_back({"adam", "fused_elementwise", {x, x, x, x, s, s, s, s}, {x, x, x}, {}, &adam, 0, bytes * 7, true});
  for (const std::string_view op : {"exp", "log", "tanh", "sigmoid", "erf", "gelu", "sin", "relu", "softplus"}) {
    Attributes attributes;
    if (op == "gelu") attributes = {{"approximate", false}};
    if (op == "softplus") attributes = {{"beta", 1.0}};
    cases.push_back({std::string(op), op, {x}, {x}, attributes, nullptr, 0, bytes * 2});
  }
  cases.push_back({"add row vector", "add", {f32({count / 128, 128}), f32({128})}, {f32({count / 128, 128})}, {}, nullptr, 0, bytes * 2});
  cases.push_back({"add 10 classes", "add", {f32({count / 10, 10}), f32({10})}, {f32({count / 10, 10})}, {}, nullptr, 0, bytes * 2});
  cases.push_back({"sum all", "sum", {x}, {s}, {{"axes", Dims{}}, {"keepdims", false}}, nullptr, 0, bytes});
  cases.push_back({"sum columns", "sum", {f32({count / 128, 128})}, {f32({128})}, {{"axes", {0}}, {"keepdims", false}}, nullptr, 0, bytes});
  cases.push_back(
      {"sum rows", "sum", {f32({count / 128, 128})}, {f32({count / 128})}, {{"axes", {1}}, {"keepdims", false}}, nullptr, 0, bytes});
  TensorDesc last = f32({32, 3, 64, 64});
  last.layout.strides = {3 * 64 * 64, 1, 3 * 64, 3};
  cases.push_back({"pictures NHWC to NCHW", "reorder", {last}, {f32({32, 3, 64, 64})}, {}, nullptr, 0, 32 * 3 * 64 * 64 * 8e-9});
  cases.push_back(
      {"dropout", "dropout", {x, TensorDesc::row_major({DType::kU64, {2}})}, {x}, {{"rate", 0.5}, {"stream", 1}}, nullptr, 0, bytes * 2});
  cases.push_back({"softmax 64x10", "softmax", {f32({64, 10})}, {f32({64, 10})}, {{"axis", -1}}});
  cases.push_back({"softmax 10000x128", "softmax", {f32({10000, 128})}, {f32({10000, 128})}, {{"axis", -1}}, nullptr, 0, 1.024e-2});
}

}  // namespace

int main(int argc, char** argv) {
  restart_with_short_waits(argv);
  const std::string filter = argc > 1 ? argv[1] : "";
  std::vector<Case> cases;
  add_conv(cases, "example conv 3->32 64x64", {32, 3, 64, 64}, {32, 3, 3, 3}, {32, 32, 62, 62});
  add_dense(cases, "example dense 30752->128", 32, 30752, 128);
  add_dense(cases, "example dense 128->1", 32, 128, 1);
  add_pool(cases, "example pool 32x62x62", {32, 32, 62, 62});
  add_conv(cases, "fashion conv 1->32 28x28", {64, 1, 28, 28}, {32, 1, 3, 3}, {64, 32, 26, 26});
  add_conv(cases, "fashion conv 32->64 13x13", {64, 32, 13, 13}, {64, 32, 3, 3}, {64, 64, 11, 11});
  add_dense(cases, "fashion dense 1600->128", 64, 1600, 128);
  add_dense(cases, "square 1024", 1024, 1024, 1024);
  for (const std::string_view op : {"batch_norm_training", "batch_norm_gradient"}) {
    TensorDesc x = f32({64, 32, 26, 26});
    x.layout = {{32 * 676, 16 * 676, 16 * 26, 16}, {{1, 16}}};
    const TensorDesc v = f32({32});
    std::vector<TensorDesc> inputs = {x, v, v};
    if (op == "batch_norm_gradient") inputs = {x, v, v, v, x};
    cases.push_back({std::string(op),
                     op,
                     inputs,
                     {x, v, v},
                     {{"epsilon", 1e-3}},
                     nullptr,
                     0,
                     64 * 32 * 676 * 4e-9 * static_cast<double>(inputs.size() > 3 ? 5 : 4)});
  }
  add_elementwise(cases, 30752 * 128);
  for (const Case& c : cases) {
    if (c.name.find(filter) != std::string::npos) time_case(c);
  }
}
