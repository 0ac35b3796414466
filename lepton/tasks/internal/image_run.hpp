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

/// The group of each picture by a pattern of its path; empty without a pattern.
std::vector<std::string> groups_of_pictures(const data::Dataset& dataset, const std::string& pattern);

}  // namespace lepton::tasks
