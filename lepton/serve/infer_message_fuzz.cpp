// Any body is a request whose tensors fit the signature, or an error; never a crash, and never more memory than the body explains.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "lepton/serve/infer_message.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lepton;
  static const serve::Signature signature{
      .inputs = {{"x", DType::kF32, {kAnyDim, 2}}, {"n", DType::kI8, {kAnyDim, kAnyDim}}, {"b", DType::kBool, {2}}},
      .outputs = {{"y", DType::kF32, {kAnyDim, 2}}}};
  static const serve::Signature single{.inputs = {{"x", DType::kF32, {kAnyDim, 2}}}, .outputs = {{"y", DType::kF32, {kAnyDim, 2}}}};
  if (size < 3) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 3, size - 3);
  const std::size_t json_bytes = data[1] + 256u * data[2];
  const auto length = data[0] % 3 == 0 ? std::optional(json_bytes) : std::nullopt;
  const serve::Signature& used = data[0] % 2 == 0 ? signature : single;
  const auto request = serve::parse_infer(body, length, used);
  if (!request) return 0;
  for (std::size_t i = 0; i < request->inputs.size(); ++i) {
    LEPTON_ASSERT(used.inputs[i].fits(request->inputs[i].shape().dims()), "an input does not fit");
    LEPTON_ASSERT(static_cast<std::size_t>(request->inputs[i].num_elements()) <= body.size(), "an input is longer than the body");
  }
  return 0;
}
