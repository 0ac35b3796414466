// The task of classifying pictures, and the networks that it trains from scratch.
#include "lepton/tasks/image_classification.hpp"

#include "lepton/base/files.hpp"
#include "lepton/data/normalization.hpp"
#include "lepton/data/picture_source.hpp"
#include "lepton/nn/layers.hpp"
#include "lepton/tasks/internal/cross_validation.hpp"
#include "lepton/tasks/internal/image_run.hpp"
#include "lepton/tasks/internal/outcome.hpp"
#include "lepton/tasks/loader_source.hpp"
#include "lepton/tasks/model_codec.hpp"
#include "lepton/tasks/task_list.hpp"
#include "lepton/zoo/zoo.hpp"

namespace lepton::tasks {
namespace {

// Fitted on the training pictures alone, and part of the graph.
nn::Layer normalization(const Attributes& settings, const OpenedData& opened) {
  if (settings.text("normalize") == "scale") return nn::Rescaling(1.0 / 255);
  const bool standardize = settings.text("normalize") == "standardize";
  if (!standardize && settings.text("normalize") != "min-max")
    fail(ErrorCode::kInvalidArgument, "normalize must be scale, standardize or min-max, got '{}'", settings.text("normalize"));
  const data::ChannelStatistics s = data::measure_channels(opened.dataset, opened.split.indices("train").value()).value();
  std::vector<double> mean, variance;
  for (std::size_t c = 0; c < s.mean.size(); ++c) {
    const double spread = standardize ? s.standard_deviation[c] : s.maximum[c] - s.minimum[c];
    mean.push_back(standardize ? s.mean[c] : s.minimum[c]);
    variance.push_back(spread == 0 ? 1 : spread * spread);
  }
  return nn::Normalization({.mean = mean, .variance = variance});
}

// Conv 32, pool, conv 64, pool, dense 128: the small network of the Fashion-MNIST papers, with dropout.
nn::Symbol small_network(nn::Symbol x) {
  using namespace nn;
  x = MaxPooling2D({2, 2})(Conv2D(32, {3, 3}, {.padding = "same", .activation = "relu"})(x));
  x = MaxPooling2D({2, 2})(Conv2D(64, {3, 3}, {.padding = "same", .activation = "relu"})(x));
  return Dropout(0.4)(Dense(128, {.activation = "relu"})(Flatten()(Dropout(0.25)(x))));
}

// Three blocks of two convolutions with batch normalisation, after VGG: slower and better.
nn::Symbol large_network(nn::Symbol x) {
  using namespace nn;
  for (const std::int64_t filters : {32, 64, 128}) {
    for (int i = 0; i < 2; ++i) {
      const Layer conv = Conv2D(filters, {3, 3}, {.padding = "same", .use_bias = false, .kernel_initializer = "he_normal"});
      x = Activation("relu")(BatchNormalization({.momentum = 0.9})(conv(x)));
    }
    if (filters < 128) x = MaxPooling2D({2, 2})(x);
    x = Dropout(0.2)(x);
  }
  return Dropout(0.3)(GlobalAveragePooling2D()(x));
}

train::Model make_model(const Attributes& settings, const OpenedData& opened) {
  using namespace nn;
  const Symbol input = Input(opened.dataset->features()[0].type.shape.dims(), {.dtype = DType::kU8, .name = "image"});
  const Symbol normalized = normalization(settings, opened)(input);
  const std::int64_t num_classes = opened.dataset->target().num_classes();
  const std::string& name = settings.text("model");
  if (name != "small" && name != "large") {
    zoo::Choice choice = zoo::parse_choice(name);
    choice.options.classes = num_classes;
    choice.options.input_shape = opened.dataset->features()[0].type.shape.dims();
    return train::Model(input, zoo::build(*choice.model, normalized, choice.options),
                        {.seed = seed_of(settings), .name = std::string(choice.model->name)});
  }
  const Symbol features = name == "small" ? small_network(normalized) : large_network(normalized);
  const Symbol classes = Dense(num_classes, {.activation = "softmax", .name = "class"})(features);
  return train::Model(input, classes, {.seed = seed_of(settings), .name = name + "_cnn"});
}

TrainResult train_in(const TrainRequest& request) {
  const Attributes& settings = request.settings;
  if (!settings.text("from").empty()) return train_from(request);
  const OpenedData opened = open_data(request, data::suggest_image_recipe(local_files(), settings.text("data")).value());
  train::Model model = make_model(settings, opened);
  const FittedRun fitted = fit_with_checkpoints(request, opened, model, {.optimizer = optim::Optimizer(settings.text("optimizer"))});
  return finish_run(request, opened, model, fitted);
}

}  // namespace

Result<TrainResult> train_images(const TrainRequest& request) {
  return catch_error([&] { return train_in(request); });
}

TaskDef image_classification_task() {
  return {.name = "image-classification",
          .summary = "A class for each picture, learnt from a folder of classes.",
          .settings = with_common_settings(with_fold_settings(
              {{"model", "small", any_value,
                "small (two convolutions), large (six, with batch normalisation) or one of the zoo: resnet20, mobilenet-v2(width=0.5) …"},
               {"normalize", "scale", any_value, "scale (to 0 … 1), standardize or min-max (by the training pictures)"},
               {"augment", std::vector<std::string>{}, any_value,
                "e.g. flip,crop(4),rotate(10),zoom(0.1),contrast(0.2),brightness(0.1),randaugment(2,9),mixup(0.2),cutmix(1); "
                "a head on given weights learns from flips alone"},
               {"group", "", any_value,
                "pattern of file names, e.g. (patient\\d+): pictures with the same match stay on one side of the split"},
               {"allow_leaks", std::vector<std::string>{}, any_value, "copies across the split that are accepted, by name"},
               {"classes", std::vector<std::string>{}, any_value, "coarser classes, e.g. good:free,defect:* or small:bike+car,large:*"},
               {"test_part", "", any_value, "part of the data's own split that is kept for the test, if it is not called test"},
               {"from", "", any_value, "trained weights to start from: efficientnet-lite0, a .lepton package, or an ONNX file"},
               {"cut", "", any_value, "value of the ONNX file at which its head is cut off; by itself if not given"},
               {"levels", 2, non_negative,
                "of the ONNX file: of so many sizes of feature maps the averages and largest values join the features"},
               {"scaling", "", any_value,
                "how the ONNX file takes pictures: raw, unit (0 … 1), symmetric (-1 … 1), torchvision or efficientnet-lite"},
               {"picture_size", 0, non_negative, "height and width of pictures for the ONNX file; 0: as it says"},
               {"fit", "center-crop", any_value, "how pictures come to that size: center-crop, stretch or letterbox"},
               {"unfreeze", 0.0, probability,
                "share of the given weights, from the head down, that is trained further, gently unless `optimizer` is given"},
               {"rate_decay", 0.95, probability, "factor on the learning rate from one trained layer to the next deeper one"}})),
          .presets = {{"fast", "a new head on the features of a trained network", {"from=efficientnet-lite0"}},
                      {"good",
                       "the same, mirrored pictures too, then the upper third of the network trained further",
                       {"from=efficientnet-lite0", "augment=flip", "unfreeze=0.3", "epochs=10"}},
                      {"best",
                       "the same, with more variation of the pictures, more of the network, gently, and more epochs",
                       {"from=efficientnet-lite0", "augment=flip,rotate(10),zoom(0.1)", "unfreeze=0.6", "rate_decay=0.9", "epochs=20",
                        "patience=5"}}},
          .objectives = class_objectives(),
          .train = train_images,
          .evaluate = evaluate_images,
          .codec = picture_codec,
          .inputs = inputs_of_images};
}

}  // namespace lepton::tasks
