// Uses installed headers and libraries from the lowest module up.
#include <lepton/base/hash.hpp>
#include <lepton/base/json.hpp>
#include <lepton/tensor/tensor.hpp>

int main() {
  const auto json = lepton::parse_json(R"({"rows": 2})");
  const auto rows = lepton::json_get<std::int64_t>(json.value(), "rows").value();
  const lepton::Tensor tensor = lepton::Tensor::full(lepton::DType::kF32, {rows, 3}, 1.5);
  const auto bytes = std::as_bytes(tensor.span<float>());
  const bool ok = tensor.num_elements() == 6 && tensor.to_vector<float>().back() == 1.5f && lepton::crc32c(bytes) != 0;
  return ok ? 0 : 1;
}
