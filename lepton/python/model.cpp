// Models: compile, fit, evaluate, predict, weights and files.
#include "lepton/train/model.hpp"

#include <nanobind/stl/shared_ptr.h>

#include <mutex>

#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/nn/metric.hpp"
#include "lepton/python/training.hpp"
#include "lepton/train/metric_state.hpp"
#include "lepton/train/onnx_export.hpp"
#include "lepton/train/weight_files.hpp"
#include "lepton/zoo/keras_files/keras_file.hpp"

namespace lepton::python {
namespace {

using train::Arrays;
using train::Model;

// A model that several threads of Python may call: one after the other. A callback may call it again.
struct SharedModel {
  explicit SharedModel(Model made) : model(std::move(made)) {}
  Model model;
  std::recursive_mutex mutex;
  int trainings = 0;  // under way

  // Computes without the interpreter lock.
  template <class Work>
  auto run(Work&& work) {
    const nb::gil_scoped_release release;
    const std::lock_guard lock(mutex);
    return work(model);
  }
  // A training that is under way keeps what it works on.
  template <class Work>
  auto change(const char* what, Work&& work) {
    return run([&](Model& m) {
      if (trainings > 0) fail(ErrorCode::kInvalidArgument, "{}: the model is being trained; wait until fit() has returned", what);
      return work(m);
    });
  }
};

struct TrainingCount {
  explicit TrainingCount(int& c) : count(c) { ++count; }
  ~TrainingCount() { --count; }
  TrainingCount(const TrainingCount&) = delete;
  TrainingCount& operator=(const TrainingCount&) = delete;
  int& count;
};

nb::dict history_dict(const train::History& history) {
  nb::dict figures;
  for (const std::string& key : history.keys()) figures[nb::cast(key)] = nb::cast(history[key]);
  return figures;
}

// Python's function of (y_true, y_pred) as a loss of each sample.
nn::LossFunction function_of(nb::callable function, const std::string& name) {
  return [held = Held(std::move(function)), name](const nn::LossInputs& inputs, const Attributes&) {
    const nb::gil_scoped_acquire lock;
    const TraceScope scope;
    const nb::object made = (*held)(nb::cast(scope.give(inputs.target)), nb::cast(scope.give(inputs.prediction)));
    if (!nb::isinstance<Traced>(made))
      fail(ErrorCode::kInvalidArgument, "{}: the function must return a value made by lepton.keras.ops, not {}", name,
           nb::repr(made).c_str());
    return nb::cast<const Traced&>(made).get();
  };
}

nn::Loss make_loss(const std::string& name, const nb::dict& arguments) {
  std::vector<AttributeDef> declared = nn::get_loss(name).arguments;
  declared.push_back({"reduction", "sum_over_batch_size", any_value, ""});
  return Spec(name, attributes_of(arguments, declared, name));
}

nn::Metric make_metric(const std::string& name, const nb::dict& arguments) {
  const nn::MetricDef& def = nn::get_metric(name);
  return Spec(std::string(def.name), attributes_of(arguments, def.arguments, name));
}

optim::Optimizer make_optimizer(const std::string& name, const nb::dict& arguments) {
  const optim::OptimizerDef& def = optim::get_optimizer(name);
  std::vector<AttributeDef> declared(optim::common_optimizer_arguments().begin(), optim::common_optimizer_arguments().end());
  declared[0].default_value = def.default_learning_rate;
  declared[2].default_value = def.default_weight_decay;
  declared.insert(declared.end(), def.arguments.begin(), def.arguments.end());
  return Spec(name, attributes_of(arguments, declared, name));
}

std::string make_schedule(const std::string& name, const nb::dict& arguments) {
  const auto* def = find_row(optim::all_schedules(), name, "schedule").value();
  return Spec(name, attributes_of(arguments, def->arguments, name)).to_string();
}

nb::dict fit(SharedModel& self, const std::vector<Tensor>& x, const std::vector<Tensor>& y, const std::optional<Tensor>& sample_weight,
             std::int64_t batch_size, std::int64_t epochs, std::int64_t initial_epoch, double validation_split,
             const std::optional<std::tuple<std::vector<Tensor>, std::vector<Tensor>, std::optional<Tensor>>>& validation,
             std::int64_t validation_batch_size, std::int64_t validation_freq, bool shuffle, const nb::dict& class_weight,
             const std::vector<std::shared_ptr<train::Callback>>& callbacks) {
  train::FitOptions options{.epochs = epochs,
                            .batch_size = batch_size,
                            .validation_split = validation_split,
                            .validation_batch_size = validation_batch_size,
                            .validation_freq = validation_freq,
                            .shuffle = shuffle,
                            .sample_weight = sample_weight.value_or(Tensor()),
                            .callbacks = callbacks,
                            .verbose = 0,
                            .initial_epoch = initial_epoch};
  options.callbacks.push_back(interrupt_callback());
  if (validation) {
    options.validation_data = {std::get<0>(*validation), std::get<1>(*validation)};
    options.validation_weight = std::get<2>(*validation).value_or(Tensor());
  }
  for (const auto& [label, weight] : class_weight) options.class_weight[nb::cast<std::int64_t>(label)] = nb::cast<double>(weight);
  const train::History history = self.run([&](Model& model) {
    const TrainingCount count(self.trainings);
    return model.fit(Arrays(x), Arrays(y), options);
  });
  return history_dict(history);
}

nb::dict fit_source(SharedModel& self, nb::object source, nb::object validation, std::int64_t validation_freq, std::int64_t epochs,
                    std::int64_t initial_epoch, const std::vector<std::shared_ptr<train::Callback>>& callbacks) {
  train::FitOptions options{
      .epochs = epochs, .validation_freq = validation_freq, .callbacks = callbacks, .verbose = 0, .initial_epoch = initial_epoch};
  options.callbacks.push_back(interrupt_callback());
  const auto training = python_source(std::move(source));
  const auto held_out = validation.is_none() ? nullptr : interruptible(python_source(std::move(validation)));
  const train::History history = self.run([&](Model& model) {
    const TrainingCount count(self.trainings);
    return model.fit(*training, held_out.get(), options);
  });
  return history_dict(history);
}

train::Batch batch_of(std::vector<Tensor> x, std::vector<Tensor> y, const std::optional<Tensor>& sample_weight) {
  const auto source = train::array_source(std::move(x), std::move(y), sample_weight.value_or(Tensor()),
                                          {.batch_size = std::numeric_limits<std::int32_t>::max()});
  train::Batch batch;
  source->start(0, 0);
  if (!source->next(batch)) fail(ErrorCode::kInvalidArgument, "train_on_batch: the batch has no samples");
  return batch;
}

// The arrays must be there before a source counts their samples.
void check_given(const std::vector<Tensor>& x) {
  if (x.empty() || x[0].shape().rank() == 0) fail(ErrorCode::kInvalidArgument, "model: needs arrays whose first axis counts samples");
}

nb::list describe_weights(const Model& model) {
  nb::list all;
  for (const nn::Weight& weight : model.network().weights()) {
    all.append(nb::make_tuple(nb::cast(weight.name), model.network().layer_of(weight), shape_tuple(weight.shape), weight.trainable));
  }
  return all;
}

nb::dict describe_network(const Model& model) {
  const nn::Network& network = model.network();
  nb::list inputs, layers, calls;
  for (const graph::GraphInput& input : network.inputs()) {
    inputs.append(nb::make_tuple(nb::cast(input.name), nb::cast(std::string(name_of(input.type.dtype))), shape_tuple(input.type.shape)));
  }
  for (std::size_t i = 0; i < network.layers().size(); ++i)
    layers.append(nb::make_tuple(nb::cast(network.layer_name(i)), nb::cast(network.layers()[i])));
  for (const nn::Network::Call& call : network.calls()) calls.append(nb::make_tuple(call.layer, nb::cast(call.inputs)));
  nb::dict described;
  described["inputs"] = inputs;
  described["layers"] = layers;
  described["calls"] = calls;
  described["outputs"] = nb::cast(network.output_calls());
  described["dtype"] = std::string(name_of(network.dtype()));
  described["name"] = model.options().name;
  return described;
}

void save(SharedModel& self, const std::string& path) {
  const std::string extension = file_extension(path);
  if (extension == "lepton") return self.run([&](Model& model) { model.save(path); });
  if (extension == "onnx")
    return self.run([&](Model& model) {
      (void)train::export_onnx(local_files(), path, model, Json::object(),
                               {.inputs = train::seeded_inputs(model, 4), .inputs_from = "random numbers"})
          .value();
    });
  if (zoo::is_keras_file(path)) return self.run([&](Model& model) { zoo::save_keras_file(local_files(), path, model).value(); });
  fail(ErrorCode::kUnsupported, "save: Lepton writes .lepton, .onnx, .keras and .h5 files, not '{}'", path);
}

SharedModel* load(const std::string& path) {
  const nb::gil_scoped_release release;
  if (zoo::is_keras_file(path)) return new SharedModel(zoo::load_keras_file(local_files(), path).value());
  return new SharedModel(Model::load(path));
}

void bind_objective(nb::module_& module) {
  nb::class_<nn::Loss>(module, "Loss").def_prop_ro("name", &nn::Loss::name);
  nb::class_<nn::Metric>(module, "Metric").def_prop_ro("key", &nn::Metric::key).def("with_key", &nn::Metric::with_key);
  nb::class_<optim::Optimizer>(module, "Optimizer").def("learning_rate", &optim::Optimizer::learning_rate, nb::arg("step") = 0);
  module.def("loss", &make_loss, nb::arg("name"), nb::arg("arguments"));
  module.def(
      "custom_loss",
      [](const std::string& name, nb::callable function, bool takes_class_indices) {
        return nn::Loss(name, function_of(std::move(function), name), takes_class_indices);
      },
      nb::arg("name"), nb::arg("function"), nb::arg("takes_class_indices"));
  module.def("metric", &make_metric, nb::arg("name"), nb::arg("arguments"));
  module.def("custom_metric",
             [](const std::string& name, nb::callable function) { return nn::Metric(name, function_of(std::move(function), name)); });
  nb::class_<train::MetricState>(module, "MetricState", "A metric that is updated by hand.")
      .def(nb::init<nn::Metric>(), nb::arg("metric"))
      .def(
          "update",
          [](train::MetricState& self, const Tensor& y_true, const Tensor& y_pred, const std::optional<Tensor>& sample_weight) {
            self.update(y_true, y_pred, sample_weight.value_or(Tensor()));
          },
          nb::arg("y_true"), nb::arg("y_pred"), nb::arg("sample_weight").none())
      .def("result", &train::MetricState::result)
      .def("reset", &train::MetricState::reset);
  module.def("optimizer", &make_optimizer, nb::arg("name"), nb::arg("arguments"));
  module.def("schedule", &make_schedule, nb::arg("name"), nb::arg("arguments"));
}

void bind_files(nb::class_<SharedModel>& model) {
  model.def("save", &save, nb::arg("path"))
      .def("save_weights",
           [](SharedModel& self, const std::string& path) {
             self.run([&](Model& m) {
               if (zoo::is_keras_file(path)) return zoo::save_keras_weights(local_files(), path, m).value();
               train::save_weights(local_files(), path, m).value();
             });
           })
      .def(
          "load_weights",
          [](SharedModel& self, const std::string& path, bool skip_mismatch) {
            self.run([&](Model& m) {
              if (zoo::is_keras_file(path)) return zoo::load_keras_weights(local_files(), path, m).value();
              train::load_weights(local_files(), path, m, {.skip_mismatch = skip_mismatch}).value();
            });
          },
          nb::arg("path"), nb::arg("skip_mismatch") = false);
}

void bind_weights(nb::class_<SharedModel>& model) {
  model.def("weights", [](SharedModel& self) { return describe_weights(self.model); })
      .def("network", [](SharedModel& self) { return describe_network(self.model); })
      .def("get_weight", [](SharedModel& self, const std::string& name) { return self.run([&](Model& m) { return m.get_weight(name); }); })
      .def("set_weight",
           [](SharedModel& self, const std::string& name, const Tensor& value) {
             self.run([&](Model& m) {
               const nn::Weight* weight = m.network().find_weight(name);
               if (weight == nullptr) fail(ErrorCode::kNotFound, "set_weights: there is no weight '{}'", name);
               if (weight->shape != value.shape())
                 fail(ErrorCode::kShapeMismatch, "set_weights: '{}' has the shape {}, got {}", name, weight->shape, value.shape());
               m.set_weight(name, value.cast(weight->stored.dtype));
             });
           })
      .def_prop_rw(
          "learning_rate", [](SharedModel& self) { return self.run([](Model& m) { return m.learning_rate(); }); },
          [](SharedModel& self, double value) { self.run([&](Model& m) { m.set_learning_rate(value); }); })
      .def(
          "reset_states",
          [](SharedModel& self, const std::string& layer) { self.change("reset_state", [&](Model& m) { m.reset_states(layer); }); },
          nb::arg("layer") = "")
      .def_prop_ro("iterations", [](SharedModel& self) { return self.run([](Model& m) { return m.iterations(); }); })
      .def("summary", [](SharedModel& self) { return self.run([](Model& m) { return m.summary(); }); })
      .def("count_params", [](SharedModel& self) { return self.run([](Model& m) { return m.footprint().parameters; }); });
}

void bind_training(nb::class_<SharedModel>& model) {
  model
      .def("compile",
           [](SharedModel& self, const optim::Optimizer& optimizer, const std::vector<nn::Loss>& losses,
              const std::vector<double>& loss_weights, const std::vector<std::vector<nn::Metric>>& metrics) {
             self.change("compile", [&](Model& m) {
               m.compile({.optimizer = optimizer, .losses = losses, .loss_weights = loss_weights, .output_metrics = metrics});
             });
           })
      .def("fit", &fit, nb::arg("x"), nb::arg("y"), nb::arg("sample_weight").none(), nb::arg("batch_size"), nb::arg("epochs"),
           nb::arg("initial_epoch"), nb::arg("validation_split"), nb::arg("validation").none(), nb::arg("validation_batch_size"),
           nb::arg("validation_freq"), nb::arg("shuffle"), nb::arg("class_weight"), nb::arg("callbacks"))
      .def("fit_source", &fit_source, nb::arg("source"), nb::arg("validation").none(), nb::arg("validation_freq"), nb::arg("epochs"),
           nb::arg("initial_epoch"), nb::arg("callbacks"))
      .def(
          "train_on_batch",
          [](SharedModel& self, std::vector<Tensor> x, std::vector<Tensor> y, const std::optional<Tensor>& sample_weight) {
            check_given(x);
            return to_dict(self.run([&](Model& m) { return m.train_on_batch(batch_of(std::move(x), std::move(y), sample_weight)); }));
          },
          nb::arg("x"), nb::arg("y"), nb::arg("sample_weight").none())
      .def(
          "evaluate",
          [](SharedModel& self, std::vector<Tensor> x, std::vector<Tensor> y, const std::optional<Tensor>& sample_weight,
             std::int64_t batch_size) {
            check_given(x);
            return to_dict(self.run([&](Model& m) {
              const auto source = interruptible(
                  train::array_source(std::move(x), std::move(y), sample_weight.value_or(Tensor()), {.batch_size = batch_size}));
              return m.evaluate(*source).logs;
            }));
          },
          nb::arg("x"), nb::arg("y"), nb::arg("sample_weight").none(), nb::arg("batch_size"))
      .def("evaluate_source",
           [](SharedModel& self, nb::object source) {
             const auto batches = interruptible(python_source(std::move(source)));
             return to_dict(self.run([&](Model& m) { return m.evaluate(*batches).logs; }));
           })
      .def(
          "predict",
          [](SharedModel& self, std::vector<Tensor> x, std::int64_t batch_size) {
            check_given(x);
            return self.run([&](Model& m) {
              const auto source = interruptible(train::array_source(std::move(x), {}, {}, {.batch_size = batch_size}));
              return m.predict_all(*source);
            });
          },
          nb::arg("x"), nb::arg("batch_size"))
      .def("predict_source", [](SharedModel& self, nb::object source) {
        const auto batches = interruptible(python_source(std::move(source)));
        return self.run([&](Model& m) { return m.predict_all(*batches); });
      });
}

}  // namespace

void bind_model(nb::module_& module) {
  bind_objective(module);
  bind_callbacks(module);
  module.def("python_callbacks", &python_callbacks);
  nb::class_<SharedModel> model(module, "Model", "A network with its weights.");
  model.def(
      "__init__",
      [](SharedModel* self, const std::vector<nn::Symbol>& inputs, const std::vector<nn::Symbol>& outputs, const std::string& dtype,
         std::uint64_t seed, const std::string& name) {
        new (self) SharedModel(Model(inputs, outputs, {.dtype = dtype_of_name(dtype), .seed = seed, .name = name}));
      },
      nb::arg("inputs"), nb::arg("outputs"), nb::arg("dtype"), nb::arg("seed"), nb::arg("name"));
  bind_training(model);
  bind_weights(model);
  bind_files(model);
  module.def("load_model", &load, nb::arg("path"), nb::rv_policy::take_ownership);
}

}  // namespace lepton::python
