// Hostile TensorFlow Lite files: every cut of a real one, wrong offsets and sizes, and models that hold what Lepton lacks.
#include <gtest/gtest.h>

#include <cstring>

#include "lepton/base/files.hpp"
#include "lepton/formats/graph_file.hpp"
#include "lepton/formats/tflite/translator.hpp"

namespace lepton::formats {
namespace {

std::string model_bytes(const std::string& name) {
  return read_file(local_files(), LEPTON_SOURCE_DIR "/tests/golden/tflite/" + name + ".tflite", 1 << 20).value();
}

Result<OnnxModelFile> decode(const std::string& bytes) {
  auto file = read_tflite(std::as_bytes(std::span(bytes)), nullptr);
  if (!file) return file.error();
  return tflite_to_onnx(*file);
}

TEST(TfLite, EveryCutIsRefused) {
  const std::string whole = model_bytes("summaries");
  ASSERT_TRUE(decode(whole));
  // The writer puts what the root needs at both ends, so no cut can be whole.
  for (std::size_t size = 0; size + 8 < whole.size(); size += 3) EXPECT_FALSE(decode(whole.substr(0, size))) << size;
}

TEST(TfLite, NoWrongWordBreaksTheReader) {
  const std::string whole = model_bytes("quantised");
  for (std::size_t at = 0; at + 4 <= whole.size(); at += 4) {
    for (const std::uint32_t word : {0U, 1U, 0x7fffffffU, 0x80000000U, 0xffffffffU}) {
      std::string broken = whole;
      std::memcpy(broken.data() + at, &word, sizeof(word));
      if (const auto made = decode(broken); !made) {
        EXPECT_NE(made.error().code(), ErrorCode::kInternal) << at << ": " << made.error().what();
      }
    }
  }
}

TEST(TfLite, AForeignFileIsToldFromADamagedOne) {
  EXPECT_EQ(decode("a text that is no model at all").error().code(), ErrorCode::kDataCorrupt);
  EXPECT_EQ(decode(std::string("\x10\0\0\0TFL3", 8)).error().code(), ErrorCode::kDataCorrupt);
}

TfLiteModelFile one_operator(int code, const std::string& name) {
  TfLiteModelFile file;
  file.tensors.push_back({.name = "x", .dtype = DType::kF32, .kind = "float32", .dims = {1, 4}});
  file.tensors.push_back({.name = "y", .dtype = DType::kF32, .kind = "float32", .dims = {1, 4}});
  file.inputs = {0};
  file.outputs = {1};
  file.operators.push_back({.code = code, .name = name, .inputs = {0}, .outputs = {1}});
  return file;
}

TEST(TfLite, AllMissingOperatorsAreNamed) {
  TfLiteModelFile file = one_operator(24, "RNN");
  file.operators.push_back({.code = 32, .name = "custom operator Magic", .inputs = {0}, .outputs = {1}});
  const auto made = tflite_to_onnx(file);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code(), ErrorCode::kUnsupported);
  EXPECT_NE(made.error().message().find("RNN"), std::string::npos);
  EXPECT_NE(made.error().message().find("Magic"), std::string::npos);
}

TEST(TfLite, OperatorsThatLackTensorsAreRefused) {
  TfLiteModelFile file = one_operator(3, "CONV_2D");
  EXPECT_EQ(tflite_to_onnx(file).error().code(), ErrorCode::kDataCorrupt);
  file = one_operator(19, "RELU");
  file.operators[0].inputs = {1};  // made by nothing before it
  EXPECT_EQ(tflite_to_onnx(file).error().code(), ErrorCode::kDataCorrupt);
  file = one_operator(19, "RELU");
  file.operators.push_back(file.operators[0]);  // makes its result a second time
  EXPECT_EQ(tflite_to_onnx(file).error().code(), ErrorCode::kDataCorrupt);
  EXPECT_TRUE(tflite_to_onnx(one_operator(19, "RELU")));
}

}  // namespace
}  // namespace lepton::formats
