// Between Model and the package file.
#include "lepton/train/package.hpp"

#include "lepton/base/json.hpp"
#include "lepton/nn/network_config.hpp"
#include "lepton/train/internal/model_state.hpp"
#include "lepton/train/onnx_export.hpp"

namespace lepton::train {
namespace {

constexpr std::string_view kWeightsFile = "weights.safetensors";

}  // namespace

Result<void> save_package(FileSystem& files, const std::string& path, Model& model, const Json& task, const std::string& card) {
  auto content = catch_error([&]() -> formats::PackageContent {
    // Weights are kept as the graph stores them: the ONNX file refers to their bytes.
    formats::PackageContent c;
    std::map<std::string, formats::TensorPlace> places;
    c.weights = formats::write_safetensors(stored_weights(model), {}, &places);
    c.onnx = model_to_onnx(model, {.external_file = std::string(kWeightsFile), .places = places}).value();
    Json manifest = {
        {"network", nn::network_to_json(model.network())}, {"name", model.options().name}, {"seed", model.seed()}, {"task", task}};
    c.manifest = dump_json(manifest);
    c.card = card;
    return c;
  });
  if (!content) return content.error().with_context(path);
  return formats::write_package(files, path, *content);
}

Result<LoadedPackage> load_package(FileSystem& files, const std::string& path) {
  LEPTON_TRY(const formats::Package package, formats::Package::open(files, path));
  auto loaded = catch_error([&] {
    const Json& manifest = package.manifest();
    nn::Network network = nn::network_from_json(*json_member(manifest, "network").value()).value();
    ModelOptions options{.dtype = network.dtype(),
                         .seed = static_cast<std::uint64_t>(json_get<std::int64_t>(manifest, "seed").value()),
                         .name = json_get<std::string>(manifest, "name").value()};
    Model model(std::move(network), options, [&](const nn::Weight& weight) {
      const Tensor* value = package.weights().find(weight.name);
      if (value == nullptr) fail(ErrorCode::kDataCorrupt, "the weight '{}' is missing", weight.name);
      return *value;
    });
    return LoadedPackage{std::move(model), std::make_shared<const Json>(manifest), package.card()};
  });
  return std::move(loaded).with_context(path);
}

void Model::save(const std::string& path) const {
  // Saving only reads; the prediction program that it may have to build is a cache.
  save_package(local_files(), path, const_cast<Model&>(*this), Json::object(), {}).value();
}

Model Model::load(const std::string& path) { return load_package(local_files(), path).value().model; }

}  // namespace lepton::train
