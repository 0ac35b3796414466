// Foreign ONNX bytes: every class of fault that readers of models have had, each as a small file that must give one clear error.
#include "lepton/formats/onnx/model_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "lepton/base/path.hpp"
#include "lepton/base/testing/temporary_folder.hpp"
#include "lepton/formats/graph_file.hpp"
#include "lepton/formats/onnx/importer.hpp"
#include "lepton/formats/onnx/model.hpp"
#include "lepton/formats/testing/onnx_bytes.hpp"

namespace lepton::formats {
namespace {

using namespace testing;

std::string with_tensor(const WireWriter& t) { return model(graph({{"Add", {"x", "w"}, {"y"}}}, {t}, {"x"}, {"y"})); }

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

Error decode_error(const std::string& bytes, const OnnxReadOptions& options = {}) {
  const auto file = read_onnx(bytes_of(bytes), nullptr, options);
  if (file) return {ErrorCode::kInternal, "no error"};
  return file.error();
}
void expect_error(const std::string& bytes, ErrorCode code, const std::string& part, const OnnxReadOptions& options = {}) {
  const Error error = decode_error(bytes, options);
  EXPECT_EQ(error.code(), code) << error.message();
  EXPECT_NE(error.message().find(part), std::string::npos) << error.message();
}

TEST(OnnxFileTest, SizesThatLie) {
  expect_error(with_tensor(tensor("w", {4}, 1, "1234")), ErrorCode::kDataCorrupt, "tensor 'w': has 4 bytes of data");
  expect_error(with_tensor(tensor("w", {-4}, 1, "")), ErrorCode::kDataCorrupt, "negative size");
  const std::int64_t huge = std::int64_t{1} << 32;
  expect_error(with_tensor(tensor("w", {huge, huge}, 1, "")), ErrorCode::kDataCorrupt, "2^40");
  expect_error(with_tensor(tensor("w", {0, huge, huge}, 1, "1")), ErrorCode::kDataCorrupt, "has 1 bytes");
  expect_error(with_tensor(tensor("w", {std::int64_t{1} << 39}, 1, "1")), ErrorCode::kDataCorrupt, "needs");  // nothing is allocated first
  expect_error(with_tensor(tensor("w", std::vector<std::int64_t>(40, 1), 1, "1234")), ErrorCode::kResourceExhausted, "");
  WireWriter few;
  few.put_int64(1, 1000);
  few.put_int64(2, 7);
  few.put_packed(7, std::vector<std::int64_t>{1, 2});
  expect_error(with_tensor(few), ErrorCode::kDataCorrupt, "has 2 values");
}

TEST(OnnxFileTest, TypesThatLeptonLacks) {
  expect_error(with_tensor(tensor("w", {1}, 8, "a")), ErrorCode::kDataCorrupt, "no raw data");
  expect_error(with_tensor(tensor("w", {1}, 17, "a")), ErrorCode::kUnsupported, "float8e4m3fn");
  expect_error(with_tensor(tensor("w", {1}, 99, "a")), ErrorCode::kUnsupported, "number 99");
}

TEST(OnnxFileTest, TruncatedAndForeignBytes) {
  const std::string whole = model(graph({{"Relu", {"x"}, {"y"}}}, {}, {"x"}, {"y"}));
  ASSERT_TRUE(read_onnx(bytes_of(whole), nullptr));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto part = read_onnx(bytes_of(whole).subspan(0, size), nullptr);
    if (part) continue;
    const ErrorCode code = part.error().code();
    EXPECT_TRUE(code == ErrorCode::kDataCorrupt || code == ErrorCode::kUnsupported) << part.error().message();
  }
  expect_error("", ErrorCode::kDataCorrupt, "no graph");
  expect_error("this is a text", ErrorCode::kUnsupported, "groups");
}

TEST(OnnxFileTest, GraphsWithinGraphsEnd) {
  WireWriter inner = graph({{"Relu", {"x"}, {"y"}}}, {}, {}, {"y"});
  for (int depth = 0; depth < 30; ++depth) {
    WireWriter attribute;
    attribute.put_text(1, "then_branch");
    attribute.put_message(6, inner);
    inner = graph({{"If", {"c"}, {"y"}, {attribute}}}, {}, {}, {"y"});
  }
  const Error error = decode_error(model(inner));
  EXPECT_EQ(error.code(), ErrorCode::kResourceExhausted) << error.message();
  const std::vector<NodeSpec> many(50, NodeSpec{"Relu", {"x"}, {"y"}});
  expect_error(model(graph(many, {}, {"x"}, {"y"})), ErrorCode::kResourceExhausted, "more than 10 nodes", {.max_nodes = 10});
}

class ExternalData : public ::testing::Test {
 protected:
  void SetUp() override {
    local_files().make_folders(join_path(folder_.path(), "model/sub")).value();
    write_atomic(local_files(), path("secret.bin"), std::string_view("0123456789abcdef")).value();
    write_atomic(local_files(), path("model/w.bin"), std::string_view("0123456789abcdef")).value();
    ASSERT_EQ(::symlink("../secret.bin", path("model/link.bin").c_str()), 0);
    ASSERT_EQ(::symlink("..", path("model/up").c_str()), 0);
  }
  std::string path(const std::string& name) const { return join_path(folder_.path(), name); }
  Result<OnnxModelFile> load(const WireWriter& t) {
    write_atomic(local_files(), path("model/m.onnx"), with_tensor(t)).value();
    return read_graph_file(local_files(), path("model/m.onnx"));
  }
  void refuse(const std::string& location, ErrorCode code) {
    const auto file = load(external(location, "0", "16"));
    ASSERT_FALSE(file) << location;
    EXPECT_EQ(file.error().code(), code) << file.error().message();
    EXPECT_NE(file.error().message().find("'w'"), std::string::npos) << file.error().message();
  }
  TemporaryFolder folder_;
};

TEST(StoredTensorTest, StaysInItsFile) {
  const auto file = std::make_shared<std::vector<std::byte>>(17);
  const auto bytes = std::as_bytes(std::span(*file));
  const TensorType type{DType::kF32, {4}};
  EXPECT_EQ(StoredTensor(bytes.first(16), type, file).value().bytes(), bytes.data());
  const StoredTensor unaligned(bytes.subspan(1), type, file);
  EXPECT_NE(unaligned.value().bytes(), unaligned.value().bytes());  // nothing is kept
  const StoredTensor alone(bytes.first(16), type, nullptr);
  EXPECT_NE(alone.value().bytes(), bytes.data());
  EXPECT_EQ(alone.value().bytes(), alone.value().bytes());
}

TEST_F(ExternalData, LiesInTheModelsFolder) {
  const auto file = load(external("w.bin", "0", "16"));
  ASSERT_TRUE(file) << file.error().message();
  EXPECT_EQ(file->graph.initializers[0].second.type().to_string(), "f32[4]");
  EXPECT_TRUE(load(external("./sub/../w.bin", "", "")).error().code() == ErrorCode::kPermissionDenied);
  refuse("../secret.bin", ErrorCode::kPermissionDenied);
  refuse("sub/../../secret.bin", ErrorCode::kPermissionDenied);
  refuse(path("secret.bin"), ErrorCode::kPermissionDenied);
  refuse("/etc/passwd", ErrorCode::kPermissionDenied);
  refuse("link.bin", ErrorCode::kPermissionDenied);
  refuse("up/secret.bin", ErrorCode::kPermissionDenied);
  refuse("absent.bin", ErrorCode::kNotFound);
  refuse("", ErrorCode::kDataCorrupt);
  EXPECT_EQ(load(external("sub", "0", "16")).error().code(), ErrorCode::kInvalidArgument);
}

TEST_F(ExternalData, NamesThatMislead) {
  ASSERT_EQ(::link(path("secret.bin").c_str(), path("model/hard.bin").c_str()), 0);
  refuse("hard.bin", ErrorCode::kPermissionDenied);
  refuse("..\\secret.bin", ErrorCode::kPermissionDenied);
  refuse(std::string("w.bin\0x", 7), ErrorCode::kPermissionDenied);
  WireWriter injected = external("w.bin", "0", "16");
  injected.put_message(13, text_entry("__class__", "x"));
  EXPECT_EQ(load(injected).error().code(), ErrorCode::kDataCorrupt);
}

TEST_F(ExternalData, PlacesThatLie) {
  for (const auto& [offset, length] : std::vector<std::pair<std::string, std::string>>{{"4", "16"},
                                                                                       {"17", "16"},
                                                                                       {"18446744073709551615", "16"},
                                                                                       {"0", "18446744073709551615"},
                                                                                       {"-1", "16"},
                                                                                       {"0", "8"},
                                                                                       {"x", "16"}}) {
    const auto file = load(external("w.bin", offset, length));
    ASSERT_FALSE(file) << offset << " " << length;
    EXPECT_EQ(file.error().code(), ErrorCode::kDataCorrupt) << file.error().message();
  }
  EXPECT_EQ(decode_error(with_tensor(external("w.bin", "0", "16"))).code(), ErrorCode::kUnsupported) << "without a folder";
}

Error import_error(const std::string& bytes, const OnnxLimits& limits = {}) {
  const OnnxModelFile file = read_onnx(bytes_of(bytes), nullptr).value();
  const std::vector<TensorType> inputs(file.graph.inputs.size(), TensorType{DType::kF32, {2, 3}});
  const auto stage = import_onnx(file, inputs, {}, limits);
  if (stage) return {ErrorCode::kInternal, "no error"};
  return stage.error();
}

TEST(OnnxImportTest, ModelsThatWouldNotEnd) {
  // A function that calls itself.
  WireWriter function, opset;
  function.put_text(1, "F");
  function.put_text(4, "a");
  function.put_text(5, "b");
  function.put_message(7, node({"F", {"a"}, {"b"}, {}, "mine"}));
  function.put_text(10, "mine");
  const Error endless = import_error(model(graph({{"F", {"x"}, {"y"}, {}, "mine"}}, {}, {"x"}, {"y"}), {function}));
  EXPECT_EQ(endless.code(), ErrorCode::kResourceExhausted) << endless.message();
  // A tensor of 2^40 elements from a few bytes.
  const std::string dims("\0\0\x10\0\0\0\0\0\0\0\x10\0\0\0\0\0", 16);
  const Error bomb = import_error(model(graph({{"ConstantOfShape", {"s"}, {"y"}}}, {tensor("s", {2}, 7, dims)}, {}, {"y"})));
  EXPECT_EQ(bomb.code(), ErrorCode::kResourceExhausted) << bomb.message();
}

TEST(OnnxImportTest, WrongGraphsNameTheNode) {
  const Error undefined = import_error(model(graph({{"Relu", {"nowhere"}, {"y"}}}, {}, {"x"}, {"y"})));
  EXPECT_EQ(undefined.code(), ErrorCode::kDataCorrupt) << undefined.message();
  EXPECT_NE(undefined.message().find("Relu that makes 'y'"), std::string::npos) << undefined.message();
  const Error cycle = import_error(model(graph({{"Relu", {"y"}, {"z"}}, {"Relu", {"z"}, {"y"}}}, {}, {"x"}, {"y"})));
  EXPECT_EQ(cycle.code(), ErrorCode::kDataCorrupt) << cycle.message();
  const Error output = import_error(model(graph({{"Relu", {"x"}, {"z"}}}, {}, {"x"}, {"y"})));
  EXPECT_NE(output.message().find("output 'y'"), std::string::npos) << output.message();
  const Error shape = import_error(model(graph({{"MatMul", {"x", "x"}, {"y"}}}, {}, {"x"}, {"y"})));
  EXPECT_EQ(shape.code(), ErrorCode::kShapeMismatch) << shape.message();
}

TEST(OnnxImportTest, AllMissingOperatorsAtOnce) {
  const std::string bytes =
      model(graph({{"Frobnicate", {"x"}, {"a"}}, {"Relu", {"a"}, {"b"}}, {"Grok", {"b"}, {"y"}, {}, "com.example"}}, {}, {"x"}, {"y"}));
  const auto made = OnnxModel::make(read_onnx(bytes_of(bytes), nullptr).value());
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code(), ErrorCode::kUnsupported);
  for (const char* part : {"2 of the model's operators", "Frobnicate (opset 21)", "com.example.Grok", "that makes 'a'"})
    EXPECT_NE(made.error().message().find(part), std::string::npos) << made.error().message();
}

}  // namespace
}  // namespace lepton::formats
