// One exception class for each code of the error table, below LeptonError and the built-in class that Python programs catch for it.
#include <map>

#include "lepton/base/error.hpp"
#include "lepton/python/bindings.hpp"

namespace lepton::python {
namespace {

PyObject* built_in_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kShapeMismatch:
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kParseError:
    case ErrorCode::kDataCorrupt:
      return PyExc_ValueError;
    case ErrorCode::kDtypeMismatch:
      return PyExc_TypeError;
    case ErrorCode::kNotFound:
      return PyExc_LookupError;
    case ErrorCode::kUnsupported:
      return PyExc_NotImplementedError;
    case ErrorCode::kIoError:
      return PyExc_OSError;
    case ErrorCode::kDeadlineExceeded:
      return PyExc_TimeoutError;
    case ErrorCode::kResourceExhausted:
      return PyExc_MemoryError;
    case ErrorCode::kPermissionDenied:
      return PyExc_PermissionError;
    default:
      return PyExc_RuntimeError;
  }
}

using Classes = std::map<ErrorCode, PyObject*>;

// Kept for ever, as the built-in classes are.
Classes& classes() {
  static Classes made;
  return made;
}

void translate(const std::exception_ptr& thrown, void*) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& error) {
    PyErr_SetString(classes().at(error.code()), error.what());
  }
}

}  // namespace

void bind_errors(nb::module_& module) {
  const nb::object root = nb::steal(
      PyErr_NewExceptionWithDoc("lepton.LeptonError", "An error of Lepton; `code` names its row in the table.", PyExc_Exception, nullptr));
  root.attr("code") = "internal";
  module.attr("LeptonError") = root;
  for (int i = 0; i <= static_cast<int>(ErrorCode::kInternal); ++i) {
    const ErrorCodeInfo& info = error_code_info(static_cast<ErrorCode>(i));
    const std::string name(info.python_class);
    const nb::tuple bases = nb::make_tuple(root, nb::borrow(built_in_of(info.code)));
    nb::object made =
        nb::steal(PyErr_NewExceptionWithDoc(("lepton." + name).c_str(), std::string(info.meaning).c_str(), bases.ptr(), nullptr));
    made.attr("code") = std::string(info.name);
    module.attr(name.c_str()) = made;
    classes()[info.code] = made.release().ptr();
  }
  nb::register_exception_translator(translate);
}

}  // namespace lepton::python
