// Operators that treat all elements alike, in the order of axes that is at hand.
#include "lepton/formats/onnx_writer.hpp"
#include "lepton/formats/tflite/internal/translator.hpp"

namespace lepton::formats {
namespace {

AxisOrder at_hand(const TfLiteTranslator& t) { return t.is_channels_first(0) ? AxisOrder::kChannelsFirst : AxisOrder::kChannelsLast; }

void unary(TfLiteTranslator& t, const char* op, Attributes attributes = {}) {
  const AxisOrder order = at_hand(t);
  t.result(0, t.emit(op, {t.value(0, order)}, std::move(attributes)), order);
}

// Several inputs that broadcast; `activation` is the field of a fused one, -1: none.
void joined(TfLiteTranslator& t, const char* op, int activation = -1) {
  const AxisOrder order = t.common_order();
  std::vector<std::string> inputs;
  for (std::size_t i = 0; i < t.num_inputs(); ++i) inputs.push_back(t.value(i, order));
  t.result(0, t.emit(op, std::move(inputs)), order, activation < 0 ? 0 : t.option<std::int8_t>(activation, 0));
}

template <int kActivation>
void only_activation(TfLiteTranslator& t) {
  const AxisOrder order = at_hand(t);
  t.result(0, t.value(0, order), order, kActivation);
}

void clip_to_one(TfLiteTranslator& t) {
  const AxisOrder order = at_hand(t);
  t.result(0, t.emit("Clip", {t.value(0, order), t.add_number(0), t.add_number(1)}), order);
}

void rsqrt(TfLiteTranslator& t) {
  const AxisOrder order = at_hand(t);
  t.result(0, t.emit("Reciprocal", {t.emit("Sqrt", {t.value(0, order)})}), order);
}

void square(TfLiteTranslator& t) {
  const AxisOrder order = at_hand(t);
  const std::string x = t.value(0, order);
  t.result(0, t.emit("Mul", {x, x}), order);
}

void squared_difference(TfLiteTranslator& t) {
  const AxisOrder order = t.common_order();
  const std::string d = t.emit("Sub", {t.value(0, order), t.value(1, order)});
  t.result(0, t.emit("Mul", {d, d}), order);
}

void not_equal(TfLiteTranslator& t) {
  const AxisOrder order = t.common_order();
  t.result(0, t.emit("Not", {t.emit("Equal", {t.value(0, order), t.value(1, order)})}), order);
}

void cast(TfLiteTranslator& t) {
  const std::optional<DType> to = t.out(0).dtype;
  if (!to) fail(ErrorCode::kUnsupported, "a cast to {}", t.out(0).kind);
  unary(t, "Cast", {{"to", onnx_dtype(*to)}});
}

}  // namespace

std::span<const TfLiteRule> tflite_elementwise() {
  using T = TfLiteTranslator;
  static constexpr TfLiteRule kRules[] = {
      {0, [](T& t) { joined(t, "Add", 0); }},
      {6, only_activation<0>},  // DEQUANTIZE: the input's real numbers
      {8, [](T& t) { unary(t, "Floor"); }},
      {14, [](T& t) { unary(t, "Sigmoid"); }},
      {18, [](T& t) { joined(t, "Mul", 0); }},
      {19, only_activation<1>},
      {20, only_activation<2>},
      {21, only_activation<3>},
      {28, only_activation<4>},
      {41, [](T& t) { joined(t, "Sub", 0); }},
      {42, [](T& t) { joined(t, "Div", 0); }},
      {47, [](T& t) { unary(t, "Exp"); }},
      {53, cast},
      {54, [](T& t) { joined(t, "PRelu"); }},
      {55, [](T& t) { joined(t, "Max"); }},
      {57, [](T& t) { joined(t, "Min"); }},
      {58, [](T& t) { joined(t, "Less"); }},
      {59, [](T& t) { unary(t, "Neg"); }},
      {61, [](T& t) { joined(t, "Greater"); }},
      {62, [](T& t) { joined(t, "GreaterOrEqual"); }},
      {63, [](T& t) { joined(t, "LessOrEqual"); }},
      {66, [](T& t) { unary(t, "Sin"); }},
      {71, [](T& t) { joined(t, "Equal"); }},
      {72, not_equal},
      {73, [](T& t) { unary(t, "Log"); }},
      {75, [](T& t) { unary(t, "Sqrt"); }},
      {76, rsqrt},
      {78, [](T& t) { joined(t, "Pow"); }},
      {84, [](T& t) { joined(t, "Or"); }},
      {86, [](T& t) { joined(t, "And"); }},
      {87, [](T& t) { unary(t, "Not"); }},
      {92, square},
      {98,
       [](T& t) {
         unary(t, "LeakyRelu", {{"alpha", double{t.option<float>(0, 0)}}});
       }},
      {99, squared_difference},
      {101, [](T& t) { unary(t, "Abs"); }},
      {104, [](T& t) { unary(t, "Ceil"); }},
      {106, [](T& t) { joined(t, "Sum"); }},
      {108, [](T& t) { unary(t, "Cos"); }},
      {111, [](T& t) { unary(t, "Elu"); }},
      {114, only_activation<0>},  // QUANTIZE: the result is quantised as its tensor says
      {116, [](T& t) { unary(t, "Round"); }},
      {117, [](T& t) { unary(t, "HardSwish"); }},
      {123, [](T& t) { joined(t, "Where"); }},
      {150,
       [](T& t) {
         unary(t, "Gelu", {{"approximate", t.flag(0) ? "tanh" : "none"}});
       }},
      {152, clip_to_one},
      {158, [](T& t) { unary(t, "Sign"); }},
  };
  return kRules;
}

}  // namespace lepton::formats
