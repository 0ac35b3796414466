// Reference exponentials, logarithms and (hyperbolic) trigonometry: the C++ library in double.
#include <cmath>

#include "lepton/kernels/cpu/ref/elementwise_loops.hpp"

namespace lepton::kernels::ref {
namespace {

LEPTON_SCALAR(Exp, (T x), std::exp(x));
LEPTON_SCALAR(Expm1, (T x), std::expm1(x));
LEPTON_SCALAR(Log, (T x), std::log(x));
LEPTON_SCALAR(Log1p, (T x), std::log1p(x));
LEPTON_SCALAR(Sin, (T x), std::sin(x));
LEPTON_SCALAR(Cos, (T x), std::cos(x));
LEPTON_SCALAR(Tan, (T x), std::tan(x));
LEPTON_SCALAR(Asin, (T x), std::asin(x));
LEPTON_SCALAR(Acos, (T x), std::acos(x));
LEPTON_SCALAR(Atan, (T x), std::atan(x));
LEPTON_SCALAR(Sinh, (T x), std::sinh(x));
LEPTON_SCALAR(Cosh, (T x), std::cosh(x));
LEPTON_SCALAR(Tanh, (T x), std::tanh(x));
LEPTON_SCALAR(Asinh, (T x), std::asinh(x));
LEPTON_SCALAR(Acosh, (T x), std::acosh(x));
LEPTON_SCALAR(Atanh, (T x), std::atanh(x));
LEPTON_SCALAR(Erf, (T x), std::erf(x));

constexpr RefEntry kTable[] = {
    {"acos", unary_float<Acos>},   {"acosh", unary_float<Acosh>}, {"asin", unary_float<Asin>},   {"asinh", unary_float<Asinh>},
    {"atan", unary_float<Atan>},   {"atanh", unary_float<Atanh>}, {"cos", unary_float<Cos>},     {"cosh", unary_float<Cosh>},
    {"erf", unary_float<Erf>},     {"exp", unary_float<Exp>},     {"expm1", unary_float<Expm1>}, {"log", unary_float<Log>},
    {"log1p", unary_float<Log1p>}, {"sin", unary_float<Sin>},     {"sinh", unary_float<Sinh>},   {"tan", unary_float<Tan>},
    {"tanh", unary_float<Tanh>},
};

}  // namespace

std::span<const RefEntry> transcendental_table() { return kTable; }

}  // namespace lepton::kernels::ref
