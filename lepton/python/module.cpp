// The module: every part binds itself.
#include "lepton/base/log.hpp"
#include "lepton/base/signal_stack.hpp"
#include "lepton/python/bindings.hpp"

NB_MODULE(_lepton, module) {
  using namespace lepton::python;
  lepton::give_signals_a_stack();  // Ctrl-C may come while a kernel computes
  nb::set_leak_warnings(false);    // a program may end while callbacks and layers hold each other
  module.doc() = "Lepton's C++ library for Python.";
  module.attr("__version__") = LEPTON_VERSION;
  bind_errors(module);
  bind_tensors(module);
  bind_operators(module);
  bind_tables(module);
  bind_layers(module);
  bind_model(module);
  bind_predictor(module);
  bind_data(module);
}
