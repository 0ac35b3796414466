// What the files of the extension module share: conversions, values that Python owns, and tracing.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <memory>
#include <string>
#include <vector>

#include "lepton/base/json_fwd.hpp"
#include "lepton/nn/layer.hpp"
#include "lepton/nn/loss.hpp"
#include "lepton/op/attribute_def.hpp"
#include "lepton/tensor/tensor.hpp"
#include "lepton/train/callback.hpp"

namespace lepton::python {

namespace nb = nanobind;

void bind_errors(nb::module_& module);
void bind_tensors(nb::module_& module);
void bind_operators(nb::module_& module);
void bind_tables(nb::module_& module);
void bind_layers(nb::module_& module);
void bind_model(nb::module_& module);
void bind_predictor(nb::module_& module);
void bind_data(nb::module_& module);

/// A Python object that C++ keeps; it is let go under the interpreter lock, wherever its last holder dies.
class Held {
 public:
  Held() = default;
  explicit Held(nb::object object)
      : object_(new nb::object(std::move(object)), [](nb::object* held) {
          if (Py_IsInitialized() == 0) return;  // the interpreter has gone, and the object with it
          const nb::gil_scoped_acquire lock;
          delete held;
        }) {}
  nb::object& operator*() const { return *object_; }
  nb::object* operator->() const { return object_.get(); }

 private:
  std::shared_ptr<nb::object> object_;
};

/// A value of a graph that is being traced, as Python holds it. It outlives its graph, and then only gives errors.
struct Traced {
  Value value;
  std::shared_ptr<const bool> alive;
  /// Throws kInvalidArgument when the graph is finished.
  const Value& get() const;
};

/// Values that are given to Python in this scope die with it.
class TraceScope {
 public:
  TraceScope() = default;
  TraceScope(const TraceScope&) = delete;
  TraceScope& operator=(const TraceScope&) = delete;
  ~TraceScope() { *alive_ = false; }
  Traced give(const Value& value) const { return {value, alive_}; }
  const std::shared_ptr<bool>& alive() const { return alive_; }

 private:
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

/// Python's numbers, texts and lists as attributes of the declared types. Throws kInvalidArgument.
Attributes attributes_of(const nb::dict& given, std::span<const AttributeDef> declared, std::string_view component);
nb::object to_python(const Attribute& value);

/// (rows, None, 3) for a shape with free sizes.
nb::tuple shape_tuple(const Shape& shape);
/// The other way round: None is a free size. Throws kInvalidArgument for anything but sizes.
Dims dims_of(const nb::handle sizes);
DType dtype_of_name(const std::string& name);

/// What Python wrote as JSON. Throws kParseError.
Json json_of(const std::string& text);
nb::object to_python(const Json& json);

nb::dict to_dict(const train::Logs& logs);

/// Lets Ctrl-C through: throws KeyboardInterrupt when the user asked for it. Asks Python at most 20 times a second.
class InterruptCheck {
 public:
  void operator()();

 private:
  double next_ = 0;
};

}  // namespace lepton::python
