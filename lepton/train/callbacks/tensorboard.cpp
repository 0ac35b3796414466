// TensorBoard: event files as TensorFlow writes them. Records of [length, checksum, event, checksum] after the TFRecord format; events
// are protobuf (tensorflow/core/util/event.proto).
#include <chrono>

#include "lepton/base/files.hpp"
#include "lepton/base/hash.hpp"
#include "lepton/base/path.hpp"
#include "lepton/base/wire.hpp"
#include "lepton/train/callback.hpp"

namespace lepton::train {
namespace {

template <class T>
std::string little_endian(T value) {
  std::string bytes;
  for (std::size_t i = 0; i < sizeof(T); ++i) bytes += static_cast<char>((value >> (8 * i)) & 0xFF);
  return bytes;
}

std::string record(const std::string& event) {
  const std::string length = little_endian(static_cast<std::uint64_t>(event.size()));
  const auto checksum = [](const std::string& bytes) { return little_endian(mask_crc32c(crc32c(std::as_bytes(std::span(bytes))))); };
  return length + checksum(length) + event + checksum(event);
}

double now_seconds() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

std::string version_event() {
  WireWriter event;
  event.put_double(1, now_seconds());
  event.put_text(3, "brain.Event:2");
  return event.take();
}

std::string scalar_event(std::int64_t step, std::string_view tag, double value) {
  WireWriter scalar, summary, event;
  scalar.put_text(1, tag);
  scalar.put_float(2, static_cast<float>(value));
  summary.put_message(1, scalar);
  event.put_double(1, now_seconds());
  event.put_int64(2, step);
  event.put_message(5, summary);
  return event.take();
}

// One file of events; made when the first one comes.
class EventFile {
 public:
  explicit EventFile(std::string folder) : folder_(std::move(folder)) {}

  void add(const std::string& event) {
    if (file_ == nullptr) {
      local_files().make_folders(folder_).value();
      const std::string name = fmt::format("events.out.tfevents.{}.lepton", static_cast<std::int64_t>(now_seconds() * 1000));
      file_ = local_files().open_write(join_path(folder_, name), WriteMode::kCreateNew).value();
      write(version_event());
    }
    write(event);
    file_->sync().value();
  }

 private:
  void write(const std::string& event) {
    const std::string bytes = record(event);
    file_->write(std::string_view(bytes)).value();
  }
  std::string folder_;
  std::unique_ptr<WritableFile> file_;
};

class TensorBoardCallback final : public Callback {
 public:
  explicit TensorBoardCallback(const std::string& folder)
      : train_(join_path(folder, "train")), validation_(join_path(folder, "validation")) {}

  void on_epoch_end(Training& training, Logs& logs) override {
    const std::int64_t epoch = training.position().epoch;
    for (const auto& [key, value] : logs) {
      const bool validation = key.starts_with("val_");
      (validation ? validation_ : train_).add(scalar_event(epoch, "epoch_" + (validation ? key.substr(4) : key), value));
    }
  }
  std::string name() const override { return "tensorboard"; }

 private:
  EventFile train_, validation_;
};

}  // namespace

std::shared_ptr<Callback> TensorBoard(const std::string& log_dir) { return std::make_shared<TensorBoardCallback>(log_dir); }

}  // namespace lepton::train
