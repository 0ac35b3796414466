// MobileNet v3, small and large: v2's blocks with squeeze and excitation and hard swish.
#include "lepton/zoo/internal/blocks.hpp"

namespace lepton::zoo {
namespace {

using namespace nn;

struct Row {
  std::int64_t size, expanded, filters;
  bool squeezes;
  const char* activation;
  std::int64_t stride;
};
constexpr const char *kRelu = "relu", *kSwish = "hard_silu";
constexpr Row kSmall[] = {{3, 16, 16, true, kRelu, 2},   {3, 72, 24, false, kRelu, 2},  {3, 88, 24, false, kRelu, 1},
                          {5, 96, 40, true, kSwish, 2},  {5, 240, 40, true, kSwish, 1}, {5, 240, 40, true, kSwish, 1},
                          {5, 120, 48, true, kSwish, 1}, {5, 144, 48, true, kSwish, 1}, {5, 288, 96, true, kSwish, 2},
                          {5, 576, 96, true, kSwish, 1}, {5, 576, 96, true, kSwish, 1}};
constexpr Row kLarge[] = {{3, 16, 16, false, kRelu, 1},   {3, 64, 24, false, kRelu, 2},   {3, 72, 24, false, kRelu, 1},
                          {5, 72, 40, true, kRelu, 2},    {5, 120, 40, true, kRelu, 1},   {5, 120, 40, true, kRelu, 1},
                          {3, 240, 80, false, kSwish, 2}, {3, 200, 80, false, kSwish, 1}, {3, 184, 80, false, kSwish, 1},
                          {3, 184, 80, false, kSwish, 1}, {3, 480, 112, true, kSwish, 1}, {3, 672, 112, true, kSwish, 1},
                          {5, 672, 160, true, kSwish, 2}, {5, 960, 160, true, kSwish, 1}, {5, 960, 160, true, kSwish, 1}};

Symbol squeeze(const Blocks& b, const Symbol& x, const std::string& name, std::int64_t channels) {
  const ConvShape inner = {.filters = multiple_of_8(static_cast<double>(channels / 4)), .kernel = {1, 1}, .use_bias = true};
  const ConvShape outer = {.filters = channels, .kernel = {1, 1}, .use_bias = true};
  const Symbol pooled = GlobalAveragePooling2D({.keepdims = true})(x);
  const Symbol scale = activate(b.conv(activate(b.conv(pooled, name + ".fc1", inner), "relu"), name + ".fc2", outer), "hard_sigmoid");
  return Multiply()({x, scale});
}

Symbol block(const Blocks& b, const Symbol& input, const std::string& name, const Row& row, std::int64_t channels) {
  int part = 0;
  const auto next = [&] { return fmt::format("{}.block.{}", name, part++); };
  const std::int64_t expanded = b.channels(row.expanded);
  Symbol x = input;
  if (expanded != channels) {
    const std::string expand = next();
    x = activate(b.batch_norm(b.conv(x, expand + ".0", {.filters = expanded, .kernel = {1, 1}}), expand + ".1"), row.activation);
  }
  const std::string depthwise = next();
  x = b.depthwise(x, depthwise + ".0", {.kernel = {row.size, row.size}, .stride = row.stride});
  x = activate(b.batch_norm(x, depthwise + ".1"), row.activation);
  if (row.squeezes) x = squeeze(b, x, next(), expanded);
  const std::string project = next();
  x = b.batch_norm(b.conv(x, project + ".0", {.filters = b.channels(row.filters), .kernel = {1, 1}}), project + ".1");
  return row.stride == 1 && channels == b.channels(row.filters) ? Add()({input, x}) : x;
}

Symbol mobilenet_v3(const Symbol& input, const Options& options, std::span<const Row> rows, std::int64_t last) {
  const Blocks b(options, {.epsilon = 1e-3, .momentum = 0.99, .pads_ends_first = false});
  std::int64_t channels = b.channels(16);
  Symbol x = activate(b.batch_norm(b.conv(input, "features.0.0", {.filters = channels, .stride = 2}), "features.0.1"), kSwish);
  int place = 1;
  for (const Row& row : rows) {
    x = block(b, x, fmt::format("features.{}", place++), row, channels);
    channels = b.channels(row.filters);
  }
  const std::string end = fmt::format("features.{}", place);
  x = activate(b.batch_norm(b.conv(x, end + ".0", {.filters = 6 * channels, .kernel = {1, 1}}), end + ".1"), kSwish);
  if (!options.include_top) return x;
  x = b.dense(GlobalAveragePooling2D()(x), "classifier.0", b.channels(last), kSwish);
  return b.classifier(Dropout(0.2)(x), "classifier.3");
}

Symbol small(const Symbol& x, const Options& o) { return mobilenet_v3(x, o, kSmall, 1024); }
Symbol large(const Symbol& x, const Options& o) { return mobilenet_v3(x, o, kLarge, 1280); }

ModelDef declare(std::string_view name, std::string_view summary, std::string_view reference, decltype(ModelDef::build) build) {
  return {.name = name,
          .summary = summary,
          .source = "Howard et al. 2019, Searching for MobileNetV3",
          .reference = reference,
          .input_shape = {224, 224, 3},
          .has_width = true,
          .build = build};
}

}  // namespace

std::vector<ModelDef> mobilenet_v3_models() {
  return {declare("mobilenet-v3-small", "Found by search, with squeeze and excitation and hard swish; for the smallest devices.",
                  "torchvision mobilenet_v3_small", small),
          declare("mobilenet-v3-large", "Found by search, with squeeze and excitation and hard swish.", "torchvision mobilenet_v3_large",
                  large)};
}

}  // namespace lepton::zoo
