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
    History history = training.history();
    history.append(logs);
    const std::vector<std::string> keys = history.keys();
    std::string text = "epoch";
    for (const std::string& key : keys) text += "," + key;
    text += '\n';
    const std::int64_t last = training.position().epoch + 1, before = last - static_cast<std::int64_t>(history.num_epochs());
    for (std::int64_t epoch = before + 1; epoch <= last; ++epoch) {
      text += std::to_string(epoch);
      for (const std::string& key : keys)
        text += cell(history[key], before, epoch, key.starts_with("val_") ? training.validation_freq() : 1);
      text += '\n';
    }
    write_atomic(local_files(), path_, text).value();
  }

 private:
  // A column has a value for every `every`-th epoch behind `before`.
  static std::string cell(const std::vector<double>& column, std::int64_t before, std::int64_t epoch, std::int64_t every) {
    const auto place = static_cast<std::size_t>(epoch / every - before / every - 1);
    return epoch % every == 0 && place < column.size() ? fmt::format(",{}", column[place]) : ",";
  }

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
