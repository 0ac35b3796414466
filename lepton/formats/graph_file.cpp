// Tells formats apart.
#include "lepton/formats/graph_file.hpp"

#include "lepton/base/path.hpp"
#include "lepton/formats/tflite/translator.hpp"

namespace lepton::formats {

bool is_graph_file(const std::string& path) {
  const std::string extension = file_extension(path);
  return extension == "onnx" || extension == "tflite";
}

Result<OnnxModelFile> read_graph_file(FileSystem& files, const std::string& path) {
  LEPTON_TRY(const std::shared_ptr<MappedFile> file, files.map(path));
  const bool lite = is_tflite(file->bytes()) || file_extension(path) == "tflite";
  const auto decode = [&]() -> Result<OnnxModelFile> {
    if (!lite) return read_onnx(file->bytes(), file, {.folder = parent_folder(path)});
    LEPTON_TRY(const TfLiteModelFile model, read_tflite(file->bytes(), file));
    return tflite_to_onnx(model);
  };
  return decode().with_context(path);
}

}  // namespace lepton::formats
