// Runs of the picture task in a folder of their own, for tests of transfer and of quality on real data.
#pragma once

#include <gtest/gtest.h>

#include "lepton/base/files.hpp"
#include "lepton/base/path.hpp"
#include "lepton/base/testing/temporary_folder.hpp"
#include "lepton/data/named_dataset.hpp"
#include "lepton/tasks/task.hpp"

namespace lepton::tasks {

class PictureRuns : public ::testing::Test {
 protected:
  void SetUp() override { setenv("LEPTON_STATE_DIR", path("state").c_str(), 1); }
  std::string path(const std::string& name) const { return join_path(folder_.path(), name); }
  // True if a data set and the weights efficientnet-lite0 are on this machine.
  static bool has(const std::string& dataset) {
    const auto folder = data::data_folder(local_files());
    return folder && exists(local_files(), join_path(*folder, "weights/efficientnet-lite0/efficientnet-lite0.onnx")).value() &&
           data::locate_named_dataset(local_files(), dataset);
  }
  static const TaskDef& task() { return get_task("image-classification"); }
  Result<TrainResult> train(const Attributes& settings, const std::string& run) const {
    return task().train({.settings = settings, .run_folder = path(run), .verbose = 0});
  }
  double test_figure(const std::string& run, const std::string& name) const {
    const EvaluationResult e = task().evaluate(path(run), "test").value();
    for (const train::Figure& figure : e.figures) {
      if (figure.name == name) return figure.value;
    }
    ADD_FAILURE() << "there is no figure " << name;
    return 0;
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace lepton::tasks
