// Known models: what `model list`, `model show` and the reference page say of them.
#include <fmt/ranges.h>

#include <algorithm>

#include "lepton/base/json.hpp"
#include "lepton/cli/commands.hpp"
#include "lepton/zoo/zoo.hpp"

namespace lepton::cli {
namespace {

std::string shape_text(const Dims& dims) { return fmt::format("{}", fmt::join(dims, " x ")); }

Json to_json(const zoo::ModelDef& model, const zoo::Size& size) {
  return {{"name", model.name},
          {"summary", model.summary},
          {"source", model.source},
          {"reference", model.reference},
          {"input_shape", model.input_shape},
          {"classes", model.classes},
          {"parameters", size.parameters},
          {"trainable_parameters", size.trainable_parameters},
          {"macs", size.macs},
          {"pretrained", model.pretrained}};
}

}  // namespace

bool is_zoo_model(const std::string& name) {
  std::string hyphenated = name;
  std::ranges::replace(hyphenated, '_', '-');
  return std::ranges::any_of(zoo::all_models(), [&](const zoo::ModelDef& model) { return model.name == hyphenated; });
}

void show_zoo_model(const std::string& name, bool as_json) {
  const zoo::ModelDef& model = zoo::get_model(name);
  if (as_json) return print_json(to_json(model, zoo::measure(zoo::network(name))));
  fmt::print("{}\n{}\nsource: {}\nas in: {}\n", zoo::make(name).summary(1), model.summary, model.source, model.reference);
  if (!model.pretrained.empty()) fmt::print("trained weights: weights/{} of the data folder\n", model.pretrained);
}

void list_zoo(bool as_json) {
  Json all = Json::array();
  for (const zoo::ModelDef& model : zoo::all_models()) {
    const zoo::Size size = zoo::measure(zoo::network(model.name));
    if (as_json) {
      all.push_back(to_json(model, size));
    } else {
      fmt::print("{:<20} {:>7.2f} M parameters {:>9.1f} M MACs  {}\n", model.name, static_cast<double>(size.parameters) / 1e6,
                 static_cast<double>(size.macs) / 1e6, model.summary);
    }
  }
  if (as_json) print_json(all);
}

std::string zoo_page() {
  std::string text =
      "# Known models\n\n`lepton train DATA model=NAME`, `lepton model show NAME`, `zoo::make(\"NAME\")`. Counts are for the published "
      "input "
      "and classes; tests compare them, and what the model computes, with the reference. MACs: multiply-accumulates of matrix products and "
      "convolutions for one sample. Trained weights are files below `weights/` of the data folder; other models have none.\n\n"
      "| model | input | classes | parameters | trainable | MACs | reference | source | trained weights |\n"
      "|---|---|---|---|---|---|---|---|---|\n";
  for (const zoo::ModelDef& model : zoo::all_models()) {
    const zoo::Size size = zoo::measure(zoo::network(model.name));
    text += fmt::format("| `{}` | {} | {} | {} | {} | {} | {} | {} | {} |\n", model.name, shape_text(model.input_shape),
                        model.classes == 0 ? std::string("none") : std::to_string(model.classes), size.parameters,
                        size.trainable_parameters, size.macs, model.reference, model.source,
                        model.pretrained.empty() ? std::string() : fmt::format("`{}`", model.pretrained));
  }
  text += '\n';
  for (const zoo::ModelDef& model : zoo::all_models())
    text += fmt::format("- `{}`: {}{}\n", model.name, model.summary, model.has_width ? " Takes `width=`." : "");
  return text;
}

}  // namespace lepton::cli
