// Finding out what a path is, and a recipe in front of any dataset of pictures.
#include "lepton/data/picture_source.hpp"

#include <algorithm>
#include <array>

#include "lepton/base/files.hpp"
#include "lepton/base/path.hpp"
#include "lepton/data/named_dataset.hpp"
#include "lepton/data/readers/idx.hpp"
#include "lepton/data/readers/npz_dataset.hpp"

namespace lepton::data {
namespace {

constexpr std::size_t kMaxHeaders = 500;

class RecipeDataset final : public Dataset {
 public:
  RecipeDataset(DatasetHandle pictures, ImageRecipe recipe)
      : pictures_(std::move(pictures)), recipe_(recipe), features_{feature_of(recipe)} {}

  std::int64_t num_samples() const override { return pictures_->num_samples(); }
  const std::vector<FeatureSpec>& features() const override { return features_; }
  const TargetSpec& target() const override { return pictures_->target(); }
  std::string sample_id(std::int64_t index) const override { return pictures_->sample_id(index); }
  std::int64_t label(std::int64_t index) const override { return pictures_->label(index); }
  std::string_view official_part(std::int64_t index) const override { return pictures_->official_part(index); }
  Result<Tensor> picture(std::int64_t index) const override { return pictures_->picture(index); }
  Result<Sha256Digest> content_hash(std::int64_t index) const override { return pictures_->content_hash(index); }
  Result<Sample> load(std::int64_t index) const override {
    LEPTON_TRY(Sample sample, pictures_->load(index));
    LEPTON_TRY(const Tensor picture, pictures_->picture(index));
    sample.inputs = {apply(recipe_, picture)};
    return sample;
  }

 private:
  DatasetHandle pictures_;
  ImageRecipe recipe_;
  std::vector<FeatureSpec> features_;
};

// Where to look, and what it is.
struct Place {
  std::string path;
  const NamedDatasetInfo* known = nullptr;
};

Result<Place> find_place(FileSystem& files, const std::string& path_or_name) {
  LEPTON_TRY(const bool there, exists(files, path_or_name));
  if (there) return Place{path_or_name};
  auto known = find_named_dataset(path_or_name);
  if (!known) return known.error().with_context(fmt::format("there is no file or folder '{}'", path_or_name));
  LEPTON_TRY(std::string path, locate_named_dataset(files, path_or_name));
  return Place{std::move(path), *known};
}

ClassFolderOptions options_for(const Place& place, ClassFolderOptions options) {
  if (place.known != nullptr) options.exclude.insert(options.exclude.end(), place.known->exclude.begin(), place.known->exclude.end());
  return options;
}

bool is_npz(const std::string& path) { return file_extension(path) == "npz"; }

Result<bool> is_idx_folder(FileSystem& files, const std::string& path) {
  LEPTON_TRY(const bool packed, exists(files, join_path(path, "train-images-idx3-ubyte.gz")));
  if (packed) return true;
  return exists(files, join_path(path, "train-images-idx3-ubyte"));
}

Result<DatasetHandle> open_arrays(FileSystem& files, const Place& place) {
  if (is_npz(place.path)) return read_npz_dataset(files, place.path);
  std::vector<std::string> labels;
  if (place.known != nullptr) labels.assign(place.known->label_names.begin(), place.known->label_names.end());
  return read_idx_folder(files, place.path, std::move(labels));
}

Result<bool> is_array(FileSystem& files, const Place& place) {
  if (is_npz(place.path)) return true;
  LEPTON_TRY(const FileInfo info, files.stat(place.path));
  if (info.kind == FileKind::kFolder) return is_idx_folder(files, place.path);
  return make_error(ErrorCode::kUnsupported, "{}: expected a folder of classes, a folder of IDX files or an NPZ file", place.path);
}

// A size for pictures of these sides: the common one, or a square of the median, in steps of 8.
void choose_size(std::vector<std::pair<std::int64_t, std::int64_t>> sizes, std::int64_t max_side, ImageRecipe& recipe) {
  const auto [first_height, first_width] = sizes.front();
  const bool alike = std::ranges::all_of(sizes, [&](const auto& size) { return size == sizes.front(); });
  if (alike && std::max(first_height, first_width) <= max_side) {
    recipe.height = first_height;
    recipe.width = first_width;
    return;
  }
  std::vector<std::int64_t> sides;
  for (const auto& [height, width] : sizes) sides.push_back(std::min(height, width));
  const auto middle = sides.begin() + static_cast<std::ptrdiff_t>(sides.size() / 2);
  std::ranges::nth_element(sides, middle);
  recipe.height = recipe.width = std::clamp<std::int64_t>(*middle / 8 * 8, 8, max_side);
}

}  // namespace

DatasetHandle with_recipe(DatasetHandle dataset, const ImageRecipe& recipe) {
  const TensorType& have = dataset->features()[0].type;
  const TensorType want = feature_of(recipe).type;
  const bool keeps_size = recipe.height == 0 && have.shape.rank() == 3 && have.shape[2] == want.shape[2];
  if (have.dtype == want.dtype && (have.shape == want.shape || keeps_size)) return dataset;
  return std::make_shared<RecipeDataset>(std::move(dataset), recipe);
}

Result<DatasetHandle> open_pictures(FileSystem& files, const std::string& path_or_name, const ImageRecipe& recipe,
                                    const ClassFolderOptions& options) {
  LEPTON_TRY(const Place place, find_place(files, path_or_name));
  LEPTON_TRY(const bool array, is_array(files, place));
  if (!array) return read_class_folder(files, place.path, recipe, options_for(place, options));
  LEPTON_TRY(DatasetHandle dataset, open_arrays(files, place));
  if (dataset->num_samples() > 0) {
    if (auto first = dataset->picture(0); !first) return first.error().with_context(place.path);
  }
  return with_recipe(std::move(dataset), recipe);
}

Result<ImageRecipe> suggest_image_recipe(FileSystem& files, const std::string& path_or_name, const ClassFolderOptions& options,
                                         std::int64_t max_side) {
  LEPTON_TRY(const Place place, find_place(files, path_or_name));
  LEPTON_TRY(const bool array, is_array(files, place));
  ImageRecipe recipe;
  std::vector<std::pair<std::int64_t, std::int64_t>> sizes;
  bool all_grey = true;
  if (array) {
    LEPTON_TRY(const DatasetHandle dataset, open_arrays(files, place));
    LEPTON_TRY(const Tensor first, dataset->picture(0));
    sizes.emplace_back(first.shape()[0], first.shape()[1]);
    all_grey = first.shape()[2] <= 2;
  } else {
    LEPTON_TRY(const ClassFolderScan scan, scan_class_folder(files, place.path, options_for(place, options)));
    const std::size_t step = std::max<std::size_t>(1, scan.files.size() / kMaxHeaders);
    for (std::size_t i = 0; i < scan.files.size(); i += step) {
      // A damaged file does not choose the size; loading or inspecting will name it.
      const auto text = read_file(files, join_path(scan.root, scan.files[i].path), options.limits.max_file_bytes);
      const auto info = text ? read_image_info(std::as_bytes(std::span(*text))) : Result<ImageInfo>(text.error());
      if (!info) continue;
      sizes.emplace_back(info->height, info->width);
      if (info->orientation >= 5) std::swap(sizes.back().first, sizes.back().second);
      all_grey = all_grey && info->channels <= 2;
    }
    if (sizes.empty()) return make_error(ErrorCode::kDataCorrupt, "{}: no picture could be read; inspect the folder", place.path);
  }
  recipe.colour = all_grey ? Colour::kGrey : Colour::kRgb;
  choose_size(std::move(sizes), max_side, recipe);
  return recipe;
}

}  // namespace lepton::data
