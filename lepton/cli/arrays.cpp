// Models that do not say how files become numbers take arrays and give arrays: .npz (by name) or .npy.
#include <algorithm>
#include <map>

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/cli/commands.hpp"
#include "lepton/formats/npz.hpp"

namespace lepton::cli {

std::vector<Tensor> read_arrays(const std::vector<std::string>& names, const std::vector<std::string>& paths) {
  constexpr std::uint64_t kMaxBytes = std::uint64_t{4} << 30;
  std::map<std::string, Tensor> given;
  for (const std::string& path : paths) {
    const std::string bytes = read_file(local_files(), path, kMaxBytes).value();
    const std::span<const std::byte> view = std::as_bytes(std::span(bytes));
    const std::string extension = file_extension(path);
    if (extension == "npz") {
      const formats::NamedTensors arrays = formats::read_npz(view).value();
      for (const auto& [name, value] : arrays) given[name] = value;
    } else if (extension == "npy") {
      given[names.size() == 1 ? names[0] : std::string(file_stem(path))] = formats::read_npy(view).value();
    } else {
      fail(ErrorCode::kUnsupported,
           "{}: the model does not say how such a file becomes numbers; give its inputs as .npz (arrays by name) or .npy", path);
    }
  }
  std::vector<Tensor> inputs;
  for (const std::string& name : names) {
    const auto found = given.find(name);
    if (found == given.end()) fail(ErrorCode::kInvalidArgument, "no array is given for the input '{}'", name);
    inputs.push_back(found->second);
    given.erase(found);
  }
  if (!given.empty()) fail(ErrorCode::kInvalidArgument, "the model has no input '{}'", given.begin()->first);
  return inputs;
}

void print_arrays(const std::vector<std::string>& names, const std::vector<Tensor>& values, const std::string& out, bool as_json) {
  formats::NamedTensors named;
  for (std::size_t i = 0; i < values.size(); ++i) named.emplace_back(names[i], values[i]);
  if (!out.empty()) write_atomic(local_files(), out, formats::write_npz(named).value()).value();
  Json json = Json::object();
  for (const auto& [name, value] : named) {
    const std::vector<double> numbers = value.to_vector<double>();
    if (as_json) {
      json[name] = {{"shape", value.shape().dims()}, {"values", numbers}};
      continue;
    }
    fmt::print("{:<24} {}  ", name, value.type().to_string());
    for (std::size_t i = 0; i < std::min<std::size_t>(numbers.size(), 6); ++i) fmt::print(" {:.6g}", numbers[i]);
    fmt::print("{}\n", numbers.size() > 6 ? " …" : "");
  }
  if (as_json) print_json(json);
}

}  // namespace lepton::cli
