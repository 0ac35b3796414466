// Losses of class numbers.
#include "lepton/ops/activation.hpp"
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/indexing.hpp"
#include "lepton/ops/onnx/internal/families.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

// log_p: [N, C, …], labels: [N, …]. Ignored labels have weight 0, and any class will do for them.
Value likelihood_loss(OnnxNodeReader& node, const Value& log_p, const Value& given) {
  Value labels = given.dtype() == DType::kI64 ? given : cast(given, DType::kI64), weight;
  Value counted;
  if (node.attributes().has("ignore_index")) {
    const Value ignored = equal(labels, onnx_scalar(labels, static_cast<double>(node.integer("ignore_index", 0))));
    counted = where(ignored, onnx_scalar(log_p, 0), onnx_scalar(log_p, 1));
    labels = where(ignored, onnx_scalar(labels, 0), labels);
  }
  if (node.has(2)) weight = gather(node.value(2), labels, 0);
  if (counted.defined()) weight = weight.defined() ? mul(weight, counted) : broadcast_to_like(counted, labels);
  const Value picked = squeeze(take_along_axis(log_p, expand_dims(labels, {1}), 1), {1});
  const Value loss = weight.defined() ? mul(neg(picked), weight) : neg(picked);
  const std::string how = node.text("reduction", "mean");
  if (how == "none") return loss;
  if (how == "sum") return sum(loss);
  return weight.defined() ? div(sum(loss), sum(weight)) : mean(loss);
}

OnnxResults read_nll(OnnxNodeReader& node) { return {likelihood_loss(node, node.value(std::size_t{0}), node.value(1))}; }
OnnxResults read_cross_entropy(OnnxNodeReader& node) {
  const Value log_p = log_softmax(node.value(std::size_t{0}), 1);
  return {likelihood_loss(node, log_p, node.value(1)), log_p};
}

}  // namespace

std::span<const OnnxOperator> onnx_losses() {
  static const OnnxOperator rows[] = {{"NegativeLogLikelihoodLoss", read_nll, 12}, {"SoftmaxCrossEntropyLoss", read_cross_entropy, 12}};
  return rows;
}

}  // namespace lepton::ops
