// What `model show` and `predict` do with Keras's files: inputs and results are arrays, as the model has them in Keras.
#include <map>

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/cli/commands.hpp"
#include "lepton/zoo/keras_files/keras_file.hpp"

namespace lepton::cli {

void show_keras_file(const std::string& path, bool as_json) {
  train::Model model = zoo::load_keras_file(local_files(), path).value();
  if (!as_json) return fmt::print("{}", model.summary());
  const train::Footprint footprint = model.footprint();
  Json layers = Json::array();
  for (std::size_t i = 0; i < model.network().layers().size(); ++i)
    layers.push_back({{"name", model.network().layer_name(i)}, {"class", std::string(model.network().layers()[i].def().name)}});
  print_json({{"format", "Keras"},
              {"parameters", footprint.parameters},
              {"trainable_parameters", footprint.trainable_parameters},
              {"macs_per_sample", footprint.macs_per_sample},
              {"layers", layers}});
}

void predict_keras_file(const std::string& path, const PredictArguments& arguments) {
  train::Model model = zoo::load_keras_file(local_files(), path).value();
  std::vector<std::string> names;
  for (const graph::GraphInput& input : model.network().inputs()) names.push_back(input.name);
  predict_profiled(arguments, [&](runtime::Profile* profile) {
    model.set_profile(profile);
    const std::vector<Tensor> results = model.predict_all(read_arrays(names, arguments.paths));
    print_arrays(model.network().output_names(), results, arguments.out, arguments.json);
  });
}

}  // namespace lepton::cli
