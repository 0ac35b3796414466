// The file is made in memory. Texts are of variable length: they lie outside the objects' headers, which hold at most 64 KiB.
#include "lepton/hdf5/writer.hpp"

#include "lepton/hdf5/handle.hpp"

namespace lepton::hdf5 {
namespace {

constexpr std::size_t kMaxTexts = 4000;  // of an attribute: 16 bytes each in the header
constexpr std::size_t kFirstBytes = std::size_t{1} << 20;

void check(herr_t status, const std::string& what) {
  if (status < 0) fail(ErrorCode::kInvalidArgument, "hdf5: {} cannot be written", what);
}

hid_t stored_type(DType dtype, const std::string& path) {
  switch (dtype) {
    case DType::kF32:
      return H5T_IEEE_F32LE;
    case DType::kF64:
      return H5T_IEEE_F64LE;
    case DType::kI32:
      return H5T_STD_I32LE;
    case DType::kI64:
      return H5T_STD_I64LE;
    default:
      fail(ErrorCode::kUnsupported, "hdf5: '{}' is of a type that is not written", path);
  }
}

class Writer {
 public:
  explicit Writer(hid_t file) : file_(file), links_(H5Pcreate(H5P_LINK_CREATE), H5Pclose, "the file") {
    check(H5Pset_create_intermediate_group(links_, 1), "the file");
  }

  void dataset(const std::string& path, const Tensor& value) {
    const std::string what = "'" + path + "'";
    const std::vector<hsize_t> sizes(value.shape().begin(), value.shape().end());
    const Handle space(sizes.empty() ? H5Screate(H5S_SCALAR) : H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr),
                       H5Sclose, what);
    const hid_t type = stored_type(value.dtype(), path);
    const hid_t made = H5Dcreate2(file_, path.c_str(), type, space, links_, H5P_DEFAULT, H5P_DEFAULT);
    if (made < 0) fail(ErrorCode::kInvalidArgument, "hdf5: {} cannot be made; its path is taken", what);
    const Handle held(made, H5Dclose, what);
    if (value.num_elements() > 0) check(H5Dwrite(held, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, value.bytes()), what);
  }

  void attributes(const std::string& path, const Json& named) {
    const std::string what = "'" + path + "'", absolute = "/" + path;
    hid_t object = H5Oopen(file_, absolute.c_str(), H5P_DEFAULT);
    if (object < 0) object = H5Gcreate2(file_, absolute.c_str(), links_, H5P_DEFAULT, H5P_DEFAULT);  // a group without data
    const Handle held(object, H5Oclose, what);
    for (const auto& [name, value] : named.items()) attribute(held, name, value);
  }

 private:
  static void attribute(hid_t object, const std::string& name, const Json& value) {
    const std::string what = "the attribute '" + name + "'";
    const std::vector<Json> given = value.is_array() ? value.get<std::vector<Json>>() : std::vector<Json>{value};
    if (given.size() > kMaxTexts) fail(ErrorCode::kResourceExhausted, "hdf5: {} has {} texts", what, given.size());
    std::vector<const char*> texts;
    for (const Json& text : given) {
      if (!text.is_string()) fail(ErrorCode::kInvalidArgument, "hdf5: {} is no text", what);
      texts.push_back(text.get_ref<const std::string&>().c_str());
    }
    const hsize_t count = texts.size();
    const Handle type(H5Tcopy(H5T_C_S1), H5Tclose, what);
    check(H5Tset_size(type, H5T_VARIABLE), what);
    check(H5Tset_cset(type, H5T_CSET_UTF8), what);
    const Handle space(value.is_array() ? H5Screate_simple(1, &count, nullptr) : H5Screate(H5S_SCALAR), H5Sclose, what);
    const Handle made(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, what);
    if (count > 0) check(H5Awrite(made, type, texts.data()), what);
  }

  hid_t file_;
  Handle links_;
};

}  // namespace

std::string write(const Content& content) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "the file");
  check(H5Pset_fapl_core(access, kFirstBytes, 0), "the file");
  const Handle file(H5Fcreate("stdout", H5F_ACC_TRUNC, H5P_DEFAULT, access), H5Fclose, "the file");
  Writer writer(file);
  for (const auto& [path, value] : content.tensors) writer.dataset(path, value);
  for (const auto& [path, named] : content.attributes.items()) writer.attributes(path, named);
  check(H5Fflush(file, H5F_SCOPE_GLOBAL), "the file");
  const ssize_t size = H5Fget_file_image(file, nullptr, 0);
  std::string bytes(static_cast<std::size_t>(std::max<ssize_t>(size, 0)), '\0');
  if (size <= 0 || H5Fget_file_image(file, bytes.data(), bytes.size()) != size)
    fail(ErrorCode::kInternal, "hdf5: the file cannot be had from memory");
  return bytes;
}

}  // namespace lepton::hdf5
