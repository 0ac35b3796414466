// One function for each command: it declares options and, when chosen, sets what main runs. Commands throw Error; main prints it.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "lepton/base/json_fwd.hpp"
#include "lepton/tasks/settings.hpp"
#include "lepton/tensor/tensor.hpp"

namespace CLI {
class App;
}

namespace lepton::runtime {
class Profile;
}

namespace lepton::cli {

struct Context {
  const std::atomic<bool>* cancel = nullptr;  // set by Ctrl-C
  std::function<void()> run = nullptr;        // the chosen command
  int exit_code = 0;
};

/// Prints what `--json` asks for.
void print_json(const Json& json);

/// What config files and key=value words say together; later ones win. Notes on stderr where a file was made by another program.
struct GivenConfig {
  std::string task;  // empty if none is named
  tasks::ConfigFile config;
};
GivenConfig read_given(const std::vector<std::string>& words);
/// The first folder "PARENT/NNN" that is not there.
std::string new_folder(const std::string& parent);

/// ONNX and TensorFlow Lite files, for the commands that take models.
void show_graph_file(const std::string& path, bool as_json);
struct PredictArguments {
  std::vector<std::string> paths;  // of inputs
  std::string out, profile;        // .npz for results; file for the times of operators
  bool json = false;
};
void predict_graph_file(const std::string& path, const PredictArguments& arguments);
/// Predicts; if the arguments want a profile, with one: then writes its trace, and prints its table unless JSON is wanted.
void predict_profiled(const PredictArguments& arguments, const std::function<void(runtime::Profile*)>& predict);

/// Serves a package for a moment, predicts a picture through HTTP, and stops.
void demonstrate_serving(const std::string& package, const std::string& picture);

/// Keras's files, for the same commands.
void show_keras_file(const std::string& path, bool as_json);
void predict_keras_file(const std::string& path, const PredictArguments& arguments);

/// The arrays of .npz and .npy files, in the order of the model's inputs.
std::vector<Tensor> read_arrays(const std::vector<std::string>& names, const std::vector<std::string>& paths);
/// Prints results, or writes them to the .npz file `out` as well.
void print_arrays(const std::vector<std::string>& names, const std::vector<Tensor>& values, const std::string& out, bool as_json);

/// Models of the zoo: whether a name is one, `model show` and `model list` of them, and their reference page.
bool is_zoo_model(const std::string& name);
void show_zoo_model(const std::string& name, bool as_json);
void list_zoo(bool as_json);
std::string zoo_page();
/// The reference page of ONNX operators, read and written.
std::string onnx_page();
std::string keras_page();
/// The reference page of pretrained weights.
std::string weights_page();

void add_demo(CLI::App& app, Context& context);
void add_train(CLI::App& app, Context& context);
void add_tune(CLI::App& app, Context& context);
void add_eval(CLI::App& app, Context& context);
void add_predict(CLI::App& app, Context& context);
void add_export(CLI::App& app, Context& context);
void add_serve(CLI::App& app, Context& context);
void add_serve_token(CLI::App& app, Context& context);
void add_watch(CLI::App& app, Context& context);
void add_reviews(CLI::App& app, Context& context);
void add_data(CLI::App& app, Context& context);
void add_op(CLI::App& app, Context& context);
void add_model(CLI::App& app, Context& context);
void add_runs(CLI::App& app, Context& context);
void add_weights(CLI::App& app, Context& context);
void add_bench(CLI::App& app, Context& context);
void add_doctor(CLI::App& app, Context& context);
void add_doc(CLI::App& app, Context& context);

}  // namespace lepton::cli
