// What training and evaluation of image classifiers share.
#pragma once

#include "lepton/data/recipe/image_recipe.hpp"
#include "lepton/data/split.hpp"

namespace lepton::tasks {

struct OpenedData {
  data::ImageRecipe recipe;
  data::DatasetHandle dataset;
  data::Split split;
};

}  // namespace lepton::tasks
