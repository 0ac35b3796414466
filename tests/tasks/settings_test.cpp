// Settings from the command line and from YAML: typed, checked, and errors that name the place.
#include "lepton/tasks/settings.hpp"

#include <gtest/gtest.h>

#include "lepton/tasks/task.hpp"

namespace lepton::tasks {
namespace {

const TaskDef& table_task() { return get_task("tabular-classification"); }

Result<Attributes> from_text(std::vector<std::string> texts) {
  std::vector<GivenSetting> given;
  for (const std::string& text : texts) {
    LEPTON_TRY(GivenSetting setting, setting_from_text(text));
    given.push_back(std::move(setting));
  }
  return settings_from(table_task().name, table_task().settings, given);
}

TEST(SettingsTest, AreTypedAndLaterOnesWin) {
  const auto settings = from_text(
      {"data=a.csv", "target=y", "epochs=3", "epochs=5", "hidden=8,4", "dropout=0", "ignore=id,name", "optimizer=sgd(0.1, momentum=0.9)"});
  ASSERT_TRUE(settings) << settings.error().message();
  EXPECT_EQ(settings->integer("epochs"), 5);
  EXPECT_EQ(settings->integers("hidden"), (std::vector<std::int64_t>{8, 4}));
  EXPECT_EQ(settings->number("dropout"), 0);
  EXPECT_EQ(settings->get<std::vector<std::string>>("ignore"), (std::vector<std::string>{"id", "name"}));
  EXPECT_EQ(settings->text("optimizer"), "sgd(0.1, momentum=0.9)");
  EXPECT_EQ(settings->integer("batch_size"), 64);
}

TEST(SettingsTest, WrongOnesAreErrors) {
  EXPECT_EQ(from_text({"data"}).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(from_text({"data=a", "target=y", "epochs=three"}).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(from_text({"data=a", "target=y", "epochs=0"}).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(from_text({"data=a", "target=y", "dropout=nan"}).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(from_text({"data=a", "target=y", "dropout=1.5"}).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(from_text({"data=a"}).error().code(), ErrorCode::kInvalidArgument) << "the target is needed";
  const auto misspelt = from_text({"data=a", "target=y", "epoch=3"});
  ASSERT_FALSE(misspelt);
  EXPECT_NE(misspelt.error().message().find("epochs"), std::string::npos) << "the nearest known key";
}

ErrorCode config_code(std::string_view text) {
  const auto config = parse_config(text, "c.yaml");
  return config ? ErrorCode::kInternal : config.error().code();
}

TEST(ConfigFileTest, ReadsWhatItWrites) {
  const Attributes settings = from_text({"data=a \"b\"\n.csv", "target=yes", "hidden=8", "ignore=1,2.5,null"}).value();
  const std::vector<GivenSetting> made_by = {{"program", {"lepton 0.1.0"}}};
  const ConfigFile config = parse_config(config_text(settings, made_by), "c.yaml").value();
  EXPECT_EQ(settings_from("x", table_task().settings, config.settings).value(), settings);
  ASSERT_EQ(config.made_by.size(), 1u);
  EXPECT_EQ(config.made_by[0].values, made_by[0].values);
}

TEST(ConfigFileTest, NamesThePlaceOfAnError) {
  const ConfigFile config = parse_config("data: a.csv\ntarget: y\n\n  \nepoch: 3\n", "c.yaml").value();
  const auto settings = settings_from("x", table_task().settings, config.settings);
  ASSERT_FALSE(settings);
  EXPECT_NE(std::string(settings.error().what()).find("c.yaml:5:1"), std::string::npos) << settings.error().what();
}

TEST(ConfigFileTest, KeepsASectionOfAnyShape) {
  const std::string text =
      "data: a.csv\nhidden: [8, 4]\nignore:\ntune:\n  trials: 3\n  space:\n    rate: {from: 1, to: 2}\n    hidden: [[8], [4, 2]]\n";
  const ConfigFile config = parse_config(text, "c.yaml").value();
  EXPECT_EQ(config.settings.size(), 3u);
  const auto check = [](const ConfigNode& tune, bool places) {
    ASSERT_EQ(tune.items.size(), 2u);
    EXPECT_EQ(tune.find("trials")->word, "3");
    EXPECT_EQ(tune.find("nothing"), nullptr);
    const ConfigNode& space = *tune.find("space");
    EXPECT_EQ(space.find("rate")->find("to")->word, "2");
    EXPECT_EQ(space.find("hidden")->items[1].items[0].word, "4");
    EXPECT_EQ(space.find("hidden")->items[1].place, places ? "c.yaml:8:19" : space.find("hidden")->items[1].place);
  };
  check(config.tune, true);
  const ConfigFile again = parse_config(config_text(config), "again.yaml").value();
  check(again.tune, false);
  for (std::size_t i = 0; i < config.settings.size(); ++i) EXPECT_EQ(again.settings[i].values, config.settings[i].values);
  const ConfigFile twice{.settings = {{"epochs", {"1"}}, {"data", {"a"}}, {"epochs", {"2"}}}};
  const ConfigFile once = parse_config(config_text(twice), "twice.yaml").value();
  ASSERT_EQ(once.settings.size(), 2u);
  EXPECT_EQ(once.settings[1].values, std::vector<std::string>{"2"}) << "the last one counts";
  EXPECT_EQ(config_code("tune: 3\n"), ErrorCode::kParseError);
  EXPECT_EQ(config_code("tune: {a: 1, a: 2}\n"), ErrorCode::kParseError);
  EXPECT_EQ(config_code("tune: {a: [[[[[[[1]]]]]]]}\n"), ErrorCode::kParseError);
}

TEST(PresetTest, IsReplacedByItsSettingsAndExplicitOnesWin) {
  const auto expanded = [](std::vector<GivenSetting> given) { return with_preset(table_task(), std::move(given)); };
  const std::vector<GivenSetting> base = {{"data", {"a"}}, {"epochs", {"7"}}, {"target", {"y"}}};
  for (const Preset& preset : table_task().presets) {
    std::vector<GivenSetting> given = base;
    given.push_back({"preset", {std::string(preset.name)}});
    const Attributes settings = settings_from("x", table_task().settings, expanded(given).value()).value();
    EXPECT_EQ(settings.integer("epochs"), 7) << preset.name;
  }
  for (const TaskDef& task : all_tasks()) {
    for (const Preset& preset : task.presets) {
      const auto given = with_preset(task, {{"data", {"a"}}, {"target", {"y"}}, {"preset", {std::string(preset.name)}}}).value();
      std::vector<GivenSetting> known;
      for (const GivenSetting& setting : given) {
        if (setting.key != "target" || task.name != "image-classification") known.push_back(setting);
      }
      EXPECT_TRUE(settings_from(task.name, task.settings, known)) << task.name << " " << preset.name;
    }
  }
  const auto wrong = expanded({{"preset", {"beste"}, "c.yaml:1:1"}});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_NE(wrong.error().message().find("c.yaml:1:1"), std::string::npos);
  EXPECT_EQ(expanded(base)->size(), 3u);
}

TEST(ConfigFileTest, RefusesWhatIsNoListOfSettings) {
  EXPECT_EQ(config_code("- a\n- b\n"), ErrorCode::kParseError);
  EXPECT_EQ(config_code("a: {b: {c: d}}\n"), ErrorCode::kParseError);
  EXPECT_EQ(config_code("a: 1\na: 2\n"), ErrorCode::kParseError);
  EXPECT_EQ(config_code("a: [1, [2]]\n"), ErrorCode::kParseError);
  EXPECT_EQ(config_code("\xff\xfe: 1"), ErrorCode::kParseError);
  EXPECT_EQ(config_code(std::string(100'000, '[')), ErrorCode::kParseError);
  EXPECT_EQ(config_code(std::string(2 << 20, 'a')), ErrorCode::kResourceExhausted);
}

}  // namespace
}  // namespace lepton::tasks
