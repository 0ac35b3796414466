// Layers, inputs and how they are joined. A layer comes as Keras's class name and configuration.
#include <algorithm>

#include "lepton/base/json.hpp"
#include "lepton/nn/network.hpp"
#include "lepton/python/bindings.hpp"
#include "lepton/zoo/keras_files/layer_config.hpp"

namespace lepton::python {
namespace {

// What the build function of a layer written in Python works with; dies with the trace.
struct Building {
  nn::LayerContext* context;
  std::shared_ptr<const bool> alive;

  nn::LayerContext& get() const {
    if (!*alive) fail(ErrorCode::kInvalidArgument, "layer: weights can only be asked for while the layer is being called");
    return *context;
  }
};

// Python's function of values as a build function: build(building, [value, …]) -> [value, …].
nn::LayerBuild build_of(nb::callable function, std::string name) {
  return [held = Held(std::move(function)), name = std::move(name)](nn::LayerContext& context, std::span<const nn::Feature> inputs) {
    const nb::gil_scoped_acquire lock;
    const TraceScope scope;
    nb::list values;
    for (const nn::Feature& input : inputs) values.append(nb::cast(scope.give(input.value)));
    const nb::object made = (*held)(nb::cast(Building{&context, scope.alive()}), values);
    std::vector<nn::Feature> outputs;
    for (const nb::handle one : made) {
      if (!nb::isinstance<Traced>(one))
        fail(ErrorCode::kInvalidArgument, "{}: call() must return values made by lepton.keras.ops, not {}", name, nb::repr(one).c_str());
      outputs.emplace_back(nb::cast<const Traced&>(one).get());
    }
    if (outputs.empty()) fail(ErrorCode::kInvalidArgument, "{}: call() returned nothing", name);
    return outputs;
  };
}

Spec spec_of(const std::string& text) { return text.empty() ? Spec() : Spec(text); }

// Shapes, with the batch, of what `layer` gives for inputs of these types: found by building it once, alone.
std::vector<nb::tuple> infer(const nn::Layer& layer, const std::vector<std::pair<std::string, nb::tuple>>& types,
                             const std::string& dtype) {
  std::vector<nn::Symbol> inputs;
  for (const auto& [name, shape] : types) {
    const Dims dims = dims_of(shape);
    inputs.push_back(
        nn::Input({dims.begin() + 1, dims.end()}, {.dtype = dtype_of_name(name), .batch_size = dims.at(0) == kAnyDim ? 0 : dims[0]}));
  }
  const nn::Network network = nn::Network::functional(inputs, {layer(inputs)}, dtype_of_name(dtype));
  std::vector<nb::tuple> shapes;
  for (const Shape& shape : network.calls().back().output_shapes) shapes.push_back(shape_tuple(shape));
  return shapes;
}

}  // namespace

void bind_layers(nb::module_& module) {
  nb::class_<nn::Symbol>(module, "Symbol");
  nb::class_<nn::Layer>(module, "Layer")
      .def("__call__",
           [](const nn::Layer& self, const std::vector<nn::Symbol>& inputs, int outputs) { return self.outputs(inputs, outputs); })
      .def_prop_ro("class_name", [](const nn::Layer& self) { return std::string(self.def().name); })
      .def_prop_ro("name", [](const nn::Layer& self) { return self.name(); })
      .def_prop_ro("config",
                   [](const nn::Layer& self) {
                     nb::dict config;
                     for (const auto& [name, value] : self.config()) config[nb::cast(name)] = to_python(value);
                     return config;
                   })
      .def_prop_rw("trainable", &nn::Layer::trainable, [](const nn::Layer& self, bool on) { self.set_trainable(on); });
  nb::class_<Building>(module, "Building", "What a layer written in Python gets while it is traced.")
      .def_prop_ro("training", [](const Building& self) { return self.get().training(); })
      .def(
          "weight",
          [](const Building& self, const std::string& name, const nb::tuple& shape, const std::string& initializer, bool trainable,
             const std::string& regularizer, const std::string& constraint) {
            const Dims dims = dims_of(shape);
            if (std::ranges::find(dims, kAnyDim) != dims.end())
              fail(ErrorCode::kInvalidArgument, "layer: the weight '{}' needs a shape without None", name);
            const Value value = self.get().weight({.name = name,
                                                   .shape = Shape(dims),
                                                   .initializer = spec_of(initializer),
                                                   .trainable = trainable,
                                                   .regularizer = spec_of(regularizer),
                                                   .constraint = spec_of(constraint)});
            return Traced{value, self.alive};
          },
          nb::arg("name"), nb::arg("shape"), nb::arg("initializer"), nb::arg("trainable") = true, nb::arg("regularizer") = "",
          nb::arg("constraint") = "")
      .def("call",
           [](const Building& self, const nn::Layer& layer, const std::string& name, const std::vector<Traced>& values) {
             std::vector<nn::Feature> inputs, outputs;
             for (const Traced& value : values) inputs.emplace_back(value.get());
             self.get().within(layer, name, [&] { outputs = layer.def().build(self.get(), inputs); });
             std::vector<Traced> made;
             for (const nn::Feature& output : outputs) made.push_back({output.logical(), self.alive});
             return made;
           })
      .def("update", [](const Building& self, const std::string& name, const Traced& value) { self.get().update(name, value.get()); })
      .def("add_loss", [](const Building& self, const Traced& loss) { self.get().add_loss(loss.get()); });
  module.def(
      "layer",
      [](const std::string& class_name, const std::string& config, const std::string& name) {
        return zoo::layer_from_keras(class_name, json_of(config), name);
      },
      nb::arg("class_name"), nb::arg("config"), nb::arg("name"), "A layer from Keras's class name and configuration (JSON).");
  module.def(
      "custom_layer", [](const std::string& name, nb::callable build) { return nn::custom_layer(name, build_of(std::move(build), name)); },
      nb::arg("name"), nb::arg("build"));
  module.def(
      "input",
      [](const nb::tuple& shape, const std::string& dtype, const std::string& name, std::int64_t batch_size) {
        return nn::Input(dims_of(shape), {.dtype = dtype_of_name(dtype), .name = name, .batch_size = batch_size});
      },
      nb::arg("shape"), nb::arg("dtype"), nb::arg("name"), nb::arg("batch_size") = 0);
  module.def("infer", &infer, nb::arg("layer"), nb::arg("inputs"), nb::arg("dtype"));
  // A spec's text from Keras's name and configuration of an initialiser, regulariser or constraint lies in the reader of layers; this is
  // for those that a custom layer names.
  module.def("spec", [](const std::string& name, const nb::dict& arguments) {
    Attributes given;
    for (const auto& [key, value] : arguments) {
      const auto word = nb::cast<std::string>(key);
      if (nb::isinstance<nb::str>(value)) {
        given.set(word, nb::cast<std::string>(value));
      } else if (nb::isinstance<nb::bool_>(value)) {
        given.set(word, nb::cast<bool>(value));
      } else {
        given.set(word, nb::cast<double>(value));
      }
    }
    return Spec(nn::snake_case(name), given).to_string();
  });
}

}  // namespace lepton::python
