// Checks that every operator shares: attribute completion, counts and dtypes of operands.
#include "lepton/op/op_def.hpp"

#include <algorithm>
#include <array>

namespace lepton {
namespace {

bool is_positive(const Attribute& a) {
  if (const auto* i = std::get_if<std::int64_t>(&a.value())) return *i > 0;
  const auto* d = std::get_if<double>(&a.value());
  return d != nullptr && *d > 0;
}
bool is_non_negative(const Attribute& a) {
  if (const auto* i = std::get_if<std::int64_t>(&a.value())) return *i >= 0;
  const auto* d = std::get_if<double>(&a.value());
  return d != nullptr && *d >= 0;
}
bool all_at_least(const Attribute& a, std::int64_t low) {
  const auto* list = std::get_if<std::vector<std::int64_t>>(&a.value());
  return list != nullptr && std::ranges::all_of(*list, [low](std::int64_t v) { return v >= low; });
}
bool is_probability(const Attribute& a) {
  const auto* d = std::get_if<double>(&a.value());
  return d != nullptr && *d >= 0 && *d <= 1;
}

// Levenshtein distance, for "did you mean".
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t up = row[j];
      row[j] = std::min({up + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = up;
    }
  }
  return row[b.size()];
}

Error unknown_attribute(const OpDef& op, std::string_view name) {
  const auto nearest = std::ranges::min_element(op.attributes, [&](const AttributeDef& a, const AttributeDef& b) {
    return edit_distance(a.name, name) < edit_distance(b.name, name);
  });
  if (nearest == op.attributes.end()) return make_error(ErrorCode::kInvalidArgument, "{}: has no attributes (given '{}')", op.name, name);
  return make_error(ErrorCode::kInvalidArgument, "{}: has no attribute '{}'; did you mean '{}'?", op.name, name, nearest->name);
}

// An integer where a number is declared is what people write.
Attribute as_declared(const AttributeDef& declared, const Attribute& given) {
  const auto* integer = std::get_if<std::int64_t>(&given.value());
  if (integer != nullptr && std::holds_alternative<double>(declared.default_value.value())) return static_cast<double>(*integer);
  return given;
}

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

const Constraint any_value = {"", nullptr};
const Constraint positive = {"must be positive", is_positive};
const Constraint non_negative = {"must not be negative", is_non_negative};
const Constraint positive_integers = {"must all be positive", [](const Attribute& a) { return all_at_least(a, 1); }};
const Constraint non_negative_integers = {"must not be negative", [](const Attribute& a) { return all_at_least(a, 0); }};
const Constraint probability = {"must lie in [0, 1]", is_probability};

std::string_view name_of(Family family) {
  constexpr std::array<std::string_view, 12> kNames = {"elementwise", "comparison", "activation",    "reduction",
                                                       "contraction", "pooling",    "normalization", "random",
                                                       "indexing",    "shape",      "loss",          "control_flow"};
  return kNames.at(static_cast<std::size_t>(family));
}

std::string_view InferContext::name() const { return op.name; }

Result<Attributes> complete_attributes(const OpDef& op, const Attributes& given) {
  for (const auto& [name, value] : given) {
    if (std::ranges::find(op.attributes, name, &AttributeDef::name) == op.attributes.end()) return unknown_attribute(op, name);
  }
  Attributes complete;
  for (const AttributeDef& declared : op.attributes) {
    const Attribute* value = given.find(declared.name);
    if (value == nullptr && declared.required) {
      return make_error(ErrorCode::kInvalidArgument, "{}: attribute '{}' is required", op.name, declared.name);
    }
    const Attribute used = value == nullptr ? declared.default_value : as_declared(declared, *value);
    if (used.value().index() != declared.default_value.value().index()) {
      return make_error(ErrorCode::kInvalidArgument, "{}: attribute '{}' has the wrong type (value {})", op.name, declared.name,
                        used.to_string());
    }
    if (value != nullptr && declared.constraint.holds != nullptr && !declared.constraint.holds(used)) {
      return make_error(ErrorCode::kInvalidArgument, "{}: attribute '{}' {} (value {})", op.name, declared.name, declared.constraint.text,
                        used.to_string());
    }
    complete.set(std::string(declared.name), used);
  }
  return complete;
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
