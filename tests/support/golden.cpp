// Reading golden files.
#include "tests/support/golden.hpp"

#include <algorithm>

#include "lepton/base/files.hpp"

namespace lepton::testing {
namespace {

std::string golden_path(const std::string& name) { return std::string(LEPTON_SOURCE_DIR "/tests/golden/keras/") + name; }

}  // namespace

Json read_golden_json(const std::string& name) {
  return parse_json(read_file(local_files(), golden_path(name), std::uint64_t{64} << 20).value()).value();
}

GoldenArrays::GoldenArrays(const std::string& file) {
  const std::string bytes = read_file(local_files(), golden_path(file), std::uint64_t{64} << 20).value();
  arrays_ = formats::read_npz(std::as_bytes(std::span(bytes))).value();
}

const Tensor* GoldenArrays::find(const std::string& name) const {
  const auto place = std::ranges::find(arrays_, name, [](const auto& a) { return a.first; });
  return place == arrays_.end() ? nullptr : &place->second;
}

const Tensor& GoldenArrays::operator[](const std::string& name) const {
  const Tensor* tensor = find(name);
  if (tensor == nullptr) fail(ErrorCode::kNotFound, "golden: there is no array '{}'", name);
  return *tensor;
}

}  // namespace lepton::testing
