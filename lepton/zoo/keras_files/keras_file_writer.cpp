// The archive of Keras 3, and the older file of named groups.
#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/formats/zip.hpp"
#include "lepton/zoo/keras_files/keras_file.hpp"
#include "lepton/zoo/keras_files/model_config.hpp"
#include "lepton/zoo/keras_files/weight_places.hpp"

namespace lepton::zoo {
namespace {

constexpr const char* kKerasVersion = "3.15.1";  // whose layout is written
constexpr std::size_t kMaxNames = 1000;          // of a list of names in one attribute

formats::NamedTensors numbered_weights(const train::Model& model) {
  formats::NamedTensors all;
  const std::vector<std::string> places = weight_places(model.network());
  for (std::size_t i = 0; i < places.size(); ++i) all.emplace_back(places[i], model.get_weight(model.network().weights()[i].name));
  return all;
}

std::string archive_of(const train::Model& model, const formats::Hdf5Options& options) {
  const WrittenModel written = model_to_keras(model.network(), model.options().name);
  std::string archive;
  formats::ZipWriter zip([&](std::span<const std::byte> part) {
    archive.append(reinterpret_cast<const char*>(part.data()), part.size());
    return Result<void>();
  });
  zip.add("metadata.json", dump_json({{"keras_version", kKerasVersion}, {"written_by", "lepton"}}, JsonStyle::kCompact)).value();
  zip.add("config.json", dump_json(written.config, JsonStyle::kCompact)).value();
  zip.add("model.weights.h5", formats::write_hdf5(numbered_weights(model), Json::object(), options).value()).value();
  zip.finish().value();
  return archive;
}

// Long lists are written in parts, as Keras does.
void add_names(Json& attributes, const std::string& name, const Json& names) {
  if (names.size() <= kMaxNames) {
    attributes[name] = names;
    return;
  }
  for (std::size_t start = 0, part = 0; start < names.size(); start += kMaxNames, ++part) {
    Json& some = attributes[fmt::format("{}{}", name, part)] = Json::array();
    for (std::size_t i = start; i < std::min(names.size(), start + kMaxNames); ++i) some.push_back(names[i]);
  }
}

std::string groups_of(const train::Model& model, const formats::Hdf5Options& options) {
  const nn::Network& network = model.network();
  const WrittenModel written = model_to_keras(network, model.options().name);
  const std::string root = "model_weights";
  std::vector<Json> weight_names(network.layers().size(), Json::array());
  formats::NamedTensors data;
  for (const nn::Weight& weight : network.weights()) {
    const std::size_t layer = network.layer_of(weight);
    const std::string& own = written.layer_names[layer];
    const std::string name = own + weight.name.substr(network.layer_name(layer).size());
    weight_names[layer].push_back(name);
    data.emplace_back(fmt::format("{}/{}/{}", root, own, name), model.get_weight(weight.name));
  }
  Json attributes = {
      {"", {{"keras_version", kKerasVersion}, {"backend", "lepton"}, {"model_config", dump_json(written.config, JsonStyle::kCompact)}}},
      {root, {{"keras_version", kKerasVersion}, {"backend", "lepton"}}}};
  Json layer_names = Json::array();
  for (const std::size_t layer : layers_in_keras_order(network)) {
    const std::string& name = written.layer_names[layer];
    layer_names.push_back(name);
    attributes[root + "/" + name] = Json::object();
    add_names(attributes[root + "/" + name], "weight_names", weight_names[layer]);
  }
  add_names(attributes[root], "layer_names", layer_names);
  attributes[root + "/top_level_model_weights"] = {{"weight_names", Json::array()}};
  return formats::write_hdf5(data, attributes, options).value();
}

}  // namespace

Result<void> save_keras_file(FileSystem& files, const std::string& path, const train::Model& model, const formats::Hdf5Options& options) {
  return catch_error([&] {
           const bool is_archive = file_extension(path) == "keras";
           write_atomic(files, path, is_archive ? archive_of(model, options) : groups_of(model, options)).value();
         })
      .with_context(path);
}

Result<void> save_keras_weights(FileSystem& files, const std::string& path, const train::Model& model,
                                const formats::Hdf5Options& options) {
  return catch_error([&] {
           if (!path.ends_with(".weights.h5"))
             fail(ErrorCode::kInvalidArgument,
                  "the file of Keras's weights must end in .weights.h5: Keras reads other .h5 files as older ones");
           write_atomic(files, path, formats::write_hdf5(numbered_weights(model), Json::object(), options).value()).value();
         })
      .with_context(path);
}

}  // namespace lepton::zoo
