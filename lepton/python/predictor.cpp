// Models of other programs (ONNX, TensorFlow Lite): arrays in, arrays out.
#include <mutex>

#include "lepton/base/files.hpp"
#include "lepton/formats/graph_file.hpp"
#include "lepton/formats/onnx/model.hpp"
#include "lepton/python/bindings.hpp"

namespace lepton::python {
namespace {

// One run at a time: the model keeps its plans.
struct Predictor {
  explicit Predictor(formats::OnnxModel made) : model(std::move(made)) {}
  formats::OnnxModel model;
  std::mutex mutex;
};

std::vector<std::string> names_of(const std::vector<formats::OnnxValueInfo>& values) {
  std::vector<std::string> names;
  for (const formats::OnnxValueInfo& value : values) names.push_back(value.name);
  return names;
}

}  // namespace

void bind_predictor(nb::module_& module) {
  nb::class_<Predictor>(module, "Predictor", "A model of another program.")
      .def_prop_ro("input_names", [](Predictor& self) { return names_of(self.model.file().graph.inputs); })
      .def_prop_ro("output_names", [](Predictor& self) { return names_of(self.model.file().graph.outputs); })
      .def_prop_ro("input_dtypes",
                   [](Predictor& self) {
                     nb::list names;
                     for (const formats::OnnxValueInfo& value : self.model.file().graph.inputs)
                       names.append(value.dtype ? nb::object(nb::str(std::string(name_of(*value.dtype)).c_str())) : nb::none());
                     return names;
                   })
      .def("run", [](Predictor& self, const std::vector<Tensor>& inputs) {
        const nb::gil_scoped_release release;
        const std::lock_guard lock(self.mutex);
        return self.model.run(std::span<const Tensor>(inputs)).value();
      });
  module.def("is_graph_file", &formats::is_graph_file, nb::arg("path"));
  module.def(
      "load_graph",
      [](const std::string& path) {
        const nb::gil_scoped_release release;
        return new Predictor(formats::OnnxModel::load(local_files(), path).value());
      },
      nb::arg("path"), nb::rv_policy::take_ownership);
}

}  // namespace lepton::python
