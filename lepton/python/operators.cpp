// Every operator of the table for Python: on tensors it computes at once, on values it builds the graph that is being traced.
#include <algorithm>

#include "lepton/graph/builder.hpp"
#include "lepton/nn/activation.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/op_table.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/python/bindings.hpp"
#include "lepton/runtime/executable.hpp"

namespace lepton::python {
namespace {

Attribute attribute_of(const nb::handle given, const AttributeDef& declared, std::string_view component) {
  const AttributeValue& like = declared.default_value.value();
  const auto as = [&]<class T>(T value) {
    if (!nb::try_cast(given, value))
      fail(ErrorCode::kInvalidArgument, "{}: '{}' cannot be {}", component, declared.name, nb::repr(given).c_str());
    return Attribute(std::move(value));
  };
  const auto as_list = [&]<class T>(std::vector<T> value) {
    if (T one{}; nb::try_cast(given, one)) return Attribute(std::vector<T>{one});
    return as(std::move(value));
  };
  switch (like.index()) {
    case 0:
      return as(false);
    case 1:
      return as(std::int64_t{0});
    case 2:
      return as(0.0);
    case 3:
      return as(std::string());
    case 4:
      return as_list(std::vector<std::int64_t>());
    case 5:
      return as_list(std::vector<double>());
    case 6:
      return as(std::vector<std::string>());
    case 7:
      return nb::isinstance<nb::str>(given) ? Attribute(dtype_of_name(nb::cast<std::string>(given))) : as(std::string());
    default:
      return as(Tensor());
  }
}

struct ToPython {
  nb::object operator()(const std::vector<std::int64_t>& v) const { return nb::cast(v); }
  nb::object operator()(DType v) const { return nb::cast(std::string(name_of(v))); }
  template <class T>
  nb::object operator()(const T& v) const {
    return nb::cast(v);
  }
};

Tensor to_operand(const nb::handle given) {
  if (given.is_none()) return {};
  return nb::cast<Tensor>(given);
}

nb::list apply_named(const std::string& name, const nb::sequence& inputs, const nb::dict& attributes) {
  const OpDef& op = ops::get_op(name);
  const Attributes settings = attributes_of(attributes, op.attributes, name);
  std::shared_ptr<const bool> alive;
  for (const nb::handle input : inputs) {
    if (nb::isinstance<Traced>(input)) alive = nb::cast<const Traced&>(input).alive;
  }
  nb::list results;
  if (alive != nullptr) {
    std::vector<Value> values;
    for (const nb::handle input : inputs) {
      if (!input.is_none() && !nb::isinstance<Traced>(input))
        fail(ErrorCode::kInvalidArgument, "{}: takes values of the graph or arrays, not both", name);
      values.push_back(input.is_none() ? Value() : nb::cast<const Traced&>(input).get());
    }
    for (const Value& result : apply(op, std::span<const Value>(values), settings)) results.append(nb::cast(Traced{result, alive}));
    return results;
  }
  std::vector<Tensor> tensors;
  for (const nb::handle input : inputs) tensors.push_back(to_operand(input));
  if (tensors.empty()) fail(ErrorCode::kInvalidArgument, "{}: needs an operand", name);
  std::vector<Tensor> made;
  {
    const nb::gil_scoped_release release;
    made = apply(op, std::span<const Tensor>(tensors), settings);
  }
  for (const Tensor& tensor : made) results.append(nb::cast(tensor));
  return results;
}

// Traces function(value, …) -> value or list of values into a graph of its own and runs it on the tensors.
std::vector<Tensor> evaluate(const nb::callable& function, const std::vector<Tensor>& inputs) {
  graph::GraphBuilder builder("function");
  std::vector<TensorType> types;
  {
    const TraceScope scope;
    nb::list values;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      types.push_back(inputs[i].type());
      values.append(nb::cast(scope.give(builder.input(fmt::format("x{}", i), types.back()))));
    }
    const nb::object made = function(*values);
    const nb::object results = nb::isinstance<Traced>(made) ? nb::object(nb::make_tuple(made)) : made;
    int number = 0;
    for (const nb::handle result : results) builder.output(fmt::format("y{}", number++), nb::cast<const Traced&>(result).get());
  }
  const nb::gil_scoped_release release;
  return runtime::compile(std::move(builder).finish(), types).value()->run(inputs);
}

nb::dict describe(const OpDef& op) {
  nb::dict described;
  nb::list inputs, attributes;
  for (const InputDef& input : op.inputs) inputs.append(nb::make_tuple(nb::cast(std::string(input.name)), input.optional, input.variadic));
  for (const AttributeDef& attribute : op.attributes)
    attributes.append(
        nb::make_tuple(nb::cast(std::string(attribute.name)), attribute.required ? nb::none() : to_python(attribute.default_value)));
  described["summary"] = std::string(op.summary);
  described["inputs"] = nb::tuple(inputs);
  described["attributes"] = nb::tuple(attributes);
  described["outputs"] = op.outputs.size();
  described["regions"] = op.num_regions;
  return described;
}

}  // namespace

const Value& Traced::get() const {
  if (!*alive) fail(ErrorCode::kInvalidArgument, "this value belongs to a graph that is finished; use it only in the function that got it");
  return value;
}

Attributes attributes_of(const nb::dict& given, std::span<const AttributeDef> declared, std::string_view component) {
  Attributes attributes;
  for (const auto& [key, value] : given) {
    const auto name = nb::cast<std::string>(key);
    const auto known = std::ranges::find(declared, name, &AttributeDef::name);
    // An unknown name is left to complete_attributes, whose error names the nearest one.
    attributes.set(name, known == declared.end() ? Attribute(true) : attribute_of(value, *known, component));
  }
  return complete_attributes(component, declared, attributes).value();
}

nb::object to_python(const Attribute& value) { return std::visit(ToPython{}, value.value()); }

void bind_operators(nb::module_& module) {
  nb::class_<Traced>(module, "Value", "A value of a graph while a function is traced.")
      .def_prop_ro("shape", [](const Traced& self) { return shape_tuple(self.get().shape()); })
      .def_prop_ro("dtype", [](const Traced& self) { return std::string(name_of(self.get().dtype())); })
      .def_prop_ro("ndim", [](const Traced& self) { return self.get().rank(); })
      .def("__bool__",
           [](const Traced&) -> bool {
             fail(ErrorCode::kInvalidArgument, "a value of the graph has no truth while it is traced; use ops.where()");
           })
      .def("__repr__", [](const Traced& self) {
        return *self.alive ? fmt::format("<lepton.Value {}{}>", name_of(self.value.dtype()), self.value.shape().to_string())
                           : std::string("<lepton.Value of a finished graph>");
      });
  module.def("op", &apply_named, nb::arg("name"), nb::arg("inputs"), nb::arg("attributes"));
  module.def("op_table", [] {
    nb::dict table;
    for (const OpDef& op : ops::all_ops()) table[nb::cast(std::string(op.name))] = describe(op);
    return table;
  });
  module.def("evaluate", &evaluate, nb::arg("function"), nb::arg("inputs"), "Computes function(values) on tensors.");
  module.def("activate", [](const std::string& name, const Traced& x) {
    return Traced{nn::activate(name, nn::Feature(x.get())).value, x.alive};
  });
  module.def("loss_of_samples", [](const std::string& name, const nb::dict& arguments, const Traced& y_true, const Traced& y_pred) {
    const nn::LossDef& def = nn::get_loss(name);
    nn::LossInputs inputs{y_true.get(), y_pred.get(), {}};
    if (!def.takes_class_indices && inputs.target.dtype() != inputs.prediction.dtype())
      inputs.target = ops::cast(inputs.target, inputs.prediction.dtype());
    return Traced{def.per_sample(inputs, attributes_of(arguments, def.arguments, name)), y_pred.alive};
  });
  module.def("constant", [](const Traced& like, const Tensor& value) {
    return Traced{ops::constant(like.get().builder(), value.contiguous()), like.alive};
  });
}

}  // namespace lepton::python
