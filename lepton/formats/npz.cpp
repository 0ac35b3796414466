// The header of an .npy file is a Python dict literal; only the three keys that NumPy writes are understood.
#include "lepton/formats/npz.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "lepton/formats/zip.hpp"

namespace lepton::formats {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMaxHeaderBytes = 1 << 16;

constexpr std::array<std::pair<std::string_view, DType>, 12> kDTypes = {{{"f4", DType::kF32},
                                                                         {"f8", DType::kF64},
                                                                         {"f2", DType::kF16},
                                                                         {"i1", DType::kI8},
                                                                         {"i2", DType::kI16},
                                                                         {"i4", DType::kI32},
                                                                         {"i8", DType::kI64},
                                                                         {"u1", DType::kU8},
                                                                         {"u2", DType::kU16},
                                                                         {"u4", DType::kU32},
                                                                         {"u8", DType::kU64},
                                                                         {"b1", DType::kBool}}};

Error corrupt(std::string_view what) { return make_error(ErrorCode::kDataCorrupt, "npy: {}", what); }

// The text after "'key':" up to what ends a value.
std::string_view value_of(std::string_view header, std::string_view key) {
  const std::string quoted = fmt::format("'{}':", key);
  std::size_t place = header.find(quoted);
  if (place == std::string_view::npos) return {};
  place += quoted.size();
  while (place < header.size() && header[place] == ' ') ++place;
  const std::size_t end = header.find(place < header.size() && header[place] == '(' ? ')' : ',', place);
  return end == std::string_view::npos ? std::string_view() : header.substr(place, end - place);
}

Result<DType> parse_dtype(std::string_view text) {
  if (text.size() < 4 || text.front() != '\'' || text.back() != '\'')
    return make_error(ErrorCode::kUnsupported, "npy: the dtype {} is a record or broken", text);
  text = text.substr(1, text.size() - 2);
  const auto known = std::ranges::find(kDTypes, text.substr(1), [](const auto& d) { return d.first; });
  const bool order_matters = known != kDTypes.end() && size_of(known->second) > 1;
  if (known == kDTypes.end() || (text[0] == '>' && order_matters))
    return make_error(ErrorCode::kUnsupported, "npy: the dtype '{}' is not supported", text);
  return known->second;
}

Result<Dims> parse_shape(std::string_view text) {
  if (text.empty() || text.front() != '(') return corrupt("the shape is broken");
  Dims dims;
  const char* place = text.data() + 1;
  const char* end = text.data() + text.size();
  while (place != end) {
    if (*place == ' ' || *place == ',') {
      ++place;
      continue;
    }
    std::int64_t dim = 0;
    const auto [stop, code] = std::from_chars(place, end, dim);
    if (code != std::errc() || dim < 0 || dims.size() >= 32) return corrupt("the shape is broken");
    dims.push_back(dim);
    place = stop;
  }
  return dims;
}

// Counts without overflow. An empty axis makes the array empty, but the others must still be of a size that a tensor can have.
Result<std::uint64_t> num_elements(const Dims& dims) {
  constexpr std::uint64_t kMaxElements = std::uint64_t{1} << 48;
  std::uint64_t count = 1;
  bool empty = false;
  for (const std::int64_t dim : dims) {
    if (dim == 0) {
      empty = true;
    } else {
      if (count > kMaxElements / static_cast<std::uint64_t>(dim)) return corrupt("the shape is larger than any memory");
      count *= static_cast<std::uint64_t>(dim);
    }
  }
  return empty ? 0 : count;
}

}  // namespace

Result<Tensor> read_npy(std::span<const std::byte> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!text.starts_with(kMagic) || bytes.size() < 12) return corrupt("the file does not begin as one");
  const bool long_header = text[6] >= 2;
  const std::size_t begin = long_header ? 12 : 10;
  std::size_t length = static_cast<unsigned char>(text[8]) + 256u * static_cast<unsigned char>(text[9]);
  if (long_header) length += 65536u * static_cast<unsigned char>(text[10]) + 16777216u * static_cast<unsigned char>(text[11]);
  if (length > kMaxHeaderBytes || length > bytes.size() - begin) return corrupt("the header reaches past the end of the file");
  const std::string_view header = text.substr(begin, length);
  LEPTON_TRY(const DType dtype, parse_dtype(value_of(header, "descr")));
  LEPTON_TRY(Dims dims, parse_shape(value_of(header, "shape")));
  LEPTON_TRY(const std::uint64_t count, num_elements(dims));
  if (count > (bytes.size() - begin - length) / size_of(dtype)) return corrupt("the file is shorter than its shape says");
  const bool fortran = value_of(header, "fortran_order") == "True";
  if (fortran) std::ranges::reverse(dims);
  Tensor tensor = Tensor::empty(dtype, Shape(dims));
  if (count > 0) std::memcpy(tensor.bytes(), bytes.data() + begin + length, static_cast<std::size_t>(count) * size_of(dtype));
  if (!fortran) return tensor;
  std::vector<int> reversed;
  for (int axis = tensor.shape().rank() - 1; axis >= 0; --axis) reversed.push_back(axis);
  return tensor.transpose(reversed).contiguous();
}

std::string write_npy(const Tensor& tensor) {
  const Tensor contiguous = tensor.contiguous();
  const auto known = std::ranges::find(kDTypes, tensor.dtype(), [](const auto& d) { return d.second; });
  if (known == kDTypes.end()) fail(ErrorCode::kUnsupported, "npy: NumPy has no dtype {}", name_of(tensor.dtype()));
  std::string shape = "(";
  for (const std::int64_t dim : tensor.shape()) shape += fmt::format("{},", dim);
  shape += ")";
  std::string header = fmt::format("{{'descr': '{}{}', 'fortran_order': False, 'shape': {}, }}", size_of(tensor.dtype()) == 1 ? "|" : "<",
                                   known->first, shape);
  header.append((64 - (10 + header.size() + 1) % 64) % 64, ' ');
  header += '\n';
  std::string file(kMagic);
  file += '\x01';
  file += '\0';
  file += static_cast<char>(header.size() & 0xff);
  file += static_cast<char>(header.size() >> 8);
  file += header;
  file.append(reinterpret_cast<const char*>(contiguous.bytes()), static_cast<std::size_t>(contiguous.type().size_bytes()));
  return file;
}

Result<NamedTensors> read_npz(std::span<const std::byte> bytes) {
  LEPTON_TRY(const ZipReader zip, ZipReader::open(bytes));
  NamedTensors tensors;
  for (const ZipReader::Entry& entry : zip.entries()) {
    LEPTON_TRY(const std::vector<std::byte> file, zip.extract(entry));
    auto tensor = read_npy(file);
    if (!tensor) return tensor.error().with_context(entry.name);
    const std::string name = entry.name.ends_with(".npy") ? entry.name.substr(0, entry.name.size() - 4) : entry.name;
    tensors.emplace_back(name, *std::move(tensor));
  }
  return tensors;
}

Result<std::string> write_npz(const NamedTensors& tensors) {
  std::string archive;
  ZipWriter zip([&](std::span<const std::byte> part) -> Result<void> {
    archive.append(reinterpret_cast<const char*>(part.data()), part.size());
    return {};
  });
  for (const auto& [name, tensor] : tensors) LEPTON_CHECK_OK(zip.add(name + ".npy", write_npy(tensor)));
  LEPTON_CHECK_OK(zip.finish());
  return archive;
}

}  // namespace lepton::formats
