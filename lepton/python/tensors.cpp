// Arrays of NumPy and of everything that speaks DLPack, in and out, without copying where the layout allows it.
#include <nanobind/ndarray.h>

#include "lepton/base/json.hpp"
#include "lepton/python/bindings.hpp"

namespace lepton::python {
namespace {

using Array = nb::ndarray<nb::ro>;

DType dtype_of(nb::dlpack::dtype given) {
  using Code = nb::dlpack::dtype_code;
  const char* kind = nullptr;
  switch (static_cast<Code>(given.code)) {
    case Code::Int:
      kind = "int";
      break;
    case Code::UInt:
      kind = "uint";
      break;
    case Code::Float:
      kind = "float";
      break;
    case Code::Bfloat:
      kind = "bfloat";
      break;
    case Code::Bool:
      return DType::kBool;
    default:
      break;
  }
  const std::string name = kind == nullptr ? fmt::format("code {}", given.code) : fmt::format("{}{}", kind, given.bits);
  const std::optional<DType> dtype = dtype_from_name(name);
  if (!dtype || given.lanes != 1) fail(ErrorCode::kDtypeMismatch, "tensor: Lepton has no elements of type {}", name);
  return *dtype;
}

// NumPy's name: "float32" for "f32".
std::string numpy_name(DType dtype) {
  const std::string_view name = name_of(dtype);
  const std::size_t digits = name.find_first_of("0123456789");
  if (digits == std::string_view::npos) return std::string(name);
  const std::string_view kind = name.substr(0, digits);
  const std::string_view full = kind == "f" ? "float" : kind == "bf" ? "bfloat" : kind == "i" ? "int" : "uint";
  return fmt::format("{}{}", full, name.substr(digits));
}

nb::dlpack::dtype dlpack_type(DType dtype) {
  using Code = nb::dlpack::dtype_code;
  const auto bits = static_cast<std::uint8_t>(8 * size_of(dtype));
  const auto of = [&](Code code) { return nb::dlpack::dtype{static_cast<std::uint8_t>(code), bits, 1}; };
  if (dtype == DType::kBool) return of(Code::Bool);
  if (dtype == DType::kBF16) return of(Code::Bfloat);
  if (is_float(dtype) || dtype == DType::kF16) return of(Code::Float);
  const bool is_unsigned = dtype == DType::kU8 || dtype == DType::kU16 || dtype == DType::kU32 || dtype == DType::kU64;
  return of(is_unsigned ? Code::UInt : Code::Int);
}

// Shares the array's memory. What cannot be shared (backward strides, misaligned elements) is refused; Python then makes a copy.
Tensor to_tensor(const Array& array) {
  if (array.device_type() != nb::device::cpu::value) fail(ErrorCode::kUnsupported, "tensor: the array must lie in the CPU's memory");
  const DType dtype = dtype_of(array.dtype());
  Dims dims, strides;
  std::int64_t last = 0;
  for (std::size_t axis = 0; axis < array.ndim(); ++axis) {
    dims.push_back(static_cast<std::int64_t>(array.shape(axis)));
    strides.push_back(array.stride(axis));
    if (strides.back() < 0) fail(ErrorCode::kInvalidArgument, "tensor: the array runs backwards along axis {}", axis);
    last += (dims.back() - 1) * strides.back();
  }
  const Shape shape(std::move(dims));
  if (shape.num_elements() == 0) return Tensor::empty(dtype, shape);
  auto* data = static_cast<std::byte*>(const_cast<void*>(array.data()));
  if (reinterpret_cast<std::uintptr_t>(data) % size_of(dtype) != 0)
    fail(ErrorCode::kInvalidArgument, "tensor: the array's elements are not aligned");
  const std::shared_ptr<const void> owner(new Array(array), [](const Array* held) {
    if (Py_IsInitialized() == 0) return;
    const nb::gil_scoped_acquire lock;
    delete held;
  });
  const auto size_bytes = static_cast<std::size_t>(last + 1) * size_of(dtype);
  return Tensor::view(Storage::borrow(data, size_bytes, owner), dtype, shape, strides, 0);
}

nb::object to_numpy(const nb::handle self) {
  const auto& tensor = nb::cast<const Tensor&>(self);
  if (tensor.dtype() == DType::kBF16) fail(ErrorCode::kUnsupported, "tensor: NumPy has no bfloat16; cast() to float32 first");
  std::vector<std::size_t> shape(tensor.shape().begin(), tensor.shape().end());
  const nb::ndarray<nb::numpy> array(tensor.bytes(), shape.size(), shape.data(), self, tensor.strides().data(),
                                     dlpack_type(tensor.dtype()));
  return nb::cast(array);
}

nb::object as_array(const nb::handle self, const nb::object& dtype, const nb::object& copy) {
  nb::object array = to_numpy(self);
  if (!dtype.is_none()) array = array.attr("astype")(dtype);
  const bool wants_copy = !copy.is_none() && nb::cast<bool>(copy);
  return wants_copy ? array.attr("copy")() : array;
}

}  // namespace

nb::tuple shape_tuple(const Shape& shape) {
  nb::list sizes;
  for (const std::int64_t size : shape) sizes.append(size == kAnyDim ? nb::none() : nb::object(nb::int_(size)));
  return nb::tuple(sizes);
}

Dims dims_of(const nb::handle sizes) {
  Dims dims;
  for (const nb::handle size : sizes) {
    std::int64_t number = 0;
    if (!size.is_none() && (!nb::try_cast(size, number) || number < 0))
      fail(ErrorCode::kInvalidArgument, "shape: a size must be a whole number or None, not {}", nb::repr(size).c_str());
    dims.push_back(size.is_none() ? kAnyDim : number);
  }
  return dims;
}

DType dtype_of_name(const std::string& name) {
  const std::optional<DType> dtype = dtype_from_name(name);
  if (!dtype) fail(ErrorCode::kDtypeMismatch, "tensor: there is no type '{}'", name);
  return *dtype;
}

Json json_of(const std::string& text) { return parse_json(text, {.max_depth = 128}).value(); }

nb::object to_python(const Json& json) { return nb::module_::import_("json").attr("loads")(dump_json(json)); }

void bind_tensors(nb::module_& module) {
  nb::class_<Tensor>(module, "Tensor", "An array of Lepton. It shares memory with NumPy and with everything that speaks DLPack.")
      .def_prop_ro("shape", [](const Tensor& self) { return shape_tuple(self.shape()); })
      .def_prop_ro("dtype", [](const Tensor& self) { return numpy_name(self.dtype()); })
      .def_prop_ro("ndim", [](const Tensor& self) { return self.shape().rank(); })
      .def(
          "numpy", [](const nb::handle self) { return to_numpy(self); }, "The same memory as a NumPy array.",
          nb::sig("def numpy(self) -> numpy.typing.NDArray[typing.Any]"))
      .def("__array__", &as_array, nb::arg("dtype") = nb::none(), nb::arg("copy") = nb::none())
      .def("__dlpack__", [](const nb::handle self, const nb::kwargs& given) { return to_numpy(self).attr("__dlpack__")(**given); })
      .def("__dlpack_device__", [](const Tensor&) { return nb::make_tuple(1, 0); })
      .def(
          "astype", [](const Tensor& self, const std::string& dtype) { return self.cast(dtype_of_name(dtype)); }, nb::arg("dtype"))
      .def("item", [](const Tensor& self) { return self.item(); })
      .def("__float__", [](const Tensor& self) { return self.item(); })
      .def("__int__", [](const Tensor& self) { return static_cast<std::int64_t>(self.item()); })
      .def("__bool__", [](const Tensor& self) { return self.item() != 0; })
      .def("__len__",
           [](const Tensor& self) {
             if (self.shape().rank() == 0) fail(ErrorCode::kInvalidArgument, "tensor: a scalar has no length");
             return self.shape()[0];
           })
      .def("__repr__", [](const nb::handle self) {
        const auto& tensor = nb::cast<const Tensor&>(self);
        const std::string type = tensor.type().to_string();
        if (tensor.dtype() == DType::kBF16) return "<lepton.Tensor " + type + ">";
        return fmt::format("<lepton.Tensor {} {}>", type, nb::str(to_numpy(self)).c_str());
      });
  module.def("tensor", &to_tensor, nb::arg("array"), "A tensor that shares the memory of an array.",
             nb::sig("def tensor(array: typing.Any) -> Tensor"));
}

}  // namespace lepton::python
