// Tensors by the field numbers of onnx.proto. Sizes are checked against the bytes that are there before memory is taken.
#include "lepton/formats/onnx/internal/tensor_decoder.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "lepton/formats/onnx/model_file.hpp"
#include "lepton/ops/onnx/table.hpp"

namespace lepton::formats {
namespace {

constexpr std::int64_t kMaxRank = 32, kStringType = 8;

constexpr std::array<std::string_view, 27> kDTypeNames = {
    "undefined",      "float",      "uint8",          "int8",   "uint16", "int16",      "int32",      "int64",    "string",
    "bool",           "float16",    "double",         "uint32", "uint64", "complex64",  "complex128", "bfloat16", "float8e4m3fn",
    "float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz", "uint4",  "int4",   "float4e2m1", "float8e8m0", "uint2",    "int2"};

}  // namespace

Result<std::string> wire_text(const WireField& field) {
  LEPTON_TRY(const std::string_view found, field.as_text());
  return std::string(found);
}

Result<std::pair<std::string, std::string>> wire_string_entry(WireReader reader) {
  std::pair<std::string, std::string> entry;
  while (!reader.at_end()) {
    LEPTON_TRY(const WireField field, reader.next());
    if (field.number == 1) {
      LEPTON_TRY(entry.first, wire_text(field));
    } else if (field.number == 2) {
      LEPTON_TRY(entry.second, wire_text(field));
    }
  }
  return entry;
}

// The fields of a TensorProto as they come; finish() makes the tensor.
struct TensorDecoder::RawTensor {
  std::string name;
  std::vector<std::int64_t> dims;
  std::int64_t type = 0, location = 0;
  std::optional<std::span<const std::byte>> raw;
  std::vector<float> floats;
  std::vector<double> doubles;
  std::vector<std::int64_t> ints, longs;
  std::vector<std::uint64_t> unsigneds;
  std::vector<std::string> strings;
  std::map<std::string, std::string> external;

  Result<void> take(const WireField& field, const WireReader& reader) {
    const std::size_t limit = field.type == WireType::kBytes ? field.bytes.size() : 1;
    switch (field.number) {
      case 1:
        return read_repeated(field, dims, static_cast<std::size_t>(kMaxRank));
      case 2: {
        LEPTON_TRY(type, field.as_int64());
        return {};
      }
      case 4:
        return read_repeated(field, floats, floats.size() + limit);
      case 5:
        return read_repeated(field, ints, ints.size() + limit);
      case 6: {
        LEPTON_TRY(const auto found, field.as_bytes());
        strings.emplace_back(reinterpret_cast<const char*>(found.data()), found.size());
        return {};
      }
      case 7:
        return read_repeated(field, longs, longs.size() + limit);
      case 8: {
        LEPTON_TRY(const std::string_view found, field.as_text());
        name = found;
        return {};
      }
      case 9: {
        LEPTON_TRY(const auto found, field.as_bytes());
        raw = found;
        return {};
      }
      case 10:
        return read_repeated(field, doubles, doubles.size() + limit);
      case 11:
        return read_repeated(field, unsigneds, unsigneds.size() + limit);
      case 13: {
        LEPTON_TRY(const WireReader inner, reader.nested(field));
        LEPTON_TRY(const auto entry, wire_string_entry(inner));
        constexpr std::array<std::string_view, 4> kKnown = {"location", "offset", "length", "checksum"};
        if (std::ranges::find(kKnown, entry.first) == kKnown.end())
          return error(ErrorCode::kDataCorrupt, "has external data with the unknown key '{}'", entry.first);
        external[entry.first] = entry.second;
        return {};
      }
      case 14: {
        LEPTON_TRY(location, field.as_int64());
        return {};
      }
      default:
        return {};
    }
  }

  template <class... Args>
  Error error(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) const {
    return Error(code, fmt::format("onnx: tensor '{}': {}", name, fmt::format(format, std::forward<Args>(args)...)));
  }

  // The number of elements; bounded, so that no product overflows.
  Result<std::int64_t> count() const {
    constexpr std::int64_t kMost = std::int64_t{1} << 40;
    if (dims.size() > static_cast<std::size_t>(kMaxRank)) return error(ErrorCode::kDataCorrupt, "has {} axes", dims.size());
    std::int64_t elements = 1;
    for (const std::int64_t dim : dims) {
      if (dim < 0) return error(ErrorCode::kDataCorrupt, "has a negative size {}", dim);
      if (dim != 0 && elements > kMost / dim) return error(ErrorCode::kDataCorrupt, "claims more than 2^40 elements");
      elements *= dim;
    }
    return elements;
  }

  Result<StoredValue> finish(TensorDecoder& decoder) {
    LEPTON_TRY(const std::int64_t elements, count());
    if (type == kStringType) {
      if (location != 0 || raw) return error(ErrorCode::kDataCorrupt, "is of texts, which no raw data can hold");
      LEPTON_CHECK_OK(check(strings.size(), elements));
      return StoredValue(StringTensor{dims, std::move(strings)});
    }
    const std::optional<DType> dtype = ops::dtype_of_onnx(type);
    if (!dtype) return error(ErrorCode::kUnsupported, "has the type {}, which Lepton does not have", onnx_dtype_name(type));
    LEPTON_TRY(StoredTensor stored, numbers(decoder, *dtype, elements));
    return StoredValue(std::move(stored));
  }

  Result<StoredTensor> numbers(TensorDecoder& decoder, DType dtype, std::int64_t elements) const {
    if (location == 1) return decoder.external_tensor(*this, dtype, elements);
    if (raw) return decoder.raw_tensor(*this, dtype, elements, *raw, decoder.owner_);
    LEPTON_TRY(Tensor made, typed_tensor(dtype, elements));
    return StoredTensor(std::move(made));
  }

  Result<void> check(std::size_t have, std::int64_t elements) const {
    if (static_cast<std::int64_t>(have) == elements) return {};
    return error(ErrorCode::kDataCorrupt, "has {} values for the shape {}", have, Shape(Dims(dims)));
  }

  // Data in the field of its type; 16-bit floats are bit patterns in int32_data.
  Result<Tensor> typed_tensor(DType dtype, std::int64_t elements) const {
    const auto filled = [&](const auto& values) -> Result<Tensor> {
      LEPTON_CHECK_OK(check(values.size(), elements));
      return Tensor::from(std::span(values), Shape(Dims(dims))).cast(dtype);
    };
    switch (dtype) {
      case DType::kF32:
        return filled(floats);
      case DType::kF64:
        return filled(doubles);
      case DType::kI64:
        return filled(longs);
      case DType::kU32:
      case DType::kU64:
        return filled(unsigneds);
      case DType::kF16:
      case DType::kBF16: {
        LEPTON_CHECK_OK(check(ints.size(), elements));
        const Tensor made = Tensor::empty(dtype, Shape(Dims(dims)));
        auto* bits = reinterpret_cast<std::uint16_t*>(made.bytes());
        for (const std::int64_t v : ints) *bits++ = static_cast<std::uint16_t>(v);
        return made;
      }
      default:
        return filled(ints);
    }
  }
};

Result<StoredValue> TensorDecoder::read(WireReader reader, std::string* name) {
  RawTensor raw;
  while (!reader.at_end()) {
    LEPTON_TRY(const WireField field, reader.next());
    LEPTON_CHECK_OK(raw.take(field, reader));
  }
  if (name != nullptr) *name = raw.name;
  return raw.finish(*this);
}

Result<StoredTensor> TensorDecoder::raw_tensor(const RawTensor& of, DType dtype, std::int64_t elements, std::span<const std::byte> bytes,
                                               const std::shared_ptr<const void>& owner) const {
  const Shape shape{Dims(of.dims)};
  const std::size_t wanted = static_cast<std::size_t>(elements) * size_of(dtype);
  if (bytes.size() != wanted)
    return of.error(ErrorCode::kDataCorrupt, "has {} bytes of data, but {}{} needs {}", bytes.size(), name_of(dtype), shape, wanted);
  return StoredTensor(bytes, {dtype, shape}, owner);
}

// A number of external_data's entries.
Result<std::uint64_t> TensorDecoder::number_of(const RawTensor& of, const std::string& key, std::uint64_t otherwise) {
  const auto found = of.external.find(key);
  if (found == of.external.end()) return otherwise;
  std::uint64_t value = 0;
  if (found->second.empty() || found->second.size() > 19)
    return of.error(ErrorCode::kDataCorrupt, "has external data with the {} '{}'", key, found->second);
  for (const char c : found->second) {
    if (c < '0' || c > '9') return of.error(ErrorCode::kDataCorrupt, "has external data with the {} '{}'", key, found->second);
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

Result<std::shared_ptr<MappedFile>> TensorDecoder::external_file(const RawTensor& of) {
  const auto location = of.external.find("location");
  if (location == of.external.end() || location->second.empty())
    return of.error(ErrorCode::kDataCorrupt, "has external data without a location");
  const std::string& name = location->second;
  if (folder_.empty())
    return of.error(ErrorCode::kUnsupported, "lies in another file ('{}'), but the model was not read from a folder", name);
  if (const auto known = external_files_.find(name); known != external_files_.end()) return known->second;
  auto file = map_inside(folder_, name);
  if (!file) return file.error().with_context(fmt::format("onnx: tensor '{}' has its data elsewhere", of.name));
  external_files_[name] = *file;
  return *file;
}

Result<StoredTensor> TensorDecoder::external_tensor(const RawTensor& of, DType dtype, std::int64_t elements) {
  LEPTON_TRY(const std::shared_ptr<MappedFile> file, external_file(of));
  const std::span<const std::byte> all = file->bytes();
  const std::uint64_t wanted = static_cast<std::uint64_t>(elements) * size_of(dtype);
  LEPTON_TRY(const std::uint64_t offset, number_of(of, "offset", 0));
  LEPTON_TRY(const std::uint64_t length, number_of(of, "length", wanted));
  if (offset > all.size() || length > all.size() - offset)
    return of.error(ErrorCode::kDataCorrupt, "lies at bytes {} to {} of a file of {} bytes", offset, offset + length, all.size());
  return raw_tensor(of, dtype, elements, all.subspan(offset, length), file);
}

std::string onnx_dtype_name(std::int64_t number) {
  if (number < 0 || number >= static_cast<std::int64_t>(kDTypeNames.size())) return fmt::format("number {}", number);
  return std::string(kDTypeNames[static_cast<std::size_t>(number)]);
}

Result<OnnxValue> read_onnx_tensor(std::span<const std::byte> bytes, std::shared_ptr<const void> owner) {
  return catch_error([&]() -> OnnxValue {
    StoredValue stored = TensorDecoder(std::move(owner), {}).read(WireReader(bytes), nullptr).value();
    if (auto* const texts = std::get_if<StringTensor>(&stored)) return std::move(*texts);
    return std::get<StoredTensor>(stored).value();
  });
}

}  // namespace lepton::formats
