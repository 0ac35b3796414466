// Callbacks written in Python, and the library's own under Keras's names.
#include "lepton/train/callback.hpp"

#include <nanobind/stl/shared_ptr.h>

#include "lepton/python/training.hpp"
#include "lepton/train/model.hpp"
#include "lepton/train/progress_bar.hpp"

namespace lepton::python {
namespace {

using train::Logs;
using train::Training;

class PythonCallbacks final : public train::Callback {
 public:
  explicit PythonCallbacks(nb::object callbacks)
      : watches_batches_(nb::cast<bool>(callbacks.attr("watches_batches"))), callbacks_(std::move(callbacks)) {}

  void on_train_begin(Training& training) override { event(training, "train_begin", 0, nullptr); }
  void on_epoch_begin(Training& training) override { event(training, "epoch_begin", training.position().epoch, nullptr); }
  void on_batch_begin(Training& training) override {
    if (watches_batches_) event(training, "train_batch_begin", training.position().batch, nullptr);
  }
  void on_batch_end(Training& training, const Logs& logs) override {
    if (!watches_batches_) return;
    Logs copy = logs;
    event(training, "train_batch_end", training.position().batch - 1, &copy);
  }
  void on_epoch_end(Training& training, Logs& logs) override { event(training, "epoch_end", training.position().epoch, &logs); }
  void on_train_end(Training& training) override { event(training, "train_end", 0, nullptr); }

 private:
  // What Python adds to the figures or changes in them counts.
  void event(Training& training, const char* name, std::int64_t index, Logs* logs) {
    const nb::gil_scoped_acquire lock;
    const nb::object figures = logs == nullptr ? nb::none() : nb::object(to_dict(*logs));
    if (nb::cast<bool>(callbacks_->attr("event")(name, index, figures))) training.stop("stop_training");
    if (logs == nullptr) return;
    logs->clear();
    for (const auto& [key, value] : nb::cast<nb::dict>(figures)) {
      double number = 0;
      if (nb::try_cast(nb::float_(value), number)) logs->emplace_back(nb::cast<std::string>(key), number);
    }
  }

  bool watches_batches_;
  Held callbacks_;
};

class InterruptCallback final : public train::Callback {
 public:
  void on_batch_end(Training&, const Logs&) override { check_(); }

 private:
  InterruptCheck check_;
};

train::Mode mode_of(const std::string& name) {
  if (name == "auto") return train::Mode::kAuto;
  if (name == "min") return train::Mode::kMin;
  if (name == "max") return train::Mode::kMax;
  fail(ErrorCode::kInvalidArgument, "callback: mode must be 'auto', 'min' or 'max', not '{}'", name);
}

}  // namespace

nb::dict to_dict(const Logs& logs) {
  nb::dict figures;
  for (const auto& [key, value] : logs) figures[nb::cast(key)] = value;
  return figures;
}

std::shared_ptr<train::Callback> python_callbacks(nb::object callbacks) { return std::make_shared<PythonCallbacks>(std::move(callbacks)); }
std::shared_ptr<train::Callback> interrupt_callback() { return std::make_shared<InterruptCallback>(); }

void bind_callbacks(nb::module_& module) {
  nb::class_<train::Callback>(module, "Callback", "A callback of the library.");
  module.def(
      "early_stopping",
      [](const std::string& monitor, double min_delta, std::int64_t patience, const std::string& mode, bool restore_best_weights,
         std::int64_t start_from_epoch) {
        return train::EarlyStopping({monitor, min_delta, patience, mode_of(mode), restore_best_weights, start_from_epoch});
      },
      nb::arg("monitor"), nb::arg("min_delta"), nb::arg("patience"), nb::arg("mode"), nb::arg("restore_best_weights"),
      nb::arg("start_from_epoch"));
  module.def(
      "reduce_lr_on_plateau",
      [](const std::string& monitor, double factor, std::int64_t patience, const std::string& mode, double min_delta, std::int64_t cooldown,
         double min_lr) {
        return train::ReduceLROnPlateau({monitor, factor, patience, mode_of(mode), min_delta, cooldown, min_lr});
      },
      nb::arg("monitor"), nb::arg("factor"), nb::arg("patience"), nb::arg("mode"), nb::arg("min_delta"), nb::arg("cooldown"),
      nb::arg("min_lr"));
  module.def(
      "csv_logger", [](const std::string& path) { return train::CSVLogger(path); }, nb::arg("path"));
  module.def(
      "tensor_board", [](const std::string& folder) { return train::TensorBoard(folder); }, nb::arg("log_dir"));
  module.def("terminate_on_nan", [] { return train::TerminateOnNaN(); });
  module.def(
      "progress_bar",
      [](nb::callable write, bool live, bool color) {
        return train::make_progress_bar({[held = Held(std::move(write))](const std::string& text) {
                                           const nb::gil_scoped_acquire lock;
                                           (*held)(text);
                                         },
                                         live, color});
      },
      nb::arg("write"), nb::arg("live"), nb::arg("color"));
}

}  // namespace lepton::python
