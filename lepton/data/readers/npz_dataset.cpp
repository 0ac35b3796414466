// Parts are laid one after another, so that one dataset holds them all.
#include "lepton/data/readers/npz_dataset.hpp"

#include <algorithm>
#include <array>

#include "lepton/base/files.hpp"
#include "lepton/formats/npz.hpp"

namespace lepton::data {
namespace {

struct Part {
  std::string name;
  Tensor x, y;
};

Tensor find(const formats::NamedTensors& arrays, std::string_view name) {
  for (const auto& [own, tensor] : arrays) {
    if (own == name) return tensor;
  }
  return {};
}

Tensor with_channel_axis(const Tensor& x) {
  if (x.dtype() != DType::kU8 || x.shape().rank() != 3) return x;
  return x.reshape(Shape{x.shape()[0], x.shape()[1], x.shape()[2], 1});
}

Tensor flat_labels(const Tensor& y) {
  const bool column = y.defined() && y.shape().rank() == 2 && y.shape()[1] == 1;
  return column ? y.reshape(Shape{y.shape()[0]}) : y;
}

std::vector<Part> find_parts(const formats::NamedTensors& arrays) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kSuffixes{
      {{"", ""}, {"_train", "train"}, {"_val", "val"}, {"_test", "test"}}};
  std::vector<Part> parts;
  for (const auto& [suffix, name] : kSuffixes) {
    const Tensor x = find(arrays, "x" + std::string(suffix));
    if (!x.defined() || x.shape().rank() == 0) continue;
    parts.push_back({std::string(name), with_channel_axis(x), flat_labels(find(arrays, "y" + std::string(suffix)))});
    if (suffix.empty()) break;  // x alone is everything
  }
  return parts;
}

// One array of all parts. Throws kShapeMismatch if they do not fit.
Tensor concatenated(std::span<const Part> parts, Tensor Part::*member) {
  Shape shape = (parts[0].*member).shape();
  shape[0] = 0;
  for (const Part& part : parts) {
    Shape own = (part.*member).shape();
    shape[0] += own[0];
    own[0] = shape[0];
    if (own != shape || (part.*member).dtype() != (parts[0].*member).dtype()) {
      fail(ErrorCode::kShapeMismatch, "part '{}' is {}, part '{}' is {}", parts[0].name, (parts[0].*member).type().to_string(), part.name,
           (part.*member).type().to_string());
    }
  }
  const Tensor all = Tensor::empty((parts[0].*member).dtype(), shape);
  std::int64_t row = 0;
  for (const Part& part : parts) {
    const Tensor& own = part.*member;
    all.rows(row, row + own.shape()[0]).assign(own);
    row += own.shape()[0];
  }
  return all;
}

DatasetHandle make(std::span<const Part> parts) {
  const bool labelled = parts[0].y.defined();
  ArrayNames names;
  for (const Part& part : parts) {
    if (part.y.defined() != labelled)
      fail(ErrorCode::kInvalidArgument, "part '{}' has labels and another has not", part.y.defined() ? part.name : parts[0].name);
    if (labelled && part.y.shape()[0] != part.x.shape()[0]) {
      fail(ErrorCode::kShapeMismatch, "part '{}' has {} samples and {} labels", part.name, part.x.shape()[0], part.y.shape()[0]);
    }
    for (std::int64_t i = 0; i < part.x.shape()[0]; ++i) {
      names.sample_ids.push_back(part.name.empty() ? fmt::format("{}", i) : fmt::format("{}/{}", part.name, i));
      if (!part.name.empty()) names.parts.push_back(part.name);
    }
  }
  return make_array_dataset({concatenated(parts, &Part::x)}, labelled ? concatenated(parts, &Part::y) : Tensor(), std::move(names));
}

}  // namespace

Result<DatasetHandle> read_npz_dataset(FileSystem& files, const std::string& path) {
  LEPTON_TRY(const auto mapped, files.map(path));
  auto arrays = formats::read_npz(mapped->bytes());
  if (!arrays) return arrays.error().with_context(path);
  const std::vector<Part> parts = find_parts(*arrays);
  if (parts.empty()) {
    std::string there;
    for (const auto& [name, tensor] : *arrays) there += (there.empty() ? "" : ", ") + name;
    return make_error(ErrorCode::kNotFound, "{}: needs an array 'x' or 'x_train', there are: {}", path, there);
  }
  return catch_error([&] { return make(parts); }).with_context(path);
}

}  // namespace lepton::data
