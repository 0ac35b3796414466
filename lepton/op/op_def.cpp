// Checks that every operator shares: attribute completion, counts and dtypes of operands.
#include "lepton/op/op_def.hpp"

#include <algorithm>
#include <array>

namespace lepton {
namespace {

std::string text_of(DTypeSet set) {
  std::string text;
  for (int i = 0; i <= static_cast<int>(DType::kBool); ++i) {
    const auto d = static_cast<DType>(i);
    if ((set & dtype_bit(d)) == 0) continue;
    if (!text.empty()) text += ", ";
    text += name_of(d);
  }
  return text;
}

int input_index(const OpDef& op, std::string_view name) {
  const auto place = std::ranges::find(op.inputs, name, &InputDef::name);
  LEPTON_ASSERT(place != op.inputs.end(), "a dtype rule names an input that does not exist");
  return static_cast<int>(place - op.inputs.begin());
}

Result<void> check_inputs(const OpDef& op, std::span<const TensorType> inputs, std::span<const std::uint8_t> presence) {
  const bool variadic = !op.inputs.empty() && op.inputs.back().variadic;
  if (inputs.size() > op.inputs.size() && !variadic) {
    return make_error(ErrorCode::kInvalidArgument, "{}: takes at most {} inputs, got {}", op.name, op.inputs.size(), inputs.size());
  }
  for (std::size_t i = 0; i < std::max(inputs.size(), op.inputs.size()); ++i) {
    const InputDef& declared = op.inputs[std::min(i, op.inputs.size() - 1)];
    if (i >= inputs.size() || !presence[i]) {
      if (declared.optional || (declared.variadic && i >= inputs.size() && i >= op.inputs.size())) continue;
      return make_error(ErrorCode::kInvalidArgument, "{}: input '{}' is missing", op.name, declared.name);
    }
    const DType dtype = inputs[i].dtype;
    if (declared.dtype.kind == DTypeRule::Kind::kLike) {
      const DType expected = inputs[static_cast<std::size_t>(input_index(op, declared.dtype.name))].dtype;
      if (dtype != expected) {
        return make_error(ErrorCode::kDtypeMismatch, "{}: '{}' must have the dtype of '{}' ({} and {})", op.name, declared.name,
                          declared.dtype.name, name_of(dtype), name_of(expected));
      }
    } else if ((declared.dtype.set & dtype_bit(dtype)) == 0) {
      return make_error(ErrorCode::kDtypeMismatch, "{}: '{}' must be one of {} (dtype {})", op.name, declared.name,
                        text_of(declared.dtype.set), name_of(dtype));
    }
  }
  return {};
}

DType output_dtype(const OpDef& op, const OutputDef& output, std::span<const TensorType> inputs, const Attributes& attributes) {
  switch (output.dtype.kind) {
    case DTypeRule::Kind::kLike:
      return inputs[static_cast<std::size_t>(input_index(op, output.dtype.name))].dtype;
    case DTypeRule::Kind::kAttribute:
      return attributes.dtype(output.dtype.name);
    case DTypeRule::Kind::kSet:
      break;
  }
  for (int i = 0; i <= static_cast<int>(DType::kBool); ++i) {
    if (output.dtype.set == dtype_bit(static_cast<DType>(i))) return static_cast<DType>(i);
  }
  LEPTON_UNREACHABLE("an output needs one dtype");
}

}  // namespace

std::string_view name_of(Family family) {
  constexpr std::array<std::string_view, 13> kNames = {"elementwise", "comparison",    "activation", "reduction", "contraction",
                                                       "pooling",     "normalization", "random",     "indexing",  "shape",
                                                       "loss",        "control_flow",  "recurrent"};
  return kNames.at(static_cast<std::size_t>(family));
}

std::string_view InferContext::name() const { return op.name; }

Result<Attributes> complete_attributes(const OpDef& op, const Attributes& given) {
  return complete_attributes(op.name, op.attributes, given);
}

Result<std::vector<TensorType>> infer_types(const OpDef& op, std::span<const TensorType> inputs, std::span<const std::uint8_t> presence,
                                            const Attributes& attributes, std::span<const Region> regions) {
  LEPTON_CHECK_OK(check_inputs(op, inputs, presence));
  if (static_cast<int>(regions.size()) != op.num_regions) {
    return make_error(ErrorCode::kInvalidArgument, "{}: needs {} regions, got {}", op.name, op.num_regions, regions.size());
  }
  const InferContext context{op, inputs, attributes, regions, presence};
  if (op.infer_types != nullptr) return op.infer_types(context);
  LEPTON_ASSERT(op.infer != nullptr, std::string(op.name));
  LEPTON_TRY(std::vector<Shape> shapes, op.infer(context));
  LEPTON_ASSERT(shapes.size() == op.outputs.size(), std::string(op.name));
  std::vector<TensorType> types;
  types.reserve(shapes.size());
  for (std::size_t i = 0; i < shapes.size(); ++i)
    types.push_back({output_dtype(op, op.outputs[i], inputs, attributes), std::move(shapes[i])});
  return types;
}

}  // namespace lepton
