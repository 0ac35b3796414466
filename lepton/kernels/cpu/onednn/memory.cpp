// Conversion of layouts, and the width of oneDNN's OpenMP team.
#include "lepton/kernels/cpu/onednn/memory.hpp"

#include <dlfcn.h>

#include <algorithm>

namespace lepton::kernels::onednn {
namespace {

using Part = AxisSource::Part;

// oneDNN brings its own OpenMP runtime even where our loops run on std::thread, so it is found at run time.
struct OpenMp {
  void (*set)(int) = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "omp_set_num_threads"));
  int (*get)() = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "omp_get_max_threads"));
};
const OpenMp& open_mp() {
  static const OpenMp functions;
  return functions;
}

std::int64_t block_product(const Layout& layout, int axis) {
  std::int64_t product = 1;
  for (const LayoutBlock& block : layout.blocks) {
    if (block.axis == axis) product *= block.size;
  }
  return product;
}

// The oneDNN axis that carries the blocks of our axis; -1 if they would cross a group.
int axis_of_blocks(const AxisMap& map, const Shape& shape, int axis, std::int64_t block) {
  const bool within = shape[axis] / map.groups > 1;
  for (std::size_t i = 0; i < map.sources.size(); ++i) {
    const AxisSource& source = map.sources[i];
    if (source.axis != axis) continue;
    if (source.part == Part::kWhole || source.part == (within ? Part::kWithinGroup : Part::kGroup)) {
      return source.part == Part::kWithinGroup && (shape[axis] / map.groups) % block != 0 ? -1 : static_cast<int>(i);
    }
  }
  return -1;
}

}  // namespace

const dnnl::engine& engine() {
  static const dnnl::engine instance(dnnl::engine::kind::cpu, 0);
  return instance;
}

const dnnl::stream& stream() {
  static const dnnl::stream instance(engine());
  return instance;
}

AxisMap AxisMap::identity(int rank) {
  AxisMap map;
  for (int axis = 0; axis < rank; ++axis) map.sources.push_back({axis});
  return map;
}

AxisMap AxisMap::swapped() { return {{{1}, {0}}}; }

AxisMap AxisMap::conv_weight(int rank, std::int64_t groups) {
  AxisMap map = identity(rank);
  if (groups == 1) return map;
  map.groups = groups;
  map.sources[0].part = Part::kWithinGroup;
  map.sources.insert(map.sources.begin(), {0, Part::kGroup});
  return map;
}

AxisMap AxisMap::conv_transpose_weight(int rank, std::int64_t groups) {
  AxisMap map = identity(rank);
  std::swap(map.sources[0], map.sources[1]);
  if (groups == 1) return map;
  map.groups = groups;
  map.sources[1].part = Part::kWithinGroup;
  map.sources.insert(map.sources.begin(), {0, Part::kGroup});
  return map;
}

dnnl::memory::dims AxisMap::dims(const Shape& shape) const {
  dnnl::memory::dims result;
  for (const AxisSource& source : sources) {
    const std::int64_t dim = shape[source.axis];
    result.push_back(source.part == Part::kWhole ? dim : source.part == Part::kGroup ? groups : dim / groups);
  }
  return result;
}

std::optional<MemoryDesc> describe(const Shape& shape, const Layout& layout, const AxisMap& map) {
  dnnl::memory::dims strides;
  for (const AxisSource& source : map.sources) {
    const std::int64_t stride = layout.strides[static_cast<std::size_t>(source.axis)];
    const std::int64_t within = shape[source.axis] / map.groups, block = block_product(layout, source.axis);
    if (stride < 0) return std::nullopt;
    strides.push_back(source.part == Part::kGroup && within > 1 ? stride * (within / block) : stride);
  }
  const dnnl::memory::dims dims = map.dims(shape);
  if (dims.size() > DNNL_MAX_NDIMS || dims.empty()) return std::nullopt;
  if (layout.blocks.empty()) return MemoryDesc(dims, dnnl::memory::data_type::f32, strides, true);
#if DNNL_VERSION_MAJOR >= 3
  return std::nullopt;  // descriptors are opaque there; layouts then stay inside the kernels
#else
  if (layout.blocks.size() > DNNL_MAX_NDIMS) return std::nullopt;
  MemoryDesc desc(dims, dnnl::memory::data_type::f32, row_major_strides(Shape(dims)), true);
  if (!desc) return std::nullopt;
  dnnl_memory_desc_t& data = desc.data;
  auto& blocking = data.format_desc.blocking;
  blocking.inner_nblks = static_cast<int>(layout.blocks.size());
  std::vector<std::int64_t> products(dims.size(), 1);
  for (std::size_t i = 0; i < layout.blocks.size(); ++i) {
    const LayoutBlock& block = layout.blocks[i];
    const int axis = axis_of_blocks(map, shape, block.axis, block_product(layout, block.axis));
    if (axis < 0) return std::nullopt;
    blocking.inner_blks[i] = block.size;
    blocking.inner_idxs[i] = axis;
    products[static_cast<std::size_t>(axis)] *= block.size;
  }
  for (std::size_t i = 0; i < dims.size(); ++i) {
    blocking.strides[i] = strides[i];
    data.padded_dims[i] = (dims[i] + products[i] - 1) / products[i] * products[i];
  }
  return desc;
#endif
}

bool lies_alike(const MemoryDesc& a, const MemoryDesc& b) {
  if (a == b) return true;
#if DNNL_VERSION_MAJOR < 3
  const dnnl_memory_desc_t &x = a.data, &y = b.data;
  if (x.format_kind != dnnl_blocked || y.format_kind != dnnl_blocked || x.ndims != y.ndims || x.offset0 != y.offset0) return false;
  if (x.extra.flags != 0 || y.extra.flags != 0) return false;
  const auto &p = x.format_desc.blocking, &q = y.format_desc.blocking;
  if (p.inner_nblks != q.inner_nblks || !std::equal(p.inner_blks, p.inner_blks + p.inner_nblks, q.inner_blks) ||
      !std::equal(p.inner_idxs, p.inner_idxs + p.inner_nblks, q.inner_idxs))
    return false;
  for (int i = 0; i < x.ndims; ++i) {
    std::int64_t block = 1;
    for (int j = 0; j < p.inner_nblks; ++j) block *= p.inner_idxs[j] == i ? p.inner_blks[j] : 1;
    if (x.dims[i] != y.dims[i] || x.padded_dims[i] != y.padded_dims[i]) return false;
    if (x.padded_dims[i] > block && p.strides[i] != q.strides[i]) return false;  // a lone index never uses its stride
  }
  return true;
#else
  return false;
#endif
}

MemoryDesc any_layout(const Shape& shape, const AxisMap& map) {
  return {map.dims(shape), dnnl::memory::data_type::f32, dnnl::memory::format_tag::any};
}

#if DNNL_VERSION_MAJOR >= 3
std::optional<Layout> layout_of(const MemoryDesc& desc, const Shape& shape, const AxisMap& map) {
  if (desc.get_format_kind() != dnnl::memory::format_kind::blocked || desc.get_inner_nblks() != 0 || map.groups != 1) return std::nullopt;
  const auto given = desc.get_strides();
  Layout layout{Dims(static_cast<std::size_t>(shape.rank())), {}};
  for (std::size_t i = 0; i < given.size(); ++i) layout.strides[static_cast<std::size_t>(map.sources[i].axis)] = given[i];
  return layout.is_row_major(shape) ? Layout::row_major(shape) : layout;
}
#else
std::optional<Layout> layout_of(const MemoryDesc& desc, const Shape& shape, const AxisMap& map) {
  const dnnl_memory_desc_t& data = desc.data;
  if (data.format_kind != dnnl_blocked || data.extra.flags != 0 || data.offset0 != 0) return std::nullopt;
  const auto& blocking = data.format_desc.blocking;
  std::vector<std::int64_t> products(static_cast<std::size_t>(data.ndims), 1);
  Layout layout{Dims(static_cast<std::size_t>(shape.rank())), {}};
  for (int i = 0; i < blocking.inner_nblks; ++i) {
    const auto axis = static_cast<std::size_t>(blocking.inner_idxs[i]);
    products[axis] *= blocking.inner_blks[i];
    layout.blocks.push_back({map.sources[axis].axis, blocking.inner_blks[i]});
  }
  for (std::size_t i = 0; i < products.size(); ++i) {
    const AxisSource& source = map.sources[i];
    const std::int64_t within = shape[source.axis] / map.groups;
    if (data.padded_dims[i] != (data.dims[i] + products[i] - 1) / products[i] * products[i]) return std::nullopt;
    // A split axis can be named as one only if its blocks stay within a group (or groups have one member) and groups follow each other.
    if (source.part == Part::kGroup && products[i] > 1 && within > 1) return std::nullopt;
    if (source.part == Part::kWithinGroup) {
      if (within == 1 && products[i] == 1) continue;  // the stride is that of the groups
      if (within % products[i] != 0) return std::nullopt;
    }
    if (source.part == Part::kGroup && within > 1) continue;
    layout.strides[static_cast<std::size_t>(source.axis)] = blocking.strides[i];
  }
  const auto back = describe(shape, layout, map);
  if (!back || !lies_alike(*back, desc)) return std::nullopt;
  return layout.is_row_major(shape) ? Layout::row_major(shape) : layout;
}
#endif

ThreadScope::ThreadScope(int threads) : before_(0), wanted_(threads) {
  if (open_mp().set == nullptr || open_mp().get == nullptr) return;
  before_ = open_mp().get();
  if (before_ != wanted_) open_mp().set(wanted_);
}

ThreadScope::~ThreadScope() {
  if (before_ > 0 && before_ != wanted_) open_mp().set(before_);
}

int team_size([[maybe_unused]] const KernelRequest& request) {
#ifdef LEPTON_USE_OPENMP
  return std::max(1, request.num_threads);
#else
  return 1;
#endif
}

}  // namespace lepton::kernels::onednn
