// Reductions, softmax, normalisation and products of matrices.
#include <algorithm>
#include <numeric>

#include "lepton/formats/onnx_writer.hpp"
#include "lepton/formats/tflite/internal/translator.hpp"

namespace lepton::formats {
namespace {

void reduce(TfLiteTranslator& t, const char* op) {
  const bool keeps = t.flag(0);
  Dims axes = t.integers(1);
  for (std::int64_t& axis : axes) axis = axis_in(axis, t.rank(0), AxisOrder::kChannelsLast);
  std::ranges::sort(axes);
  // The mean of each channel is the same in both orders.
  const AxisOrder order = t.is_channels_first(0) && (keeps || axes == Dims{1, 2}) ? AxisOrder::kChannelsFirst : AxisOrder::kChannelsLast;
  for (std::int64_t& axis : axes) axis = axis_in(axis, t.rank(0), order);
  t.result(0, t.emit(op, {t.value(0, order), t.add_integers(axes)}, {{"keepdims", std::int64_t{keeps}}}), order);
}

void arg(TfLiteTranslator& t, const char* op) {
  const Dims axis = t.integers(1);
  if (axis.size() != 1) fail(ErrorCode::kDataCorrupt, "it has {} axes, not 1", axis.size());
  const std::string index = t.emit(op, {t.value(0)}, {{"axis", axis[0]}, {"keepdims", 0}});
  t.result(0, t.emit("Cast", {index}, {{"to", onnx_dtype(t.out(0).dtype.value_or(DType::kI64))}}));
}

void softmax(TfLiteTranslator& t) {
  std::string x = t.value(0);
  if (const float beta = t.option<float>(0, 0); beta != 1) x = t.emit("Mul", {x, t.add_number(beta)});
  t.result(0, t.emit("Softmax", {x}, {{"axis", -1}}));
}

void batch_matmul(TfLiteTranslator& t) {
  const auto side = [&](std::size_t i) {
    const std::string x = t.value(i);
    if (!t.flag(static_cast<int>(i)) || t.rank(i) < 2) return x;
    Dims order(static_cast<std::size_t>(t.rank(i)));
    std::iota(order.begin(), order.end(), 0);
    std::swap(order[order.size() - 1], order[order.size() - 2]);
    return t.emit("Transpose", {x}, {{"perm", order}});
  };
  const std::string a = side(0), b = side(1);
  t.result(0, t.emit("MatMul", {a, b}));
}

}  // namespace

std::span<const TfLiteRule> tflite_reductions() {
  using T = TfLiteTranslator;
  static constexpr TfLiteRule kRules[] = {
      {11,
       [](T& t) {
         t.result(0, t.emit("LpNormalization", {t.value(0)}, {{"axis", -1}, {"p", 2}}));
       }},
      {25, softmax},
      {40, [](T& t) { reduce(t, "ReduceMean"); }},
      {50,
       [](T& t) {
         t.result(0, t.emit("LogSoftmax", {t.value(0)}, {{"axis", -1}}));
       }},
      {56, [](T& t) { arg(t, "ArgMax"); }},
      {74, [](T& t) { reduce(t, "ReduceSum"); }},
      {79, [](T& t) { arg(t, "ArgMin"); }},
      {81, [](T& t) { reduce(t, "ReduceProd"); }},
      {82, [](T& t) { reduce(t, "ReduceMax"); }},
      {89, [](T& t) { reduce(t, "ReduceMin"); }},
      {126, batch_matmul},
  };
  return kRules;
}

}  // namespace lepton::formats
