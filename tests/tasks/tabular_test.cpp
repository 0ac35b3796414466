// Tables from CSV to a packaged and evaluated model; a config that replays its run; and tables that are wrong.
#include <gtest/gtest.h>

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/base/random.hpp"
#include "lepton/base/testing/temporary_folder.hpp"
#include "lepton/data/named_dataset.hpp"
#include "lepton/formats/package.hpp"
#include "lepton/tasks/model_codec.hpp"
#include "lepton/tasks/settings.hpp"
#include "lepton/tasks/task.hpp"

namespace lepton::tasks {
namespace {

class TableTask : public ::testing::Test {
 protected:
  void SetUp() override { setenv("LEPTON_STATE_DIR", path("state").c_str(), 1); }
  std::string path(const std::string& name) const { return join_path(folder_.path(), name); }
  std::string write(const std::string& name, const std::string& text) const {
    write_atomic(local_files(), path(name), text).value();
    return path(name);
  }
  Result<TrainResult> train(const std::string& task_name, const Attributes& given, const std::string& run) const {
    const TaskDef& task = get_task(task_name);
    LEPTON_TRY(const Attributes settings, complete_attributes(task.name, task.settings, given));
    return task.train({.settings = settings, .run_folder = path(run), .verbose = 0});
  }
  TemporaryFolder folder_;
};

double figure(const EvaluationResult& e, const std::string& name) {
  for (const train::Figure& f : e.figures) {
    if (f.name == name) return f.value;
  }
  ADD_FAILURE() << "there is no figure " << name;
  return 0;
}

// A number that depends on two columns and noise, some cells empty, and a word that helps.
std::string made_up_table(int rows, bool as_class) {
  Random random(5);
  std::string text = "a,b,kind,site,y\n";
  for (int i = 0; i < rows; ++i) {
    const double a = random.uniform(-2, 2), b = random.uniform(0, 10);
    const int kind = static_cast<int>(random.uniform(0, 3));
    const double y = 3 * a - 0.5 * b + 4 * (kind == 1) + random.uniform(-0.5, 0.5);
    const std::string cell = i % 17 == 0 ? "" : fmt::format("{:.4f}", b);
    const std::string target = as_class ? (y > 0 ? "yes" : "no") : fmt::format("{:.4f}", 100 + 20 * y);
    text += fmt::format("{:.4f},{},{},site{},{}\n", a, cell, "xyz"[kind], i % 12, target);
  }
  return text;
}

TEST_F(TableTask, ClassifiesAndItsConfigReplaysIt) {
  const std::string file = write("rows.csv", made_up_table(900, true));
  const auto run = train("tabular-classification", {{"data", file}, {"target", "y"}, {"epochs", 20}, {"group", "site"}}, "run");
  ASSERT_TRUE(run) << run.error().what();
  const TaskDef& task = task_of_package(run->package);
  EXPECT_EQ(task.name, "tabular-classification");
  const auto e = task.evaluate(path("run"), "test");
  ASSERT_TRUE(e) << e.error().what();
  EXPECT_GT(figure(*e, "accuracy"), 0.85);
  EXPECT_GT(figure(*e, "ROC AUC"), 0.93);
  EXPECT_LT(figure(*e, "baseline: most frequent class"), 0.8);
  EXPECT_EQ(e->openings, 1);
  EXPECT_EQ(task.evaluate(path("run"), "test")->openings, 2);
  for (const train::Figure& f : e->figures) {
    EXPECT_LE(f.interval.low, f.value) << f.name;
    EXPECT_GE(f.interval.high, f.value) << f.name;
  }
  EXPECT_TRUE(*exists(local_files(), e->report));

  const ConfigFile config = read_config_file(local_files(), path("run/config.yaml")).value();
  EXPECT_TRUE(differences_from_here(config.made_by).empty());
  std::vector<GivenSetting> given;
  for (const GivenSetting& setting : config.settings) {
    if (setting.key != "task") given.push_back(setting);
  }
  const Attributes settings = settings_from(task.name, task.settings, given).value();
  const auto again = task.train({.settings = settings, .run_folder = path("again"), .verbose = 0});
  ASSERT_TRUE(again) << again.error().what();
  const formats::Package first = formats::Package::open(local_files(), run->package).value();
  const formats::Package second = formats::Package::open(local_files(), again->package).value();
  const auto &a = first.weights().tensors, &b = second.weights().tensors;
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(same_bits(a[i].second, b[i].second)) << a[i].first;
}

// All runs of a cross-validation have one test set, whatever their fold and seed; a plain run with the same split_seed has it, too.
TEST_F(TableTask, FoldsShareTheTestSet) {
  const std::string file = write("rows.csv", made_up_table(400, true));
  const auto parts_of = [&](const Attributes& more, const std::string& run) {
    Attributes given = {{"data", file}, {"target", "y"}, {"epochs", 1}};
    for (const auto& [key, value] : more) given.set(key, value);
    train("tabular-classification", given, run).value();
    return parse_json(read_file(local_files(), path(run + "/split.json"), 1 << 20).value()).value().at("parts");
  };
  const Json plain = parts_of({{"seed", 4}}, "plain");
  const Json first = parts_of({{"split_seed", 4}, {"folds", 3}, {"fold", 0}}, "first");
  const Json other = parts_of({{"seed", 9}, {"split_seed", 4}, {"folds", 3}, {"fold", 2}}, "other");
  EXPECT_EQ(plain.at("test"), first.at("test"));
  EXPECT_EQ(plain.at("test"), other.at("test"));
  EXPECT_NE(first.at("val"), other.at("val"));
  EXPECT_EQ(first.at("val").size() + first.at("train").size(), plain.at("val").size() + plain.at("train").size());
  EXPECT_EQ(train("tabular-classification", {{"data", file}, {"target", "y"}, {"folds", 3}, {"fold", 3}}, "wrong").error().code(),
            ErrorCode::kInvalidArgument);
}

TEST_F(TableTask, PredictsRowsWithUnknownWordsAndOtherColumnOrders) {
  const std::string file = write("rows.csv", made_up_table(600, true));
  const auto run = train("tabular-classification", {{"data", file}, {"target", "y"}, {"epochs", 10}}, "run");
  ASSERT_TRUE(run) << run.error().what();
  const auto said = predict_files(run->package, {write("new.csv", "kind,b,a,site\nx,1.5,2,site1\nnever seen,,-2,site2\n")}, nullptr);
  ASSERT_TRUE(said) << said.error().what();
  ASSERT_EQ(said->size(), 2u);
  EXPECT_EQ((*said)[0].said, "yes");
  EXPECT_EQ((*said)[1].said, "no");
  EXPECT_NEAR((*said)[0].probabilities[0].second + (*said)[0].probabilities[1].second, 1, 1e-5);
  EXPECT_EQ(predict_files(run->package, {write("bad.csv", "kind,b,a,site\nx,many,2,site1\n")}, nullptr).error().code(),
            ErrorCode::kParseError);
  EXPECT_EQ(predict_files(run->package, {write("less.csv", "kind,b,site\nx,1,site1\n")}, nullptr).error().code(), ErrorCode::kNotFound);
}

TEST_F(TableTask, PredictsNumbersInTheirUnits) {
  const std::string file = write("rows.csv", made_up_table(900, false));
  const auto run = train("tabular-regression", {{"data", file}, {"target", "y"}, {"epochs", 40}, {"dropout", 0.0}}, "run");
  ASSERT_TRUE(run) << run.error().what();
  const auto e = task_of_package(run->package).evaluate(path("run"), "test");
  ASSERT_TRUE(e) << e.error().what();
  EXPECT_GT(figure(*e, "R2"), 0.95);
  EXPECT_LT(figure(*e, "mean absolute error"), 0.3 * figure(*e, "baseline: mean absolute error of always saying the mean"));
}

TEST_F(TableTask, WrongTablesAreErrorsThatNameThePlace) {
  const Attributes base = {{"target", "y"}, {"epochs", 1}};
  const auto code = [&](const std::string& text, const std::string& target = "y") {
    Attributes given = base;
    given.set("data", write("wrong.csv", text));
    given.set("target", target);
    const auto run = train("tabular-classification", given, "wrong");
    if (run) return ErrorCode::kInternal;
    EXPECT_NE(std::string(run.error().what()).find("wrong.csv"), std::string::npos) << run.error().what();
    return run.error().code();
  };
  std::string with_nan = made_up_table(60, true);
  with_nan.replace(with_nan.find('\n') + 1, 6, "NaN   ");
  EXPECT_EQ(code(with_nan), ErrorCode::kParseError);
  EXPECT_EQ(code(made_up_table(60, true), "yy"), ErrorCode::kNotFound);
  EXPECT_EQ(code("a,y\n1,yes\n2,yes\n3,yes\n"), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code("a,y\n1,yes\n2\n"), ErrorCode::kParseError);
  EXPECT_EQ(train("tabular-classification", {{"data", path("nowhere.csv")}, {"target", "y"}}, "wrong").error().code(),
            ErrorCode::kNotFound);
  EXPECT_FALSE(*exists(local_files(), path("wrong")));
}

// Quality on real data: home equity loans. The linear model is the one to beat.
TEST_F(TableTask, LearnsWhoPaysBack) {
  if (!data::locate_named_dataset(local_files(), "hmeq")) GTEST_SKIP() << "the data set hmeq is not on this machine";
  const auto run = train("tabular-classification", {{"data", "hmeq"}, {"target", "BAD"}, {"epochs", 30}}, "run");
  ASSERT_TRUE(run) << run.error().what();
  const auto e = task_of_package(run->package).evaluate(path("run"), "test");
  ASSERT_TRUE(e) << e.error().what();
  EXPECT_GT(figure(*e, "accuracy"), 0.88);
  EXPECT_GT(figure(*e, "ROC AUC"), 0.90);
  EXPECT_GT(figure(*e, "accuracy"), figure(*e, "baseline: linear model"));
  EXPECT_GT(figure(*e, "baseline: linear model"), 0.86);
}

}  // namespace
}  // namespace lepton::tasks
