// Generated checks over an operator's samples.
#include "lepton/runtime/testing/conformance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lepton/base/random.hpp"
#include "lepton/graph/builder.hpp"
#include "lepton/graph/infer.hpp"
#include "lepton/graph/parser.hpp"
#include "lepton/graph/printer.hpp"
#include "lepton/graph/verifier.hpp"
#include "lepton/ops/op_table.hpp"
#include "lepton/runtime/interpreter.hpp"
#include "lepton/runtime/testing/gradient_check.hpp"

namespace lepton::runtime::testing {
namespace {

using graph::Graph;
using graph::GraphBuilder;

std::vector<Tensor> present_only(const std::vector<Tensor>& tensors) {
  std::vector<Tensor> present;
  std::ranges::copy_if(tensors, std::back_inserter(present), [](const Tensor& t) { return t.defined(); });
  return present;
}

// A graph with the op alone (or its body), the sample's inputs as graph inputs.
std::vector<Value> build(GraphBuilder& builder, const OpDef& op, const Sample& sample, const std::vector<Tensor>& inputs,
                         std::vector<Value>* values, bool as_body = false) {
  std::vector<Value> operands;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    operands.push_back(inputs[i].defined() ? builder.input(fmt::format("x{}", i), inputs[i].type()) : Value());
  }
  if (values != nullptr) *values = operands;
  if (!as_body) return builder.add(op, operands, sample.attributes, sample.regions);
  const Attributes complete = complete_attributes(op, sample.attributes).value();
  return op.body(RuleContext{op, operands, {}, {}, complete, sample.regions, {}});
}

std::vector<Tensor> run_op(const OpDef& op, const Sample& sample, const std::vector<Tensor>& inputs, bool as_body = false) {
  GraphBuilder builder(std::string(op.name));
  const std::vector<Value> outputs = build(builder, op, sample, inputs, nullptr, as_body);
  for (std::size_t i = 0; i < outputs.size(); ++i) builder.output(fmt::format("y{}", i), outputs[i]);
  return interpret(std::move(builder).finish(), present_only(inputs)).value();
}

bool has_float_input(const Sample& sample) {
  return std::ranges::any_of(sample.inputs,
                             [](const SampleInput& i) { return i.present && is_float(i.value.defined() ? i.value.dtype() : i.dtype); });
}

class Checker {
 public:
  explicit Checker(const OpDef& op) : op_(op) {}

  std::vector<Finding> run() {
    check_declaration();
    const std::vector<Sample> samples = op_.samples == nullptr ? std::vector<Sample>{} : op_.samples();
    for (std::size_t i = 0; i < samples.size(); ++i) {
      where_ = fmt::format("sample {}{}{}", i, samples[i].note.empty() ? "" : ", ", samples[i].note);
      guarded("types", [&] { check_types(samples[i]); });
      guarded("f32", [&] { check_f32(samples[i]); });
      guarded("text", [&] { check_text(samples[i]); });
      guarded("body", [&] { check_body(samples[i]); });
      guarded("gradient", [&] {
        check_gradients(op_, samples[i], [&](std::string_view check, const std::string& detail) { report(check, "{}", detail); });
      });
    }
    if (op_.rejects != nullptr) {
      const std::vector<Reject> rejects = op_.rejects();
      for (std::size_t i = 0; i < rejects.size(); ++i) {
        where_ = fmt::format("reject {}", i);
        check_reject(rejects[i]);
      }
    }
    return std::move(findings_);
  }

 private:
  template <class... Args>
  void report(std::string_view check, fmt::format_string<Args...> format, Args&&... args) {
    findings_.push_back(
        {std::string(check), fmt::format("{}: {}: {}", op_.name, where_, fmt::format(format, std::forward<Args>(args)...))});
  }

  template <class Body>
  void guarded(std::string_view check, Body&& body) {
    const auto result = catch_error(body);
    if (!result) report(check, "{}", result.error().message());
  }

  void check_declaration() {
    where_ = "declaration";
    if (op_.summary.empty()) report("declaration", "has no summary");
    if (op_.infer == nullptr && op_.infer_types == nullptr) report("declaration", "has no shape rule");
    if (op_.samples == nullptr) report("declaration", "has no samples");
    if (op_.gradient == nullptr && op_.body == nullptr && op_.not_differentiable.empty())
      report("declaration", "says neither a gradient nor why there is none");
  }

  void check_types(const Sample& sample) {
    const std::vector<Tensor> inputs = sample_inputs(sample, DType::kF64);
    GraphBuilder builder(std::string(op_.name));
    const std::vector<Value> outputs = build(builder, op_, sample, inputs, nullptr);
    std::vector<TensorType> declared;
    for (const Value& output : outputs) declared.push_back({output.dtype(), output.shape()});
    const std::vector<Tensor> real = run_op(op_, sample, inputs);
    for (std::size_t i = 0; i < real.size(); ++i) {
      if (real[i].type() != declared[i])
        report("types", "output {}: inferred {}, real {}", i, declared[i].to_string(), real[i].type().to_string());
    }
  }

  // The operator and its attributes survive being written as text.
  void check_text(const Sample& sample) {
    GraphBuilder builder(std::string(op_.name));
    const std::vector<Value> outputs = build(builder, op_, sample, sample_inputs(sample, DType::kF64), nullptr);
    for (std::size_t i = 0; i < outputs.size(); ++i) builder.output(fmt::format("y{}", i), outputs[i]);
    const Graph graph = std::move(builder).finish();
    graph::verify(graph).value();
    if (ops::find_op(op_.name) == nullptr) return;  // an operator of the user's own is in no table that a reader could ask
    const Graph again = graph::parse(graph::print(graph), ops::find_op).value();
    if (!(again.nodes().back().attributes == graph.nodes().back().attributes)) report("text", "attributes change when written and read");
    if (graph::print(again) != graph::print(graph)) report("text", "the text changes when read and written again");
  }

  void check_f32(const Sample& sample) {
    if (!has_float_input(sample) || !sample.regions.empty()) return;  // regions have dtypes of their own
    // Inputs of the double run are the rounded ones, so that only the computation differs.
    const std::vector<Tensor> singles = sample_inputs(sample, DType::kF32);
    std::vector<Tensor> doubles;
    for (const Tensor& t : singles) doubles.push_back(t.defined() && t.dtype() == DType::kF32 ? t.cast(DType::kF64) : t);
    const std::vector<Tensor> a = run_op(op_, sample, singles), b = run_op(op_, sample, doubles);
    for (std::size_t i = 0; i < a.size(); ++i) {
      const double difference = largest_difference(a[i].dtype() == DType::kF32 ? a[i].cast(DType::kF64) : a[i], b[i]);
      if (!(difference <= op_.tolerance.f32)) report("f32", "output {} differs by {} from the double reference", i, difference);
    }
  }

  void check_body(const Sample& sample) {
    if (op_.body == nullptr) return;
    const std::vector<Tensor> inputs = sample_inputs(sample, DType::kF64);
    const std::vector<Tensor> a = run_op(op_, sample, inputs), b = run_op(op_, sample, inputs, true);
    for (std::size_t i = 0; i < a.size(); ++i) {
      const double difference = largest_difference(a[i], b[i]);
      if (!(difference <= std::max(op_.tolerance.f64, 1e-12))) report("body", "output {} differs by {} from the kernel", i, difference);
    }
  }

  void check_reject(const Reject& reject) {
    const auto result = catch_error([&] {
      GraphBuilder builder(std::string(op_.name));
      return build(builder, op_, reject.sample, sample_inputs(reject.sample, DType::kF64), nullptr).size();
    });
    if (result) {
      report("reject", "was accepted");
    } else if (result.error().code() != reject.code) {
      report("reject", "gave {} instead of {}: {}", error_code_info(result.error().code()).name, error_code_info(reject.code).name,
             result.error().message());
    }
  }

  const OpDef& op_;
  std::string where_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> check_op(const OpDef& op) { return Checker(op).run(); }

std::vector<Tensor> sample_inputs(const Sample& sample, DType float_dtype) {
  Random random(2024);
  std::vector<Tensor> tensors;
  for (const SampleInput& input : sample.inputs) {
    if (!input.present) {
      tensors.emplace_back();
      continue;
    }
    if (input.value.defined()) {
      tensors.push_back(is_float(input.value.dtype()) ? input.value.cast(float_dtype) : input.value);
      continue;
    }
    const DType dtype = is_float(input.dtype) ? float_dtype : input.dtype;
    const Tensor wide = Tensor::empty(DType::kF64, input.shape);
    for (double& v : wide.span<double>()) {
      v = random.uniform(input.low, input.high);
      if (!is_float(dtype)) v = std::floor(v);
    }
    tensors.push_back(dtype == DType::kF64 ? wide : wide.cast(dtype));
  }
  return tensors;
}

double largest_difference(const Tensor& a, const Tensor& b) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (a.type() != b.type()) return kInfinity;
  const auto x = a.to_vector<double>(), y = b.to_vector<double>();
  double largest = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i] == y[i] || (std::isnan(x[i]) && std::isnan(y[i]))) continue;
    const double difference = std::abs(x[i] - y[i]) / std::max(1.0, std::abs(y[i]));
    largest = std::isnan(difference) ? kInfinity : std::max(largest, difference);
  }
  return largest;
}

}  // namespace lepton::runtime::testing
