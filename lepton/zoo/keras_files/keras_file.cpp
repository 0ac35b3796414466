// Where the weights of a layer lie in the three layouts, and the check that each fits.
#include "lepton/zoo/keras_files/keras_file.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <tuple>

#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/formats/zip.hpp"
#include "lepton/nn/layer.hpp"
#include "lepton/zoo/keras_files/layer_config.hpp"
#include "lepton/zoo/keras_files/model_config.hpp"
#include "lepton/zoo/keras_files/weight_places.hpp"

namespace lepton::zoo {
namespace {

using formats::Hdf5File;

// Weights of our network by layer, in Keras's order.
using LayerWeights = std::map<std::string, std::vector<const nn::Weight*>>;

LayerWeights weights_by_layer(const nn::Network& network) {
  LayerWeights all;
  for (const nn::Weight& weight : network.weights()) all[network.layer_name(network.layer_of(weight))].push_back(&weight);
  return all;
}

// A weight of ours and what the file has for it.
struct Pair {
  std::string weight;
  Tensor value;  // of our dtype
};

void pair_up(const std::string& layer, const std::vector<const nn::Weight*>& ours, const std::vector<Tensor>& theirs,
             std::vector<Pair>& pairs) {
  if (ours.size() != theirs.size())
    fail(ErrorCode::kDataCorrupt, "keras: the layer '{}' has {} weights, the file {}", layer, ours.size(), theirs.size());
  for (std::size_t i = 0; i < ours.size(); ++i) {
    if (ours[i]->shape != theirs[i].shape())
      fail(ErrorCode::kShapeMismatch, "keras: the weight '{}' has the shape {}, in the file {}", ours[i]->name, ours[i]->shape,
           theirs[i].shape());
    pairs.push_back({ours[i]->name, theirs[i].cast(ours[i]->stored.dtype)});
  }
}

std::vector<std::string> texts(const Hdf5File& file, const std::string& path, const std::string& name) {
  std::vector<std::string> all;
  const auto add = [&](const Json* list) {
    if (list == nullptr || !list->is_array()) return false;
    for (const Json& one : *list) {
      if (!one.is_string()) fail(ErrorCode::kDataCorrupt, "keras: '{}' of '{}' is no list of names", name, path);
      all.push_back(one.get<std::string>());
    }
    return true;
  };
  if (add(file.attribute(path, name))) return all;
  for (int part = 0; add(file.attribute(path, fmt::format("{}{}", name, part))); ++part) {  // long lists are written in parts
  }
  return all;
}

// Keras 2, and whole models in Keras 3's .h5: a group for each layer of the outermost model, whose attribute lists its weights.
class NamedGroups {
 public:
  explicit NamedGroups(const Hdf5File& file)
      : file_(file), root_(texts(file, "model_weights", "layer_names").empty() ? "" : "model_weights") {}
  bool present() const { return !layers().empty(); }
  std::vector<std::string> layers() const { return texts(file_, root_, "layer_names"); }
  std::vector<Tensor> weights(const std::string& layer) const {
    const std::string group = root_.empty() ? layer : root_ + "/" + layer;
    std::vector<Tensor> all;
    for (const std::string& name : texts(file_, group, "weight_names")) {
      const Tensor* found = file_.data.find(group + "/" + name);
      if (found == nullptr) fail(ErrorCode::kDataCorrupt, "keras: the file has no weight '{}' of the layer '{}'", name, layer);
      all.push_back(*found);
    }
    return all;
  }

 private:
  const Hdf5File& file_;
  std::string root_;
};

// The weights of a layer; of a model first all that are trained, then the others, as its `weights` lists them.
void collect(const KerasLayer& layer, const LayerWeights& ours, bool trainable, std::vector<const nn::Weight*>& all) {
  for (const KerasLayer& inner : layer.layers) collect(inner, ours, trainable, all);
  const auto found = ours.find(layer.ours);
  if (layer.ours.empty() || found == ours.end()) return;
  for (const nn::Weight* weight : found->second) {
    if (weight->trainable == trainable) all.push_back(weight);
  }
}

std::vector<Pair> from_named_groups(const NamedGroups& groups, const std::vector<KerasLayer>& layers, const LayerWeights& ours) {
  std::vector<std::string> names = groups.layers();
  std::erase_if(names, [&](const std::string& name) { return groups.weights(name).empty(); });
  std::vector<Pair> pairs;
  std::size_t next = 0;
  for (const KerasLayer& layer : layers) {
    std::vector<const nn::Weight*> wanted;
    if (layer.layers.empty()) {
      if (const auto found = ours.find(layer.ours); found != ours.end() && !layer.ours.empty()) wanted = found->second;
    } else {
      collect(layer, ours, true, wanted);
      collect(layer, ours, false, wanted);
    }
    if (wanted.empty()) continue;
    if (next == names.size()) fail(ErrorCode::kDataCorrupt, "keras: the file has no weights for the layer '{}'", layer.name);
    pair_up(layer.name, wanted, groups.weights(names[next++]), pairs);
  }
  if (next < names.size()) fail(ErrorCode::kDataCorrupt, "keras: the file has weights for '{}', the model has no such layer", names[next]);
  return pairs;
}

// The parts of a layer in the order in which Keras makes them, where that is not the order of their names.
std::vector<std::string> parts_in_order(const nn::Layer& layer) {
  std::vector<std::string> parts = {"query_dense",  "key_dense",     "gate_dense",    "value_dense",
                                    "output_dense", "forward_layer", "backward_layer"};
  std::map<std::string, int> counts;
  const std::function<void(const nn::Layer&)> add_cells = [&](const nn::Layer& of) {
    for (const nn::Layer& owned : of.layers()) {
      if (of.def().name == "StackedRNNCells") parts.push_back(key_of(owned.def().name, counts));
      add_cells(owned);
    }
  };
  add_cells(layer);
  return parts;
}

// Orders the places of a layer's weights as Keras made them: "a/10" comes after "a/9".
struct MadeBefore {
  std::vector<std::string> parts;

  std::size_t place(std::string_view part) const {
    if (part.starts_with('_')) part.remove_prefix(1);  // GroupQueryAttention has _query_dense
    return static_cast<std::size_t>(std::ranges::find(parts, part) - parts.begin());
  }
  bool operator()(const std::string& a, const std::string& b) const {
    for (std::size_t start = 0;;) {
      const std::size_t end_a = a.find('/', start), end_b = b.find('/', start);
      const std::string_view x = std::string_view(a).substr(start, end_a - start), y = std::string_view(b).substr(start, end_b - start);
      if (x != y) return std::tuple(place(x), x.size(), x) < std::tuple(place(y), y.size(), y);
      if (end_a == std::string::npos || end_b == std::string::npos) return end_a == std::string::npos && end_b != std::string::npos;
      start = end_a + 1;
    }
  }
};

// Keras 3: layers/<key>/vars/<number>, the keys being names of classes, numbered.
class NumberedGroups {
 public:
  NumberedGroups(const Hdf5File& file, const nn::Network& network) : file_(file), network_(network) {}

  void pair(const std::string& root, const std::vector<KerasLayer>& layers, const LayerWeights& ours, std::vector<Pair>& pairs) const {
    std::map<std::string, int> counts;
    for (const KerasLayer& layer : layers) {
      const std::string key = root + "layers/" + key_of(layer.class_name, counts);
      if (!layer.layers.empty()) {
        pair(key + "/", layer.layers, ours, pairs);
      } else if (const auto wanted = ours.find(layer.ours); wanted != ours.end() && !layer.ours.empty()) {
        const std::size_t place = network_.layer_of(*wanted->second.front());
        pair_up(layer.name, wanted->second, weights(key + "/", {parts_in_order(network_.layers()[place])}), pairs);
      }
    }
  }

 private:
  std::vector<Tensor> weights(const std::string& prefix, const MadeBefore& order) const {
    std::vector<std::pair<std::string, Tensor>> found;
    for (const auto& [path, value] : file_.data.tensors) {
      if (path.starts_with(prefix) && path.find("seed_generator") == std::string::npos) found.emplace_back(path, value);
    }
    std::ranges::sort(found, order, [](const auto& one) { return one.first; });
    std::vector<Tensor> values;
    for (auto& [path, value] : found) values.push_back(std::move(value));
    return values;
  }
  const Hdf5File& file_;
  const nn::Network& network_;
};

// All weights are found and fit before the first is set, and before memory is taken for what a hostile configuration wants.
std::vector<Pair> match_weights(const Hdf5File& file, const std::vector<KerasLayer>& layers, const nn::Network& network) {
  const LayerWeights ours = weights_by_layer(network);
  const NamedGroups named(file);
  std::vector<Pair> pairs;
  if (named.present()) {
    pairs = from_named_groups(named, layers, ours);
  } else {
    NumberedGroups(file, network).pair("", layers, ours, pairs);
  }
  return pairs;
}

void set_weights(const std::vector<Pair>& pairs, train::Model& model) {
  for (const Pair& pair : pairs) model.set_weight(pair.weight, pair.value);
}

struct Opened {
  Hdf5File weights;
  Json config;  // null if the file has none
};

constexpr std::uint64_t kMaxVocabularyBytes = std::uint64_t{64} << 20;
constexpr int kMaxModelDepth = 16;  // of models within models

Json integers_of_lines(std::string_view text, const std::string& file) {
  Json numbers = Json::array();
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
    if (error != std::errc() || end != line.data() + line.size())
      fail(ErrorCode::kDataCorrupt, "keras: '{}' has a line that is no whole number: '{}'", file, line.substr(0, 40));
    numbers.push_back(number);
  }
  return numbers;
}

// A vocabulary that was learnt lies in a file beside the configuration, keyed as the weights are; it becomes part of the configuration.
void add_vocabularies(const formats::ZipReader& zip, Json& model, const std::string& root, int depth = 0) {
  if (depth > kMaxModelDepth || !model.is_object() || !model.contains("config") || !model["config"].is_object()) return;
  const auto layers = model["config"].find("layers");
  if (layers == model["config"].end() || !layers->is_array()) return;
  std::map<std::string, int> counts;
  for (Json& layer : *layers) {
    if (!layer.is_object() || !layer.contains("class_name") || !layer["class_name"].is_string()) continue;
    const std::string class_name = layer["class_name"], key = root + "layers/" + key_of(class_name, counts);
    add_vocabularies(zip, layer, key + "/", depth + 1);
    const auto* entry = zip.find(key + "/vocabulary.txt");
    if (class_name != "IntegerLookup" || entry == nullptr || !layer.contains("config") || !layer["config"].is_object()) continue;
    if (entry->unpacked_bytes > kMaxVocabularyBytes)
      fail(ErrorCode::kResourceExhausted, "keras: '{}' has {} bytes, at most {} are read", entry->name, entry->unpacked_bytes,
           kMaxVocabularyBytes);
    const std::vector<std::byte> text = zip.extract(*entry).value();
    layer["config"]["vocabulary"] = integers_of_lines({reinterpret_cast<const char*>(text.data()), text.size()}, entry->name);
  }
}

Opened open_archive(std::span<const std::byte> bytes, const formats::Hdf5Options& options) {
  const formats::ZipReader zip = formats::ZipReader::open(bytes).value();
  const auto extract = [&](std::string_view name) {
    const auto* entry = zip.find(name);
    if (entry == nullptr) fail(ErrorCode::kDataCorrupt, "keras: the archive has no '{}'", name);
    return zip.extract(*entry).value();
  };
  const std::vector<std::byte> text = extract("config.json");
  Json config = parse_json({reinterpret_cast<const char*>(text.data()), text.size()}, {.max_depth = 128}).value();
  add_vocabularies(zip, config, "assets/");
  return {formats::read_hdf5(extract("model.weights.h5"), options).value(), std::move(config)};
}

Opened open(FileSystem& files, const std::string& path, formats::Hdf5Options options) {
  const std::shared_ptr<MappedFile> file = files.map(path).value();
  options.skipped.insert(options.skipped.end(), {"optimizer_weights", "optimizer"});
  if (!formats::is_hdf5(file->bytes())) return open_archive(file->bytes(), options);
  Opened made{formats::read_hdf5(file->bytes(), options).value(), {}};
  if (const Json* config = made.weights.attribute("", "model_config"); config != nullptr && config->is_string())
    made.config = parse_json(config->get<std::string>(), {.max_depth = 128}).value();
  return made;
}

}  // namespace

bool is_keras_file(const std::string& path) {
  const std::string extension = file_extension(path);
  return extension == "keras" || extension == "h5" || extension == "hdf5";
}

Result<train::Model> load_keras_file(FileSystem& files, const std::string& path, const formats::Hdf5Options& options) {
  return catch_error([&] {
           const Opened file = open(files, path, options);
           if (file.config.is_null())
             fail(ErrorCode::kUnsupported,
                  "the file holds weights without a model; build the model and load them with load_keras_weights()");
           KerasModel read = model_from_keras(file.config).value();
           const std::vector<Pair> pairs = match_weights(file.weights, read.layers, read.network);
           const train::ModelOptions model_options{.dtype = read.network.dtype(), .name = std::move(read.name)};
           train::Model model(std::move(read.network), model_options);
           set_weights(pairs, model);
           return model;
         })
      .with_context(path);
}

Result<void> load_keras_weights(FileSystem& files, const std::string& path, train::Model& model, const formats::Hdf5Options& options) {
  return catch_error([&] {
           const Opened file = open(files, path, options);
           std::vector<KerasLayer> layers;
           for (std::size_t i = 0; i < model.network().layers().size(); ++i) {
             const std::string& name = model.network().layer_name(i);
             layers.push_back({name, std::string(model.network().layers()[i].def().name), name, {}});
           }
           set_weights(match_weights(file.weights, layers, model.network()), model);
         })
      .with_context(path);
}

}  // namespace lepton::zoo
