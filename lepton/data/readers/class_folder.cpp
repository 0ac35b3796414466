// Scanning first, decoding later: a scan touches names and a few bytes of files with unusual names only.
#include "lepton/data/readers/class_folder.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "lepton/base/files.hpp"
#include "lepton/base/path.hpp"
#include "lepton/base/text.hpp"

namespace lepton::data {
namespace {

constexpr int kMaxDepth = 16;

// What people call the parts of an official split.
constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kPartNames{{{"train", "train"},
                                                                                    {"training", "train"},
                                                                                    {"train_set", "train"},
                                                                                    {"val", "val"},
                                                                                    {"valid", "val"},
                                                                                    {"validation", "val"},
                                                                                    {"dev", "val"},
                                                                                    {"test", "test"},
                                                                                    {"testing", "test"},
                                                                                    {"test_set", "test"}}};

std::string_view part_of_folder(std::string_view name) {
  const std::string lower = to_lower_ascii(name);
  const auto* found = std::ranges::find(kPartNames, lower, &std::pair<std::string_view, std::string_view>::first);
  return found == kPartNames.end() ? std::string_view() : found->second;
}

class Scanner {
 public:
  Scanner(FileSystem& files, std::string root, const ClassFolderOptions& options) : files_(files), options_(options) {
    scan_.root = std::move(root);
  }

  Result<ClassFolderScan> run() {
    LEPTON_TRY(const std::vector<std::string> folders, subfolders(""));
    LEPTON_TRY(const bool official, is_official_split(folders));
    for (const std::string& folder : folders) {
      if (official) {
        LEPTON_TRY(const std::vector<std::string> classes, subfolders(folder));
        for (const std::string& name : classes) LEPTON_CHECK_OK(scan_class(join_path(folder, name), name, part_of_folder(folder)));
      } else {
        LEPTON_CHECK_OK(scan_class(folder, folder, ""));
      }
    }
    if (by_class_.empty()) {
      return make_error(ErrorCode::kNotFound, "{}: no class folders; put the pictures of each class into a folder named after it",
                        scan_.root);
    }
    for (auto& [name, found] : by_class_) {
      const auto label = static_cast<std::int64_t>(scan_.classes.size());
      scan_.classes.push_back(name);
      for (ClassFolderFile& file : found) {
        file.label = label;
        scan_.files.push_back(std::move(file));
      }
    }
    std::ranges::sort(scan_.files, {}, &ClassFolderFile::path);
    std::ranges::sort(scan_.skipped, {}, &SkippedFile::path);
    return std::move(scan_);
  }

 private:
  void skip(std::string path, std::string_view reason) { scan_.skipped.push_back({to_valid_utf8(path), std::string(reason)}); }

  // Lists the folders in `folder`; everything else there is skipped with its reason.
  Result<std::vector<std::string>> subfolders(const std::string& folder) {
    LEPTON_TRY(const auto entries, files_.list_folder(join_path(scan_.root, folder)));
    std::vector<std::string> names;
    for (const FolderEntry& entry : entries) {
      const std::string path = join_path(folder, entry.name);
      if (!entry.valid_utf8) {
        skip(path, "its name is not UTF-8");
      } else if (entry.name.front() == '.') {
        skip(path, "hidden");
      } else if (entry.kind == FileKind::kFolder && entry.is_link) {
        skip(path, "a link to a folder");
      } else if (entry.kind == FileKind::kFolder) {
        names.push_back(entry.name);
      } else {
        skip(path, "not in a class folder");
      }
    }
    return names;
  }

  // train (and nothing but parts beside it), with folders inside.
  Result<bool> is_official_split(const std::vector<std::string>& folders) {
    const bool only_parts =
        !folders.empty() && std::ranges::none_of(folders, [](const std::string& name) { return part_of_folder(name).empty(); });
    const bool has_train = std::ranges::any_of(folders, [](const std::string& name) { return part_of_folder(name) == "train"; });
    if (!only_parts || !has_train) return false;
    for (const std::string& folder : folders) {
      LEPTON_TRY(const auto entries, files_.list_folder(join_path(scan_.root, folder)));
      if (std::ranges::none_of(entries, [](const FolderEntry& entry) { return entry.kind == FileKind::kFolder; })) return false;
    }
    return true;
  }

  Result<void> scan_class(const std::string& folder, const std::string& name, std::string_view part) {
    auto& found = by_class_[name];
    const std::size_t before = found.size();
    LEPTON_CHECK_OK(scan_files(folder, part, 0, found));
    if (found.size() == before) {
      return make_error(ErrorCode::kInvalidArgument, "{}: class folder '{}' holds no pictures; add some or remove the folder", scan_.root,
                        folder);
    }
    return {};
  }

  Result<void> scan_files(const std::string& folder, std::string_view part, int depth, std::vector<ClassFolderFile>& found) {
    LEPTON_TRY(const auto entries, files_.list_folder(join_path(scan_.root, folder)));
    for (const FolderEntry& entry : entries) {
      const std::string path = join_path(folder, entry.name);
      if (entry.kind == FileKind::kFolder && entry.valid_utf8 && entry.name.front() != '.' && !entry.is_link && depth < kMaxDepth) {
        LEPTON_CHECK_OK(scan_files(path, part, depth + 1, found));
        continue;
      }
      if (const std::string_view reason = reason_to_skip(entry, path); !reason.empty()) {
        skip(path, reason);
      } else {
        found.push_back({.path = path, .part = std::string(part)});
      }
    }
    return {};
  }

  std::string_view reason_to_skip(const FolderEntry& entry, const std::string& path) {
    if (!entry.valid_utf8) return "its name is not UTF-8";
    if (entry.name.front() == '.') return "hidden";
    if (entry.kind == FileKind::kFolder) return entry.is_link ? "a link to a folder" : "too deep";
    if (entry.kind != FileKind::kRegular) return "not a regular file";
    const auto fits = [&](const std::string& pattern) { return matches_pattern(entry.name, pattern); };
    if (std::ranges::any_of(options_.exclude, fits)) return "excluded by a pattern";
    if (is_image_extension(file_extension(entry.name)) || looks_like_picture(path)) return "";
    return "not a picture";
  }

  // A picture with an unusual name is known by its first bytes.
  bool looks_like_picture(const std::string& path) {
    auto file = files_.open_read(join_path(scan_.root, path));
    std::array<std::byte, 32> start{};
    const auto count = file ? (*file)->read(start) : Result<std::size_t>(file.error());
    return count && find_image_format(std::span(start).first(*count)) != nullptr;
  }

  FileSystem& files_;
  const ClassFolderOptions& options_;
  ClassFolderScan scan_;
  std::map<std::string, std::vector<ClassFolderFile>> by_class_;
};

class ClassFolderDataset final : public Dataset {
 public:
  ClassFolderDataset(FileSystem& files, ClassFolderScan scan, ImageRecipe recipe, DecodeLimits limits)
      : files_(files), scan_(std::move(scan)), recipe_(recipe), limits_(limits), features_{feature_of(recipe)} {
    target_ = {.kind = TargetKind::kClass, .name = "class", .type = {DType::kI64, Shape{}}, .label_names = scan_.classes};
  }

  std::int64_t num_samples() const override { return static_cast<std::int64_t>(scan_.files.size()); }
  const std::vector<FeatureSpec>& features() const override { return features_; }
  const TargetSpec& target() const override { return target_; }
  std::string sample_id(std::int64_t index) const override { return at(index).path; }
  std::int64_t label(std::int64_t index) const override { return at(index).label; }
  std::string_view official_part(std::int64_t index) const override { return at(index).part; }

  Result<Sample> load(std::int64_t index) const override {
    LEPTON_TRY(const Tensor image, read_image(files_, path_of(index), limits_));
    Sample sample;
    sample.inputs.push_back(apply(recipe_, image));
    sample.target = Tensor::scalar(DType::kI64, static_cast<double>(at(index).label));
    return sample;
  }

  Result<Tensor> picture(std::int64_t index) const override {
    LEPTON_TRY(const Tensor image, read_image(files_, path_of(index), limits_));
    return apply(ImageRecipe{.colour = recipe_.colour}, image);
  }

  Result<Sha256Digest> content_hash(std::int64_t index) const override { return sha256_file(files_, path_of(index)); }

 private:
  const ClassFolderFile& at(std::int64_t index) const { return scan_.files[static_cast<std::size_t>(index)]; }
  std::string path_of(std::int64_t index) const { return join_path(scan_.root, at(index).path); }

  FileSystem& files_;
  ClassFolderScan scan_;
  ImageRecipe recipe_;
  DecodeLimits limits_;
  std::vector<FeatureSpec> features_;
  TargetSpec target_;
};

}  // namespace

bool matches_pattern(std::string_view name, std::string_view pattern) {
  std::size_t n = 0, p = 0, star = std::string_view::npos, resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && (pattern[p] == '?' || (pattern[p] == name[n] && pattern[p] != '*'))) {
      ++n;
      ++p;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

Result<ClassFolderScan> scan_class_folder(FileSystem& files, const std::string& path, const ClassFolderOptions& options) {
  return Scanner(files, path, options).run();
}

DatasetHandle make_class_folder_dataset(FileSystem& files, ClassFolderScan scan, ImageRecipe recipe, DecodeLimits limits) {
  return std::make_shared<ClassFolderDataset>(files, std::move(scan), recipe, limits);
}

Result<DatasetHandle> read_class_folder(FileSystem& files, const std::string& path, const ImageRecipe& recipe,
                                        const ClassFolderOptions& options) {
  LEPTON_TRY(ClassFolderScan scan, scan_class_folder(files, path, options));
  return make_class_folder_dataset(files, std::move(scan), recipe, options.limits);
}

}  // namespace lepton::data
