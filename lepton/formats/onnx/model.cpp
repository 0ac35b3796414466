// Stages are found, made and run here; what a stage computes is the importer's.
#include "lepton/formats/onnx/model.hpp"

#include <map>

#include "lepton/formats/graph_file.hpp"
#include "lepton/formats/onnx/importer.hpp"
#include "lepton/runtime/program.hpp"

namespace lepton::formats {
namespace {

constexpr std::size_t kMaxStages = 10'000;  // of one run
constexpr std::size_t kMaxKept = 256;

// A compiled stage, and those that followed it by the value that each needed.
struct CompiledStage {
  OnnxStage stage;
  std::unique_ptr<runtime::Program> program;  // null if nothing has to run
  std::map<std::string, std::unique_ptr<CompiledStage>> next;
};

std::string key_of(const Tensor& value) {
  const Tensor plain = value.contiguous();
  std::string key = value.type().to_string();
  key.append(reinterpret_cast<const char*>(plain.bytes()), static_cast<std::size_t>(plain.type().size_bytes()));
  return key;
}

}  // namespace

struct OnnxModel::State {
  OnnxModelFile file;
  std::shared_ptr<runtime::VariableStore> variables = std::make_shared<runtime::VariableStore>();
  std::map<std::string, std::unique_ptr<CompiledStage>> first;  // by the types of the inputs
  std::size_t num_kept = 0;
  int num_stages = 0;

  std::unique_ptr<CompiledStage> make(std::span<const TensorType> inputs, const OnnxKnowledge& knowledge) {
    auto made = std::make_unique<CompiledStage>();
    made->stage = import_onnx(file, inputs, knowledge).value();
    for (const auto& [name, value] : made->stage.states) {
      if (!variables->has(name)) variables->add(name, value);
    }
    made->stage.states.clear();
    if (!made->stage.results.empty()) made->program = std::make_unique<runtime::Program>(made->stage.graph, variables);
    ++num_kept;
    return made;
  }

  void check(std::span<const Tensor> inputs) const {
    const std::vector<OnnxValueInfo>& declared = file.graph.inputs;
    if (inputs.size() != declared.size())
      fail(ErrorCode::kInvalidArgument, "onnx: the model takes {} inputs, not {}", declared.size(), inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const OnnxValueInfo& info = declared[i];
      if (!info.dtype) fail(ErrorCode::kUnsupported, "onnx: the input '{}' is {}, which Lepton does not have", info.name, info.kind);
      if (inputs[i].dtype() != *info.dtype)
        fail(ErrorCode::kDtypeMismatch, "onnx: the input '{}' is {}, not {}", info.name, name_of(*info.dtype), name_of(inputs[i].dtype()));
      if (!info.dims) continue;
      const Shape wanted(*info.dims);
      bool fits = inputs[i].shape().rank() == wanted.rank();
      for (int axis = 0; fits && axis < wanted.rank(); ++axis) fits = wanted[axis] == kAnyDim || wanted[axis] == inputs[i].shape()[axis];
      if (!fits) fail(ErrorCode::kShapeMismatch, "onnx: the input '{}' has the shape {}, not {}", info.name, wanted, inputs[i].shape());
    }
  }

  CompiledStage& first_stage(std::span<const TensorType> types) {
    std::string key;
    for (const TensorType& type : types) key += type.to_string();
    if (num_kept > kMaxKept) first.clear(), num_kept = 0;
    std::unique_ptr<CompiledStage>& place = first[key];
    if (place == nullptr) place = make(types, {});
    return *place;
  }

  std::vector<Tensor> run(std::span<const Tensor> inputs) {
    check(inputs);
    std::vector<TensorType> types;
    std::map<std::string, Tensor> values;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      types.push_back(inputs[i].type());
      values[file.graph.inputs[i].name] = inputs[i];
    }
    OnnxKnowledge knowledge;
    CompiledStage* at = &first_stage(types);
    for (num_stages = 1;; ++num_stages) {
      run_stage(*at, values);
      if (at->stage.needs.empty()) break;
      if (static_cast<std::size_t>(num_stages) > kMaxStages)
        fail(ErrorCode::kResourceExhausted, "onnx: more than {} stages in one run", kMaxStages);
      const Tensor& needed = values.at(at->stage.needs);
      knowledge.known[at->stage.needs] = needed;
      for (const std::string& path : at->stage.results) {
        if (path != at->stage.needs) knowledge.given[path] = values.at(path).type();
      }
      knowledge.given.erase(at->stage.needs);
      std::unique_ptr<CompiledStage>& next = at->next[key_of(needed)];
      if (next == nullptr) next = make(types, knowledge);
      at = next.get();
    }
    std::vector<Tensor> results;
    for (const OnnxValueInfo& output : file.graph.outputs) {
      const auto constant = at->stage.constants.find(output.name);
      results.push_back(constant != at->stage.constants.end() ? constant->second : values.at(output.name));
    }
    return results;
  }

  static void run_stage(CompiledStage& at, std::map<std::string, Tensor>& values) {
    if (at.program == nullptr) return;
    std::vector<Tensor> feeds;
    for (const std::string& name : at.program->input_names()) feeds.push_back(values.at(name));
    std::vector<Tensor> made = at.program->run(feeds);
    for (std::size_t i = 0; i < made.size(); ++i) values[at.stage.results[i]] = std::move(made[i]);
  }
};

OnnxModel::OnnxModel(std::unique_ptr<State> state) : state_(std::move(state)) {}
OnnxModel::~OnnxModel() = default;
OnnxModel::OnnxModel(OnnxModel&&) noexcept = default;
OnnxModel& OnnxModel::operator=(OnnxModel&&) noexcept = default;

Result<void> OnnxModel::check(const OnnxModelFile& file) { return check_operators(file); }

Result<OnnxModel> OnnxModel::make(OnnxModelFile file) {
  LEPTON_CHECK_OK(check_operators(file));
  auto state = std::make_unique<State>();
  state->file = std::move(file);
  return OnnxModel(std::move(state));
}

Result<OnnxModel> OnnxModel::load(FileSystem& files, const std::string& path) {
  LEPTON_TRY(OnnxModelFile file, read_graph_file(files, path));
  auto model = make(std::move(file));
  return std::move(model).with_context(path);
}

const OnnxModelFile& OnnxModel::file() const { return state_->file; }
int OnnxModel::num_stages() const { return state_->num_stages; }

Result<std::vector<Tensor>> OnnxModel::run(std::span<const Tensor> inputs) {
  return catch_error([&] { return state_->run(inputs); });
}

Result<const graph::Graph*> OnnxModel::first_graph(std::span<const TensorType> inputs) {
  return catch_error([&]() -> const graph::Graph* { return &state_->first_stage(inputs).stage.graph; });
}

}  // namespace lepton::formats
