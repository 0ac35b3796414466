// Reference comparisons, logic and selection. A comparison with NaN is false, except not_equal.
#include <cmath>
#include <cstring>

#include "lepton/kernels/cpu/ref/elementwise_loops.hpp"

namespace lepton::kernels::ref {
namespace {

template <class F>
void compare(const RefCall& call) {
  visit_dtype(call.dtype(0), [&]<class T>(TypeTag<T>) {
    if constexpr (std::is_arithmetic_v<T>) map_binary<T, bool>(call, F(call.attributes));
  });
}
template <class F>
void logical(const RefCall& call) {
  map_binary<bool, bool>(call, F(call.attributes));
}
template <class F>
void test_float(const RefCall& call) {
  visit_float(call.dtype(0), [&]<class T>(TypeTag<T>) { map_unary<T, bool>(call, F(call.attributes)); });
}

LEPTON_SCALAR(Equal, (T x, T y), x == y);
LEPTON_SCALAR(NotEqual, (T x, T y), x != y);
LEPTON_SCALAR(Less, (T x, T y), x < y);
LEPTON_SCALAR(LessEqual, (T x, T y), x <= y);
LEPTON_SCALAR(Greater, (T x, T y), x > y);
LEPTON_SCALAR(GreaterEqual, (T x, T y), x >= y);
LEPTON_SCALAR(And, (T x, T y), x&& y);
LEPTON_SCALAR(Or, (T x, T y), x || y);
LEPTON_SCALAR(Xor, (T x, T y), x != y);
LEPTON_SCALAR(Not, (T x), !x);
LEPTON_SCALAR(IsNan, (T x), std::isnan(x));
LEPTON_SCALAR(IsInf, (T x), std::isinf(x));

void logical_not(const RefCall& call) { map_unary<bool, bool>(call, Not(call.attributes)); }

// Copies whole elements, so any dtype works.
void where(const RefCall& call) {
  const std::size_t size = size_of(call.output_dtype());
  const bool* condition = call.input<bool>(0);
  const std::byte *x = call.input<std::byte>(1), *y = call.input<std::byte>(2);
  std::byte* z = call.output<std::byte>();
  const std::int64_t count = call.output_shape().num_elements();
  IndexWalk walk(call.output_shape());
  for (std::size_t i = 0; i < 3; ++i) walk.add_broadcast(call.shape(i));
  for (std::int64_t i = 0; i < count; ++i, walk.next(), z += size) {
    const bool first = condition[walk.offset(0)];
    std::memcpy(z, (first ? x : y) + walk.offset(first ? 1 : 2) * static_cast<std::int64_t>(size), size);
  }
}

constexpr RefEntry kTable[] = {
    {"equal", compare<Equal>},
    {"greater", compare<Greater>},
    {"greater_equal", compare<GreaterEqual>},
    {"is_inf", test_float<IsInf>},
    {"is_nan", test_float<IsNan>},
    {"less", compare<Less>},
    {"less_equal", compare<LessEqual>},
    {"logical_and", logical<And>},
    {"logical_not", logical_not},
    {"logical_or", logical<Or>},
    {"logical_xor", logical<Xor>},
    {"not_equal", compare<NotEqual>},
    {"where", where},
};

}  // namespace

std::span<const RefEntry> comparison_table() { return kTable; }

}  // namespace lepton::kernels::ref
