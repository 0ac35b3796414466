// einsum: sums of products in Einstein's notation, made of transposes, matrix products and sums.
#include <algorithm>
#include <map>

#include "lepton/ops/contraction.hpp"
#include "lepton/ops/internal/einsum_contraction.hpp"
#include "lepton/ops/internal/einsum_equation.hpp"
#include "lepton/ops/internal/rules.hpp"

namespace lepton::ops {
namespace {

// Adds the sizes of one operand's labels; those of an ellipsis broadcast.
Result<void> join_sizes(const InferContext& c, std::string_view labels, const Shape& shape, std::map<char, std::int64_t>& sizes) {
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::int64_t size = shape[static_cast<int>(i)];
    auto& known = sizes.emplace(labels[i], size).first->second;
    if (known == size) continue;
    if (!is_ellipsis_label(labels[i]) || (known != 1 && size != 1)) {
      return c.error(ErrorCode::kShapeMismatch, "{} has the sizes {} and {} in '{}'",
                     is_ellipsis_label(labels[i]) ? "an axis of '...'" : fmt::format("'{}'", labels[i]), known, size,
                     c.attributes.text("equation"));
    }
    known = known == 1 ? size : known;
  }
  return {};
}

Result<std::vector<Shape>> infer(const InferContext& c) {
  std::vector<int> ranks;
  for (const TensorType& operand : c.inputs) {
    if (operand.dtype != c.inputs[0].dtype) {
      return c.error(ErrorCode::kDtypeMismatch, "operands must have equal dtypes ({} and {})", name_of(c.inputs[0].dtype),
                     name_of(operand.dtype));
    }
    ranks.push_back(operand.shape.rank());
  }
  LEPTON_TRY(const EinsumEquation equation, parse_einsum(c.attributes.text("equation"), ranks));
  std::map<char, std::int64_t> sizes;
  for (std::size_t i = 0; i < c.inputs.size(); ++i) LEPTON_CHECK_OK(join_sizes(c, equation.operands[i], c.shape(i), sizes));
  Dims dims;
  for (const char label : equation.result) dims.push_back(sizes.at(label));
  return std::vector<Shape>{Shape(std::move(dims))};
}

std::vector<Value> body(const RuleContext& c) {
  std::vector<int> ranks;
  for (const Value& operand : c.inputs) ranks.push_back(operand.rank());
  const EinsumEquation equation = parse_einsum(c.attributes.text("equation"), ranks).value();
  Labelled product;
  for (std::size_t i = 0; i < c.inputs.size(); ++i) {
    std::string later = equation.result;
    for (std::size_t j = i + 1; j < c.inputs.size(); ++j) later += equation.operands[j];
    // What neither the product so far nor anything later needs is summed before it meets them.
    const Labelled operand = reduced({c.inputs[i], equation.operands[i]}, later + product.labels);
    product = i == 0 ? operand : contracted(product, operand, later);
  }
  return {arranged(product, equation.result)};
}

std::vector<Sample> samples() {
  const auto one = [](const char* equation, std::vector<Shape> shapes) {
    Sample sample{{}, {{"equation", equation}}, equation};
    for (Shape& shape : shapes) sample.inputs.push_back({std::move(shape)});
    return sample;
  };
  return {one("ij,jk->ik", {{3, 4}, {4, 5}}),
          one("bij,bkj->bik", {{2, 3, 4}, {2, 5, 4}}),
          one("bhqd,bkhd->bhqk", {{2, 2, 3, 4}, {2, 5, 2, 4}}),
          one("ijk,jkl->il", {{2, 3, 4}, {3, 4, 2}}),
          one("ij,kl->ikjl", {{2, 3}, {2, 2}}),
          one("i,i->", {{5}, {5}}),
          one("ij->ji", {{2, 3}}),
          one("ij->ij", {{2, 3}}),
          one("ijk->j", {{2, 3, 2}}),
          one("ii->i", {{3, 3}}),
          one("iji,i->j", {{2, 3, 2}, {2}}),
          one("ij,jk,kl->il", {{2, 3}, {3, 4}, {4, 2}}),
          one("...ij,...jk->...ik", {{2, 1, 3, 4}, {3, 4, 2}}),
          one("a...,b...", {{2, 3}, {4, 3}}),
          one("i...j,j...->...i", {{2, 3, 4}, {4}}),
          one("ij,jk", {{2, 0}, {0, 3}})};
}

std::vector<Reject> rejects() {
  const SampleInput square = {{3, 3}};
  const auto pair = [&](const char* equation) { return Sample{{square, square}, {{"equation", equation}}}; };
  return {
      {pair("ij,jk->i*"), ErrorCode::kParseError},     {pair("ij,jk->il"), ErrorCode::kParseError},
      {pair("ij,jk->ii"), ErrorCode::kParseError},     {pair("ij,jk-ik"), ErrorCode::kParseError},
      {pair("ij,jk->ik,"), ErrorCode::kParseError},    {pair("i..,jk->ik"), ErrorCode::kParseError},
      {pair("i...,jk->ik"), ErrorCode::kParseError},   {pair("ij->ij"), ErrorCode::kShapeMismatch},
      {pair("ijk,jk->ik"), ErrorCode::kShapeMismatch}, {{{{{2, 3}}, {{4, 2}}}, {{"equation", "ij,jk->ik"}}}, ErrorCode::kShapeMismatch}};
}

std::size_t ellipsis_axes(const std::string& labels) { return static_cast<std::size_t>(std::ranges::count_if(labels, is_ellipsis_label)); }

// In ONNX every ellipsis has equally many axes: narrower ones get axes of size 1.
void emit(OnnxEmitter& e) {
  std::vector<int> ranks;
  for (std::size_t i = 0; i < e.num_inputs(); ++i) ranks.push_back(e.input_type(i).shape.rank());
  const EinsumEquation equation = parse_einsum(e.attributes().text("equation"), ranks).value();
  std::vector<std::string> inputs;
  for (std::size_t i = 0; i < e.num_inputs(); ++i) {
    inputs.push_back(e.input(i));
    std::vector<std::int64_t> axes;
    if (equation.ellipsis_at[i] == std::string::npos) continue;
    for (std::size_t k = ellipsis_axes(equation.operands[i]); k < ellipsis_axes(equation.result); ++k) {
      axes.push_back(static_cast<std::int64_t>(equation.ellipsis_at[i] + axes.size()));
    }
    if (axes.empty()) continue;
    inputs[i] = onnx_node(e, "Unsqueeze", {inputs[i], e.constant(Tensor::from(axes, {static_cast<std::int64_t>(axes.size())}))});
  }
  e.output(0, e.node("Einsum", inputs, {{"equation", e.attributes().text("equation")}})[0]);
}

}  // namespace

OpDef einsum_op() {
  return {
      .name = "einsum",
      .family = Family::kContraction,
      .since = 1,
      .summary = "Sums of products in Einstein's notation; '...' stands for axes that broadcast, a repeated label for a diagonal.",
      .formula = "\"ij,jk->ik\": y[i, k] = sum over j of a[i, j] * b[j, k]",
      .inputs = {{.name = "operands", .dtype = kFloats, .doc = "one for each term of the equation", .variadic = true}},
      .outputs = {{"y", like("operands")}},
      .attributes = {{"equation", "", any_value, "labels of each operand and of the result", true}},
      .infer = infer,
      .body = body,
      .onnx = {.opset = 13, .emit = emit},
      .samples = samples,
      .rejects = rejects,
      .tolerance = {.f32 = 2e-5},
  };
}

}  // namespace lepton::ops
