// Folders of classes and arrays: every file is opened and decoded once, then copies are looked for.
#include <algorithm>
#include <array>
#include <future>
#include <numeric>

#include "lepton/base/files.hpp"
#include "lepton/base/path.hpp"
#include "lepton/base/text.hpp"
#include "lepton/base/thread_pool.hpp"
#include "lepton/data/inspect/internal/inspectors.hpp"

namespace lepton::data {
namespace {

constexpr std::size_t kChunk = 64;

// What one file turned out to be.
struct Seen {
  std::string error;
  ImageInfo info;
};

Seen look_at(FileSystem& files, const std::string& path, const DecodeLimits& limits) {
  const auto text = read_file(files, path, limits.max_file_bytes);
  if (!text) return {text.error().message(), {}};
  const auto bytes = std::as_bytes(std::span(*text));
  const auto info = read_image_info(bytes);
  if (!info) return {info.error().message(), {}};
  const auto image = decode_image(bytes, limits);
  if (!image) return {image.error().message(), {}};
  return {{}, *info};
}

std::vector<Seen> look_at_all(FileSystem& files, const ClassFolderScan& scan, const InspectOptions& options) {
  std::vector<Seen> seen(scan.files.size());
  std::vector<std::future<void>> pending;
  ThreadPool pool(std::max(1, options.num_threads), seen.size() / kChunk + 1);
  for (std::size_t begin = 0; begin < seen.size(); begin += kChunk) {
    pending.push_back(pool.submit([&, begin] {
      for (std::size_t i = begin; i < std::min(begin + kChunk, seen.size()); ++i) {
        seen[i] = look_at(files, join_path(scan.root, scan.files[i].path), options.folder.limits);
      }
    }));
  }
  for (auto& future : pending) future.get();
  return seen;
}

std::string channels_of(const ImageInfo& info) {
  constexpr std::array<std::string_view, 4> kNames{"grey", "grey with alpha", "rgb", "rgb with alpha"};
  return std::string(kNames[static_cast<std::size_t>(info.channels - 1)]) + (info.dtype == DType::kU16 ? " 16-bit" : "");
}

void count_picture(const ImageInfo& info, PictureSummary& pictures) {
  ++pictures.formats[std::string(info.format)];
  ++pictures.channels[channels_of(info)];
  const bool swapped = info.orientation >= 5;
  ++pictures.sizes[swapped ? std::pair(info.height, info.width) : std::pair(info.width, info.height)];
}

void judge_pictures(Inspection& inspection) {
  if (!inspection.corrupt.empty()) {
    add_finding(inspection, Finding::Severity::kError, "corrupt",
                fmt::format("{} files cannot be decoded, first {}; replace or remove them", inspection.corrupt.size(),
                            inspection.corrupt.front().path));
  }
  if (inspection.pictures.sizes.size() > 1) {
    add_finding(inspection, Finding::Severity::kNote, "sizes",
                fmt::format("pictures have {} different sizes; the recipe must give one", inspection.pictures.sizes.size()));
  }
  if (inspection.pictures.channels.size() > 1) {
    add_finding(inspection, Finding::Severity::kNote, "channels",
                "some pictures are grey and some are not; the recipe's colour makes them alike");
  }
}

}  // namespace

Result<void> find_duplicates(const Dataset& dataset, std::span<const std::int64_t> indices, const LeakOptions& options,
                             Inspection& inspection) {
  LEPTON_TRY(const std::vector<CopyPair> pairs, find_copies(dataset, indices, indices, options));
  std::int64_t crossings = 0;
  for (const CopyPair& pair : pairs) {
    DuplicatePair own{.first = dataset.sample_id(pair.first),
                      .second = dataset.sample_id(pair.second),
                      .kind = std::string(name_of(pair.kind)),
                      .conflict = !pair.same_label};
    const std::string_view a = dataset.official_part(pair.first), b = dataset.official_part(pair.second);
    if (a != b) own.parts = fmt::format("{} / {}", a, b);
    crossings += a != b;
    inspection.duplicates.push_back(std::move(own));
  }
  if (!pairs.empty()) {
    add_finding(inspection, Finding::Severity::kWarning, "duplicates", fmt::format("{} pairs of pictures show the same", pairs.size()));
  }
  if (const std::int64_t conflicts = inspection.num_conflicts(); conflicts > 0) {
    add_finding(inspection, Finding::Severity::kError, "label-conflict",
                fmt::format("{} pairs show the same and are in different classes; decide which is right", conflicts));
  }
  if (crossings > 0) {
    add_finding(inspection, Finding::Severity::kWarning, "leak",
                fmt::format("{} pairs lie in different official parts; the test figure is too good", crossings));
  }
  return {};
}

Result<Inspection> inspect_class_folder(FileSystem& files, const std::string& path, const InspectOptions& options) {
  LEPTON_TRY(ClassFolderScan scan, scan_class_folder(files, path, options.folder));
  Inspection inspection{.path = path, .kind = "class-folder"};
  inspection.num_files = static_cast<std::int64_t>(scan.files.size() + scan.skipped.size());
  inspection.skipped = scan.skipped;
  for (const std::string& name : scan.classes) inspection.classes.emplace_back(name, 0);
  const std::vector<Seen> seen = look_at_all(files, scan, options);
  std::vector<std::int64_t> good;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const ClassFolderFile& file = scan.files[i];
    if (!seen[i].error.empty()) {
      inspection.corrupt.push_back({file.path, seen[i].error});
      continue;
    }
    good.push_back(static_cast<std::int64_t>(i));
    ++inspection.classes[static_cast<std::size_t>(file.label)].second;
    if (!file.part.empty()) ++inspection.parts[file.part];
    count_picture(seen[i].info, inspection.pictures);
  }
  inspection.num_samples = static_cast<std::int64_t>(good.size());
  judge_pictures(inspection);
  judge_classes(inspection);
  const DatasetHandle dataset = make_class_folder_dataset(files, std::move(scan), {}, options.folder.limits);
  LEPTON_CHECK_OK(find_duplicates(*dataset, good, options.leak, inspection));
  return inspection;
}

Result<Inspection> inspect_arrays(const Dataset& dataset, const std::string& path, const InspectOptions& options) {
  Inspection inspection{.path = path, .kind = "array"};
  inspection.num_files = 1;
  inspection.num_samples = dataset.num_samples();
  for (const std::string& name : dataset.target().label_names) inspection.classes.emplace_back(name, 0);
  for (std::int64_t i = 0; i < dataset.num_samples(); ++i) {
    if (dataset.label(i) >= 0) ++inspection.classes[static_cast<std::size_t>(dataset.label(i))].second;
    if (const std::string_view part = dataset.official_part(i); !part.empty()) ++inspection.parts[std::string(part)];
  }
  judge_classes(inspection);
  const FeatureSpec& feature = dataset.features()[0];
  const Shape& shape = feature.type.shape;
  if (feature.type.dtype != DType::kU8 || shape.rank() != 3 || dataset.num_samples() == 0) return inspection;
  inspection.pictures.sizes[{shape[1], shape[0]}] = dataset.num_samples();
  std::vector<std::int64_t> all(static_cast<std::size_t>(dataset.num_samples()));
  std::iota(all.begin(), all.end(), 0);
  LEPTON_CHECK_OK(find_duplicates(dataset, all, options.leak, inspection));
  return inspection;
}

}  // namespace lepton::data
