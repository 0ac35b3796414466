// Eager execution: one operator, compiled and cached per types and attributes, run at once.
#include <map>
#include <mutex>

#include "lepton/graph/builder.hpp"
#include "lepton/runtime/executable.hpp"
#include "lepton/runtime/interpreter.hpp"

namespace lepton {
namespace {

constexpr std::size_t kMaxCached = 256;

std::string key_of(const OpDef& op, std::span<const Tensor> inputs, const Attributes& attributes) {
  std::string key(op.name);
  for (const Tensor& input : inputs) key += " " + (input.defined() ? input.type().to_string() : std::string("-"));
  for (const auto& [name, value] : attributes) key += fmt::format(" {}={}", name, value.to_string());
  return key;
}

// Tensors in attributes would have to be part of the key; regions have no text.
bool cacheable(const Attributes& attributes, const std::vector<Region>& regions) {
  for (const auto& [name, value] : attributes) {
    if (std::holds_alternative<Tensor>(value.value())) return false;
  }
  return regions.empty();
}

graph::Graph graph_of(const OpDef& op, std::span<const Tensor> inputs, const Attributes& attributes, std::vector<Region> regions) {
  graph::GraphBuilder builder{std::string(op.name)};
  std::vector<Value> values;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    values.push_back(inputs[i].defined() ? builder.input(fmt::format("x{}", i), inputs[i].type()) : Value());
  const std::vector<Value> results = builder.add(op, values, attributes, std::move(regions));
  for (std::size_t i = 0; i < results.size(); ++i) builder.output(fmt::format("y{}", i), results[i]);
  return std::move(builder).finish();
}

std::shared_ptr<const runtime::Executable> compiled(const OpDef& op, std::span<const Tensor> inputs, std::span<const TensorType> types,
                                                    const Attributes& attributes) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const runtime::Executable>> cache;
  const std::string key = key_of(op, inputs, attributes);
  const std::lock_guard lock(mutex);
  if (const auto found = cache.find(key); found != cache.end()) return found->second;
  if (cache.size() >= kMaxCached) cache.clear();
  auto executable = runtime::compile(graph_of(op, inputs, attributes, {}), types).value();
  cache[key] = executable;
  return executable;
}

}  // namespace

std::vector<Tensor> apply(const OpDef& op, std::span<const Tensor> inputs, const Attributes& attributes, std::vector<Region> regions) {
  std::vector<Tensor> present;
  std::vector<TensorType> types;
  for (const Tensor& input : inputs) {
    if (!input.defined()) continue;
    present.push_back(input);
    types.push_back(input.type());
  }
  if (!cacheable(attributes, regions)) return runtime::interpret(graph_of(op, inputs, attributes, std::move(regions)), present).value();
  return compiled(op, inputs, types, attributes)->run(present);
}

}  // namespace lepton
