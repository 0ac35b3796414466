// Stages are found, made and run here; what a stage computes is the importer's.
#include "lepton/formats/onnx/model.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <ranges>

#include "lepton/formats/graph_file.hpp"
#include "lepton/formats/onnx/importer.hpp"
#include "lepton/runtime/program.hpp"

namespace lepton::formats {
namespace {

constexpr std::size_t kMaxStages = 10'000;  // of one run
constexpr std::size_t kMaxKept = 256;
constexpr std::int64_t kBatches[] = {1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 20, 24, 32, 48, 50, 64, 96, 100, 128, 200, 256, 512, 1000, 1024};

// A stage, compiled when it first runs, and those that followed it by the value that each needed.
struct CompiledStage {
  OnnxStage stage;
  std::unique_ptr<runtime::Program> program;  // null until it runs, or if nothing has to run
  std::map<std::string, std::unique_ptr<CompiledStage>> next;
};

std::string key_of(const Tensor& value) {
  const Tensor plain = value.contiguous();
  std::string key = value.type().to_string();
  key.append(reinterpret_cast<const char*>(plain.bytes()), static_cast<std::size_t>(plain.type().size_bytes()));
  return key;
}

std::string key_of(const StringTensor& texts) {
  std::string key = Shape(texts.dims).to_string();
  for (const std::string& text : texts.values) key += fmt::format("{}:{}", text.size(), text);
  return key;
}

}  // namespace

struct OnnxModel::State {
  OnnxModelFile file;
  std::shared_ptr<runtime::VariableStore> variables = std::make_shared<runtime::VariableStore>();
  std::map<std::string, std::unique_ptr<CompiledStage>> first;  // by the types of the inputs
  std::size_t num_kept = 0;
  int num_stages = 0;
  runtime::Profile* profile = nullptr;

  std::unique_ptr<CompiledStage> make(std::span<const TensorType> inputs, const OnnxKnowledge& knowledge) {
    auto made = std::make_unique<CompiledStage>();
    made->stage = import_onnx(file, inputs, knowledge).value();
    for (const auto& [name, value] : made->stage.states) {
      if (!variables->has(name)) variables->add(name, value, runtime::Variable::Start::kShare);
    }
    made->stage.states.clear();
    ++num_kept;
    return made;
  }

  void check(std::span<const OnnxValue> inputs) const {
    const std::vector<OnnxValueInfo>& declared = file.graph.inputs;
    if (inputs.size() != declared.size())
      fail(ErrorCode::kInvalidArgument, "onnx: the model takes {} inputs, not {}", declared.size(), inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const OnnxValueInfo& info = declared[i];
      if (!info.dtype && !info.strings)
        fail(ErrorCode::kUnsupported, "onnx: the input '{}' is {}, which Lepton does not have", info.name, info.kind);
      const auto* const texts = std::get_if<StringTensor>(&inputs[i]);
      const auto* const tensor = std::get_if<Tensor>(&inputs[i]);
      const std::string_view wanted_kind = info.strings ? "string" : name_of(*info.dtype),
                             kind = texts != nullptr ? "string" : name_of(tensor->dtype());
      if (kind != wanted_kind) fail(ErrorCode::kDtypeMismatch, "onnx: the input '{}' is {}, not {}", info.name, wanted_kind, kind);
      const Shape shape = texts != nullptr ? Shape(texts->dims) : tensor->shape();
      if (texts != nullptr && std::ssize(texts->values) != shape.num_elements())
        fail(ErrorCode::kShapeMismatch, "onnx: the input '{}' has {} texts for the shape {}", info.name, texts->values.size(), shape);
      if (!info.dims) continue;
      const Shape wanted(*info.dims);
      bool fits = shape.rank() == wanted.rank();
      for (int axis = 0; fits && axis < wanted.rank(); ++axis) fits = wanted[axis] == kAnyDim || wanted[axis] == shape[axis];
      if (!fits) fail(ErrorCode::kShapeMismatch, "onnx: the input '{}' has the shape {}, not {}", info.name, wanted, shape);
    }
  }

  CompiledStage& first_stage(std::span<const TensorType> types, const OnnxKnowledge& knowledge) {
    std::string key;
    for (const TensorType& type : types) key += type.to_string();
    for (const auto& [name, texts] : knowledge.strings) key += key_of(*texts);
    if (num_kept > kMaxKept) first.clear(), num_kept = 0;
    std::unique_ptr<CompiledStage>& place = first[key];
    if (place == nullptr) place = make(types, knowledge);
    return *place;
  }

  std::vector<OnnxValue> run(std::span<const OnnxValue> inputs) {
    check(inputs);
    std::vector<TensorType> types(inputs.size());
    std::map<std::string, Tensor> values;
    OnnxKnowledge knowledge;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const std::string& name = file.graph.inputs[i].name;
      if (const auto* const texts = std::get_if<StringTensor>(&inputs[i])) {
        knowledge.strings[name] = std::make_shared<const StringTensor>(*texts);
      } else {
        values[name] = std::get<Tensor>(inputs[i]);
        types[i] = values[name].type();
      }
    }
    CompiledStage* at = &first_stage(types, knowledge);
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
    std::vector<OnnxValue> results;
    for (const OnnxValueInfo& output : file.graph.outputs) {
      const auto constant = at->stage.constants.find(output.name);
      results.push_back(constant != at->stage.constants.end() ? constant->second : OnnxValue(values.at(output.name)));
    }
    return results;
  }

  // Reads the nodes at once where nothing but the batch is free, so that what cannot fit is refused before anything runs. A model whose
  // batch is fixed inside fits that one alone: only what fits none of those that people use is refused.
  void read_if_sized() {
    std::vector<TensorType> types;
    std::vector<std::size_t> batched;  // inputs whose batch is free
    for (const OnnxValueInfo& info : file.graph.inputs) {
      if (!info.dtype || !info.dims) return;
      const Dims& dims = *info.dims;
      if (std::ranges::find(dims | std::views::drop(1), kAnyDim) != dims.end()) return;
      if (!dims.empty() && dims.front() == kAnyDim) batched.push_back(types.size());
      types.push_back({*info.dtype, Shape(dims)});
    }
    std::optional<Error> refused;
    for (const std::int64_t batch : kBatches) {
      for (const std::size_t i : batched) types[i].shape[0] = batch;
      const auto read = catch_error([&] { first_stage(types, {}); });
      if (read) return;
      if (batched.empty() || read.error().code() == ErrorCode::kResourceExhausted) throw read.error();
      if (!refused) refused = read.error();
    }
    throw refused->with_context("whatever the batch");
  }

  void run_stage(CompiledStage& at, std::map<std::string, Tensor>& values) {
    if (at.stage.results.empty()) return;
    if (at.program == nullptr) at.program = std::make_unique<runtime::Program>(at.stage.graph, variables);
    at.program->set_profile(profile);
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
  LEPTON_CHECK_OK(catch_error([&] { state->read_if_sized(); }));
  return OnnxModel(std::move(state));
}

Result<OnnxModel> OnnxModel::load(FileSystem& files, const std::string& path) {
  LEPTON_TRY(OnnxModelFile file, read_graph_file(files, path));
  auto model = make(std::move(file));
  return std::move(model).with_context(path);
}

const OnnxModelFile& OnnxModel::file() const { return state_->file; }
void OnnxModel::set_profile(runtime::Profile* profile) { state_->profile = profile; }
int OnnxModel::num_stages() const { return state_->num_stages; }

Result<std::vector<OnnxValue>> OnnxModel::run(std::span<const OnnxValue> inputs) {
  return catch_error([&] { return state_->run(inputs); });
}

Result<std::vector<Tensor>> OnnxModel::run(std::span<const Tensor> inputs) {
  LEPTON_TRY(std::vector<OnnxValue> results, run(std::vector<OnnxValue>(inputs.begin(), inputs.end())));
  std::vector<Tensor> tensors;
  for (OnnxValue& result : results) {
    if (!std::holds_alternative<Tensor>(result))
      return make_error(ErrorCode::kUnsupported, "onnx: the result '{}' is of texts", file().graph.outputs[tensors.size()].name);
    tensors.push_back(std::get<Tensor>(std::move(result)));
  }
  return tensors;
}

Result<const graph::Graph*> OnnxModel::first_graph(std::span<const TensorType> inputs) {
  return catch_error([&]() -> const graph::Graph* { return &state_->first_stage(inputs, {}).stage.graph; });
}

}  // namespace lepton::formats
