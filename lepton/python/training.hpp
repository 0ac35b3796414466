// Python's part in a training: batches that it makes, callbacks that it writes, Ctrl-C.
#pragma once

#include "lepton/python/bindings.hpp"
#include "lepton/train/batches.hpp"
#include "lepton/train/callback.hpp"

namespace lepton::python {

/// Batches of a Python object: `num_batches` (negative: not known), `has_weights`, `start(epoch)`, `next()` -> None or (inputs, targets,
/// weight or None).
std::unique_ptr<train::BatchSource> python_source(nb::object source);

/// `source`, but Ctrl-C is heard between two batches.
std::unique_ptr<train::BatchSource> interruptible(std::unique_ptr<train::BatchSource> source);

/// All callbacks of Python in one: `watches_batches`, `event(name, index, logs or None)` -> whether to stop.
std::shared_ptr<train::Callback> python_callbacks(nb::object callbacks);

/// Hears Ctrl-C after each batch.
std::shared_ptr<train::Callback> interrupt_callback();

void bind_callbacks(nb::module_& module);

}  // namespace lepton::python
