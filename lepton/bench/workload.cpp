// Model files as workloads, and names in the table.
#include "lepton/bench/workload.hpp"

#include <algorithm>

#include "lepton/base/files.hpp"
#include "lepton/base/random.hpp"
#include "lepton/base/text.hpp"
#include "lepton/formats/onnx/model.hpp"

namespace lepton::bench {

const WorkloadDef& get_workload(std::string_view name) {
  const auto found = std::ranges::find(all_workloads(), name, &WorkloadDef::name);
  if (found != all_workloads().end()) return *found;
  std::vector<std::string_view> names;
  for (const WorkloadDef& def : all_workloads()) names.push_back(def.name);
  fail(ErrorCode::kNotFound, "bench: there is no workload '{}'{}", name, did_you_mean(name, names));
}

Workload file_workload(const std::string& path, std::int64_t batch) {
  auto model = std::make_shared<formats::OnnxModel>(formats::OnnxModel::load(local_files(), path).value());
  std::vector<Tensor> inputs;
  for (const formats::OnnxValueInfo& info : model->file().graph.inputs) {
    if (!info.dtype || !info.dims)
      fail(ErrorCode::kUnsupported, "bench: the input '{}' is {}, or its rank is unknown; only tensors of numbers can be made up",
           info.name, info.kind.empty() ? "a tensor" : info.kind);
    Dims dims = *info.dims;
    if (!dims.empty() && dims[0] == kAnyDim) dims[0] = batch;
    if (std::ranges::find(dims, kAnyDim) != dims.end())
      fail(ErrorCode::kUnsupported, "bench: the input '{}' has free sizes besides the batch", info.name);
    Tensor values = Tensor::empty(DType::kF32, Shape(dims));
    Random random(7);
    for (float& v : values.span<float>()) v = static_cast<float>(random.uniform());
    inputs.push_back(*info.dtype == DType::kF32 ? values : values.cast(*info.dtype));
  }
  const std::int64_t samples = inputs.empty() || inputs[0].shape().rank() == 0 ? 1 : inputs[0].shape()[0];
  return {.name = path,
          .samples = samples,
          .step =
              [model, inputs] {
                (void)model->run(inputs).value();
                return 0.0;
              },
          .set_profile = [model](runtime::Profile* profile) { model->set_profile(profile); }};
}

}  // namespace lepton::bench
