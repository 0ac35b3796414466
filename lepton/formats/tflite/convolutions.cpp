// Convolutions, dense layers, pooling and resizing of pictures. All work channels first.
#include <algorithm>

#include "lepton/formats/tflite/internal/translator.hpp"

namespace lepton::formats {
namespace {

constexpr AxisOrder kFirst = AxisOrder::kChannelsFirst;

std::int64_t size_of_axis(const TfLiteTensor& tensor, std::size_t axis) {
  if (tensor.dims.size() != 4) fail(ErrorCode::kDataCorrupt, "'{}' has {} axes, not 4", tensor.name, tensor.dims.size());
  return tensor.dims[axis];
}

const char* padding(std::int8_t number) {
  if (number != 0 && number != 1) fail(ErrorCode::kDataCorrupt, "its padding {} is not known", number);
  return number == 0 ? "SAME_UPPER" : "VALID";
}

// Strides and the like: the file has widths first.
Dims pair(const TfLiteTranslator& t, int width_field, int height_field, std::int32_t otherwise) {
  const Dims pair = {t.option<std::int32_t>(height_field, otherwise), t.option<std::int32_t>(width_field, otherwise)};
  if (pair[0] < 1 || pair[1] < 1) fail(ErrorCode::kDataCorrupt, "a stride, dilation or window is {} x {}", pair[0], pair[1]);
  return pair;
}

std::vector<std::string> with_bias(TfLiteTranslator& t, std::vector<std::string> inputs, std::size_t bias) {
  if (t.has(bias)) inputs.push_back(t.value(bias));
  return inputs;
}

// Where only the weights are quantised, TensorFlow Lite rounds each sample of the input to 8 bits of its own range: about zero, or (with a
// scale for each channel of the weights) from its smallest to its largest number: x' = scale * (clip(round(x / scale) + zero) - zero).
std::string rounded(TfLiteTranslator& t, const std::string& x, const Dims& axes, bool about_zero) {
  const std::string over = t.add_integers(axes), zero = t.add_number(0);
  const std::string low = t.emit("Min", {t.emit("ReduceMin", {x, over}), zero}),
                    high = t.emit("Max", {t.emit("ReduceMax", {x, over}), zero});
  const std::string range = about_zero ? t.emit("Max", {t.emit("Neg", {low}), high}) : t.emit("Sub", {high, low});
  const std::string step = t.emit("Div", {range, t.add_number(about_zero ? 127 : 255)});
  const std::string scale = t.emit("Max", {step, t.add_number(1e-30)});
  const std::string whole = t.emit("Round", {t.emit("Div", {x, scale})});
  if (about_zero) return t.emit("Mul", {t.emit("Clip", {whole, t.add_number(-127), t.add_number(127)}), scale});
  const std::string place = t.emit("Round", {t.emit("Sub", {t.add_number(-128), t.emit("Div", {low, scale})})});
  const std::string stored = t.emit("Clip", {t.emit("Add", {whole, place}), t.add_number(-128), t.add_number(127)});
  return t.emit("Mul", {t.emit("Sub", {stored, place}), scale});
}
bool only_weights_are_quantised(const TfLiteTranslator& t) {
  return t.in(1).quantization && t.in(1).dtype == DType::kI8 && t.in(0).dtype == DType::kF32;
}

std::string picture(TfLiteTranslator& t) {
  const std::string x = t.value(0, kFirst);
  return only_weights_are_quantised(t) ? rounded(t, x, {1, 2, 3}, t.in(1).quantization->scales.size() == 1) : x;
}

void conv_2d(TfLiteTranslator& t) {
  const std::int64_t channels = size_of_axis(t.in(0), 3), per_group = size_of_axis(t.in(1), 3);
  if (per_group < 1 || channels % per_group != 0)
    fail(ErrorCode::kDataCorrupt, "its filter takes {} channels, the input has {}", per_group, channels);
  const std::string y = t.emit("Conv", with_bias(t, {picture(t), t.value(1, kFirst)}, 2),
                               {{"auto_pad", padding(t.option<std::int8_t>(0, 0))},
                                {"strides", pair(t, 1, 2, 1)},
                                {"dilations", pair(t, 4, 5, 1)},
                                {"group", channels / per_group}});
  t.result(0, y, kFirst, t.option<std::int8_t>(3, 0));
}

void depthwise_conv_2d(TfLiteTranslator& t) {
  const std::int64_t channels = size_of_axis(t.in(0), 3), made = size_of_axis(t.in(1), 3);
  if (channels < 1 || made % channels != 0) fail(ErrorCode::kDataCorrupt, "its filter makes {} channels of {}", made, channels);
  const std::string filter = t.emit("Transpose", {t.value(1)}, {{"perm", {3, 0, 1, 2}}});  // [1, H, W, C] -> [C, 1, H, W]
  const std::string y = t.emit("Conv", with_bias(t, {picture(t), filter}, 2),
                               {{"auto_pad", padding(t.option<std::int8_t>(0, 0))},
                                {"strides", pair(t, 1, 2, 1)},
                                {"dilations", pair(t, 5, 6, 1)},
                                {"group", channels}});
  t.result(0, y, kFirst, t.option<std::int8_t>(4, 0));
}

// The first input is the output's shape.
void transpose_conv(TfLiteTranslator& t) {
  const Dims strides = pair(t, 1, 2, 1);
  Dims before, after, more;
  for (std::size_t i = 0; i < 2; ++i) {
    const std::int64_t in = size_of_axis(t.in(2), i + 1), out = size_of_axis(t.out(0), i + 1), kernel = size_of_axis(t.in(1), i + 1);
    if (in < 1 || out < 1 || kernel < 1) fail(ErrorCode::kUnsupported, "the sizes of its pictures are not fixed");
    const std::int64_t over = (in - 1) * strides[i] + kernel - out;
    before.push_back(std::max<std::int64_t>(over, 0) / 2);
    after.push_back(std::max<std::int64_t>(over, 0) - before[i]);
    more.push_back(std::max<std::int64_t>(-over, 0));
  }
  const std::string filter = t.emit("Transpose", {t.value(1)}, {{"perm", {3, 0, 1, 2}}});  // [O, H, W, I] -> [I, O, H, W]
  const std::string y = t.emit("ConvTranspose", with_bias(t, {t.value(2, kFirst), filter}, 3),
                               {{"strides", strides}, {"pads", Dims{before[0], before[1], after[0], after[1]}}, {"output_padding", more}});
  t.result(0, y, kFirst, t.option<std::int8_t>(3, 0));
}

void fully_connected(TfLiteTranslator& t) {
  if (t.option<std::int8_t>(1, 0) != 0) fail(ErrorCode::kUnsupported, "its weights are shuffled");
  if (t.rank(1) != 2) fail(ErrorCode::kDataCorrupt, "its weights have {} axes, not 2", t.rank(1));
  std::string x = t.value(0);
  if (t.rank(0) != 2) x = t.emit("Reshape", {x, t.add_integers({-1, t.in(1).dims[1]})});
  if (only_weights_are_quantised(t)) x = rounded(t, x, {1}, !t.flag(3));
  std::string y = t.emit("Gemm", with_bias(t, {x, t.value(1)}, 2), {{"transB", 1}});
  if (t.flag(2) && t.rank(0) != 2) {
    Dims dims = t.in(0).dims;
    std::ranges::replace(dims, kAnyDim, std::int64_t{-1});
    dims.back() = t.in(1).dims[0];
    y = t.emit("Reshape", {y, t.add_integers(dims)});
  }
  t.result(0, y, AxisOrder::kChannelsLast, t.option<std::int8_t>(0, 0));
}

void pool(TfLiteTranslator& t, const char* op) {
  const std::string y =
      t.emit(op, {t.value(0, kFirst)},
             {{"auto_pad", padding(t.option<std::int8_t>(0, 0))}, {"strides", pair(t, 1, 2, 1)}, {"kernel_shape", pair(t, 3, 4, 1)}});
  t.result(0, y, kFirst, t.option<std::int8_t>(5, 0));
}

void resize(TfLiteTranslator& t, bool linear, int align_field) {
  const bool corners = t.flag(align_field), centers = t.flag(align_field + 1);
  const Dims sizes = t.integers(1);
  if (sizes.size() != 2) fail(ErrorCode::kDataCorrupt, "it has {} sizes, not 2", sizes.size());
  Attributes attributes = {{"axes", {2, 3}},
                           {"mode", linear ? "linear" : "nearest"},
                           {"coordinate_transformation_mode", corners   ? "align_corners"
                                                              : centers ? "half_pixel"
                                                                        : "asymmetric"}};
  if (!linear) attributes.set("nearest_mode", corners || centers ? "round_prefer_ceil" : "floor");
  t.result(0, t.emit("Resize", {t.value(0, kFirst), "", "", t.add_integers(sizes)}, attributes), kFirst);
}

void blocks(TfLiteTranslator& t, const char* op) {
  t.result(0, t.emit(op, {t.value(0, kFirst)}, {{"blocksize", std::int64_t{t.option<std::int32_t>(0, 0)}}}), kFirst);
}

}  // namespace

std::span<const TfLiteRule> tflite_convolutions() {
  static constexpr TfLiteRule kRules[] = {
      {1, [](TfLiteTranslator& t) { pool(t, "AveragePool"); }},
      {3, conv_2d},
      {4, depthwise_conv_2d},
      {5, [](TfLiteTranslator& t) { blocks(t, "DepthToSpace"); }},
      {9, fully_connected},
      {17, [](TfLiteTranslator& t) { pool(t, "MaxPool"); }},
      {23, [](TfLiteTranslator& t) { resize(t, true, 2); }},
      {26, [](TfLiteTranslator& t) { blocks(t, "SpaceToDepth"); }},
      {67, transpose_conv},
      {97, [](TfLiteTranslator& t) { resize(t, false, 0); }},
  };
  return kRules;
}

}  // namespace lepton::formats
