// A graph with one operator, through the interpreter.
#include "tests/ops/run_op.hpp"

#include "lepton/autodiff/gradients.hpp"
#include "lepton/graph/builder.hpp"
#include "lepton/ops/op_table.hpp"
#include "lepton/runtime/interpreter.hpp"

namespace lepton::tests {
namespace {

std::vector<Value> feed(graph::GraphBuilder& builder, const std::vector<Tensor>& inputs) {
  std::vector<Value> values;
  for (std::size_t i = 0; i < inputs.size(); ++i) values.push_back(builder.input(fmt::format("x{}", i), inputs[i].type()));
  return values;
}

std::vector<Tensor> finish(graph::GraphBuilder& builder, const std::vector<Value>& results, const std::vector<Tensor>& inputs) {
  for (std::size_t i = 0; i < results.size(); ++i) builder.output(fmt::format("y{}", i), results[i]);
  return runtime::interpret(std::move(builder).finish(), inputs).value();
}

}  // namespace

std::vector<Tensor> run_op(std::string_view op, const std::vector<Tensor>& inputs, const Attributes& attributes) {
  graph::GraphBuilder builder;
  const std::vector<Value> values = feed(builder, inputs);
  return finish(builder, builder.add(ops::get_op(op), values, attributes, {}), inputs);
}

std::vector<Tensor> gradients_of(std::string_view op, const std::vector<Tensor>& inputs, const Attributes& attributes, const Tensor& seed,
                                 std::span<const std::size_t> wrt) {
  graph::GraphBuilder builder;
  std::vector<Tensor> feeds = inputs;
  const std::vector<Value> values = feed(builder, inputs);
  const Value result = builder.add(ops::get_op(op), values, attributes, {})[0];
  Value weight;
  if (seed.defined()) {
    weight = builder.input("seed", seed.type());
    feeds.push_back(seed);
  }
  std::vector<Value> variables;
  for (const std::size_t i : wrt) variables.push_back(values[i]);
  return finish(builder, autodiff::gradients(builder, result, variables, weight), feeds);
}

std::vector<double> gradient_of(std::string_view op, const std::vector<Tensor>& inputs, const Attributes& attributes, std::size_t wrt) {
  return gradients_of(op, inputs, attributes, {}, std::span<const std::size_t>(&wrt, 1))[0].to_vector<double>();
}

}  // namespace lepton::tests
