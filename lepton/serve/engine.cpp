// Packages run as their network's prediction graph; foreign files stage by stage, which for most of them is one.
#include "lepton/serve/engine.hpp"

#include <algorithm>
#include <map>

#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/formats/graph_file.hpp"
#include "lepton/formats/onnx/importer.hpp"
#include "lepton/formats/onnx/model.hpp"
#include "lepton/graph/builder.hpp"
#include "lepton/runtime/program.hpp"
#include "lepton/serve/internal/copied_files.hpp"
#include "lepton/train/package.hpp"

namespace lepton::serve {
namespace {

class PackageEngine final : public Engine {
 public:
  explicit PackageEngine(train::LoadedPackage loaded) : model_(std::move(loaded.model)), program_(model_.prediction_program()) {
    platform_ = "lepton_package";
    for (const graph::GraphInput& input : model_.network().inputs())
      signature_.inputs.push_back({input.name, input.type.dtype, input.type.shape.dims()});
    const graph::GraphBuilder types(program_.graph());
    for (const graph::GraphOutput& output : types.graph().outputs()) {
      const TensorType type = types.type(output.value);
      signature_.outputs.push_back({output.name, type.dtype, type.shape.dims()});
    }
    for (const std::string& name : program_.input_names()) {
      const auto place = std::ranges::find(signature_.inputs, name, &TensorSpec::name);
      if (place == signature_.inputs.end()) fail(ErrorCode::kUnsupported, "the model needs '{}' besides its inputs", name);
      order_.push_back(static_cast<std::size_t>(place - signature_.inputs.begin()));
    }
    weight_bytes_ = program_.variables().size_bytes();
    if (loaded.manifest->contains("task") && loaded.manifest->at("task").contains("kind"))
      task_ = std::make_shared<const Json>(loaded.manifest->at("task"));
  }

  std::span<const Tensor> run(std::span<const Tensor> inputs) override {
    feeds_.clear();
    for (const std::size_t place : order_) feeds_.push_back(inputs[place]);
    return program_.run_borrowed(feeds_);
  }

 private:
  train::Model model_;
  runtime::Program& program_;
  std::vector<std::size_t> order_;  // of the program's inputs among the signature's
  std::vector<Tensor> feeds_;
};

// A file whose shapes do not depend on data: one program for each combination of input types; they share weights and arena.
class GraphEngine final : public Engine {
 public:
  GraphEngine(formats::OnnxModelFile file, Signature signature) : file_(std::move(file)) {
    platform_ = file_.format == "ONNX" ? "onnx" : "tflite";
    signature_ = std::move(signature);
    for (const auto& [name, value] : file_.graph.initializers) weight_bytes_ += value.type().size_bytes();
    // Files that Lepton exported say what their tensors mean.
    const auto recipe = file_.metadata.find("lepton.recipe");
    if (recipe == file_.metadata.end()) return;
    if (const auto json = parse_json(recipe->second); json && json->is_object()) {
      const Json task = json->value("task", Json::object());
      if (task.is_object() && task.contains("kind")) task_ = std::make_shared<const Json>(task);
    }
  }

  std::span<const Tensor> run(std::span<const Tensor> inputs) override {
    std::string key;
    for (const Tensor& input : inputs) key += input.type().to_string();
    auto found = plans_.find(key);
    if (found == plans_.end()) found = plans_.emplace(key, make(inputs)).first;
    Plan& plan = found->second;
    if (plan.staged != nullptr) {
      results_ = plan.staged->run(inputs).value();
      return results_;
    }
    feeds_.clear();
    for (const std::size_t place : plan.order) feeds_.push_back(inputs[place]);
    if (plan.program == nullptr) return plan.constants;
    const std::span<const Tensor> made = plan.program->run_borrowed(feeds_);
    results_.clear();
    for (std::size_t i = 0; i < plan.places.size(); ++i)
      results_.push_back(plan.places[i] < 0 ? plan.constants[i] : made[static_cast<std::size_t>(plan.places[i])]);
    return results_;
  }

 private:
  struct Plan {
    std::unique_ptr<runtime::Program> program;
    std::vector<std::size_t> order;              // of the program's inputs among the file's
    std::vector<int> places;                     // of the file's outputs among the program's; -1: a constant
    std::vector<Tensor> constants;               // by output
    std::shared_ptr<formats::OnnxModel> staged;  // if shapes depend on data
  };
  static constexpr std::size_t kMaxPlans = 64;

  Plan make(std::span<const Tensor> inputs) {
    if (plans_.size() >= kMaxPlans) plans_.clear();
    std::vector<TensorType> types;
    for (const Tensor& input : inputs) types.push_back(input.type());
    formats::OnnxStage stage = formats::import_onnx(file_, types, {}).value();
    Plan plan;
    if (!stage.needs.empty()) {
      if (staged_ == nullptr) staged_ = std::make_shared<formats::OnnxModel>(formats::OnnxModel::make(file_).value());
      plan.staged = staged_;
      return plan;
    }
    for (const auto& [name, value] : stage.states) {
      if (!variables_->has(name)) variables_->add(name, value, runtime::Variable::Start::kShare);
    }
    for (const formats::OnnxValueInfo& output : file_.graph.outputs) {
      const auto constant = stage.constants.find(output.name);
      const bool computed = constant == stage.constants.end();
      const auto place = std::ranges::find(stage.results, output.name) - stage.results.begin();
      plan.places.push_back(computed ? static_cast<int>(place) : -1);
      plan.constants.push_back(computed ? Tensor() : std::get<Tensor>(constant->second));
    }
    if (stage.results.empty()) return plan;
    plan.program = std::make_unique<runtime::Program>(stage.graph, variables_, runtime::ProgramOptions{.arena = arena_});
    for (const std::string& name : plan.program->input_names()) {
      const auto place = std::ranges::find(file_.graph.inputs, name, &formats::OnnxValueInfo::name);
      plan.order.push_back(static_cast<std::size_t>(place - file_.graph.inputs.begin()));
    }
    return plan;
  }

  formats::OnnxModelFile file_;
  std::shared_ptr<runtime::VariableStore> variables_ = std::make_shared<runtime::VariableStore>();
  std::shared_ptr<runtime::Arena> arena_ = std::make_shared<runtime::Arena>();
  std::map<std::string, Plan> plans_;
  std::shared_ptr<formats::OnnxModel> staged_;
  std::vector<Tensor> feeds_, results_;
};

Result<std::vector<TensorSpec>> specs_of(const std::vector<formats::OnnxValueInfo>& values) {
  std::vector<TensorSpec> specs;
  for (const formats::OnnxValueInfo& value : values) {
    if (!value.dtype)
      return make_error(ErrorCode::kUnsupported, "'{}' is {}: only tensors of numbers can be served", value.name, value.kind);
    if (!value.dims) return make_error(ErrorCode::kUnsupported, "the file does not say how many axes '{}' has", value.name);
    specs.push_back({value.name, *value.dtype, *value.dims});
  }
  return specs;
}

Result<std::unique_ptr<Engine>> load_graph_engine(FileSystem& files, const std::string& path) {
  LEPTON_TRY(formats::OnnxModelFile file, formats::read_graph_file(files, path));
  LEPTON_CHECK_OK(formats::check_operators(file));
  Signature signature;
  LEPTON_TRY(signature.inputs, specs_of(file.graph.inputs));
  LEPTON_TRY(signature.outputs, specs_of(file.graph.outputs));
  return std::unique_ptr<Engine>(std::make_unique<GraphEngine>(std::move(file), std::move(signature)));
}

}  // namespace

bool is_servable(const std::string& path) { return file_extension(path) == "lepton" || formats::is_graph_file(path); }

Result<std::unique_ptr<Engine>> load_engine(FileSystem& given, const std::string& path) {
  CopiedFiles files(given);
  if (formats::is_graph_file(path)) return load_graph_engine(files, path).with_context(path);
  auto loaded = train::load_package(files, path);
  if (!loaded) return loaded.error();
  return catch_error([&]() -> std::unique_ptr<Engine> { return std::make_unique<PackageEngine>(std::move(*loaded)); }).with_context(path);
}

}  // namespace lepton::serve
