// The progress of a training in the terminal: a bar with time left, loss and metrics; plain lines where there is no terminal.
#pragma once

#include <memory>

#include "lepton/train/callback.hpp"

namespace lepton::train {

/// verbose 1: a live bar (one line per epoch if stdout is no terminal); 2: one line per epoch. NO_COLOR is respected.
std::shared_ptr<Callback> make_progress_bar(int verbose);

}  // namespace lepton::train
