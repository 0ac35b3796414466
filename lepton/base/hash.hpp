// Fingerprints: SHA-256 for data and packages, CRC-32C for TensorBoard records.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "lepton/base/error.hpp"

namespace lepton {

class FileSystem;

using Sha256Digest = std::array<std::byte, 32>;

/// SHA-256 of bytes that come piece by piece.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::span<const std::byte> bytes);
  void update(std::string_view text) { update(std::as_bytes(std::span(text))); }
  /// Returns the digest and starts anew.
  Sha256Digest finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

Sha256Digest sha256(std::span<const std::byte> bytes);
/// The SHA-256 of a whole file, read in pieces.
Result<Sha256Digest> sha256_file(FileSystem& files, const std::string& path);

/// Lower-case hexadecimal digits.
std::string to_hex(std::span<const std::byte> bytes);

/// CRC-32C (Castagnoli). `before` continues an earlier piece.
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before = 0);
/// TFRecord's masked form of a CRC-32C, so that a CRC of bytes that hold CRCs stays sound.
std::uint32_t mask_crc32c(std::uint32_t crc);

}  // namespace lepton
