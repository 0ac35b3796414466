// Writes the models of the table as ONNX files, with inputs and Lepton's outputs for 1, 3 and 32 samples beside them as NPZ, for
// tests/peers/onnx_export/compare.py. Usage: write_export_models FOLDER
#include <cstdio>

#include "lepton/base/path.hpp"
#include "lepton/formats/npz.hpp"
#include "lepton/train/onnx_export.hpp"
#include "models.hpp"

namespace lepton::tests {
namespace {

void write(const NamedModel& named, const std::string& folder) {
  train::Model model = made(named);
  const std::string stem = join_path(folder, named.name);
  write_atomic(local_files(), stem + ".onnx", train::model_to_onnx(model).value()).value();
  formats::NamedTensors arrays;
  for (const std::int64_t samples : {1, 3, 32}) {
    const train::Arrays x = train::seeded_inputs(model, samples, static_cast<std::uint64_t>(samples));
    for (std::size_t i = 0; i < x.tensors.size(); ++i) arrays.emplace_back(fmt::format("{}/in{}", samples, i), x.tensors[i]);
    const std::vector<Tensor> y = model.predict_all(x);
    for (std::size_t i = 0; i < y.size(); ++i) arrays.emplace_back(fmt::format("{}/out{}", samples, i), y[i]);
  }
  write_atomic(local_files(), stem + ".npz", formats::write_npz(arrays).value()).value();
}

}  // namespace
}  // namespace lepton::tests

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: write_export_models FOLDER\n", stderr);
    return 2;
  }
  const auto done = lepton::catch_error([&] {
    lepton::local_files().make_folders(argv[1]).value();
    for (const auto& model : lepton::tests::export_models()) lepton::tests::write(model, argv[1]);
  });
  if (done) return 0;
  std::fprintf(stderr, "%s\n", done.error().what());
  return 1;
}
