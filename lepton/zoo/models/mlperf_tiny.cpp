// The four reference models of MLPerf Tiny. Layers have Keras's automatic names, as in the published files.
#include "lepton/zoo/internal/blocks.hpp"

namespace lepton::zoo {
namespace {

using namespace nn;

// A convolution without a name gets Keras's, by the order of use.
Symbol conv_norm(const Blocks& b, const Symbol& x, const ConvShape& shape) { return b.batch_norm(b.conv(x, "", shape), ""); }

Symbol separable(const Blocks& b, const Symbol& x, std::int64_t filters, std::int64_t stride) {
  const Symbol y = activate(b.batch_norm(b.depthwise(x, "", {.stride = stride, .use_bias = true}), ""), "relu");
  return activate(conv_norm(b, y, {.filters = filters, .kernel = {1, 1}, .use_bias = true}), "relu");
}

Symbol resnet8(const Symbol& input, const Options& options) {
  const Blocks b(options, kKeras);
  Symbol x = activate(conv_norm(b, input, {.filters = 16, .use_bias = true}), "relu");
  for (int stage = 0; stage < 3; ++stage) {
    const std::int64_t filters = 16 << stage, stride = stage == 0 ? 1 : 2;
    const Symbol y = activate(conv_norm(b, x, {.filters = filters, .stride = stride, .use_bias = true}), "relu");
    const Symbol branch = conv_norm(b, y, {.filters = filters, .use_bias = true});
    const ConvShape shortcut = {.filters = filters, .kernel = {1, 1}, .stride = stride, .use_bias = true};
    x = activate(Add()({branch, stage == 0 ? x : b.conv(x, "", shortcut)}), "relu");
  }
  return options.include_top ? b.classifier(GlobalAveragePooling2D()(x), "") : x;
}

Symbol visual_wake_words(const Symbol& input, const Options& options) {
  struct Row {
    std::int64_t filters, stride;
  };
  constexpr Row kRows[] = {{16, 1},  {32, 2},  {32, 1},  {64, 2},  {64, 1},  {128, 2}, {128, 1},
                           {128, 1}, {128, 1}, {128, 1}, {128, 1}, {256, 2}, {256, 1}};
  const Blocks b(options, kKeras);
  Symbol x = activate(conv_norm(b, input, {.filters = 8, .stride = 2, .use_bias = true}), "relu");
  for (const Row& row : kRows) x = separable(b, x, row.filters, row.stride);
  return options.include_top ? b.classifier(GlobalAveragePooling2D()(x), "") : x;
}

Symbol keyword_spotting(const Symbol& input, const Options& options) {
  const Blocks b(options, kKeras);
  Symbol x = activate(conv_norm(b, input, {.filters = 64, .kernel = {10, 4}, .stride = 2, .use_bias = true}), "relu");
  x = Dropout(0.2)(x);
  for (int i = 0; i < 4; ++i) x = separable(b, x, 64, 1);
  return options.include_top ? b.classifier(GlobalAveragePooling2D()(Dropout(0.4)(x)), "") : x;
}

Symbol anomaly_detection(const Symbol& input, const Options& options) {
  const Blocks b(options, kKeras);
  Symbol x = input;
  const auto layer = [&](std::int64_t units) { return activate(b.batch_norm(b.dense(x, "", units), ""), "relu"); };
  for (const std::int64_t units : {128, 128, 128, 128, 8}) x = layer(units);
  if (!options.include_top) return x;
  for (int i = 0; i < 4; ++i) x = layer(128);
  return b.dense(x, "", Shape(options.input_shape).num_elements());
}

ModelDef declare(std::string_view name, std::string_view summary, const Dims& input_shape, std::int64_t classes,
                 std::string_view pretrained, decltype(ModelDef::build) build) {
  return {.name = name,
          .summary = summary,
          .source = "Banbury et al. 2021, MLPerf Tiny Benchmark",
          .reference = "mlcommons/tiny",
          .input_shape = input_shape,
          .classes = classes,
          .pretrained = pretrained,
          .build = build};
}

}  // namespace

std::vector<ModelDef> mlperf_tiny_models() {
  return {declare("mlperf-resnet8", "Picture classes (CIFAR-10): three residual stages.", {32, 32, 3}, 10,
                  "mlperf-tiny/pretrainedResnet.h5", resnet8),
          declare("mlperf-vww", "Person or not: MobileNet v1 of width 0.25.", {96, 96, 3}, 2, "mlperf-tiny/vww_96.h5", visual_wake_words),
          declare("mlperf-kws", "Spoken key words: depthwise separable convolutions over 49 frames of 10 coefficients.", {49, 10, 1}, 12,
                  "mlperf-tiny/kws_ref_model_float32.tflite", keyword_spotting),
          declare("mlperf-ad", "Anomalies in machine sounds: a dense autoencoder of 640 numbers. Without its top it ends with the code.",
                  {640}, 0, "mlperf-tiny/ad01_fp32.tflite", anomaly_detection)};
}

}  // namespace lepton::zoo
