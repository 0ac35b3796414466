// Looking up, making and measuring models of the zoo.
#include "lepton/zoo/zoo.hpp"

#include <algorithm>

#include "lepton/graph/builder.hpp"
#include "lepton/graph/cost.hpp"
#include "lepton/op/spec.hpp"

namespace lepton::zoo {

std::vector<ModelDef> make_all_models();  // generated

std::span<const ModelDef> all_models() {
  static const std::vector<ModelDef> table = [] {
    std::vector<ModelDef> models = make_all_models();
    std::ranges::sort(models, {}, &ModelDef::name);
    return models;
  }();
  return table;
}

const ModelDef& get_model(std::string_view name) {
  std::string hyphenated(name);
  std::ranges::replace(hyphenated, '_', '-');
  return *find_row(all_models(), hyphenated, "zoo").value();
}

Choice parse_choice(std::string_view text) {
  std::string underscored(text);  // a spec's names have no hyphens
  std::ranges::replace(underscored.begin(), underscored.begin() + static_cast<std::ptrdiff_t>(std::min(text.find('('), text.size())), '-',
                       '_');
  const Spec spec = Spec::parse(underscored).value();
  Choice choice = {&get_model(spec.name)};
  Options& options = choice.options;
  const std::vector<AttributeDef> declared = {
      {"width", options.width, positive, "factor of the numbers of channels"},
      {"weight_decay", options.weight_decay, non_negative, "half the factor of the squared kernels in the loss"}};
  const Attributes arguments = spec.bind(choice.model->name, declared).value();
  options.width = arguments.number("width");
  options.weight_decay = arguments.number("weight_decay");
  return choice;
}

nn::Symbol build(const ModelDef& model, const nn::Symbol& x, const Options& options) {
  if (options.width != 1 && !model.has_width)
    fail(ErrorCode::kInvalidArgument, "{}: has one width only (got {})", model.name, options.width);
  if (options.width <= 0) fail(ErrorCode::kInvalidArgument, "{}: width must be positive (got {})", model.name, options.width);
  if (model.classes == 0 && options.classes != 0) fail(ErrorCode::kInvalidArgument, "{}: has no classes", model.name);
  if (model.vocabulary == 0 && options.vocabulary != 0) fail(ErrorCode::kInvalidArgument, "{}: takes no words", model.name);
  if (model.vocabulary > 0 && nn::Network::functional({x}, {x}).inputs()[0].type.shape.rank() != 2)
    fail(ErrorCode::kShapeMismatch, "{}: takes texts, [words] whole numbers each; for pictures take another model", model.name);
  Options complete = options;
  if (complete.vocabulary == 0) complete.vocabulary = model.vocabulary;
  if (complete.classes == 0) complete.classes = model.classes;
  if (complete.input_shape.empty()) complete.input_shape = model.input_shape;
  return model.build(x, complete);
}

nn::Network network(std::string_view name, const Options& options, DType dtype) {
  const ModelDef& model = get_model(name);
  const nn::Symbol input = nn::Input(options.input_shape.empty() ? model.input_shape : options.input_shape,
                                     {.dtype = model.vocabulary > 0 ? DType::kI64 : DType::kF32, .name = "input"});
  return nn::Network::functional({input}, {build(model, input, options)}, dtype);
}

train::Model make(std::string_view name, const Options& options, const train::ModelOptions& model) {
  train::ModelOptions named = model;
  if (named.name == train::ModelOptions().name) named.name = get_model(name).name;
  return train::Model(network(name, options, model.dtype), named);
}

Size measure(const nn::Network& network) {
  Size size;
  for (const nn::Weight& weight : network.weights()) {
    size.parameters += weight.shape.num_elements();
    if (weight.trainable) size.trainable_parameters += weight.shape.num_elements();
  }
  graph::GraphBuilder builder("measured");
  const nn::Built built = network.build(builder, {});
  for (std::size_t i = 0; i < built.outputs.size(); ++i) builder.output(fmt::format("output_{}", i), built.outputs[i].value);
  size.macs = graph::count_macs(builder.graph(), 1);
  return size;
}

}  // namespace lepton::zoo
