// Operators that move elements: shapes, slices, joins, padding and lookups.
#include <algorithm>
#include <limits>

#include "lepton/formats/onnx_writer.hpp"
#include "lepton/formats/tflite/internal/translator.hpp"

namespace lepton::formats {
namespace {

constexpr std::int64_t kToEnd = std::numeric_limits<std::int64_t>::max();

Dims widened(const std::vector<std::int32_t>& values) { return {values.begin(), values.end()}; }

std::int64_t only(const Dims& values) {
  if (values.size() != 1) fail(ErrorCode::kDataCorrupt, "one number is wanted, {} are given", values.size());
  return values[0];
}

std::string as_shape(TfLiteTranslator& t, std::size_t input) {
  return t.constant(input).defined() ? t.add_integers(t.integers(input)) : t.emit("Cast", {t.value(input)}, {{"to", 7}});
}

void reshape(TfLiteTranslator& t) {
  const std::string shape = t.has(1) ? as_shape(t, 1) : t.add_integers(widened(t.option_list(0)));
  t.result(0, t.emit("Reshape", {t.value(0), shape}, {{"allowzero", 1}}));
}

void squeeze(TfLiteTranslator& t) {
  std::vector<std::string> inputs = {t.value(0)};
  if (const Dims axes = widened(t.option_list(0)); !axes.empty()) inputs.push_back(t.add_integers(axes));
  t.result(0, t.emit("Squeeze", std::move(inputs)));
}

void concatenation(TfLiteTranslator& t) {
  const AxisOrder order = t.common_order();
  std::vector<std::string> inputs;
  for (std::size_t i = 0; i < t.num_inputs(); ++i) inputs.push_back(t.value(i, order));
  const std::int64_t axis = axis_in(t.option<std::int32_t>(0, 0), t.rank(0), order);
  t.result(0, t.emit("Concat", std::move(inputs), {{"axis", axis}}), order, t.option<std::int8_t>(1, 0));
}

void pad(TfLiteTranslator& t, const char* mode) {
  const Dims pairs = t.integers(1);
  if (std::ssize(pairs) != 2 * t.rank(0)) fail(ErrorCode::kDataCorrupt, "{} paddings for {} axes", pairs.size(), t.rank(0));
  const AxisOrder order = t.is_channels_first(0) ? AxisOrder::kChannelsFirst : AxisOrder::kChannelsLast;
  Dims before, after;
  for (std::size_t i = 0; i < pairs.size(); i += 2) before.push_back(pairs[i]), after.push_back(pairs[i + 1]);
  before = in_order(before, order);
  after = in_order(after, order);
  before.insert(before.end(), after.begin(), after.end());
  std::vector<std::string> inputs = {t.value(0, order), t.add_integers(before)};
  if (t.has(2)) inputs.push_back(t.emit("Reshape", {t.value(2), t.add_integers({})}));
  t.result(0, t.emit("Pad", std::move(inputs), {{"mode", mode}}), order);
}

void mirror_pad(TfLiteTranslator& t) {
  if (t.option<std::int8_t>(0, 0) != 0) fail(ErrorCode::kUnsupported, "symmetric padding");
  pad(t, "reflect");
}

void slice(TfLiteTranslator& t) {
  const Dims begin = t.integers(1), size = t.integers(2);
  if (begin.size() != size.size()) fail(ErrorCode::kDataCorrupt, "{} starts for {} sizes", begin.size(), size.size());
  Dims end;
  for (std::size_t i = 0; i < begin.size(); ++i) {
    if (begin[i] < 0 || size[i] < -1) fail(ErrorCode::kDataCorrupt, "a slice of {} from {}", size[i], begin[i]);
    end.push_back(size[i] == -1 ? kToEnd : begin[i] + size[i]);
  }
  t.result(0, t.emit("Slice", {t.value(0), t.add_integers(begin), t.add_integers(end)}));
}

// Bit i of a mask is about axis i: start at the beginning, go to the end, or drop the axis.
void strided_slice(TfLiteTranslator& t) {
  const auto mask = [&](int field) { return t.option<std::int32_t>(field, 0); };
  if (mask(2) != 0 || mask(3) != 0) fail(ErrorCode::kUnsupported, "slices with an ellipsis or new axes");
  Dims begin = t.integers(1), end = t.integers(2), strides = t.integers(3), axes, dropped;
  if (begin.size() != end.size() || begin.size() != strides.size() || std::ssize(begin) > t.rank(0))
    fail(ErrorCode::kDataCorrupt, "{} starts, {} ends and {} strides for {} axes", begin.size(), end.size(), strides.size(), t.rank(0));
  for (std::size_t i = 0; i < begin.size(); ++i) {
    const auto bit = [&](int field) { return (mask(field) >> i & 1) != 0; };
    if (strides[i] == 0) fail(ErrorCode::kDataCorrupt, "a stride is 0");
    if (bit(0)) begin[i] = strides[i] > 0 ? 0 : kToEnd;
    if (bit(1)) end[i] = strides[i] > 0 ? kToEnd : -kToEnd;
    if (bit(4)) {
      end[i] = begin[i] == -1 ? kToEnd : begin[i] + 1;
      strides[i] = 1;
      dropped.push_back(static_cast<std::int64_t>(i));
    }
    axes.push_back(static_cast<std::int64_t>(i));
  }
  std::string y = t.emit("Slice", {t.value(0), t.add_integers(begin), t.add_integers(end), t.add_integers(axes), t.add_integers(strides)});
  if (!dropped.empty()) y = t.emit("Squeeze", {y, t.add_integers(dropped)});
  t.result(0, y);
}

void give_all(TfLiteTranslator& t, const std::vector<std::string>& parts) {
  for (std::size_t i = 0; i < parts.size(); ++i) t.result(i, parts[i]);
}

void split(TfLiteTranslator& t) {
  const auto count = static_cast<std::int64_t>(t.num_outputs());
  give_all(t, t.emit_many("Split", {t.value(1)}, {{"axis", only(t.integers(0))}, {"num_outputs", count}}, t.num_outputs()));
}

void split_v(TfLiteTranslator& t) {
  Dims sizes = t.integers(1);
  const std::int64_t axis = axis_in(only(t.integers(2)), t.rank(0), AxisOrder::kChannelsLast);
  std::int64_t rest = t.in(0).dims[static_cast<std::size_t>(axis)];
  for (const std::int64_t size : sizes) rest -= std::max<std::int64_t>(size, 0);
  std::ranges::replace(sizes, std::int64_t{-1}, rest);
  give_all(t, t.emit_many("Split", {t.value(0), t.add_integers(sizes)}, {{"axis", axis}}, t.num_outputs()));
}

void pack(TfLiteTranslator& t) {
  const std::int64_t axis = axis_in(t.option<std::int32_t>(1, 0), t.rank(0) + 1, AxisOrder::kChannelsLast);
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < t.num_inputs(); ++i) parts.push_back(t.emit("Unsqueeze", {t.value(i), t.add_integers({axis})}));
  t.result(0, t.emit("Concat", std::move(parts), {{"axis", axis}}));
}

void unpack(TfLiteTranslator& t) {
  const std::int64_t axis = axis_in(t.option<std::int32_t>(1, 0), t.rank(0), AxisOrder::kChannelsLast);
  const auto count = static_cast<std::int64_t>(t.num_outputs());
  std::vector<std::string> parts = t.emit_many("Split", {t.value(0)}, {{"axis", axis}, {"num_outputs", count}}, t.num_outputs());
  for (std::string& part : parts) part = t.emit("Squeeze", {part, t.add_integers({axis})});
  give_all(t, parts);
}

void gather(TfLiteTranslator& t) {
  if (t.option<std::int32_t>(1, 0) != 0) fail(ErrorCode::kUnsupported, "a lookup with batch axes");
  t.result(0, t.emit("Gather", {t.value(0), t.value(1)}, {{"axis", std::int64_t{t.option<std::int32_t>(0, 0)}}}));
}

void shape(TfLiteTranslator& t) {
  const std::string dims = t.emit("Shape", {t.value(0)});
  t.result(0, t.emit("Cast", {dims}, {{"to", onnx_dtype(t.out(0).dtype.value_or(DType::kI32))}}));
}

void top_k(TfLiteTranslator& t) {
  const std::vector<std::string> made = t.emit_many("TopK", {t.value(0), t.add_integers({only(t.integers(1))})}, {{"axis", -1}}, 2);
  t.result(0, made[0]);
  t.result(1, t.emit("Cast", {made[1]}, {{"to", onnx_dtype(t.out(1).dtype.value_or(DType::kI32))}}));
}

void one_hot(TfLiteTranslator& t) {
  const auto scalar = [&](std::size_t i) { return t.emit("Reshape", {t.value(i), t.add_integers({1})}); };
  const std::string on = scalar(2), off = scalar(3);
  const std::string values = t.emit("Concat", {off, on}, {{"axis", 0}});
  t.result(0, t.emit("OneHot", {t.value(0), as_shape(t, 1), values}, {{"axis", std::int64_t{t.option<std::int32_t>(0, -1)}}}));
}

}  // namespace

std::span<const TfLiteRule> tflite_shapes() {
  using T = TfLiteTranslator;
  static constexpr TfLiteRule kRules[] = {
      {2, concatenation},
      {22, reshape},
      {34, [](T& t) { pad(t, "constant"); }},
      {36, gather},
      {39,
       [](T& t) {
         t.result(0, t.emit("Transpose", {t.value(0)}, {{"perm", t.integers(1)}}));
       }},
      {43, squeeze},
      {45, strided_slice},
      {48, top_k},
      {49, split},
      {60, [](T& t) { pad(t, "constant"); }},
      {65, slice},
      {69,
       [](T& t) {
         t.result(0, t.emit("Tile", {t.value(0), as_shape(t, 1)}));
       }},
      {70,
       [](T& t) {
         t.result(0, t.emit("Unsqueeze", {t.value(0), t.add_integers({only(t.integers(1))})}));
       }},
      {77, shape},
      {83, pack},
      {85, one_hot},
      {88, unpack},
      {94,
       [](T& t) {
         t.result(0, t.emit("Expand", {t.value(1), as_shape(t, 0)}));
       }},
      {96,
       [](T& t) {
         t.result(0, t.emit("Range", {t.value(0), t.value(1), t.value(2)}));
       }},
      {100, mirror_pad},
      {102, split_v},
      {107,
       [](T& t) {
         t.result(0, t.emit("GatherND", {t.value(0), t.value(1)}));
       }},
      {130,
       [](T& t) {
         t.result(0, t.emit("Expand", {t.value(0), as_shape(t, 1)}));
       }},
  };
  return kRules;
}

}  // namespace lepton::formats
