// The progress of a training in the terminal: a bar with time left, loss and metrics; plain lines where there is no terminal.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "lepton/train/callback.hpp"

namespace lepton::train {

/// verbose 1: a live bar (one line per epoch if stdout is no terminal); 2: one line per epoch. NO_COLOR is respected.
std::shared_ptr<Callback> make_progress_bar(int verbose);

/// The same to somewhere else than stdout: a notebook, say.
struct ProgressOutput {
  std::function<void(const std::string&)> write;
  bool live = false;  // the line may be drawn again and again
  bool color = false;
};
std::shared_ptr<Callback> make_progress_bar(ProgressOutput output);

/// How far another long computation is, in the same style: "features 120/247 ━━━━ ETA 3s". Silent unless verbose is positive.
class ProgressLine {
 public:
  ProgressLine(std::string label, std::int64_t total, int verbose);
  ~ProgressLine();
  ProgressLine(ProgressLine&&) = delete;
  /// `done` of the total are done; the line ends when all are.
  void show(std::int64_t done);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lepton::train
