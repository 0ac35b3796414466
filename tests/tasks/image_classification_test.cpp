// The whole way on real pictures: split, train, package, evaluate, predict; and an interrupted run that goes on bit for bit.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <set>
#include <sstream>

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/base/testing/temporary_folder.hpp"
#include "lepton/data/image/codec.hpp"
#include "lepton/data/picture_source.hpp"
#include "lepton/formats/package.hpp"
#include "lepton/tasks/image_classification.hpp"
#include "lepton/tasks/model_codec.hpp"
#include "lepton/tasks/settings.hpp"

namespace lepton::tasks {
namespace {

// 60 pictures each of two classes of Fashion-MNIST as a folder of classes; false if the set is not on this machine.
bool make_pictures(const std::string& folder) {
  const auto dataset = data::open_pictures(local_files(), "fashion-mnist", {.colour = data::Colour::kGrey});
  if (!dataset) return false;
  int taken[2] = {0, 0};
  for (std::int64_t i = 0; i < (*dataset)->num_samples() && taken[0] + taken[1] < 120; ++i) {
    const std::int64_t label = (*dataset)->label(i);
    if (label > 1 || taken[label] == 60) continue;
    const std::string class_folder = join_path(folder, label == 0 ? "shirt" : "trouser");
    local_files().make_folders(class_folder).value();
    const std::string path = join_path(class_folder, fmt::format("{:03}.png", taken[label]++));
    write_atomic(local_files(), path, data::encode_png((*dataset)->picture(i).value()).value()).value();
  }
  return true;
}

std::vector<std::pair<std::string, Tensor>> weights_of(const std::string& package) {
  const formats::Package opened = formats::Package::open(local_files(), package).value();
  std::vector<std::pair<std::string, Tensor>> weights;
  for (const auto& [name, tensor] : opened.weights().tensors) weights.emplace_back(name, tensor.copy());
  return weights;
}

class ImageTask : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!make_pictures(path("pictures"))) GTEST_SKIP() << "the data set fashion-mnist is not on this machine";
    setenv("LEPTON_STATE_DIR", path("state").c_str(), 1);
  }
  std::string path(const std::string& name) const { return join_path(folder_.path(), name); }
  TrainRequest config(const std::string& run, const std::string& data = "pictures") const {
    const TaskDef& task = get_task("image-classification");
    const Attributes given = {{"data", path(data)}, {"epochs", 3}, {"batch_size", 16}};
    return {.settings = complete_attributes(task.name, task.settings, given).value(), .run_folder = path(run), .verbose = 0};
  }
  TemporaryFolder folder_;
};

TEST_F(ImageTask, TrainsEvaluatesAndPredicts) {
  const auto run = train_images(config("run"));
  ASSERT_TRUE(run) << run.error().what();
  EXPECT_GT(run->best_epoch, 0);
  const auto first = evaluate_images(path("run"), "test");
  ASSERT_TRUE(first) << first.error().what();
  EXPECT_EQ(first->samples, 24);
  const train::Figure& accuracy = first->figures.at(0);
  EXPECT_EQ(accuracy.name, "accuracy");
  EXPECT_GT(accuracy.value, 0.8);
  EXPECT_LT(accuracy.interval.low, accuracy.value);
  EXPECT_EQ(first->openings, 1);
  EXPECT_EQ(evaluate_images(path("run"), "test")->openings, 2);
  const auto predictions = predict_files(run->package, {path("pictures/trouser/000.png")}, nullptr);
  ASSERT_TRUE(predictions) << predictions.error().what();
  EXPECT_EQ(predictions->front().said, "trouser");
}

// Training targets are shares of classes then; validation, test and predictions go on as ever.
TEST_F(ImageTask, LearnsFromMixedPictures) {
  TrainRequest request = config("run");
  request.settings.set("augment", std::vector<std::string>{"randaugment(1,3)", "mixup", "cutmix(0.5)"});
  const auto run = train_images(request);
  ASSERT_TRUE(run) << run.error().what();
  EXPECT_TRUE(std::ranges::any_of(run->validation, [](const auto& one) { return one.first == "accuracy"; }));
  EXPECT_GT(evaluate_images(path("run"), "test")->figures.at(0).value, 0.8);
  const auto predictions = predict_files(run->package, {path("pictures/trouser/000.png")}, nullptr);
  ASSERT_TRUE(predictions) << predictions.error().what();
  EXPECT_EQ(predictions->front().said, "trouser");
}

// Pictures 000 to 009 are of one object, and so on: what is said of the test set must not rest on objects seen in training.
TEST_F(ImageTask, PicturesOfAGroupStayOnOneSide) {
  TrainRequest request = config("run");
  request.settings.set("group", std::string("(\\d\\d)\\d\\.png$"));
  const auto run = train_images(request);
  ASSERT_TRUE(run) << run.error().what();
  const Json split = parse_json(read_file(local_files(), path("run/split.json"), 1 << 20).value(), {}).value();
  EXPECT_EQ(split.at("method"), "grouped");
  std::map<std::string, std::string> part_of;
  for (const auto& [part, ids] : split.at("parts").items()) {
    for (const Json& id : ids) {
      const std::string name = id.get<std::string>(), group = name.substr(name.size() - 7, 2);
      EXPECT_EQ(part_of.emplace(group, part).first->second, part) << name;
    }
  }
  EXPECT_EQ(part_of.size(), 6u);
  const auto grouped = evaluate_images(path("run"), "val");
  ASSERT_TRUE(grouped) << grouped.error().what();
  EXPECT_FALSE(train_images([&] {
    TrainRequest wrong = config("wrong");
    wrong.settings.set("group", std::string("(no such"));
    return wrong;
  }()));
}

// A copy of a picture is in the fold of its original, and no fold touches the test pictures.
TEST_F(ImageTask, FoldsKeepCopiesTogetherAndTheTestAside) {
  for (int i = 0; i < 8; ++i) {
    const std::string from = path(fmt::format("pictures/shirt/{:03}.png", i)), to = path(fmt::format("pictures/shirt/copy{}.png", i));
    write_atomic(local_files(), to, read_file(local_files(), from, 1 << 20).value()).value();
  }
  std::set<std::string> test, validated;  // of all folds
  for (std::int64_t fold = 0; fold < 3; ++fold) {
    const std::string run = fmt::format("fold{}", fold);
    TrainRequest request = config(run);
    for (const auto& [key, value] : {std::pair{"epochs", std::int64_t{1}}, {"folds", 3}, {"fold", fold}, {"seed", fold}, {"split_seed", 2}})
      request.settings.set(key, value);
    const auto trained = train_images(request);
    ASSERT_TRUE(trained) << trained.error().what();
    const Json parts = parse_json(read_file(local_files(), path(run + "/split.json"), 1 << 20).value(), {}).value().at("parts");
    std::map<std::string, std::string> part_of;
    for (const auto& [part, ids] : parts.items()) {
      for (const Json& id : ids) part_of[id.get<std::string>()] = part;
    }
    EXPECT_EQ(part_of.size(), 128u);
    for (int i = 0; i < 8; ++i) EXPECT_EQ(part_of.at(fmt::format("shirt/{:03}.png", i)), part_of.at(fmt::format("shirt/copy{}.png", i)));
    for (const auto& [id, part] : part_of) {
      if (part == "test") test.insert(id);
      EXPECT_TRUE(part != "val" || validated.insert(id).second) << id << " validates twice";
    }
  }
  EXPECT_EQ(test.size() + validated.size(), 128u);
}

TEST_F(ImageTask, AnInterruptedRunGoesOnBitForBit) {
  const auto whole = train_images(config("whole"));
  ASSERT_TRUE(whole) << whole.error().what();
  const std::atomic<bool> cancel = true;  // after the first batch
  TrainRequest cut = config("cut");
  cut.cancel = &cancel;
  const auto interrupted = train_images(cut);
  ASSERT_TRUE(interrupted) << interrupted.error().what();
  EXPECT_TRUE(interrupted->interrupted);
  cut.resume = true;
  cut.cancel = nullptr;
  const auto resumed = train_images(cut);
  ASSERT_TRUE(resumed) << resumed.error().what();
  const auto a = weights_of(whole->package), b = weights_of(resumed->package);
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(same_bits(a[i].second, b[i].second)) << a[i].first;
}

// The recipe of the paper as a file; its first epochs on few pictures.
TEST_F(ImageTask, TheRecipeOfResNet20Learns) {
  const TaskDef& task = get_task("image-classification");
  const std::string file = std::string(LEPTON_SOURCE_DIR) + "/examples/configs/resnet20-fashion.yaml";
  std::vector<GivenSetting> given = read_config_file(local_files(), file).value().settings;
  std::erase_if(given, [](const GivenSetting& setting) { return setting.key == "task"; });
  for (const std::string& text : {"data=" + path("pictures"), std::string("epochs=6"), std::string("batch_size=32")})
    given.push_back(setting_from_text(text).value());
  const auto run =
      train_images({.settings = settings_from(task.name, task.settings, given).value(), .run_folder = path("run"), .verbose = 0});
  ASSERT_TRUE(run) << run.error().what();
  std::vector<double> losses;
  std::istringstream lines(read_file(local_files(), path("run/metrics.csv"), 1 << 16).value());
  std::string line, header;
  std::getline(lines, header);
  const std::string before = header.substr(0, header.find("loss"));
  const auto column = std::ranges::count(before, ',');
  while (std::getline(lines, line)) {
    std::istringstream cells(line);
    std::string cell;
    for (std::ptrdiff_t i = 0; i <= column; ++i) std::getline(cells, cell, ',');
    losses.push_back(std::stod(cell));
  }
  ASSERT_EQ(losses.size(), 6u);
  // The first rate of the recipe is high: not every epoch is better than the one before.
  EXPECT_LT(*std::ranges::min_element(losses), 0.7 * losses.front());
}

TEST_F(ImageTask, ModelsOfTheZooAreKnownByName) {
  TrainRequest request = config("run");
  request.settings.set("model", std::string("lenet5"));
  const auto run = train_images(request);
  ASSERT_TRUE(run) << run.error().what();
  EXPECT_EQ(predict_files(run->package, {path("pictures/trouser/000.png")}, nullptr)->size(), 1u);
  request = config("wrong");
  request.settings.set("model", std::string("resnet19"));
  EXPECT_EQ(train_images(request).error().code(), ErrorCode::kNotFound);
}

TEST_F(ImageTask, WrongSettingsAndDamagedFilesAreErrors) {
  EXPECT_EQ(train_images(config("run", "nowhere")).error().code(), ErrorCode::kNotFound);
  EXPECT_FALSE(*exists(local_files(), path("run")));
  write_atomic(local_files(), path("pictures/shirt/000.png"), std::string_view("\x89PNG\r\n\x1a\n damaged")).value();
  const auto damaged = train_images(config("run"));
  ASSERT_FALSE(damaged);
  EXPECT_NE(damaged.error().message().find("000.png"), std::string::npos);
}

}  // namespace
}  // namespace lepton::tasks
