// All names and shapes are compared before the first weight is set.
#include "lepton/train/weight_files.hpp"

#include <fmt/ranges.h>

#include <map>

#include "lepton/base/path.hpp"
#include "lepton/formats/npz.hpp"

namespace lepton::train {
namespace {

constexpr std::uint64_t kMaxBytes = std::uint64_t{16} << 30;

formats::NamedTensors read_tensors(FileSystem& files, const std::string& path) {
  const std::string extension = file_extension(path);
  if (extension == "npz") {
    const std::string bytes = read_file(files, path, kMaxBytes).value();
    return formats::read_npz(std::as_bytes(std::span(bytes))).value();
  }
  if (extension == "safetensors") {
    const std::shared_ptr<MappedFile> file = files.map(path).value();
    return formats::read_safetensors(file->bytes(), file).value().tensors;
  }
  fail(ErrorCode::kUnsupported, "weights are kept in .safetensors or .npz files, not in .{}", extension);
}

}  // namespace

Result<void> save_weights(FileSystem& files, const std::string& path, const Model& model) {
  return catch_error([&] {
           formats::NamedTensors tensors;
           for (const nn::Weight& weight : model.network().weights()) tensors.emplace_back(weight.name, model.get_weight(weight.name));
           const std::string extension = file_extension(path);
           if (extension != "npz" && extension != "safetensors")
             fail(ErrorCode::kUnsupported, "weights are kept in .safetensors or .npz files, not in .{}", extension);
           write_atomic(files, path, extension == "npz" ? formats::write_npz(tensors).value() : formats::write_safetensors(tensors))
               .value();
         })
      .with_context(path);
}

Result<void> load_weights(FileSystem& files, const std::string& path, Model& model, const LoadWeightsOptions& options) {
  return catch_error([&] {
           std::map<std::string, Tensor> given;
           for (auto& [name, value] : read_tensors(files, path)) given.emplace(name, value);
           std::vector<std::pair<std::string, Tensor>> fitting;
           std::vector<std::string> missing;
           for (const nn::Weight& weight : model.network().weights()) {
             const auto found = given.find(weight.name);
             if (found == given.end()) {
               missing.push_back(weight.name);
               continue;
             }
             if (found->second.shape() == weight.shape && is_float(found->second.dtype())) {
               fitting.emplace_back(weight.name, found->second.cast(weight.stored.dtype));
             } else if (!options.skip_mismatch) {
               fail(ErrorCode::kShapeMismatch, "the weight '{}' has the shape {}, in the file {}", weight.name, weight.shape,
                    found->second.type().to_string());
             }
             given.erase(found);
           }
           std::vector<std::string> unknown;
           for (const auto& [name, value] : given) unknown.push_back(name);
           if (!options.skip_mismatch && (!missing.empty() || !unknown.empty()))
             fail(ErrorCode::kNotFound, "the file lacks {} weights of the model [{}] and has {} that the model lacks [{}]", missing.size(),
                  fmt::join(missing, ", "), unknown.size(), fmt::join(unknown, ", "));
           for (const auto& [name, value] : fitting) model.set_weight(name, value);
         })
      .with_context(path);
}

}  // namespace lepton::train
