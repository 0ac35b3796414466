// The header is bounded and every offset is checked against the file before a tensor is made.
#include "lepton/formats/safetensors.hpp"

#include "lepton/base/json.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

namespace lepton::formats {
namespace {

constexpr std::size_t kMaxHeaderBytes = std::size_t{100} << 20;  // as the reference implementation has it
constexpr std::size_t kAlignment = 64;

constexpr std::array<std::pair<std::string_view, DType>, 13> kDTypes = {{{"F32", DType::kF32},
                                                                         {"F64", DType::kF64},
                                                                         {"F16", DType::kF16},
                                                                         {"BF16", DType::kBF16},
                                                                         {"I8", DType::kI8},
                                                                         {"I16", DType::kI16},
                                                                         {"I32", DType::kI32},
                                                                         {"I64", DType::kI64},
                                                                         {"U8", DType::kU8},
                                                                         {"U16", DType::kU16},
                                                                         {"U32", DType::kU32},
                                                                         {"U64", DType::kU64},
                                                                         {"BOOL", DType::kBool}}};

Error corrupt(std::string_view what) { return make_error(ErrorCode::kDataCorrupt, "safetensors: {}", what); }

// Product of dims, or nothing if one is negative or it overflows what a file can hold.
std::optional<std::uint64_t> count_elements(const Dims& dims) {
  std::uint64_t count = 1;
  for (const std::int64_t dim : dims) {
    if (dim < 0) return std::nullopt;
    if (dim > 0 && count > (std::uint64_t{1} << 50) / static_cast<std::uint64_t>(dim)) return std::nullopt;
    count *= static_cast<std::uint64_t>(dim);
  }
  return count;
}

Result<Tensor> parse_entry(const std::string& name, const Json& entry, const std::shared_ptr<Storage>& storage, std::size_t data_start,
                           std::uint64_t& next) {
  if (!entry.is_object() || !entry.contains("dtype") || !entry["dtype"].is_string() || !entry.contains("shape") ||
      !entry["shape"].is_array() || !entry.contains("data_offsets") || !entry["data_offsets"].is_array() ||
      entry["data_offsets"].size() != 2) {
    return corrupt(fmt::format("the entry '{}' lacks dtype, shape or data_offsets", name));
  }
  const auto dtype_name = entry["dtype"].get<std::string>();
  const auto known = std::ranges::find(kDTypes, std::string_view(dtype_name), [](const auto& d) { return d.first; });
  if (known == kDTypes.end())
    return make_error(ErrorCode::kUnsupported, "safetensors: '{}' has dtype {}, which Lepton lacks", name, dtype_name);
  Dims dims;
  if (entry["shape"].size() > 16) return corrupt(fmt::format("'{}' has too many axes", name));
  for (const auto& dim : entry["shape"]) {
    if (!dim.is_number_unsigned()) return corrupt(fmt::format("'{}' has a bad shape", name));
    dims.push_back(dim.get<std::int64_t>());
  }
  const auto count = count_elements(dims);
  const auto &from = entry["data_offsets"][0], &to = entry["data_offsets"][1];
  if (!count || !from.is_number_unsigned() || !to.is_number_unsigned())
    return corrupt(fmt::format("'{}' has a bad shape or offsets", name));
  const auto begin = from.get<std::uint64_t>(), end = to.get<std::uint64_t>();
  if (begin != next || end < begin || end - begin != *count * size_of(known->second) || end > storage->size_bytes() - data_start) {
    return corrupt(fmt::format("'{}' does not lie where its shape says", name));
  }
  next = end;
  Shape shape(std::move(dims));
  Dims strides = row_major_strides(shape);
  const std::size_t place = data_start + static_cast<std::size_t>(begin);
  const Tensor view = Tensor::view(storage, known->second, std::move(shape), std::move(strides), place);
  // Other writers may leave data unaligned for its dtype; such a tensor is copied.
  const bool aligned = reinterpret_cast<std::uintptr_t>(storage->data() + place) % size_of(known->second) == 0;
  if (aligned) return view;
  Tensor copy = Tensor::empty(view.dtype(), view.shape());
  if (view.num_elements() > 0) std::memcpy(copy.bytes(), storage->data() + place, static_cast<std::size_t>(view.type().size_bytes()));
  return copy;
}

}  // namespace

const Tensor* SafeTensors::find(std::string_view name) const {
  const auto place = std::ranges::find(tensors, name, [](const auto& t) { return std::string_view(t.first); });
  return place == tensors.end() ? nullptr : &place->second;
}

Result<SafeTensors> read_safetensors(std::span<const std::byte> bytes, std::shared_ptr<const void> owner) {
  if (bytes.size() < 8) return corrupt("the file is shorter than its header");
  std::uint64_t header_bytes = 0;
  std::memcpy(&header_bytes, bytes.data(), 8);
  if (header_bytes > kMaxHeaderBytes || header_bytes > bytes.size() - 8) return corrupt("the header reaches past the end of the file");
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + 8, static_cast<std::size_t>(header_bytes));
  auto parsed = parse_json(text, {.max_bytes = kMaxHeaderBytes, .max_depth = 8});
  if (!parsed || !parsed->is_object()) return corrupt("the header is not a JSON object");
  const Json& header = *parsed;
  SafeTensors result;
  std::vector<std::pair<std::uint64_t, std::string>> order;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") {
      if (!entry.is_object()) return corrupt("__metadata__ is not an object");
      for (const auto& [key, value] : entry.items()) {
        if (!value.is_string()) return corrupt("__metadata__ holds something that is not text");
        result.metadata[key] = value.get<std::string>();
      }
      continue;
    }
    const bool placed = entry.is_object() && entry.contains("data_offsets") && entry["data_offsets"].is_array() &&
                        !entry["data_offsets"].empty() && entry["data_offsets"][0].is_number_unsigned();
    if (!placed) return corrupt(fmt::format("the entry '{}' has no data_offsets", name));
    order.emplace_back(entry["data_offsets"][0].get<std::uint64_t>(), name);
  }
  // Empty tensors share their place with the next one, so they come first in the order of names.
  std::ranges::stable_sort(order, [&](const auto& a, const auto& b) {
    if (a.first != b.first) return a.first < b.first;
    return header[a.second]["data_offsets"][1] < header[b.second]["data_offsets"][1];
  });
  const auto storage = Storage::borrow(const_cast<std::byte*>(bytes.data()), bytes.size(), std::move(owner));
  std::uint64_t next = 0;
  for (const auto& [place, name] : order) {
    LEPTON_TRY(Tensor tensor, parse_entry(name, header[name], storage, 8 + static_cast<std::size_t>(header_bytes), next));
    result.tensors.emplace_back(name, std::move(tensor));
  }
  if (8 + header_bytes + next != bytes.size()) return corrupt("there are bytes that no tensor owns");
  return result;
}

std::string write_safetensors(const NamedTensors& tensors, const std::map<std::string, std::string>& metadata,
                              std::map<std::string, TensorPlace>* places) {
  // Larger elements first keeps every tensor aligned for its dtype without holes, which the format forbids.
  std::vector<const NamedTensors::value_type*> order;
  for (const auto& entry : tensors) order.push_back(&entry);
  std::ranges::stable_sort(order, [](const auto* a, const auto* b) { return size_of(a->second.dtype()) > size_of(b->second.dtype()); });
  Json header = Json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t place = 0;
  for (const auto* entry : order) {
    const auto size = static_cast<std::uint64_t>(entry->second.type().size_bytes());
    const auto name = std::ranges::find(kDTypes, entry->second.dtype(), [](const auto& d) { return d.second; })->first;
    header[entry->first] = {{"dtype", std::string(name)}, {"shape", entry->second.shape().dims()}, {"data_offsets", {place, place + size}}};
    place += size;
  }
  std::string text = dump_json(header);
  text.append((kAlignment - (8 + text.size()) % kAlignment) % kAlignment, ' ');
  const std::uint64_t header_bytes = text.size();
  std::string file(reinterpret_cast<const char*>(&header_bytes), 8);
  file += text;
  file.reserve(file.size() + static_cast<std::size_t>(place));
  for (const auto* entry : order) {
    const Tensor contiguous = entry->second.contiguous();
    if (places != nullptr) (*places)[entry->first] = {file.size(), static_cast<std::uint64_t>(contiguous.type().size_bytes())};
    file.append(reinterpret_cast<const char*>(contiguous.bytes()), static_cast<std::size_t>(contiguous.type().size_bytes()));
  }
  return file;
}

}  // namespace lepton::formats
