// The registry of known data sets, and the cache that archives are unpacked into.
#include "lepton/data/named_dataset.hpp"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "lepton/base/files.hpp"
#include "lepton/base/path.hpp"
#include "lepton/base/text.hpp"
#include "lepton/data/archive/tar.hpp"
#include "lepton/data/readers/class_folder.hpp"
#include "lepton/data/readers/idx.hpp"
#include "lepton/data/readers/npz_dataset.hpp"

namespace lepton::data {
namespace {

constexpr std::string_view kShared = "set LEPTON_DATA_DIR to the folder that holds it";
constexpr std::array<std::string_view, 1> kMasks{"*_mask.png"};
constexpr std::array<std::string_view, 10> kFashionLabels{"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                                                          "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};

constexpr std::array<NamedDatasetInfo, 12> kNamed{{
    {"fashion-mnist",
     "clothes, grey 28x28, 10 classes, 60,000 + 10,000",
     NamedKind::kIdx,
     "/usr/share/datasets/fashion-mnist",
     "MIT",
     "Zalando Research",
     "apt-get install dataset-fashion-mnist",
     {},
     kFashionLabels},
    {"vehicles-6class-64", "vehicles, RGB 64x64, 6 x 800", NamedKind::kClassFolder, "vision/vehicles-6class-64.tar.gz", "CC BY 4.0",
     "Zenodo 6634554", kShared},
    {"hymenoptera-160", "ants and bees, RGB, train and val folders, 245 + 153", NamedKind::kClassFolder, "vision/hymenoptera-160.tar.gz",
     "research use", "PyTorch tutorial data", kShared},
    {"magnetic-tile-256", "surface defects of magnetic tiles, grey, 6 classes, 1,344", NamedKind::kClassFolder,
     "vision/magnetic-tile-256.tar.gz", "research use, cite Huang et al. 2018", "abin24/Magnetic-tile-defect-datasets.", kShared, kMasks},
    {"orl-att-faces", "faces of 40 people x 10, grey 92x112", NamedKind::kClassFolder, "vision/orl-att-faces.tar.gz",
     "free with acknowledgement of AT&T Laboratories Cambridge", "AT&T", kShared},
    {"imagenet-sample-200", "one photo for each of 200 ImageNet classes", NamedKind::kFolder, "vision/imagenet-sample-200.tar.gz",
     "ImageNet terms, non-commercial research", "EliSchwartz/imagenet-sample-images", kShared},
    {"luna16-50x50", "lung nodule candidates cut from CT, grey 50x50, 2 classes, 2,535 + 672 + 846", NamedKind::kNpz,
     "medical/luna16_50x50.npz", "LUNA16 / LIDC-IDRI CC BY", "swethasubramanian/LungCancerDetection", kShared},
    {"chnsenticorp-hotel", "Chinese hotel reviews with their sentiment, 7,766 rows", NamedKind::kTable,
     "text/chnsenticorp-hotel/ChnSentiCorp_htl_all.csv.gz", "research", "ChineseNlpCorpus", kShared},
    {"walmart-weekly-sales", "weekly sales of 45 stores, 6,435 rows", NamedKind::kTable, "logistics/walmart-weekly-sales.csv.gz",
     "not stated", "Kaggle", kShared},
    {"german-credit", "Statlog credit risk, 1,000 rows", NamedKind::kTable, "tabular/german-credit/german.data.gz", "CC BY 4.0", "UCI",
     kShared},
    {"hmeq", "home equity loans, 5,960 rows, target BAD", NamedKind::kTable, "tabular/hmeq/hmeq.csv.gz", "public sample", "SAS", kShared},
    {"adult", "census income, 32,561 rows", NamedKind::kTable, "tabular/adult/adult.data.txt.gz", "CC BY 4.0", "UCI", kShared},
}};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

// Unpacks into a temporary folder and renames it, so that a folder of this name is always whole.
Result<std::string> unpack_once(FileSystem& files, const std::string& archive) {
  LEPTON_TRY(const FileInfo info, files.stat(archive));
  const std::string stem(file_stem(file_stem(archive)));
  const std::string parent = join_path(cache_folder(), "datasets");
  // Size and time name the version: a changed archive is unpacked anew.
  const std::string target = join_path(parent, fmt::format("{}-{}-{}", stem, info.size_bytes, info.modified_ns));
  LEPTON_TRY(const bool there, exists(files, target));
  if (!there) {
    const std::string temporary = fmt::format("{}.{}.part", target, ::getpid());
    LEPTON_CHECK_OK(remove_all(files, temporary));
    LEPTON_TRY(const auto mapped, files.map(archive));
    if (auto unpacked = unpack_tar(files, mapped->bytes(), temporary).with_context(archive); !unpacked) {
      (void)remove_all(files, temporary);
      return unpacked.error();
    }
    if (auto renamed = files.rename(temporary, target); !renamed) {
      (void)remove_all(files, temporary);
      LEPTON_TRY(const bool now_there, exists(files, target));  // another process was faster
      if (!now_there) return renamed.error();
    }
  }
  // An archive holds one folder of its own name.
  const std::string inner = join_path(target, stem);
  LEPTON_TRY(const bool has_inner, exists(files, inner));
  return has_inner ? inner : target;
}

}  // namespace

std::span<const NamedDatasetInfo> named_datasets() { return kNamed; }

Result<const NamedDatasetInfo*> find_named_dataset(std::string_view name) {
  std::vector<std::string_view> names;
  for (const NamedDatasetInfo& info : kNamed) {
    if (info.name == name) return &info;
    names.push_back(info.name);
  }
  return make_error(ErrorCode::kNotFound, "data set '{}' is not known{}", name, did_you_mean(name, names));
}

std::optional<std::string> data_folder(FileSystem& files) {
  if (const std::string set = environment("LEPTON_DATA_DIR"); !set.empty()) return set;
  std::error_code ignored;
  for (auto folder = std::filesystem::current_path(ignored); folder.has_relative_path(); folder = folder.parent_path()) {
    const std::string candidate = (folder.parent_path() / "shared" / "data").string();
    const auto info = files.stat(candidate);
    if (info && info->kind == FileKind::kFolder) return candidate;
  }
  return std::nullopt;
}

std::string cache_folder() {
  if (const std::string set = environment("LEPTON_CACHE_DIR"); !set.empty()) return set;
  if (const std::string set = environment("XDG_CACHE_HOME"); !set.empty()) return join_path(set, "lepton");
  if (const std::string home = environment("HOME"); !home.empty()) return join_path(home, ".cache/lepton");
  return "/tmp/lepton-cache";
}

Result<std::string> locate_named_dataset(FileSystem& files, std::string_view name) {
  LEPTON_TRY(const NamedDatasetInfo* info, find_named_dataset(name));
  std::string path(info->path);
  if (!path.starts_with('/')) {
    const auto folder = data_folder(files);
    if (!folder) return make_error(ErrorCode::kNotFound, "data set '{}' is not on this machine; {}", name, info->remedy);
    path = join_path(*folder, path);
  }
  LEPTON_TRY(const bool there, exists(files, path));
  if (!there) return make_error(ErrorCode::kNotFound, "data set '{}' is not at {}; {}", name, path, info->remedy);
  if (path.ends_with(".tar.gz")) return unpack_once(files, path);
  return path;
}

Result<DatasetHandle> open_named_dataset(FileSystem& files, std::string_view name, const ImageRecipe& recipe) {
  LEPTON_TRY(const NamedDatasetInfo* info, find_named_dataset(name));
  LEPTON_TRY(const std::string path, locate_named_dataset(files, name));
  if (info->kind == NamedKind::kIdx) {
    LEPTON_TRY(DatasetHandle dataset, read_idx_folder(files, path, {info->label_names.begin(), info->label_names.end()}));
    return dataset;
  }
  if (info->kind == NamedKind::kNpz) return read_npz_dataset(files, path);
  if (info->kind == NamedKind::kClassFolder) {
    return read_class_folder(files, path, recipe, {.exclude = {info->exclude.begin(), info->exclude.end()}});
  }
  return make_error(ErrorCode::kUnsupported, "data set '{}' is no folder of classes; it lies at {}", name, path);
}

}  // namespace lepton::data
