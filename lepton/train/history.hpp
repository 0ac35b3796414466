// History: what fit reports, epoch by epoch, under Keras's keys ("loss", "accuracy", "val_loss", …).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lepton::train {

/// Figures of one epoch or batch, in a fixed order.
using Logs = std::vector<std::pair<std::string, double>>;

/// Returns the figure named `key`, or null.
const double* find_log(const Logs& logs, std::string_view key);

class History {
 public:
  void append(const Logs& logs);
  /// One value per epoch; throws kNotFound for an unknown key.
  const std::vector<double>& operator[](std::string_view key) const;
  bool has(std::string_view key) const;
  std::vector<std::string> keys() const;
  std::size_t num_epochs() const { return columns_.empty() ? 0 : columns_.front().second.size(); }

 private:
  std::vector<std::pair<std::string, std::vector<double>>> columns_;
};

}  // namespace lepton::train
