// Known data sets by name: where they come from, under which terms, and how they are read.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "lepton/base/error.hpp"
#include "lepton/data/dataset.hpp"
#include "lepton/data/recipe/image_recipe.hpp"

namespace lepton {
class FileSystem;
}

namespace lepton::data {

/// How a known data set is stored.
enum class NamedKind : std::uint8_t {
  kIdx,          ///< A folder with IDX files, named as MNIST's.
  kClassFolder,  ///< A tar.gz with one folder of classes.
  kNpz,          ///< An NPZ archive with x and y.
  kFolder,       ///< A tar.gz or folder that needs a reader of its own; only its place is known here.
  kTable,        ///< A text file with rows, maybe gzip.
};

/// One row of the registry of known data sets.
struct NamedDatasetInfo {
  std::string_view name;
  std::string_view summary;
  NamedKind kind;
  std::string_view path;  ///< Absolute, or relative to the data folder.
  std::string_view terms;
  std::string_view origin;
  std::string_view remedy;                         ///< What to do when it is missing.
  std::span<const std::string_view> exclude = {};  ///< As in ClassFolderOptions.
  std::span<const std::string_view> label_names = {};
};

std::span<const NamedDatasetInfo> named_datasets();
/// kNotFound, with the nearest known name, if there is no such set.
Result<const NamedDatasetInfo*> find_named_dataset(std::string_view name);

/// Returns the folder of shared data: LEPTON_DATA_DIR, else `../shared/data` beside the current folder or one above it; nothing if
/// there is none.
std::optional<std::string> data_folder(FileSystem& files);
/// Returns the folder that may be filled and emptied at will: LEPTON_CACHE_DIR, else XDG_CACHE_HOME/lepton, else ~/.cache/lepton.
std::string cache_folder();

/// Returns the path of a known set on this machine: an archive is unpacked once into the cache folder. kNotFound, with the remedy, if it
/// is not here.
Result<std::string> locate_named_dataset(FileSystem& files, std::string_view name);

/// Opens a known set of pictures; the recipe is for folders of classes, arrays come as they are stored. Sets with several parts come as one
/// dataset with official parts. kUnsupported for tables and sets that need a reader of their own: locate them instead.
Result<DatasetHandle> open_named_dataset(FileSystem& files, std::string_view name, const ImageRecipe& recipe = {});

}  // namespace lepton::data
