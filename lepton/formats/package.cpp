// Entries of a package and the checks on opening one.
#include "lepton/formats/package.hpp"

#include "lepton/base/json.hpp"
#include "lepton/formats/zip.hpp"

namespace lepton::formats {
namespace {

constexpr std::size_t kMaxManifestBytes = std::size_t{16} << 20;

Result<std::span<const std::byte>> required(const ZipReader& zip, std::string_view name) {
  const ZipReader::Entry* entry = zip.find(name);
  if (entry == nullptr)
    return make_error(ErrorCode::kDataCorrupt, "package: '{}' is missing; the file is no Lepton package or is damaged", name);
  return zip.view(*entry);
}

std::string_view text_of(std::span<const std::byte> bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

Result<Json> parse_manifest(std::span<const std::byte> bytes) {
  LEPTON_TRY(Json manifest, parse_json(text_of(bytes), {.max_bytes = kMaxManifestBytes}));
  LEPTON_TRY(const std::string format, json_get<std::string>(manifest, "format"));
  LEPTON_TRY(const std::int64_t version, json_get<std::int64_t>(manifest, "format_version"));
  if (format != "lepton-package") return make_error(ErrorCode::kDataCorrupt, "package: the manifest describes a '{}'", format);
  if (version > kPackageVersion) {
    return make_error(ErrorCode::kUnsupported, "package: format version {} is newer than this program knows ({}); install a newer Lepton",
                      version, kPackageVersion);
  }
  return manifest;
}

}  // namespace

Result<void> write_package(FileSystem& files, const std::string& path, const PackageContent& content) {
  LEPTON_TRY(Json manifest, parse_json(content.manifest, {.max_bytes = kMaxManifestBytes}));
  manifest["format"] = "lepton-package";
  manifest["format_version"] = kPackageVersion;
  std::string archive;
  ZipWriter zip([&](std::span<const std::byte> bytes) -> Result<void> {
    archive.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return {};
  });
  LEPTON_CHECK_OK(zip.add("manifest.json", dump_json(manifest, JsonStyle::kIndented)));
  LEPTON_CHECK_OK(zip.add("model.onnx", content.onnx));
  LEPTON_CHECK_OK(zip.add("weights.safetensors", content.weights));
  LEPTON_CHECK_OK(zip.add("card.md", content.card));
  LEPTON_CHECK_OK(zip.finish());
  return write_atomic(files, path, archive);
}

Result<Package> Package::open(FileSystem& files, const std::string& path) {
  const auto read = [&]() -> Result<Package> {
    Package package;
    LEPTON_TRY(package.file_, files.map(path));
    LEPTON_TRY(const ZipReader zip, ZipReader::open(package.file_->bytes()));
    LEPTON_TRY(const std::span<const std::byte> manifest_bytes, required(zip, "manifest.json"));
    LEPTON_TRY(Json manifest, parse_manifest(manifest_bytes));
    package.manifest_ = std::make_shared<const Json>(std::move(manifest));
    LEPTON_TRY(package.onnx_, required(zip, "model.onnx"));
    LEPTON_TRY(const std::span<const std::byte> weight_bytes, required(zip, "weights.safetensors"));
    LEPTON_TRY(package.weights_, read_safetensors(weight_bytes, package.file_));
    if (const ZipReader::Entry* card = zip.find("card.md")) {
      LEPTON_TRY(const std::span<const std::byte> card_bytes, zip.view(*card));
      package.card_ = text_of(card_bytes);
    }
    return package;
  };
  return read().with_context(path);
}

}  // namespace lepton::formats
