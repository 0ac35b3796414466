// What callbacks share: the direction of a figure and its best value.
#include "lepton/train/callback.hpp"

#include "lepton/base/error.hpp"

namespace lepton::train {
namespace {

// Keras's rule: accuracies, areas and scores grow, everything else (losses, errors) shrinks.
bool grows(std::string_view key) {
  for (const std::string_view word : {"acc", "auc", "precision", "recall", "f1", "r2", "top_k"}) {
    if (key.find(word) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

Monitor::Monitor(std::string key, Mode mode, double min_delta)
    : key_(std::move(key)),
      higher_(mode == Mode::kMax || (mode == Mode::kAuto && grows(key_))),
      min_delta_(min_delta < 0 ? -min_delta : min_delta) {}

bool Monitor::is_better(double value) const {
  if (value != value) return false;
  if (!has_best_) return true;
  return higher_ ? value - min_delta_ > best_ : value + min_delta_ < best_;
}

bool Monitor::improve(double value) {
  if (!is_better(value)) return false;
  restore(value);
  return true;
}

std::optional<double> monitored(const Training& training, const Logs& logs, const std::string& key) {
  if (const double* value = find_log(logs, key)) return *value;
  const bool is_validated = (training.position().epoch + 1) % training.validation_freq() == 0;
  if (!is_validated && key.starts_with("val_")) return std::nullopt;
  std::string known;
  for (const auto& [name, value] : logs) known += (known.empty() ? "" : ", ") + name;
  fail(ErrorCode::kNotFound, "callback: there is no figure '{}' to monitor (there are {})", key, known);
}

}  // namespace lepton::train
