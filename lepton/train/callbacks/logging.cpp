// Callbacks that write down what happens.
#include "lepton/base/files.hpp"
#include "lepton/train/callback.hpp"

namespace lepton::train {
namespace {

class CsvCallback final : public Callback {
 public:
  explicit CsvCallback(std::string path) : path_(std::move(path)) {}

  // The whole history is written each time: epochs are few, and a resumed run then cannot leave double or half lines.
  void on_epoch_end(Training& training, Logs& logs) override {
    const History& history = training.history();
    std::string text = "epoch";
    for (const auto& [key, value] : logs) text += "," + key;
    text += '\n';
    for (std::size_t epoch = 0; epoch < history.num_epochs(); ++epoch) {
      text += std::to_string(epoch + 1);
      for (const auto& [key, value] : logs)
        text += history.has(key) && history[key].size() > epoch ? fmt::format(",{}", history[key][epoch]) : ",";
      text += '\n';
    }
    text += std::to_string(training.position().epoch + 1);
    for (const auto& [key, value] : logs) text += fmt::format(",{}", value);
    text += '\n';
    write_atomic(local_files(), path_, text).value();
  }

 private:
  std::string path_;
};

class FunctionsCallback final : public Callback {
 public:
  explicit FunctionsCallback(LambdaCallbackOptions functions) : functions_(std::move(functions)) {}
  void on_epoch_begin(Training& training) override {
    if (functions_.on_epoch_begin) functions_.on_epoch_begin(training);
  }
  void on_batch_end(Training& training, const Logs& logs) override {
    if (functions_.on_batch_end) functions_.on_batch_end(training, logs);
  }
  void on_epoch_end(Training& training, Logs& logs) override {
    if (functions_.on_epoch_end) functions_.on_epoch_end(training, logs);
  }
  void on_train_end(Training& training) override {
    if (functions_.on_train_end) functions_.on_train_end(training);
  }

 private:
  LambdaCallbackOptions functions_;
};

}  // namespace

std::shared_ptr<Callback> CSVLogger(const std::string& path) { return std::make_shared<CsvCallback>(path); }
std::shared_ptr<Callback> LambdaCallback(LambdaCallbackOptions functions) {
  return std::make_shared<FunctionsCallback>(std::move(functions));
}

}  // namespace lepton::train
