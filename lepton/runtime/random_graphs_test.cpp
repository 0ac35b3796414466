// Random graphs, compiled in every way, against the interpreter; and what a run promises: no allocation, the same results with one
// thread and with many.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "lepton/autodiff/gradients.hpp"
#include "lepton/base/parallel.hpp"
#include "lepton/base/random.hpp"
#include "lepton/graph/builder.hpp"
#include "lepton/graph/printer.hpp"
#include "lepton/graph/verifier.hpp"
#include "lepton/ops/activation.hpp"
#include "lepton/ops/contraction.hpp"
#include "lepton/ops/control_flow.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/normalization.hpp"
#include "lepton/ops/pooling.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/runtime/executable.hpp"
#include "lepton/runtime/interpreter.hpp"
#include "lepton/runtime/testing/conformance.hpp"

namespace {
std::atomic<bool> counting{false};
std::atomic<int> allocations{0};

void* counted(std::size_t size, std::size_t alignment) {
  if (counting) ++allocations;
  size = (size + alignment - 1) / alignment * alignment;
  void* memory = std::aligned_alloc(alignment, size == 0 ? alignment : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
}  // namespace

// The whole program's, so that a test can count what a run allocates; weak, since the thread sanitizer brings its own.
[[gnu::weak]] void* operator new(std::size_t size) { return counted(size, alignof(std::max_align_t)); }
[[gnu::weak]] void* operator new(std::size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<std::size_t>(alignment));
}
[[gnu::weak]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return counted(size, alignof(std::max_align_t));
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
[[gnu::weak]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::weak]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::weak]] void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
[[gnu::weak]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace lepton::runtime {
namespace {

using graph::GraphBuilder;

// Grows a graph by steps whose results stay near [-1, 1], so that rounding does not grow.
class RandomGraph {
 public:
  explicit RandomGraph(std::uint64_t seed) : random_(seed) {
    for (int i = 0; i < 3; ++i) feed({2, 4, 6, 6});
    feed({3, 4, 3, 3});
    const int steps = 4 + static_cast<int>(pick(14));
    for (int i = 0; i < steps; ++i) grow();
    std::vector<Value> sums;
    for (std::size_t i = values_.size() - std::min<std::size_t>(3, values_.size()); i < values_.size(); ++i) {
      builder_.output(fmt::format("y{}", i), values_[i]);
      sums.push_back(ops::mean(ops::square(values_[i])));
    }
    Value loss = sums[0];
    for (std::size_t i = 1; i < sums.size(); ++i) loss = ops::add(loss, sums[i]);
    for (const Value& gradient : autodiff::gradients(builder_, loss, leaves_)) builder_.output(fmt::format("g{}", ++gradients_), gradient);
  }

  graph::Graph graph() const { return builder_.graph(); }
  const std::vector<Tensor>& feeds() const { return feeds_; }

 private:
  std::size_t pick(std::size_t count) { return static_cast<std::size_t>(random_.uniform(0, static_cast<double>(count))) % count; }
  const Value& any() { return values_[pick(values_.size())]; }

  void feed(const Shape& shape) {
    const Tensor tensor = Tensor::empty(DType::kF32, shape);
    for (float& v : tensor.span<float>()) v = static_cast<float>(random_.uniform(-1, 1));
    feeds_.push_back(tensor);
    leaves_.push_back(builder_.input(fmt::format("x{}", feeds_.size()), tensor.type()));
    values_.push_back(leaves_.back());
  }

  void grow() {
    const Value x = any();
    const int rank = x.rank();
    const auto last = static_cast<std::int64_t>(rank) - 1;
    Value y;
    switch (pick(17)) {
      case 0:
        y = ops::tanh(x);
        break;
      case 1:
        y = ops::sigmoid(x);
        break;
      case 2:
        y = ops::relu(x);
        break;
      case 3:
        y = binary(x, any());
        break;
      case 4:
        y = rank < 1 ? ops::neg(x)
                     : ops::mean(x, {.axes = {static_cast<std::int64_t>(pick(static_cast<std::size_t>(rank)))}, .keepdims = true});
        break;
      case 5:
        y = rank < 2 ? ops::square(x) : ops::transpose(x, rotated(rank));
        break;
      case 6:
        y = ops::reshape(x, {-1});
        break;
      case 7:
        y = rank < 1 ? x : ops::softmax(x, last);
        break;
      case 8:
        y = rank < 1 ? x : ops::slice(x, {.starts = {0}, .ends = {2}, .axes = {last}});
        break;
      case 9:
        y = rank < 1 ? x : ops::concat<Value>({x, ops::neg(x)}, last);
        break;
      case 10:
        y = rank < 2 || x.dim(rank - 1) > 64 || x.dim(rank - 2) > 64
                ? ops::abs(x)
                : ops::tanh(ops::matmul(x, x, {.transpose_a = false, .transpose_b = true}));
        break;
      case 11:
        y = x.shape() == Shape{2, 4, 6, 6} ? ops::tanh(ops::conv(x, leaves_[3], Value(), {.padding = "same"}))
                                           : ops::exp(ops::neg(ops::abs(x)));
        break;
      case 12:
        y = x.shape() == Shape{2, 4, 6, 6} ? ops::max_pool(x, {2, 2}, {.strides = {2, 2}}) : ops::flip(x);
        break;
      case 13:
        y = normalized_convolution(x);
        break;
      case 14:
        y = product_with_bias(x);
        break;
      case 15:
        y = rank < 2 ? ops::relu(x) : ops::relu(ops::add(x, any_like(x)));
        break;
      default:
        y = rank < 1 ? ops::abs(x) : ops::pad(x, std::vector<std::int64_t>(2 * static_cast<std::size_t>(rank), 1), "constant", 0.25);
        break;
    }
    if (y.shape().num_elements() <= 20000) values_.push_back(y);
  }

  // Some value of the same shape.
  Value any_like(const Value& x) {
    for (int tries = 0; tries < 4; ++tries) {
      const Value& y = any();
      if (y.shape() == x.shape()) return y;
    }
    return x;
  }

  // What inference does to pictures: a convolution with a bias, normalised by given statistics, then clipped.
  Value normalized_convolution(const Value& x) {
    if (x.shape() != Shape{2, 4, 6, 6}) return ops::abs(x);
    const Value mean = ops::mean(x, {.axes = {0, 2, 3}}), variance = ops::mean(ops::square(x), {.axes = {0, 2, 3}});
    const Value kernel = ops::concat<Value>({leaves_[3], ops::slice(leaves_[3], {.starts = {0}, .ends = {1}, .axes = {0}})}, 0);
    const Value y = ops::conv(x, kernel, mean, {.padding = "same"});
    return ops::clip(ops::batch_norm_inference(y, variance, mean, mean, variance, 1.0), -1, 1);
  }

  Value product_with_bias(const Value& x) {
    if (x.rank() != 4 || x.dim(3) != 6) return ops::square(x);
    const Value rows = ops::reshape(x, {-1, 6}),
                weights = ops::slice(ops::reshape(leaves_[0], {-1, 6}), {.starts = {0}, .ends = {8}, .axes = {0}});
    const Value bias = ops::mean(weights, {.axes = {1}});
    return ops::sigmoid(ops::add(ops::matmul(rows, weights, {.transpose_a = false, .transpose_b = true}), bias));
  }

  static std::vector<std::int64_t> rotated(int rank) {
    std::vector<std::int64_t> permutation;
    for (int axis = 0; axis < rank; ++axis) permutation.push_back((axis + 1) % rank);
    return permutation;
  }

  Value binary(const Value& x, const Value& other) {
    const Value y = broadcast(x.shape(), other.shape()) ? other : x;
    switch (pick(3)) {
      case 0:
        return ops::mul(x, y);
      case 1:
        return ops::tanh(ops::sub(x, y));
      default:
        return ops::maximum(x, y);
    }
  }

  Random random_;
  GraphBuilder builder_{"random"};
  std::vector<Value> values_, leaves_;
  std::vector<Tensor> feeds_;
  int gradients_ = 0;
};

void expect_near(const std::vector<Tensor>& actual, const std::vector<Tensor>& expected, const std::string& about) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i)
    EXPECT_LE(testing::largest_difference(actual[i], expected[i]), 5e-5) << "result " << i << "\n" << about;
}

class RandomGraphTest : public ::testing::TestWithParam<int> {};

TEST_P(RandomGraphTest, CompiledInEveryWayAgreesWithTheInterpreter) {
  const RandomGraph random(static_cast<std::uint64_t>(GetParam()));
  const graph::Graph graph = random.graph();
  ASSERT_TRUE(graph::verify(graph));
  std::vector<TensorType> types;
  for (const Tensor& feed : random.feeds()) types.push_back(feed.type());
  const std::vector<Tensor> expected = interpret(graph, random.feeds()).value();
  for (const int options : {0, 1, 2, 4, 7}) {
    const CompileOptions compile_options{.num_threads = options == 7 ? 1 : 2,
                                         .rewrite = (options & 1) == 0,
                                         .fuse = (options & 2) == 0,
                                         .choose_layouts = (options & 4) == 0};
    const auto executable = compile(graph, types, compile_options);
    ASSERT_TRUE(executable) << executable.error().message();
    expect_near((*executable)->run(random.feeds()), expected, graph::print(graph));
  }
}

// `./dev nightly` asks for more of them.
int num_random_graphs() {
  const char* wanted = std::getenv("LEPTON_RANDOM_GRAPHS");
  return wanted == nullptr ? 200 : std::stoi(wanted);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomGraphTest, ::testing::Range(0, num_random_graphs()));

// A convolution, a pooling, a fused chain, a scan and their gradients.
graph::Graph working_graph() {
  GraphBuilder b("work");
  const Value x = b.input("x", {DType::kF32, {8, 3, 12, 12}}), w = b.input("w", {DType::kF32, {16, 3, 3, 3}});
  const Value r = b.input("r", {DType::kF32, {16, 16}});
  const Value pooled = ops::max_pool(ops::relu(ops::conv(x, w, Value(), {.padding = "same"})), {2, 2}, {.strides = {2, 2}});
  const Value sequence = ops::transpose(ops::reshape(pooled, {8, 16, 36}), {2, 0, 1});
  const ops::ScanResult scanned = ops::scan({ops::mean(sequence, {.axes = {0}})}, {sequence}, {r}, [](const ops::ScanStep& in) {
    const Value state = ops::tanh(ops::add(ops::matmul(in.states[0], in.captured[0]), in.slices[0]));
    return ops::ScanStep{{state}, {ops::square(state)}, {}};
  });
  const Value loss = ops::add(ops::mean(scanned.outputs[0]), ops::mean(ops::square(scanned.states[0])));
  b.output("loss", loss);
  for (const Value& gradient : autodiff::gradients(b, loss, std::vector<Value>{w, r}))
    b.output(fmt::format("g{}", gradient.id()), gradient);
  return std::move(b).finish();
}

std::vector<Tensor> working_feeds() {
  Random random(3);
  std::vector<Tensor> feeds;
  for (const Shape& shape : {Shape{8, 3, 12, 12}, Shape{16, 3, 3, 3}, Shape{16, 16}}) {
    feeds.push_back(Tensor::empty(DType::kF32, shape));
    for (float& v : feeds.back().span<float>()) v = static_cast<float>(random.uniform(-0.5, 0.5));
  }
  return feeds;
}

std::vector<TensorType> types_of(const std::vector<Tensor>& tensors) {
  std::vector<TensorType> types;
  for (const Tensor& tensor : tensors) types.push_back(tensor.type());
  return types;
}

TEST(RunTest, OneThreadAndManyAgreeWithTheInterpreter) {
  const std::vector<Tensor> feeds = working_feeds();
  const graph::Graph graph = working_graph();
  const std::vector<Tensor> expected = interpret(graph, feeds).value();
  for (const int threads : {1, 2, 4}) {
    const auto executable = compile(graph, types_of(feeds), {.num_threads = threads}).value();
    expect_near(executable->run(feeds), expected, executable->describe());
  }
}

// In double, where all kernels are our own: oneDNN makes a small map of its arguments at every call.
TEST(RunTest, AllocatesNothing) {
#ifndef NDEBUG
  // Debug builds (the sanitizers') have no OpenMP: parallel_for starts its threads at every loop, and starting one allocates.
  const int threads_before = num_threads();
  set_num_threads(1);
#endif
  GraphBuilder b("work");
  const Value x = b.input("x", {DType::kF64, {36, 8, 16}}), r = b.input("r", {DType::kF64, {16, 16}});
  const ops::ScanResult scanned = ops::scan({ops::mean(x, {.axes = {0}})}, {ops::softmax(x)}, {r}, [](const ops::ScanStep& in) {
    const Value state = ops::tanh(ops::add(ops::matmul(in.states[0], in.captured[0]), in.slices[0]));
    return ops::ScanStep{{state}, {ops::square(state)}, {}};
  });
  const Value joined = ops::concat<Value>({scanned.outputs[0], ops::flip(x, {1})}, 2);
  const Value loss = ops::mean(ops::square(ops::pad(ops::transpose(joined, {1, 0, 2}), {0, 1, 0, 1, 0, 2}, "edge")));
  b.output("loss", loss);
  b.output("gradient", autodiff::gradients(b, loss, std::vector<Value>{r})[0]);
  const graph::Graph graph = std::move(b).finish();

  const std::vector<Tensor> feeds = {Tensor::full(DType::kF64, {36, 8, 16}, 0.3), Tensor::full(DType::kF64, {16, 16}, 0.02)};
  const auto executable = compile(graph, types_of(feeds)).value();
  Execution execution(executable);
  const auto arena = Storage::allocate(static_cast<std::size_t>(executable->arena_bytes()));
  execution.bind_arena(arena->data());
  for (std::size_t i = 0; i < feeds.size(); ++i) execution.bind_input(i, feeds[i].bytes());
  counting = true;
  ::operator delete(::operator new(1));
  counting = false;
  if (allocations.exchange(0) == 0) GTEST_SKIP() << "this build has an allocator of its own";
  execution.run();  // thread pools come to life at their first use
  counting = true;
  execution.run();
  counting = false;
  EXPECT_EQ(allocations, 0) << executable->describe();
#ifndef NDEBUG
  set_num_threads(threads_before);
#endif
}

}  // namespace
}  // namespace lepton::runtime
