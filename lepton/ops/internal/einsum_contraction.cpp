// A contraction is a matrix product once the axes of each role are merged. Merging reshapes; where too many sizes are unknown for that (or
// axes are empty), the operands are multiplied and summed instead.
#include "lepton/ops/internal/einsum_contraction.hpp"

#include <optional>

#include "lepton/ops/contraction.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

using Sizes = std::vector<std::int64_t>;

bool has(std::string_view labels, char label) { return labels.find(label) != std::string_view::npos; }

Sizes counting(std::size_t from, std::size_t count) {
  Sizes numbers;
  for (std::size_t i = 0; i < count; ++i) numbers.push_back(static_cast<std::int64_t>(from + i));
  return numbers;
}

Labelled diagonal(const Labelled& x, std::size_t first, std::size_t second) {
  const auto axis = static_cast<int>(first);
  const std::int64_t size = x.value.dim(axis);
  Dims dims(x.labels.size(), 1);
  dims[first] = dims[second] = size;
  const Tensor equal = Tensor::zeros(DType::kBool, Shape(dims));
  for (std::int64_t i = 0; i < size; ++i) equal.data<bool>()[i * size + i] = true;
  // Chosen, not multiplied by 0, so that NaN beside the diagonal stays out.
  const Value chosen = where(constant(x.value.builder(), equal), x.value, constant_like(x.value, 0));
  std::string labels = x.labels;
  labels.erase(second, 1);
  return {sum(chosen, {.axes = {static_cast<std::int64_t>(second)}}), labels};
}

// One size of a reshape; collects how many of them must be worked out.
struct Reshaping {
  Sizes sizes;
  int open = 0;
  bool possible = true;

  void keep() { sizes.push_back(0); }
  void add(std::int64_t size) {
    possible = possible && size != 0;  // 0 would keep an axis
    open += size == kAnyDim ? 1 : 0;
    sizes.push_back(size);
  }
  bool valid() const { return possible && open <= 1; }
};

std::int64_t product(std::span<const std::int64_t> sizes) {
  std::int64_t all = 1;
  for (const std::int64_t size : sizes) {
    if (size == kAnyDim) return kAnyDim;
    all *= size;
  }
  return all;
}

// From [batch…, first…, second…] to [batch…, first, second].
Reshaping merging(const Value& x, std::size_t batch, std::size_t first) {
  const Dims dims = x.shape().dims();
  const std::span<const std::int64_t> rest = std::span(dims).subspan(batch);
  Reshaping r;
  for (std::size_t i = 0; i < batch; ++i) r.keep();
  first == 1 ? r.keep() : r.add(product(rest.first(first)));
  first == 1 && rest.size() == 2 ? r.keep() : r.add(product(rest.subspan(first)));
  return r;
}

// From [batch…, first, second] to [batch…, first…, second…] with the given sizes.
Reshaping splitting(std::size_t batch, std::span<const std::int64_t> first, std::span<const std::int64_t> second) {
  Reshaping r;
  for (std::size_t i = 0; i < batch; ++i) r.keep();
  for (const std::int64_t size : first) first.size() == 1 ? r.keep() : r.add(size);
  for (const std::int64_t size : second) first.size() == 1 && second.size() == 1 ? r.keep() : r.add(size);
  return r;
}

Value reshaped(const Value& x, const Reshaping& r) {
  const bool same = r.sizes == Sizes(r.sizes.size(), 0) && static_cast<int>(r.sizes.size()) == x.rank();
  return same ? x : reshape(x, r.sizes);
}

// What the labels of a product are to it.
struct Roles {
  std::string batch, folded, left, right;
};

Roles roles_of(const Labelled& a, const Labelled& b, std::string_view keep) {
  Roles roles;
  for (const char label : a.labels) (has(b.labels, label) ? (has(keep, label) ? roles.batch : roles.folded) : roles.left) += label;
  for (const char label : b.labels) {
    if (!has(a.labels, label)) roles.right += label;
  }
  return roles;
}

std::optional<Value> matrix_product(const Labelled& a, const Labelled& b, const Roles& roles) {
  const Value x = arranged(a, roles.batch + roles.left + roles.folded), y = arranged(b, roles.batch + roles.folded + roles.right);
  const std::size_t batch = roles.batch.size(), left = roles.left.size(), folded = roles.folded.size();
  const Dims x_dims = x.shape().dims(), y_dims = y.shape().dims();
  const Reshaping merge_x = merging(x, batch, left), merge_y = merging(y, batch, folded);
  const Reshaping split = splitting(batch, std::span(x_dims).subspan(batch, left), std::span(y_dims).subspan(batch + folded));
  if (!merge_x.valid() || !merge_y.valid() || !split.valid()) return std::nullopt;
  return reshaped(matmul(reshaped(x, merge_x), reshaped(y, merge_y)), split);
}

// [batch…, left…, right…, folded…] by broadcasting, then the last axes are summed.
Value sum_of_products(const Labelled& a, const Labelled& b, const Roles& roles) {
  const std::size_t batch = roles.batch.size(), left = roles.left.size(), right = roles.right.size();
  Value x = arranged(a, roles.batch + roles.left + roles.folded), y = arranged(b, roles.batch + roles.right + roles.folded);
  if (right > 0) x = expand_dims(x, counting(batch + left, right));
  if (left > 0) y = expand_dims(y, counting(batch, left));
  const Value products = mul(x, y);
  return roles.folded.empty() ? products : sum(products, {.axes = counting(batch + left + right, roles.folded.size())});
}

}  // namespace

Value arranged(const Labelled& x, std::string_view labels) {
  if (x.labels == labels) return x.value;
  Sizes permutation;
  for (const char label : labels) permutation.push_back(static_cast<std::int64_t>(x.labels.find(label)));
  return transpose(x.value, permutation);
}

Labelled reduced(Labelled x, std::string_view keep) {
  for (std::size_t i = 0; i < x.labels.size(); ++i) {
    for (std::size_t again = x.labels.find(x.labels[i], i + 1); again != std::string::npos; again = x.labels.find(x.labels[i], i + 1)) {
      x = diagonal(x, i, again);
    }
  }
  Sizes axes;
  std::string kept;
  for (std::size_t i = 0; i < x.labels.size(); ++i) {
    if (has(keep, x.labels[i])) {
      kept += x.labels[i];
    } else {
      axes.push_back(static_cast<std::int64_t>(i));
    }
  }
  return axes.empty() ? x : Labelled{sum(x.value, {.axes = axes}), kept};
}

Labelled contracted(const Labelled& a, const Labelled& b, std::string_view keep) {
  const Roles roles = roles_of(a, b, keep);
  const std::string labels = roles.batch + roles.left + roles.right;
  if (!roles.folded.empty()) {
    if (const auto product = matrix_product(a, b, roles)) return {*product, labels};
  }
  return {sum_of_products(a, b, roles), labels};
}

}  // namespace lepton::ops
