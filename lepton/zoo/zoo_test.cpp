// The table of the zoo and the options of its models.
#include "lepton/zoo/zoo.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "lepton/graph/builder.hpp"

namespace lepton::zoo {
namespace {

ErrorCode code_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::kInternal;
}

const nn::Network::Call& last_call(const nn::Network& network) {
  return network.calls()[static_cast<std::size_t>(network.output_calls()[0].first)];
}

TEST(ZooTable, NamesAreUniqueAndComplete) {
  std::set<std::string_view> names;
  for (const ModelDef& model : all_models()) {
    EXPECT_TRUE(names.insert(model.name).second) << model.name;
    EXPECT_EQ(model.name.find('_'), std::string_view::npos) << "underscores stand for hyphens in look-ups: " << model.name;
    EXPECT_FALSE(model.summary.empty() || model.source.empty() || model.reference.empty()) << model.name;
  }
  EXPECT_EQ(code_of([] { get_model("resnet19"); }), ErrorCode::kNotFound);
}

// Width, classes and missing tops work for every model that says so.
TEST(ZooTable, OptionsAreKept) {
  for (const ModelDef& model : all_models()) {
    if (model.has_width) {
      EXPECT_LT(measure(network(model.name, {.width = 0.5})).macs, measure(network(model.name)).macs) << model.name;
    } else {
      EXPECT_EQ(code_of([&] { (void)network(model.name, {.width = 0.5}); }), ErrorCode::kInvalidArgument) << model.name;
    }
    if (model.classes == 0) {
      EXPECT_EQ(code_of([&] { (void)network(model.name, {.classes = 7}); }), ErrorCode::kInvalidArgument) << model.name;
      continue;
    }
    EXPECT_EQ(last_call(network(model.name, {.classes = 7})).output_shapes[0][-1], 7) << model.name;
    const Size whole = measure(network(model.name)), headless = measure(network(model.name, {.include_top = false}));
    EXPECT_LT(headless.parameters, whole.parameters) << model.name;
  }
}

TEST(ZooTable, ModelsOfTextsTakeWords) {
  const nn::Network made = network("gru-classifier", {.input_shape = {7}, .vocabulary = 50});
  EXPECT_EQ(made.inputs()[0].type.to_string(), "i64[?,7]");
  EXPECT_EQ(made.weights()[0].shape, Shape({50, 128}));
  EXPECT_EQ(code_of([] { (void)network("lenet5", {.vocabulary = 50}); }), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of([] { (void)network("lstm-classifier", {.input_shape = {28, 28, 1}}); }), ErrorCode::kShapeMismatch);
}

TEST(ZooTable, WeightDecayIsALossOfItsOwn) {
  graph::GraphBuilder builder("decayed");
  const nn::Built built = network("lenet5", {.weight_decay = 0.1}).build(builder, {});
  EXPECT_EQ(built.losses.size(), 5u);  // one for each kernel
}

TEST(ZooTable, ChoicesAreRead) {
  const Choice choice = parse_choice("mobilenet-v2(width=0.5, weight_decay=1e-4)");
  EXPECT_EQ(choice.model->name, "mobilenet-v2");
  EXPECT_EQ(choice.options.width, 0.5);
  EXPECT_EQ(choice.options.weight_decay, 1e-4);
  EXPECT_EQ(parse_choice("resnet20").options.width, 1);
  EXPECT_EQ(code_of([] { parse_choice("resnet20(depth=3)"); }), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of([] { parse_choice("resnet20("); }), ErrorCode::kParseError);
  EXPECT_EQ(code_of([] { parse_choice("resnet21"); }), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace lepton::zoo
