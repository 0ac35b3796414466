// A folder of classes: one subfolder per class, pictures inside, with or without train, val and test folders above.
#pragma once

#include <string>
#include <vector>

#include "lepton/base/error.hpp"
#include "lepton/data/dataset.hpp"
#include "lepton/data/recipe/image_recipe.hpp"

namespace lepton {
class FileSystem;
}

namespace lepton::data {

struct SkippedFile {
  std::string path;  ///< Relative to the folder that was read.
  std::string reason;
};

struct ClassFolderFile {
  std::string path;  ///< Relative; the sample's id.
  std::int64_t label = 0;
  std::string part;  ///< "train", "val", "test" or "".
};

/// What is in a folder of classes: every file is either a sample or listed as skipped.
struct ClassFolderScan {
  std::string root;
  std::vector<std::string> classes;  ///< Sorted by bytes.
  std::vector<ClassFolderFile> files;
  std::vector<SkippedFile> skipped;
};

struct ClassFolderOptions {
  /// File names that are no samples, with * and ?, e.g. "*_mask.png".
  std::vector<std::string> exclude;
  DecodeLimits limits;
};

/// Lists a folder of classes.
///
/// Subfolders named train, val or test (and usual variants) that hold class folders are an official split. Hidden files, links to
/// folders, names that are not UTF-8 and files that are no pictures are skipped and listed; a file with a picture's extension is a
/// sample even if its content is damaged, so that nobody trains on less than they think.
/// Errors:  kNotFound if there is no class folder; kInvalidArgument, naming it, for a class folder without pictures.
Result<ClassFolderScan> scan_class_folder(FileSystem& files, const std::string& path, const ClassFolderOptions& options = {});

/// A dataset that decodes pictures when they are asked for. `files` must outlive it.
DatasetHandle make_class_folder_dataset(FileSystem& files, ClassFolderScan scan, ImageRecipe recipe, DecodeLimits limits = {});

/// scan_class_folder() and make_class_folder_dataset().
Result<DatasetHandle> read_class_folder(FileSystem& files, const std::string& path, const ImageRecipe& recipe,
                                        const ClassFolderOptions& options = {});

/// True if `name` fits `pattern`, in which * is any text and ? any one byte.
bool matches_pattern(std::string_view name, std::string_view pattern);

}  // namespace lepton::data
