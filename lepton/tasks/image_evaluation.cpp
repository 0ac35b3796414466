// Evaluation reports and predictions of image classifiers.
#include <algorithm>

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/data/image/codec.hpp"
#include "lepton/data/picture_source.hpp"
#include "lepton/formats/package.hpp"
#include "lepton/tasks/image_classification.hpp"
#include "lepton/tasks/internal/evaluation.hpp"
#include "lepton/tasks/internal/image_run.hpp"
#include "lepton/tasks/internal/outcome.hpp"
#include "lepton/tasks/loader_source.hpp"
#include "lepton/tasks/model_codec.hpp"
#include "lepton/train/package.hpp"

namespace lepton::tasks {
namespace {

class PictureCodec final : public ModelCodec {
 public:
  explicit PictureCodec(const Json& task) : recipe_(data::image_recipe_from_json(*json_member(task, "recipe").value()).value()) {
    labels_ = json_member(task, "labels").value()->get<std::vector<std::string>>();
  }
  std::string_view takes() const override { return "picture"; }

  Result<EncodedInputs> encode(std::string bytes, const std::string& name, const EncodeLimits& limits) const override {
    LEPTON_TRY(const Tensor image, data::decode_image(std::as_bytes(std::span(bytes)), {.max_pixels = limits.max_pixels}));
    return catch_error([&] {
      const Tensor input = data::apply(recipe_, image);
      Dims dims = {1};
      dims.insert(dims.end(), input.shape().begin(), input.shape().end());
      return EncodedInputs{input.reshape(Shape(dims)), {name}};
    });
  }

 private:
  data::ImageRecipe recipe_;
};

// What a model says of all samples.
nn::Predictions predict(train::Model& model, const data::DatasetHandle& samples) {
  const std::int64_t count = samples->num_samples(), classes = samples->target().num_classes();
  nn::Predictions all{Tensor::empty(DType::kF32, {count, classes}), Tensor::empty(DType::kI64, {count}), {}};
  const auto source = loader_source(samples, {.batch_size = 128, .shuffle = false});
  source->start(0, 0);
  train::Batch batch;
  for (std::int64_t row = 0; source->next(batch); row += batch.size()) {
    all.prediction.rows(row, row + batch.size()).assign(model.predict(train::Arrays(batch.inputs), batch.size()));
    all.target.rows(row, row + batch.size()).assign(batch.targets[0].cast(DType::kI64));
  }
  return all;
}

// The mistakes of which the model was surest, as pictures.
std::vector<train::Page::Picture> mistakes(const data::Dataset& samples, const Decisions& d, const std::vector<std::string>& labels) {
  std::vector<std::size_t> wrong;
  for (std::size_t i = 0; i < d.right.size(); ++i) {
    if (d.right[i] == 0) wrong.push_back(i);
  }
  std::ranges::stable_sort(wrong, [&](std::size_t a, std::size_t b) { return d.confidence[a] > d.confidence[b]; });
  if (wrong.size() > 24) wrong.resize(24);
  std::vector<train::Page::Picture> pictures;
  for (const std::size_t i : wrong) {
    const auto picture = samples.picture(static_cast<std::int64_t>(i));
    if (!picture) continue;
    const auto png = data::encode_png(*picture);
    if (!png) continue;
    pictures.push_back({"data:image/png;base64," + train::base64(*png),
                        {fmt::format("said {} ({:.1f} %)", labels[static_cast<std::size_t>(d.said[i])], 100 * d.confidence[i]),
                         "is " + labels[static_cast<std::size_t>(d.truth[i])]}});
  }
  return pictures;
}

EvaluationResult evaluate_in(const std::string& folder, const std::string& part) {
  FileSystem& files = local_files();
  train::LoadedPackage loaded = train::load_package(files, join_path(folder, "model.lepton")).value();
  const Json& task = *json_member(*loaded.manifest, "task").value();
  const Json& source = *json_member(task, "data").value();
  const data::ImageRecipe recipe = data::image_recipe_from_json(*json_member(task, "recipe").value()).value();
  ReportRequest request{
      .title = "Image classifier", .source = json_get<std::string>(source, "source").value(), .run_folder = folder, .part = part};
  const data::DatasetHandle dataset = open_classes(request.source, recipe, source.value("classes", std::vector<std::string>{}));
  const data::Split split = read_split(folder, *dataset);
  const std::vector<std::int64_t> rows = split.indices(part).value();
  request.openings = open_part(part, *dataset, rows, folder);
  const data::DatasetHandle samples = data::subset(dataset, rows);
  Outcome outcome{.model = predict(loaded.model, samples), .labels = dataset->target().label_names};
  outcome.groups = number_groups(groups_of_pictures(*dataset, source.value("group", "")), rows);
  outcome.no_copies = samples_without_copies(*dataset, split, part);
  train::LoadedPackage linear = train::load_package(files, join_path(folder, "baseline.lepton")).value();
  outcome.linear = predict(linear.model, samples);
  request.more_of_classes = [&](train::Page& page, const Decisions& d) {
    page.section("The most confident mistakes", "Look here first: wrong labels, odd pictures, and what the model has not understood.");
    page.pictures(mistakes(*samples, d, outcome.labels));
  };
  return write_report(outcome, request);
}

}  // namespace

Result<EvaluationResult> evaluate_images(const std::string& run_folder, const std::string& part) {
  return catch_error([&] { return evaluate_in(run_folder, part); });
}

Result<std::vector<Tensor>> inputs_of_images(const std::string& run_folder, const std::string& part, std::int64_t at_most) {
  return catch_error([&] {
    const formats::Package package = formats::Package::open(local_files(), join_path(run_folder, "model.lepton")).value();
    const Json& task = *json_member(package.manifest(), "task").value();
    const data::ImageRecipe recipe = data::image_recipe_from_json(*json_member(task, "recipe").value()).value();
    const Json& source = *json_member(task, "data").value();
    const auto classes = source.value("classes", std::vector<std::string>{});
    return first_inputs(*open_classes(json_get<std::string>(source, "source").value(), recipe, classes), run_folder, part, at_most);
  });
}

std::unique_ptr<ModelCodec> picture_codec(const Json& task) { return std::make_unique<PictureCodec>(task); }

}  // namespace lepton::tasks
