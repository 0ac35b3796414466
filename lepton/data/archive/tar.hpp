// Unpacking tar and tar.gz: regular files and folders only, inside the target folder, within bounds.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "lepton/base/error.hpp"

namespace lepton {
class FileSystem;
}

namespace lepton::data {

struct TarLimits {
  std::uint64_t max_files = 5'000'000;
  std::uint64_t max_total_bytes = std::uint64_t{64} << 30;
};

struct TarSummary {
  std::uint64_t num_files = 0;
  std::uint64_t total_bytes = 0;
};

/// Unpacks `archive` (tar, or gzip of tar) below `folder`, which is made if needed.
///
/// Links, devices and other special entries are refused, as is any path that is absolute or has "..": nothing is ever written outside.
/// Errors:  kDataCorrupt for damage, kInvalidArgument for a refused entry, kResourceExhausted beyond the limits; what was unpacked
///          until then stays.
Result<TarSummary> unpack_tar(FileSystem& files, std::span<const std::byte> archive, const std::string& folder,
                              const TarLimits& limits = {});

}  // namespace lepton::data
