// The .lepton package: one zip file with manifest, model and weights, mapped when read. Data only: no code, no pickles.
#pragma once

#include <memory>
#include <string>

#include "lepton/base/files.hpp"
#include "lepton/base/json_fwd.hpp"
#include "lepton/formats/safetensors.hpp"

namespace lepton::formats {

/// Version of the package format; a reader accepts this one and all before it.
inline constexpr int kPackageVersion = 1;

struct PackageContent {
  std::string manifest;  // JSON text; "format" and "format_version" are added by the writer
  std::string onnx;      // ModelProto, weights in weights.safetensors
  std::string weights;   // safetensors file
  std::string card;      // Markdown for people
};

/// Writes the package in one step: a reader sees the old file or the whole new one.
Result<void> write_package(FileSystem& files, const std::string& path, const PackageContent& content);

/// An open package; everything is a view of the mapped file.
class Package {
 public:
  /// Errors:  kNotFound, kDataCorrupt (truncated, checksum, missing entry), kUnsupported (a newer format_version).
  static Result<Package> open(FileSystem& files, const std::string& path);

  const Json& manifest() const { return *manifest_; }
  std::span<const std::byte> onnx() const { return onnx_; }
  const SafeTensors& weights() const { return weights_; }
  const std::string& card() const { return card_; }

 private:
  std::shared_ptr<MappedFile> file_;
  std::shared_ptr<const Json> manifest_;
  std::span<const std::byte> onnx_;
  SafeTensors weights_;
  std::string card_;
};

}  // namespace lepton::formats
