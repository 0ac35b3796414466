// Any bytes are a package whose parts can all be read, or an error.
#include <cstddef>
#include <cstdint>
#include <string>

#include "lepton/base/testing/memory_file_system.hpp"
#include "lepton/formats/package.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lepton;
  MemoryFileSystem files;
  files.put("model.lepton", std::string(reinterpret_cast<const char*>(data), size));
  const auto package = formats::Package::open(files, "model.lepton");
  if (!package) return 0;
  LEPTON_ASSERT(package->onnx().size() <= size, "model larger than the package");
  for (const auto& [name, tensor] : package->weights().tensors) (void)tensor.copy();
  return 0;
}
