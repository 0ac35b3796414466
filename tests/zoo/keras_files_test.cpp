// Models that Keras wrote, in each of its formats, give Keras's predictions; hostile ones give one clear error.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cmath>
#include <map>

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/base/testing/temporary_folder.hpp"
#include "lepton/data/named_dataset.hpp"
#include "lepton/formats/npz.hpp"
#include "lepton/formats/zip.hpp"
#include "lepton/zoo/keras_files/keras_file.hpp"
#include "lepton/zoo/keras_files/model_config.hpp"

namespace lepton::zoo {
namespace {

const std::string kGolden = LEPTON_SOURCE_DIR "/tests/golden/keras_files/";

std::vector<Tensor> arrays(const std::string& model, const std::string& kind) {
  static const std::map<std::string, Tensor> all = [] {
    const std::string bytes = read_file(local_files(), kGolden + "outputs.npz", 1 << 24).value();
    const formats::NamedTensors read = formats::read_npz(std::as_bytes(std::span(bytes))).value();
    return std::map<std::string, Tensor>(read.begin(), read.end());
  }();
  std::vector<Tensor> found;
  for (std::size_t i = 0;; ++i) {
    const auto one = all.find(fmt::format("{}/{}{}", model, kind, i));
    if (one == all.end()) return found;
    found.push_back(one->second);
  }
}

void expect_golden(train::Model& model, const std::string& name) {
  const std::vector<Tensor> made = model.predict_all(arrays(name, "in")), wanted = arrays(name, "out");
  ASSERT_FALSE(wanted.empty());
  ASSERT_EQ(made.size(), wanted.size());
  for (std::size_t i = 0; i < made.size(); ++i) {
    ASSERT_EQ(made[i].shape(), wanted[i].shape());
    const std::vector<double> x = made[i].to_vector<double>(), y = wanted[i].to_vector<double>();
    for (std::size_t k = 0; k < x.size(); ++k) ASSERT_NEAR(x[k], y[k], 1e-5 * std::max(1.0, std::abs(y[k]))) << name << " output " << i;
  }
}

train::Model load(const std::string& path) { return load_keras_file(local_files(), path).value(); }
ErrorCode code_of(const std::string& path) { return load_keras_file(local_files(), path).error().code(); }

class KerasModels : public ::testing::TestWithParam<const char*> {};
TEST_P(KerasModels, BothFormatsGiveKerasPredictions) {
  for (const char* ending : {".keras", ".h5"}) {
    train::Model model = load(kGolden + GetParam() + std::string(ending));
    expect_golden(model, GetParam());
  }
}
TEST_P(KerasModels, AreWrittenAsTheyWereRead) {
  const TemporaryFolder folder;
  train::Model model = load(kGolden + GetParam() + std::string(".keras"));
  for (const char* name : {"model.keras", "model.h5"}) {
    save_keras_file(local_files(), folder.file(name), model).value();
    train::Model read = load(folder.file(name));
    expect_golden(read, GetParam());
  }
  save_keras_weights(local_files(), folder.file("model.weights.h5"), model).value();
  load_keras_weights(local_files(), folder.file("model.weights.h5"), model).value();
  expect_golden(model, GetParam());
}
// A model within a model is flat in ours, so the weights of "nested" alone have no place.
class KerasWeights : public ::testing::TestWithParam<const char*> {};
TEST_P(KerasWeights, FitTheModelOfTheFile) {
  train::Model model = load(kGolden + GetParam() + std::string(".keras"));
  std::vector<Tensor> zeros;
  for (const Tensor& weight : model.get_weights()) zeros.push_back(Tensor::zeros(weight.dtype(), weight.shape()));
  model.set_weights(zeros);
  load_keras_weights(local_files(), kGolden + GetParam() + std::string(".weights.h5"), model).value();
  expect_golden(model, GetParam());
}
INSTANTIATE_TEST_SUITE_P(Models, KerasModels,
                         ::testing::Values("sequential", "functional", "nested", "words", "recurrent", "attention", "pictures"),
                         [](const auto& one) { return std::string(one.param); });

INSTANTIATE_TEST_SUITE_P(Models, KerasWeights, ::testing::Values("sequential", "functional", "words", "recurrent", "attention", "pictures"),
                         [](const auto& one) { return std::string(one.param); });

// Keras's .h5 loses what IntegerLookup learnt.
TEST(KerasFile, LearntVocabulariesComeFromTheFile) {
  train::Model model = load(kGolden + "lookups.keras");
  expect_golden(model, "lookups");
  EXPECT_EQ(code_of(kGolden + "lookups.h5"), ErrorCode::kInvalidArgument);
}

TEST(KerasFile, FrozenLayersStayFrozen) {
  const train::Model model = load(kGolden + "nested.keras");
  for (std::size_t i = 0; i < model.network().layers().size(); ++i) {
    const std::string_view name = model.network().layers()[i].def().name;
    if (name == "Conv2D" || name == "BatchNormalization" || name == "Dense") {
      EXPECT_EQ(model.network().layers()[i].trainable(), name == "Dense") << name;
    }
  }
}

class PretrainedKeras : public ::testing::TestWithParam<const char*> {};
TEST_P(PretrainedKeras, GivesKerasPredictions) {
  const std::string path =
      join_path(data::data_folder(local_files()).value_or("shared/data"), fmt::format("weights/mlperf-tiny/{}.h5", GetParam()));
  if (!local_files().stat(path)) GTEST_SKIP() << "weights/mlperf-tiny is not in LEPTON_DATA_DIR";
  train::Model model = load(path);
  expect_golden(model, GetParam());
}
INSTANTIATE_TEST_SUITE_P(Models, PretrainedKeras, ::testing::Values("pretrainedResnet", "vww_96"),
                         [](const auto& one) { return std::string(one.param); });

TEST(KerasFile, WhatKerasLacksIsNotWritten) {
  const TemporaryFolder folder;
  const nn::Symbol x = nn::Input({4, 3});
  const train::Model model({x}, {nn::Layer(nn::get_layer("LayerScale"), {}, "mine")(x)});
  const auto written = save_keras_file(local_files(), folder.file("model.keras"), model);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code(), ErrorCode::kUnsupported);
  EXPECT_NE(written.error().message().find("mine"), std::string::npos);
  EXPECT_FALSE(local_files().stat(folder.file("model.keras")));
}

TEST(Hdf5, WhatIsWrittenIsRead) {
  const formats::NamedTensors data = {{"a/b/c", Tensor::from(std::vector<float>{1, 2, 3, 4, 5, 6}, {2, 3})},
                                      {"a/one", Tensor::from(std::vector<double>{0.5}, {})},
                                      {"none", Tensor::zeros(DType::kI64, {0, 4})}};
  const Json attributes = {
      {"", {{"text", "ä"}}}, {"a/b", {{"names", {"x", "", "z"}}, {"long", std::string(200'000, 'y')}}}, {"empty", {{"l", Json::array()}}}};
  const std::string file = formats::write_hdf5(data, attributes).value();
  const formats::Hdf5File read = formats::read_hdf5(std::as_bytes(std::span(file))).value();
  EXPECT_EQ(*read.attributes, attributes);
  ASSERT_EQ(read.data.tensors.size(), data.size());
  for (const auto& [path, value] : data) {
    const Tensor* found = read.data.find(path);
    ASSERT_NE(found, nullptr) << path;
    EXPECT_EQ(found->type(), value.type());
    EXPECT_EQ(found->to_vector<double>(), value.to_vector<double>());
  }
  EXPECT_EQ(formats::write_hdf5({data[0], {"a/b/c/d", data[1].second}}, Json::object()).error().code(), ErrorCode::kInvalidArgument);
}

TEST(KerasFile, PythonCodeIsRefused) { EXPECT_EQ(code_of(kGolden + "lambda.keras"), ErrorCode::kUnsupported); }

TEST(KerasFile, WeightsWithoutAModelAreNoModel) { EXPECT_EQ(code_of(kGolden + "sequential.weights.h5"), ErrorCode::kUnsupported); }

TEST(KerasFile, WeightsThatDoNotFitLeaveTheModelAsItWas) {
  train::Model model = load(kGolden + "words.h5");
  EXPECT_FALSE(load_keras_weights(local_files(), kGolden + "sequential.weights.h5", model));
  EXPECT_FALSE(load_keras_weights(local_files(), kGolden + "functional.h5", model));
  expect_golden(model, "words");
}

class Hostile : public ::testing::Test {
 protected:
  std::string write(const std::string& bytes) {
    const std::string path = folder_.file("model.h5");
    write_atomic(local_files(), path, bytes).value();
    return path;
  }
  TemporaryFolder folder_;
};

TEST_F(Hostile, CutFilesAreDamaged) {
  const std::string whole = read_file(local_files(), kGolden + "sequential.h5", 1 << 24).value();
  for (std::size_t part = 0; part < 8; ++part)
    EXPECT_EQ(code_of(write(whole.substr(0, whole.size() * part / 8))), ErrorCode::kDataCorrupt) << part;
  EXPECT_EQ(code_of(write("no model at all")), ErrorCode::kDataCorrupt);
}

// Every 64th byte wrong: whatever the library makes of it, this process goes on and an error has a proper code.
TEST_F(Hostile, WrongBytesNeverReachThisProcess) {
  const std::string whole = read_file(local_files(), kGolden + "words.h5", 1 << 24).value();
  for (std::size_t at = 0; at < whole.size(); at += whole.size() / 40) {
    std::string broken = whole;
    for (std::size_t i = at; i < std::min(at + 8, broken.size()); ++i) broken[i] = '\xff';
    if (const auto made = load_keras_file(local_files(), write(broken)); !made) {
      EXPECT_NE(made.error().code(), ErrorCode::kInternal) << at << ": " << made.error().what();
    }
  }
}

TEST_F(Hostile, LinksToOtherFilesAreNotFollowed) {
  EXPECT_EQ(code_of(kGolden + "external_link.h5"), ErrorCode::kUnsupported);
  EXPECT_EQ(code_of(kGolden + "external_data.h5"), ErrorCode::kUnsupported);
  EXPECT_EQ(code_of(kGolden + "soft_link.h5"), ErrorCode::kUnsupported);
}

TEST_F(Hostile, DataBeyondWhatTheFileCanHoldIsRefused) {
  EXPECT_EQ(code_of(kGolden + "huge.h5"), ErrorCode::kResourceExhausted);
  EXPECT_EQ(code_of(kGolden + "deep.h5"), ErrorCode::kResourceExhausted);
}

TEST_F(Hostile, AReaderThatMisbehavesIsAnError) {
  const std::string bytes = read_file(local_files(), kGolden + "words.h5", 1 << 24).value();
  const auto run = [&](const std::string& script) {
    const std::string program = folder_.file("reader");
    write_atomic(local_files(), program, "#!/bin/sh\n" + script + "\n").value();
    chmod(program.c_str(), 0755);
    return formats::read_hdf5(std::as_bytes(std::span(bytes)), {.program = program}).error().code();
  };
  EXPECT_EQ(run("kill -SEGV $$"), ErrorCode::kDataCorrupt);
  EXPECT_EQ(run("exec yes"), ErrorCode::kResourceExhausted);
  EXPECT_EQ(run("echo nonsense"), ErrorCode::kDataCorrupt);
  EXPECT_EQ(formats::read_hdf5(std::as_bytes(std::span(bytes)), {.program = folder_.file("none")}).error().code(), ErrorCode::kNotFound);
}

ErrorCode config_code(const std::string& layers) {
  const auto made =
      model_from_keras(parse_json(R"({"class_name": "Sequential", "config": {"name": "m", "layers": [)" + layers + "]}}").value());
  return made ? ErrorCode::kInternal : made.error().code();
}

// The configuration of `model` with one number made enormous, beside its old weights.
TEST_F(Hostile, AConfigurationThatWantsTheWholeMemoryIsRefusedByItsWeights) {
  std::string bytes = read_file(local_files(), kGolden + "words.h5", 1 << 24).value();
  const std::size_t at = bytes.find("\"input_dim\": 20,");
  ASSERT_NE(at, std::string::npos);
  bytes.replace(at, 16, "\"input_dim\":9e9,");
  EXPECT_FALSE(load_keras_file(local_files(), write(bytes)));
}

TEST_F(Hostile, AVocabularyOfSomethingElseIsDamaged) {
  const std::string bytes = read_file(local_files(), kGolden + "lookups.keras", 1 << 24).value();
  const formats::ZipReader zip = formats::ZipReader::open(std::as_bytes(std::span(bytes))).value();
  for (const std::string lines : {"0\n-1\n-1\n3\nnine\n", "0\n-1\n-1\n3\n99999999999999999999", "0\n\n3"}) {
    std::string made;
    formats::ZipWriter writer([&](std::span<const std::byte> part) {
      made.append(reinterpret_cast<const char*>(part.data()), part.size());
      return Result<void>();
    });
    for (const formats::ZipReader::Entry& entry : zip.entries()) {
      const bool vocabulary = entry.name.ends_with("vocabulary.txt");
      (vocabulary ? writer.add(entry.name, lines) : writer.add(entry.name, zip.extract(entry).value())).value();
    }
    writer.finish().value();
    EXPECT_EQ(code_of(write(made)), ErrorCode::kDataCorrupt) << lines;
  }
}

TEST(KerasConfig, MasksMustComeFromTheModelsLayers) {
  std::string text = read_file(local_files(), LEPTON_SOURCE_DIR "/tests/fuzz/keras_config/recurrent.json", 1 << 20).value();
  ASSERT_TRUE(model_from_keras(parse_json(text, {.max_depth = 128}).value()));
  const std::string masking = "\"mask_value\": 0.0";
  ASSERT_NE(text.find(masking), std::string::npos);
  text.replace(text.find(masking), masking.size(), "\"mask_value\": 1.0");  // the mask that calls name is now another one
  const auto read = model_from_keras(parse_json(text, {.max_depth = 128}).value());
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code(), ErrorCode::kUnsupported);
  EXPECT_NE(read.error().message().find("mask"), std::string::npos);
}

TEST(KerasConfig, WhatLeptonLacksIsNamed) {
  const std::string input = R"({"class_name": "InputLayer", "config": {"batch_shape": [null, 4], "name": "i"}},)";
  EXPECT_EQ(config_code(input + R"({"class_name": "Magic", "config": {"name": "a"}})"), ErrorCode::kUnsupported);
  EXPECT_EQ(config_code(input + R"({"class_name": "Dense", "config": {"name": "a", "units": 2, "sorcery": 3}})"), ErrorCode::kUnsupported);
  EXPECT_EQ(config_code(input + R"({"class_name": "Dense", "config": {"name": "a", "units": "two"}})"), ErrorCode::kParseError);
  EXPECT_EQ(config_code(input + R"({"class_name": "Dense", "config": {"name": "a", "units": -2}})"), ErrorCode::kInvalidArgument);
  EXPECT_EQ(config_code(input + R"({"class_name": "IntegerLookup", "config": {"name": "a", "vocabulary": [1], "oov_method": "farmhash"}})"),
            ErrorCode::kUnsupported);
  EXPECT_EQ(config_code(input + R"({"class_name": "Hashing", "config": {"name": "a", "num_bins": 3}})"), ErrorCode::kUnsupported);
  EXPECT_EQ(config_code(R"({"class_name": "Dense", "config": {"name": "a", "units": 2}})"), ErrorCode::kUnsupported);
  EXPECT_EQ(config_code(R"({"class_name": "InputLayer", "config": {"batch_shape": [null, 4, 4, 2], "name": "i"}},
                           {"class_name": "BatchNormalization", "config": {"name": "b", "axis": 1}})"),
            ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace lepton::zoo
