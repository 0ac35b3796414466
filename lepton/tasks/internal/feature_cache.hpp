// Features of pictures, computed once for each picture, weights and recipe, and kept in the cache folder.
#pragma once

#include <atomic>

#include "lepton/data/recipe/image_recipe.hpp"
#include "lepton/train/fine_tune.hpp"

namespace lepton::tasks {

struct FeatureRequest {
  bool flipped = false;  // of the pictures' mirror images
  int verbose = 0;
  const std::atomic<bool>* cancel = nullptr;
};

/// Features and classes of all samples, in their order. What was computed before, by this program or another, is read from the cache: it is
/// kept by content of the picture, under a name made of graph, weights, recipe and view.
/// Errors:  throws those of loading; kCancelled.
train::FeatureSet cached_features(train::Model& backbone, const data::ImageRecipe& recipe, const data::DatasetHandle& samples,
                                  const FeatureRequest& request);

}  // namespace lepton::tasks
