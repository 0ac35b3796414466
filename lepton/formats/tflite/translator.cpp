// Walks the operators in order and keeps the forms of each tensor; what an operator becomes is its rule's.
#include "lepton/formats/tflite/translator.hpp"

#include <algorithm>
#include <set>

#include <fmt/ranges.h>

#include "lepton/formats/tflite/internal/translator.hpp"

namespace lepton::formats {
namespace {

std::vector<TfLiteRule> all_rules() {
  std::vector<TfLiteRule> all;
  for (const auto family : {tflite_convolutions(), tflite_elementwise(), tflite_shapes(), tflite_reductions()})
    all.insert(all.end(), family.begin(), family.end());
  return all;
}
const std::vector<TfLiteRule>& rules() {
  static const std::vector<TfLiteRule> all = all_rules();
  return all;
}
const TfLiteRule* find_rule(int code) {
  const auto found = std::ranges::find(rules(), code, &TfLiteRule::code);
  return found == rules().end() ? nullptr : &*found;
}

bool is_channels_first(AxisOrder order) { return order == AxisOrder::kChannelsFirst; }
std::size_t place(AxisOrder order) { return is_channels_first(order) ? 1 : 0; }

}  // namespace

std::int64_t axis_in(std::int64_t axis, std::int64_t rank, AxisOrder order) {
  if (axis < 0) axis += rank;
  if (axis < 0 || axis >= rank) fail(ErrorCode::kDataCorrupt, "axis {} of {}", axis, rank);
  constexpr std::array<std::int64_t, 4> kFirst = {0, 2, 3, 1};
  return is_channels_first(order) ? kFirst[static_cast<std::size_t>(axis)] : axis;
}

std::size_t TfLiteTranslator::in_index(std::size_t input) const {
  if (!has(input)) fail(ErrorCode::kDataCorrupt, "input {} is missing", input);
  return static_cast<std::size_t>(op_->inputs[input]);
}
std::size_t TfLiteTranslator::out_index(std::size_t output) const {
  if (output >= op_->outputs.size()) fail(ErrorCode::kDataCorrupt, "output {} is missing", output);
  return static_cast<std::size_t>(op_->outputs[output]);
}

bool TfLiteTranslator::is_channels_first(std::size_t input) const {
  const Forms& forms = values_[in_index(input)];
  return forms.stored[0].empty() && forms.real[0].empty() && !(forms.stored[1].empty() && forms.real[1].empty());
}

AxisOrder TfLiteTranslator::common_order() const {
  bool one = false, all = true;
  for (std::size_t i = 0; i < num_inputs(); ++i) {
    if (!has(i)) continue;
    one = one || is_channels_first(i);
    all = all && (rank(i) == 4 || (constant(i).defined() && rank(i) < 4));
  }
  return one && all ? AxisOrder::kChannelsFirst : AxisOrder::kChannelsLast;
}

Dims TfLiteTranslator::integers(std::size_t input) const {
  const Tensor& value = constant(input);
  if (!value.defined()) fail(ErrorCode::kUnsupported, "its input {} ('{}') must be a constant", input, in(input).name);
  if (value.dtype() != DType::kI32 && value.dtype() != DType::kI64)
    fail(ErrorCode::kDataCorrupt, "its input {} is no list of integers", input);
  return value.to_vector<std::int64_t>();
}

std::vector<std::string> TfLiteTranslator::emit_many(const std::string& op, std::vector<std::string> inputs, Attributes attributes,
                                                     std::size_t count) {
  OnnxNode node;
  node.op = op;
  node.name = scope_;
  node.inputs = std::move(inputs);
  for (std::size_t i = 0; i < count; ++i) node.outputs.push_back(fresh());
  node.attributes = std::move(attributes);
  made_.graph.nodes.push_back(node);
  return node.outputs;
}
std::string TfLiteTranslator::emit(const std::string& op, std::vector<std::string> inputs, Attributes attributes) {
  return emit_many(op, std::move(inputs), std::move(attributes), 1).front();
}

std::string TfLiteTranslator::add_constant(Tensor value) {
  const std::string name = fresh();
  made_.graph.initializers.emplace_back(name, std::move(value));
  return name;
}

std::string TfLiteTranslator::turned(const std::string& name, std::size_t rank, AxisOrder to) {
  if (rank != 4) return name;
  return emit("Transpose", {name}, {{"perm", to == AxisOrder::kChannelsFirst ? Dims{0, 3, 1, 2} : Dims{0, 2, 3, 1}}});
}

std::string TfLiteTranslator::stored(std::size_t tensor, AxisOrder order) {
  Forms& forms = values_[tensor];
  std::string& wanted = forms.stored[place(order)];
  if (!wanted.empty()) return wanted;
  const TfLiteTensor& of = file_.tensors[tensor];
  if (of.value.defined()) {
    Tensor value = of.value;
    if (order == AxisOrder::kChannelsFirst) {  // a constant of fewer axes broadcasts to [N, H, W, C]
      Dims dims = of.dims;
      while (!dims.empty() && dims.size() < 4) dims.insert(dims.begin(), 1);
      value = value.reshape(Shape(dims));
      if (dims.size() == 4) value = value.transpose(std::array{0, 3, 1, 2}).contiguous();
    }
    return wanted = add_constant(std::move(value));
  }
  const std::string& other = forms.stored[1 - place(order)];
  if (other.empty()) fail(ErrorCode::kDataCorrupt, "nothing before it makes the tensor '{}'", of.name);
  return wanted = turned(other, of.dims.size(), order);
}

std::string TfLiteTranslator::real(std::size_t tensor, AxisOrder order) {
  const TfLiteTensor& of = file_.tensors[tensor];
  if (!of.dtype) fail(ErrorCode::kUnsupported, "the tensor '{}' is of {}, which Lepton does not have", of.name, of.kind);
  std::string& wanted = values_[tensor].real[place(order)];
  if (!wanted.empty()) return wanted;
  if (!of.quantization) {
    std::string name = stored(tensor, order);
    if (*of.dtype == DType::kF16) name = emit("Cast", {name}, {{"to", 1}});
    return wanted = name;
  }
  // What was made in the other order is turned as it is stored: that is exact, and a quarter of the bytes.
  const TfLiteQuantization& q = *of.quantization;
  const std::string from = stored(tensor, order);
  std::vector<std::string> inputs = {from};
  const bool spread = q.scales.size() > 1;
  const Shape parameters = spread ? Shape({std::ssize(q.scales)}) : Shape();
  inputs.push_back(add_constant(Tensor::from(q.scales, parameters)));
  if (std::ranges::any_of(q.zero_points, [](std::int64_t zero) { return zero != 0; }))
    inputs.push_back(add_constant(Tensor::from(q.zero_points, parameters).cast(*of.dtype)));
  Attributes attributes;
  if (spread) attributes.set("axis", axis_in(q.axis, std::ssize(of.dims), of.dims.size() == 4 ? order : AxisOrder::kChannelsLast));
  return wanted = emit("DequantizeLinear", std::move(inputs), std::move(attributes));
}

std::string TfLiteTranslator::value(std::size_t input, AxisOrder order) { return real(in_index(input), order); }

std::string TfLiteTranslator::activated(std::string value, int activation) {
  const auto clip = [&](double low, double high) { return emit("Clip", {value, add_number(low), add_number(high)}); };
  switch (activation) {
    case 0:
      return value;
    case 1:
      return emit("Relu", {value});
    case 2:
      return clip(-1, 1);
    case 3:
      return clip(0, 6);
    case 4:
      return emit("Tanh", {value});
    default:
      fail(ErrorCode::kUnsupported, "its fused activation {} is not known", activation);
  }
}

void TfLiteTranslator::result(std::size_t output, std::string value, AxisOrder order, int activation) {
  const std::size_t tensor = out_index(output);
  const TfLiteTensor& of = file_.tensors[tensor];
  if (of.value.defined() || !values_[tensor].stored[0].empty() || !values_[tensor].stored[1].empty())
    fail(ErrorCode::kDataCorrupt, "the tensor '{}' is made twice", of.name);
  value = activated(std::move(value), activation);
  if (of.quantization) {
    const TfLiteQuantization& q = *of.quantization;
    if (q.scales.size() != 1) fail(ErrorCode::kUnsupported, "the result '{}' has a scale for each channel", of.name);
    const Tensor zero = Tensor::from(q.zero_points, Shape()).cast(of.dtype.value_or(DType::kI8));
    value = emit("QuantizeLinear", {value, add_constant(Tensor::from(q.scales, Shape())), add_constant(zero)});
  }
  values_[tensor].stored[of.dims.size() == 4 ? place(order) : 0] = value;
}

OnnxModelFile TfLiteTranslator::run() {
  made_.format = "TensorFlow Lite";
  made_.ir_version = 10;
  made_.producer = file_.description;
  made_.opsets[""] = 21;
  made_.graph.name = "tflite";
  const auto declare = [&](int tensor, const std::string& name) {
    const TfLiteTensor& of = file_.tensors[static_cast<std::size_t>(tensor)];
    return OnnxValueInfo{name, of.dtype, of.kind, of.dims, std::vector<std::string>(of.dims.size())};
  };
  for (const int input : file_.inputs) {
    const TfLiteTensor& of = file_.tensors[static_cast<std::size_t>(input)];
    made_.graph.inputs.push_back(declare(input, of.name));
    values_[static_cast<std::size_t>(input)].stored[0] = of.name;
  }
  for (const TfLiteOperator& op : file_.operators) {
    op_ = &op;
    scope_ = op.outputs.empty() ? op.name : file_.tensors[static_cast<std::size_t>(op.outputs[0])].name;
    auto done = catch_error([&] { find_rule(op.code)->translate(*this); });
    if (!done) throw done.error().with_context(fmt::format("tflite: {} '{}'", op.name, scope_));
  }
  scope_ = "output";
  for (const int output : file_.outputs) {
    const std::string name = stored(static_cast<std::size_t>(output), AxisOrder::kChannelsLast);
    OnnxNode node;
    node.op = "Identity";
    node.inputs = {name};
    node.outputs = {file_.tensors[static_cast<std::size_t>(output)].name};
    if (std::ranges::find(made_.graph.outputs, node.outputs[0], &OnnxValueInfo::name) != made_.graph.outputs.end())
      fail(ErrorCode::kDataCorrupt, "tflite: two outputs are named '{}'", node.outputs[0]);
    if (std::ranges::find(made_.graph.inputs, node.outputs[0], &OnnxValueInfo::name) == made_.graph.inputs.end())
      made_.graph.nodes.push_back(node);
    made_.graph.outputs.push_back(declare(output, node.outputs[0]));
  }
  return std::move(made_);
}

Result<OnnxModelFile> tflite_to_onnx(const TfLiteModelFile& file) {
  return catch_error([&] {
    std::set<std::string> missing, named;
    for (const TfLiteOperator& op : file.operators) {
      if (find_rule(op.code) == nullptr) missing.insert(op.name);
    }
    if (!missing.empty())
      fail(ErrorCode::kUnsupported, "tflite: Lepton does not have {} of the model's operators: {}", missing.size(),
           fmt::join(missing, ", "));
    for (const int input : file.inputs) {
      if (!named.insert(file.tensors[static_cast<std::size_t>(input)].name).second)
        fail(ErrorCode::kDataCorrupt, "tflite: two inputs are named '{}'", file.tensors[static_cast<std::size_t>(input)].name);
    }
    return TfLiteTranslator(file).run();
  });
}

std::vector<std::string> tflite_operators() {
  std::vector<std::string> names;
  for (const TfLiteRule& rule : rules()) names.push_back(tflite_operator_name(rule.code));
  std::ranges::sort(names);
  return names;
}

}  // namespace lepton::formats
