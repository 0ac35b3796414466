// HDF5's C interface behind handles that close themselves. Sizes are checked before memory is taken.
#include "lepton/hdf5/walker.hpp"

#include <array>
#include <cstring>
#include <memory>
#include <optional>

#include "lepton/hdf5/handle.hpp"

namespace lepton::hdf5 {
namespace {

constexpr int kMaxDepth = 32;
constexpr hsize_t kMaxLinks = 50'000;                    // of a group
constexpr std::size_t kMaxObjects = 200'000;             // of a file
constexpr std::size_t kMaxName = 4096;                   // bytes of a path
constexpr std::size_t kMaxText = std::size_t{64} << 20;  // bytes of an attribute

void check(herr_t status, const std::string& what) {
  if (status < 0) fail(ErrorCode::kDataCorrupt, "hdf5: {} cannot be read", what);
}

struct Stored {
  DType dtype;
  hid_t memory;  // the type in which the library gives it
};
// Nothing for what is no plain number.
std::optional<Stored> stored_as(hid_t type) {
  const std::size_t size = H5Tget_size(type);
  const H5T_class_t kind = H5Tget_class(type);
  if (kind == H5T_FLOAT && size == 4) return Stored{DType::kF32, H5T_IEEE_F32LE};
  if (kind == H5T_FLOAT && size == 8) return Stored{DType::kF64, H5T_IEEE_F64LE};
  if (kind == H5T_FLOAT && size == 2 && H5Tget_order(type) == H5T_ORDER_LE && H5Tget_precision(type) == 16)
    return Stored{DType::kF16, type};
  if (kind != H5T_INTEGER) return std::nullopt;
  const bool is_signed = H5Tget_sign(type) == H5T_SGN_2;
  switch (size) {
    case 1:
      return is_signed ? Stored{DType::kI8, H5T_STD_I8LE} : Stored{DType::kU8, H5T_STD_U8LE};
    case 2:
      return is_signed ? Stored{DType::kI16, H5T_STD_I16LE} : Stored{DType::kU16, H5T_STD_U16LE};
    case 4:
      return is_signed ? Stored{DType::kI32, H5T_STD_I32LE} : Stored{DType::kU32, H5T_STD_U32LE};
    case 8:
      return is_signed ? Stored{DType::kI64, H5T_STD_I64LE} : Stored{DType::kU64, H5T_STD_U64LE};
    default:
      return std::nullopt;
  }
}

class Walker {
 public:
  Walker(const std::set<std::string>& skipped, std::size_t max_bytes) : skipped_(skipped), left_(max_bytes) {}

  Content walk(hid_t file) {
    const Handle root(H5Gopen2(file, "/", H5P_DEFAULT), H5Gclose, "the root group");
    group(root, "", 0);
    return std::move(content_);
  }

 private:
  void count_object(const std::string& path) {
    if (++objects_ > kMaxObjects) fail(ErrorCode::kResourceExhausted, "hdf5: more than {} objects", kMaxObjects);
    if (path.size() > kMaxName) fail(ErrorCode::kResourceExhausted, "hdf5: a path of more than {} bytes", kMaxName);
  }
  void claim(std::size_t bytes, const std::string& path) {
    if (bytes > left_) fail(ErrorCode::kResourceExhausted, "hdf5: with '{}' the file holds more data than its size allows", path);
    left_ -= bytes;
  }

  void group(hid_t id, const std::string& path, int depth) {
    if (depth > kMaxDepth) fail(ErrorCode::kResourceExhausted, "hdf5: groups more than {} deep", kMaxDepth);
    attributes(id, path);
    H5G_info_t info;
    check(H5Gget_info(id, &info), "the group '" + path + "'");
    if (info.nlinks > kMaxLinks) fail(ErrorCode::kResourceExhausted, "hdf5: the group '{}' has {} links", path, info.nlinks);
    for (hsize_t i = 0; i < info.nlinks; ++i) link(id, path, i, depth);
  }

  void link(hid_t parent, const std::string& path, hsize_t index, int depth) {
    std::array<char, kMaxName + 1> name{};
    const ssize_t length = H5Lget_name_by_idx(parent, ".", H5_INDEX_NAME, H5_ITER_INC, index, name.data(), name.size(), H5P_DEFAULT);
    if (length <= 0 || length > static_cast<ssize_t>(kMaxName))
      fail(ErrorCode::kDataCorrupt, "hdf5: a link of '{}' has no valid name", path);
    const std::string full = path.empty() ? name.data() : path + "/" + name.data();
    if (skipped_.contains(full)) return;
    count_object(full);
    H5L_info_t info;
    check(H5Lget_info(parent, name.data(), &info, H5P_DEFAULT), "the link '" + full + "'");
    if (info.type != H5L_TYPE_HARD) fail(ErrorCode::kUnsupported, "hdf5: '{}' is a link to elsewhere, which is not followed", full);
    const Handle object(H5Oopen(parent, name.data(), H5P_DEFAULT), H5Oclose, "'" + full + "'");
    switch (H5Iget_type(object)) {
      case H5I_GROUP:
        return group(object, full, depth + 1);
      case H5I_DATASET:
        return dataset(object, full);
      default:
        return;  // named types
    }
  }

  void check_storage(hid_t id, const std::string& path) {
    const Handle list(H5Dget_create_plist(id), H5Pclose, "'" + path + "'");
    if (H5Pget_layout(list) == H5D_VIRTUAL) fail(ErrorCode::kUnsupported, "hdf5: '{}' is put together of other files", path);
    if (H5Pget_external_count(list) != 0) fail(ErrorCode::kUnsupported, "hdf5: '{}' has its data in other files", path);
    const int filters = H5Pget_nfilters(list);
    for (int i = 0; i < filters; ++i) {
      unsigned flags = 0, config = 0;
      std::size_t values = 0;
      const H5Z_filter_t filter = H5Pget_filter2(list, static_cast<unsigned>(i), &flags, &values, nullptr, 0, nullptr, &config);
      if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_FLETCHER32)
        fail(ErrorCode::kUnsupported, "hdf5: '{}' is packed by filter {}, only deflate and shuffle are read", path,
             static_cast<int>(filter));
    }
  }

  void dataset(hid_t id, const std::string& path) {
    const Handle type(H5Dget_type(id), H5Tclose, "the type of '" + path + "'");
    const std::optional<Stored> stored = stored_as(type);
    if (!stored) return;  // texts and structures hold no weights
    check_storage(id, path);
    const Handle space(H5Dget_space(id), H5Sclose, "the shape of '" + path + "'");
    const int rank = H5Sget_simple_extent_ndims(space);
    if (rank < 0 || rank > 32) fail(ErrorCode::kDataCorrupt, "hdf5: '{}' has {} axes", path, rank);
    std::vector<hsize_t> sizes(static_cast<std::size_t>(rank));
    if (rank > 0) check(H5Sget_simple_extent_dims(space, sizes.data(), nullptr), "the shape of '" + path + "'");
    Dims dims;
    std::size_t bytes = size_of(stored->dtype);
    for (const hsize_t size : sizes) {
      if (size != 0 && bytes > left_ / size) fail(ErrorCode::kResourceExhausted, "hdf5: '{}' is larger than the file allows", path);
      bytes *= size;
      dims.push_back(static_cast<std::int64_t>(size));
    }
    claim(bytes, path);
    Tensor value = Tensor::empty(stored->dtype, Shape(dims));
    if (bytes > 0) check(H5Dread(id, stored->memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, value.bytes()), "'" + path + "'");
    content_.tensors.emplace_back(path, std::move(value));
  }

  void attributes(hid_t id, const std::string& path) {
    H5O_info_t info;
    check(H5Oget_info2(id, &info, H5O_INFO_NUM_ATTRS), "'" + path + "'");
    if (info.num_attrs > 1000) fail(ErrorCode::kResourceExhausted, "hdf5: '{}' has {} attributes", path, info.num_attrs);
    for (hsize_t i = 0; i < info.num_attrs; ++i) {
      const Handle attribute(H5Aopen_by_idx(id, ".", H5_INDEX_NAME, H5_ITER_INC, i, H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
                             "an attribute of '" + path + "'");
      count_object(path);
      std::array<char, 256> name{};
      if (H5Aget_name(attribute, name.size(), name.data()) < 0)
        fail(ErrorCode::kDataCorrupt, "hdf5: an attribute of '{}' has no name", path);
      if (std::optional<Json> value = attribute_value(attribute, path)) content_.attributes[path][name.data()] = std::move(*value);
    }
  }

  // A text, or a list of texts; an empty list may have any type, as h5py writes it.
  std::optional<Json> attribute_value(hid_t attribute, const std::string& path) {
    const std::string what = "an attribute of '" + path + "'";
    const Handle space(H5Aget_space(attribute), H5Sclose, what), type(H5Aget_type(attribute), H5Tclose, what);
    const hssize_t count = H5Sget_simple_extent_npoints(space);
    const bool is_list = H5Sget_simple_extent_ndims(space) > 0;
    if (count == 0) return Json::array();
    if (H5Tget_class(type) != H5T_STRING || count < 0) return std::nullopt;
    const hsize_t stored = H5Aget_storage_size(attribute);
    if (stored > kMaxText || static_cast<std::size_t>(count) > kMaxLinks)
      fail(ErrorCode::kResourceExhausted, "hdf5: {} is too large", what);
    claim(stored, path);
    std::vector<std::string> texts =
        H5Tis_variable_str(type) > 0 ? variable_texts(attribute, type, space, count, what) : fixed_texts(attribute, type, count, what);
    for (const std::string& text : texts) claim(text.size(), path);
    return is_list ? Json(std::move(texts)) : Json(std::move(texts[0]));
  }

  static std::vector<std::string> variable_texts(hid_t attribute, hid_t type, hid_t space, hssize_t count, const std::string& what) {
    std::vector<char*> places(static_cast<std::size_t>(count), nullptr);
    const Handle memory(H5Tcopy(H5T_C_S1), H5Tclose, what);
    check(H5Tset_size(memory, H5T_VARIABLE), what);
    check(H5Tset_cset(memory, H5Tget_cset(type)), what);
    check(H5Aread(attribute, memory, places.data()), what);
    std::vector<std::string> texts;
    for (const char* place : places) texts.emplace_back(place == nullptr ? "" : place);
    H5Dvlen_reclaim(memory, space, H5P_DEFAULT, places.data());
    return texts;
  }

  static std::vector<std::string> fixed_texts(hid_t attribute, hid_t type, hssize_t count, const std::string& what) {
    const std::size_t size = H5Tget_size(type);
    if (size == 0 || size > kMaxText / static_cast<std::size_t>(count)) fail(ErrorCode::kResourceExhausted, "hdf5: {} is too large", what);
    std::string raw(size * static_cast<std::size_t>(count), '\0');
    check(H5Aread(attribute, type, raw.data()), what);
    std::vector<std::string> texts;
    for (std::size_t at = 0; at < raw.size(); at += size) texts.emplace_back(raw.data() + at, strnlen(raw.data() + at, size));
    return texts;
  }

  const std::set<std::string>& skipped_;
  std::size_t left_;
  std::size_t objects_ = 0;
  Content content_;
};

}  // namespace

Content read(std::span<const std::byte> file, const std::set<std::string>& skipped, std::size_t max_bytes) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "the file");
  check(H5Pset_fapl_core(access, std::size_t{1} << 20, 0), "the file");
  check(H5Pset_file_image(access, const_cast<std::byte*>(file.data()), file.size()), "the file");
  const Handle opened(H5Fopen("stdin", H5F_ACC_RDONLY, access), H5Fclose, "the file (it is damaged, or no HDF5 file)");
  return Walker(skipped, max_bytes).walk(opened);
}

}  // namespace lepton::hdf5
