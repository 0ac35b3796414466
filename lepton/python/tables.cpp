// What Lepton has, by kind: names and arguments, for the generator of the Python package and for its checks.
#include "lepton/nn/activation.hpp"
#include "lepton/nn/constraint.hpp"
#include "lepton/nn/initializer.hpp"
#include "lepton/nn/metric.hpp"
#include "lepton/nn/regularizer.hpp"
#include "lepton/optim/optimizer.hpp"
#include "lepton/python/bindings.hpp"

namespace lepton::python {
namespace {

nb::tuple arguments(std::span<const AttributeDef> declared) {
  nb::list names;
  for (const AttributeDef& one : declared) names.append(nb::cast(std::string(one.name)));
  return nb::tuple(names);
}

// name -> (summary, names of arguments)
template <class Rows, class Arguments>
nb::dict table(const Rows& rows, const Arguments& arguments_of) {
  nb::dict made;
  for (const auto& row : rows)
    made[nb::cast(std::string(row.name))] = nb::make_tuple(nb::cast(std::string(row.summary)), arguments_of(row));
  return made;
}

nb::dict tables() {
  const auto none = [](const auto&) { return nb::make_tuple(); };
  const auto own = [](const auto& row) { return arguments(row.arguments); };
  nb::dict all;
  all["layers"] = table(nn::all_layers(), [](const nn::LayerDef& def) { return arguments(def.config); });
  all["losses"] = table(nn::all_losses(), own);
  all["metrics"] = table(nn::all_metrics(), own);
  all["optimizers"] = table(optim::all_optimizers(), [](const optim::OptimizerDef& def) {
    nb::list names;
    for (const AttributeDef& one : optim::common_optimizer_arguments()) names.append(nb::cast(std::string(one.name)));
    for (const AttributeDef& one : def.arguments) names.append(nb::cast(std::string(one.name)));
    return nb::tuple(names);
  });
  all["schedules"] = table(optim::all_schedules(), own);
  all["initializers"] = table(nn::all_initializers(), none);
  all["regularizers"] = table(nn::all_regularizers(), none);
  all["constraints"] = table(nn::all_constraints(), none);
  all["activations"] = table(nn::all_activations(), none);
  return all;
}

}  // namespace

void bind_tables(nb::module_& module) { module.def("tables", &tables, "Names, summaries and arguments of what Lepton has, by kind."); }

}  // namespace lepton::python
