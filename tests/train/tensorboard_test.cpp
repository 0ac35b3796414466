// Event files, read back by a reader that knows only the format's description.
#include <gtest/gtest.h>

#include <cstring>

#include "lepton/base/files.hpp"
#include "lepton/base/path.hpp"
#include "lepton/base/testing/temporary_folder.hpp"
#include "lepton/base/wire.hpp"
#include "lepton/nn/layers.hpp"
#include "lepton/train/callback.hpp"
#include "lepton/train/model.hpp"

namespace lepton::train {
namespace {

struct Scalar {
  std::int64_t step;
  std::string tag;
  float value;
};

// The scalars of the only file in a folder.
std::vector<Scalar> read_events(const std::string& folder) {
  const auto entries = local_files().list_folder(folder).value();
  EXPECT_EQ(entries.size(), 1u);
  const std::string bytes = read_file(local_files(), join_path(folder, entries[0].name), 1 << 20).value();
  std::vector<Scalar> scalars;
  std::size_t at = 0;
  for (int number = 0; at < bytes.size(); ++number) {
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data() + at, 8);
    const std::string event = bytes.substr(at + 12, length);
    at += 12 + length + 4;
    if (number == 0) {
      EXPECT_NE(event.find("brain.Event:2"), std::string::npos);
      continue;
    }
    Scalar scalar{0, "", 0};
    const std::size_t tag = event.find("epoch_");
    scalar.tag = event.substr(tag, static_cast<unsigned char>(event[tag - 1]));
    std::memcpy(&scalar.value, event.data() + tag + scalar.tag.size() + 1, 4);
    scalar.step = event[9] == 0x10 ? event[10] : 0;  // field 2 stands behind the nine bytes of the time
    scalars.push_back(scalar);
  }
  EXPECT_EQ(at, bytes.size());
  return scalars;
}

TEST(TensorBoardTest, WritesScalarsOfEachEpoch) {
  const TemporaryFolder folder;
  using namespace nn;
  Sequential model({Dense(1, {.input_shape = {3}})});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const Tensor x = Tensor::full(DType::kF32, {20, 3}, 0.5), y = Tensor::full(DType::kF32, {20, 1}, 1);
  FitOptions fit{.epochs = 3, .batch_size = 5, .validation_split = 0.2, .verbose = 0};
  fit.callbacks = {TensorBoard(folder.path())};
  const History history = model.fit(x, y, fit);
  for (const auto& [part, prefix] : {std::pair<std::string, std::string>{"train", ""}, {"validation", "val_"}}) {
    const std::vector<Scalar> scalars = read_events(join_path(folder.path(), part));
    ASSERT_EQ(scalars.size(), 3u) << part;
    for (std::size_t epoch = 0; epoch < 3; ++epoch) {
      EXPECT_EQ(scalars[epoch].tag, "epoch_loss");
      EXPECT_EQ(scalars[epoch].step, static_cast<std::int64_t>(epoch));
      EXPECT_EQ(scalars[epoch].value, static_cast<float>(history[prefix + "loss"][epoch]));
    }
  }
}

}  // namespace
}  // namespace lepton::train
