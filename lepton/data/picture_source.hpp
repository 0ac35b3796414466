// Pictures by path or by name, whatever they are stored as, through one recipe.
#pragma once

#include <string>

#include "lepton/base/error.hpp"
#include "lepton/data/dataset.hpp"
#include "lepton/data/readers/class_folder.hpp"
#include "lepton/data/recipe/image_recipe.hpp"

namespace lepton {
class FileSystem;
}

namespace lepton::data {

/// Opens a folder of classes, a folder with IDX files named as MNIST's, an NPZ file or a known data set, and puts every picture through
/// `recipe`. A path that exists is taken before a known name.
///
/// Errors:  kNotFound, with the nearest known name, if there is no such path or name; kUnsupported for files that hold no pictures; those
/// of
///          reading.
Result<DatasetHandle> open_pictures(FileSystem& files, const std::string& path_or_name, const ImageRecipe& recipe,
                                    const ClassFolderOptions& options = {});

/// Returns a recipe that fits the data without anybody asking: grey if all pictures are, and their size, or for mixed sizes a square near
/// the median side, at most `max_side`. Looks at the headers of at most 500 pictures.
Result<ImageRecipe> suggest_image_recipe(FileSystem& files, const std::string& path_or_name, const ClassFolderOptions& options = {},
                                         std::int64_t max_side = 224);

/// The pictures of `dataset` through `recipe`; the same dataset if the recipe changes nothing.
DatasetHandle with_recipe(DatasetHandle dataset, const ImageRecipe& recipe);

}  // namespace lepton::data
