// Transfer on real pictures: a head on the features of EfficientNet-Lite0 tells ants from bees; the package needs no other file.
#include <gtest/gtest.h>

#include "lepton/base/files.hpp"
#include "lepton/base/path.hpp"
#include "lepton/base/testing/temporary_folder.hpp"
#include "lepton/data/named_dataset.hpp"
#include "lepton/tasks/task.hpp"

namespace lepton::tasks {
namespace {

class TransferTask : public ::testing::Test {
 protected:
  void SetUp() override { setenv("LEPTON_STATE_DIR", path("state").c_str(), 1); }
  std::string path(const std::string& name) const { return join_path(folder_.path(), name); }
  static bool has(const std::string& dataset) {
    const auto folder = data::data_folder(local_files());
    return folder && exists(local_files(), join_path(*folder, "weights/efficientnet-lite0/efficientnet-lite0.onnx")).value() &&
           data::locate_named_dataset(local_files(), dataset);
  }
  Result<TrainResult> train(const Attributes& given, const std::string& run) const {
    const TaskDef& task = get_task("image-classification");
    LEPTON_TRY(const Attributes settings, complete_attributes(task.name, task.settings, given));
    return task.train({.settings = settings, .run_folder = path(run), .verbose = 0});
  }
  double test_figure(const std::string& run, const std::string& name) const {
    const EvaluationResult e = get_task("image-classification").evaluate(path(run), "test").value();
    for (const train::Figure& figure : e.figures) {
      if (figure.name == name) return figure.value;
    }
    ADD_FAILURE() << "there is no figure " << name;
    return 0;
  }
  TemporaryFolder folder_;
};

TEST_F(TransferTask, TellsAntsFromBeesAndIsAStartItself) {
  if (!has("hymenoptera-160")) GTEST_SKIP() << "hymenoptera-160 or the weights efficientnet-lite0 are not on this machine";
  const Attributes given = {{"data", "hymenoptera-160"}, {"from", "efficientnet-lite0"}, {"test_part", "val"}, {"validation", 0.2}};
  const auto run = train(given, "run");
  ASSERT_TRUE(run) << run.error().what();
  EXPECT_GT(test_figure("run", "accuracy"), 0.92);
  EXPECT_GT(test_figure("run", "ROC AUC"), 0.97);
  const std::string bees = join_path(data::locate_named_dataset(local_files(), "hymenoptera-160").value(), "val/bees");
  const std::string bee = join_path(bees, local_files().list_folder(bees)->front().name);
  const auto said = get_task("image-classification").predict(run->package, {bee}, nullptr);
  ASSERT_TRUE(said) << said.error().what();
  EXPECT_EQ(said->front().said, "bees");

  Attributes again = given;
  again.set("from", run->package);
  const auto second = train(again, "second");
  ASSERT_TRUE(second) << second.error().what();
  EXPECT_GT(*train::find_log(second->validation, "accuracy"), 0.9);
}

TEST_F(TransferTask, WrongStartsAreErrors) {
  if (!has("hymenoptera-160")) GTEST_SKIP() << "hymenoptera-160 or the weights efficientnet-lite0 are not on this machine";
  const auto code = [&](Attributes given) {
    given.set("data", "hymenoptera-160");
    const auto run = train(given, "wrong");
    return run ? ErrorCode::kInternal : run.error().code();
  };
  EXPECT_EQ(code({{"from", "efficientnet-lite"}}), ErrorCode::kNotFound);
  EXPECT_EQ(code({{"from", "efficientnet-lite0"}, {"cut", "no such value"}}), ErrorCode::kNotFound);
  EXPECT_EQ(code({{"from", "efficientnet-lite0"}, {"scaling", "units"}}), ErrorCode::kNotFound);
  const std::string file = join_path(*data::data_folder(local_files()), "weights/efficientnet-lite0/efficientnet-lite0.onnx");
  EXPECT_EQ(code({{"from", file}}), ErrorCode::kInvalidArgument) << "how a file takes pictures must be said";
  EXPECT_EQ(code({{"from", "efficientnet-lite0"}, {"test_part", "exam"}}), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace lepton::tasks
