// A chain of elementwise steps, each on the result of the one before, translated step by step.
#include "lepton/kernels/cpu/onednn/epilogue.hpp"

#include <algorithm>

namespace lepton::kernels::onednn {
namespace {

using dnnl::algorithm;

struct Eltwise {
  algorithm kind;
  float alpha = 0, beta = 0;
};

float number(const ElementwiseStep& step, std::string_view name) { return static_cast<float>(step.attributes->number(name)); }

std::optional<Eltwise> unary_of(const ElementwiseStep& step) {
  const std::string_view op = step.op;
  if (op == "relu") return Eltwise{algorithm::eltwise_relu};
  if (op == "leaky_relu") return Eltwise{algorithm::eltwise_relu, number(step, "negative_slope")};
  if (op == "elu") return Eltwise{algorithm::eltwise_elu, number(step, "alpha")};
  if (op == "tanh") return Eltwise{algorithm::eltwise_tanh};
  if (op == "sigmoid") return Eltwise{algorithm::eltwise_logistic};
  if (op == "silu") return Eltwise{algorithm::eltwise_swish, 1.0f};
  if (op == "gelu") return Eltwise{step.attributes->flag("approximate") ? algorithm::eltwise_gelu_tanh : algorithm::eltwise_gelu_erf};
  if (op == "hard_swish") return Eltwise{algorithm::eltwise_hardswish, 1.0f / 6.0f, 0.5f};
  if (op == "square") return Eltwise{algorithm::eltwise_square};
  if (op == "abs") return Eltwise{algorithm::eltwise_abs};
  if (op == "neg") return Eltwise{algorithm::eltwise_linear, -1.0f, 0.0f};
  if (op == "clip") return Eltwise{algorithm::eltwise_clip_v2, number(step, "min"), number(step, "max")};
  return std::nullopt;
}

// The chain's value is the left operand; only commutative ones may have it on the right.
std::optional<algorithm> binary_of(std::string_view op, bool chain_is_left) {
  if (op == "add") return algorithm::binary_add;
  if (op == "mul") return algorithm::binary_mul;
  if (op == "sub" && chain_is_left) return algorithm::binary_sub;
  if (op == "div" && chain_is_left) return algorithm::binary_div;
  return std::nullopt;
}

// A vector along the last axis and nothing else.
bool is_row_vector(const Shape& operand, const Shape& result) {
  return operand.rank() >= 1 && operand.num_elements() == result[-1] && operand[-1] == result[-1];
}

// The shape with leading axes of size 1, up to a rank.
Shape with_rank(const Shape& shape, int rank) {
  Dims dims(static_cast<std::size_t>(rank - shape.rank()), 1);
  dims.insert(dims.end(), shape.begin(), shape.end());
  return Shape(dims);
}

class Translator {
 public:
  Translator(const KernelRequest& request, std::size_t own_inputs, const Shape& result)
      : request_(request), own_(own_inputs), extra_(static_cast<int>(request.inputs.size() - own_inputs)), result_(result) {}

  std::optional<Epilogue> translate(bool take_bias) {
    const auto& steps = request_.program->steps;
    int chain = 0;  // operand number of the value so far
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (!add_step(steps[i], chain, take_bias && i == 0)) return std::nullopt;
      chain = 1 + extra_ + static_cast<int>(i);
    }
    if (request_.program->results != std::vector<int>{static_cast<int>(steps.size()) - 1}) return std::nullopt;
    epilogue_.attr = scratch_attributes();
    epilogue_.attr.set_post_ops(posts_);
    return std::move(epilogue_);
  }

 private:
  bool add_step(const ElementwiseStep& step, int chain, bool may_be_bias) {
    if (step.dtype != DType::kF32) return false;
    if (step.operands.size() == 1) {
      const auto unary = step.operands[0] == chain && !request_.keep_nan ? unary_of(step) : std::nullopt;
      if (!unary) return false;
#if DNNL_VERSION_MAJOR >= 3
      posts_.append_eltwise(unary->kind, unary->alpha, unary->beta);
#else
      posts_.append_eltwise(1.0f, unary->kind, unary->alpha, unary->beta);
#endif
      return true;
    }
    if (step.operands.size() != 2 || (step.operands[0] == chain) == (step.operands[1] == chain)) return false;
    const bool left = step.operands[0] == chain;
    const int other = step.operands[left ? 1 : 0];
    if (other < 1 || other > extra_) return false;
    const std::size_t index = own_ + static_cast<std::size_t>(other) - 1;
    const TensorDesc& tensor = request_.inputs[index];
    if (may_be_bias && step.op == "add" && is_row_vector(tensor.type.shape, result_)) {
      epilogue_.bias = index;
      return true;
    }
    const auto binary = binary_of(step.op, left);
    if (!binary || tensor.type.shape.rank() > result_.rank()) return false;
    // An operand of the result's shape may come in the result's layout, whatever that will be; others lie row-major and broadcast.
    const AxisMap map = AxisMap::identity(result_.rank());
    const bool follows = request_.may_choose_layouts && tensor.type.shape == result_;
    const Shape seen = with_rank(tensor.type.shape, result_.rank());
    if (!follows && !tensor.layout.is_row_major(tensor.type.shape)) return false;
    const auto desc = follows ? std::optional(any_layout(seen, map)) : describe(seen, Layout::row_major(seen), map);
    if (!desc) return false;
    posts_.append_binary(*binary, *desc);
    Operand operand{.arg = DNNL_ARG_ATTR_MULTIPLE_POST_OP(posts_.len() - 1) | DNNL_ARG_SRC_1, .index = index, .map = map};
    if (tensor.type.shape != result_) operand.seen_as = seen;
    epilogue_.operands.push_back(std::move(operand));
    return true;
  }

  const KernelRequest& request_;
  std::size_t own_;
  int extra_;
  Shape result_;
  dnnl::post_ops posts_;
  Epilogue epilogue_;
};

}  // namespace

std::optional<Epilogue> make_epilogue(const KernelRequest& request, std::size_t own_inputs, const Shape& result, bool take_bias) {
  if (request.program == nullptr) return Epilogue{scratch_attributes(), {}, {}};
  if (request.inputs.size() < own_inputs) return std::nullopt;
  return Translator(request, own_inputs, result).translate(take_bias);
}

}  // namespace lepton::kernels::onednn
