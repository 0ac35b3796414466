// Reference matrix product.
#include "lepton/kernels/cpu/ref/ref.hpp"

namespace lepton::kernels::ref {
namespace {

template <class T>
void matmul_of(const RefCall& call) {
  const Shape &a = call.shape(0), &b = call.shape(1), &c = call.output_shape();
  const bool ta = call.attributes.flag("transpose_a"), tb = call.attributes.flag("transpose_b");
  const std::int64_t m = c[-2], n = c[-1], k = a[ta ? -2 : -1];
  const std::int64_t a_row = ta ? 1 : k, a_column = ta ? m : 1, b_row = tb ? 1 : n, b_column = tb ? k : 1;
  std::int64_t batches = 1;
  Dims batch_dims(c.begin(), c.end() - 2), a_dims(a.begin(), a.end() - 2), b_dims(b.begin(), b.end() - 2);
  for (const std::int64_t dim : batch_dims) batches *= dim;
  IndexWalk walk{Shape(batch_dims)};
  walk.add_broadcast(Shape(a_dims));
  walk.add_broadcast(Shape(b_dims));
  T* out = call.output<T>();
  for (std::int64_t batch = 0; batch < batches; ++batch, walk.next()) {
    const T* x = call.input<T>(0) + walk.offset(0) * m * k;
    const T* y = call.input<T>(1) + walk.offset(1) * k * n;
    for (std::int64_t i = 0; i < m; ++i) {
      for (std::int64_t j = 0; j < n; ++j) {
        double sum = 0;
        for (std::int64_t p = 0; p < k; ++p) {
          sum += static_cast<double>(x[i * a_row + p * a_column]) * static_cast<double>(y[p * b_row + j * b_column]);
        }
        *out++ = static_cast<T>(sum);
      }
    }
  }
}

void matmul(const RefCall& call) { call.dtype(0) == DType::kF32 ? matmul_of<float>(call) : matmul_of<double>(call); }

constexpr RefEntry kTable[] = {{"matmul", matmul}};

}  // namespace

std::span<const RefEntry> contraction_table() { return kTable; }

}  // namespace lepton::kernels::ref
