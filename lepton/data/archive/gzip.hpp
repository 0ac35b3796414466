// Gzip, unpacked piece by piece within a bound: a small file cannot fill memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "lepton/base/error.hpp"

namespace lepton::data {

/// True if `bytes` begin like a gzip file.
bool is_gzip(std::span<const std::byte> bytes);

/// Reads gzip (one or more members) out of memory, front to back. `packed` must outlive it.
class GzipReader {
 public:
  explicit GzipReader(std::span<const std::byte> packed);
  ~GzipReader();
  GzipReader(GzipReader&&) noexcept;
  GzipReader& operator=(GzipReader&&) noexcept;

  /// Fills `buffer` as far as there is data; fewer bytes only at the end. kDataCorrupt for damage, a bad checksum or a cut-off file.
  Result<std::size_t> read(std::span<std::byte> buffer);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Unpacks all of `packed`. kResourceExhausted if that is more than `max_bytes`.
Result<std::string> gunzip(std::span<const std::byte> packed, std::uint64_t max_bytes);

/// Returns `bytes` unpacked if they are gzip, else as they are. kResourceExhausted above `max_bytes`.
Result<std::string> gunzip_if_needed(std::string bytes, std::uint64_t max_bytes);

}  // namespace lepton::data
