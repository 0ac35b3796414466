// The file is written in memory (weights of their own: under a temporary name), read back, run, compared, and only then put in place.
#include "lepton/train/onnx_export.hpp"

#include <cmath>
#include <limits>

#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/base/random.hpp"
#include "lepton/formats/onnx/model.hpp"

namespace lepton::train {
namespace {

constexpr std::int64_t kFreeAxis = 8;
constexpr std::int64_t kMostInside = std::int64_t{2'000'000'000};  // a protobuf message ends at 2 GiB

double difference(const Tensor& expected, const Tensor& actual) {
  if (expected.type() != actual.type())
    fail(ErrorCode::kShapeMismatch, "the ONNX file gives {}, the model {}", actual.type().to_string(), expected.type().to_string());
  const std::vector<double> x = expected.to_vector<double>(), y = actual.to_vector<double>();
  double most = 0, largest = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!std::isfinite(x[i]) || !std::isfinite(y[i])) return std::numeric_limits<double>::infinity();
    most = std::max(most, std::abs(x[i] - y[i]));
    largest = std::max(largest, std::abs(x[i]));
  }
  return most == 0 ? 0 : most / std::max(largest, std::numeric_limits<double>::min());
}

Json describe(const std::string& name, const TensorType& type) {
  Json dims = Json::array();
  for (const std::int64_t dim : type.shape) dims.push_back(dim == kAnyDim ? Json() : Json(dim));
  return {{"name", name}, {"dtype", name_of(type.dtype)}, {"shape", dims}};
}

Json recipe_of(Model& model, const std::string& file, const Json& task) {
  Json recipe = {{"model", file}, {"made_by", "lepton"}, {"task", task}, {"inputs", Json::array()}, {"outputs", Json::array()}};
  for (const graph::GraphInput& input : model.network().inputs()) recipe["inputs"].push_back(describe(input.name, input.type));
  const graph::GraphBuilder types(model.prediction_program().graph());
  for (const graph::GraphOutput& output : types.graph().outputs())
    recipe["outputs"].push_back(describe(output.name, types.type(output.value)));
  return recipe;
}

// A file that is removed unless it was put in place.
class Draft {
 public:
  Draft(FileSystem& files, std::string path) : files_(files), path_(std::move(path)), name_(path_ + ".part") {}
  ~Draft() {
    if (!name_.empty()) (void)files_.remove(name_);
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  const std::string& name() const { return name_; }
  void write(const std::string& content) { write_atomic(files_, name_, content).value(); }
  void put_in_place() {
    files_.rename(name_, path_).value();
    name_.clear();
  }

 private:
  FileSystem& files_;
  std::string path_, name_;
};

std::int64_t size_of(const formats::NamedTensors& tensors) {
  std::int64_t size = 0;
  for (const auto& [name, tensor] : tensors) size += tensor.type().size_bytes();
  return size;
}

OnnxExportResult write_export(FileSystem& files, const std::string& path, Model& model, const Json& task, const OnnxExport& options) {
  const std::string folder = parent_folder(path), stem = join_path(folder, file_stem(path));
  OnnxExportResult result{{path, stem + ".recipe.json"}, 0};
  Json recipe = recipe_of(model, std::string(file_name(path)), task);
  formats::OnnxWriteOptions write{.metadata = {{"lepton.recipe", dump_json(recipe)}}};
  const formats::NamedTensors weights = stored_weights(model);
  if (!options.external_weights && size_of(weights) > kMostInside)
    fail(ErrorCode::kResourceExhausted, "the weights have {} bytes, an ONNX file holds 2 GB: ask for external weights", size_of(weights));
  files.make_folders(folder).value();
  Draft draft(files, stem + ".weights.safetensors");
  std::string onnx;
  if (options.external_weights) {
    draft.write(formats::write_safetensors(weights, {}, &write.places));
    write.external_file = file_name(draft.name());
  }
  onnx = formats::write_onnx(model.prediction_program().graph(), weights, write).value();
  result.difference = difference_from_onnx(model, std::as_bytes(std::span(onnx)), folder, options.inputs).value();
  if (!(result.difference <= options.tolerance))
    fail(ErrorCode::kInternal, "the ONNX file differs from the model by {:.3g} of the largest output on {}; nothing was written",
         result.difference, options.inputs_from);
  if (options.external_weights) {
    draft.put_in_place();
    result.paths.push_back(stem + ".weights.safetensors");
    write.external_file = file_name(result.paths.back());
    onnx = formats::write_onnx(model.prediction_program().graph(), weights, write).value();
  }
  recipe["compared"] = {
      {"inputs", options.inputs_from}, {"samples", options.inputs.num_samples()}, {"largest_relative_difference", result.difference}};
  write_atomic(files, path, onnx).value();
  write_atomic(files, result.paths[1], dump_json(recipe, JsonStyle::kIndented) + "\n").value();
  return result;
}

}  // namespace

formats::NamedTensors stored_weights(Model& model) {
  formats::NamedTensors weights;
  for (const nn::Weight& weight : model.network().weights())
    weights.emplace_back(weight.name, model.prediction_program().variables().get(weight.name).get());
  return weights;
}

Result<std::string> model_to_onnx(Model& model, const formats::OnnxWriteOptions& options) {
  return formats::write_onnx(model.prediction_program().graph(), stored_weights(model), options);
}

Arrays seeded_inputs(const Model& model, std::int64_t samples, std::uint64_t seed) {
  Arrays all;
  Random random(seed);
  for (const graph::GraphInput& input : model.network().inputs()) {
    Shape shape = input.type.shape;
    for (int axis = 0; axis < shape.rank(); ++axis) {
      if (shape[axis] == kAnyDim) shape[axis] = axis == 0 ? samples : kFreeAxis;
    }
    const Tensor wide = Tensor::empty(DType::kF64, shape);
    for (double& v : wide.span<double>()) {
      v = is_float(input.type.dtype) ? random.uniform(-1, 1) : static_cast<double>(random.below(input.type.dtype == DType::kU8 ? 256 : 2));
    }
    all.tensors.push_back(wide.cast(input.type.dtype));
  }
  return all;
}

Result<double> difference_from_onnx(Model& model, std::span<const std::byte> onnx, const std::string& folder, const Arrays& inputs) {
  LEPTON_TRY(formats::OnnxModelFile file, formats::read_onnx(onnx, nullptr, {.folder = folder}));
  LEPTON_TRY(formats::OnnxModel read, formats::OnnxModel::make(std::move(file)));
  LEPTON_TRY(const std::vector<Tensor> actual, read.run(inputs.tensors));
  return catch_error([&] {
    const std::vector<Tensor> expected = model.prediction_program().run(inputs.tensors);
    double most = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) most = std::max(most, difference(expected[i], actual.at(i)));
    return most;
  });
}

Result<OnnxExportResult> export_onnx(FileSystem& files, const std::string& path, Model& model, const Json& task,
                                     const OnnxExport& options) {
  return catch_error([&] { return write_export(files, path, model, task, options); }).with_context(path);
}

}  // namespace lepton::train
