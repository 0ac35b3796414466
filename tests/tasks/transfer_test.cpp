// Transfer on real pictures: a head on the features of EfficientNet-Lite0 tells ants from bees; the package needs no other file.
#include "lepton/tasks/model_codec.hpp"
#include "tests/tasks/picture_runs.hpp"

namespace lepton::tasks {
namespace {

class TransferTask : public PictureRuns {
 protected:
  Result<TrainResult> train(const Attributes& given, const std::string& run) const {
    LEPTON_TRY(const Attributes settings, complete_attributes(task().name, task().settings, given));
    return PictureRuns::train(settings, run);
  }
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
  const auto said = predict_files(run->package, {bee}, nullptr);
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
