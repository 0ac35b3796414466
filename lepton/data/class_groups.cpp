// Labels are mapped when they are asked for; nothing else of a sample changes.
#include "lepton/data/class_groups.hpp"

#include <algorithm>

#include "lepton/base/text.hpp"

namespace lepton::data {
namespace {

class Grouped final : public Dataset {
 public:
  Grouped(DatasetHandle whole, std::vector<std::int64_t> group_of, std::vector<std::string> names)
      : whole_(std::move(whole)), group_of_(std::move(group_of)), target_(whole_->target()) {
    target_.label_names = std::move(names);
  }

  std::int64_t num_samples() const override { return whole_->num_samples(); }
  const std::vector<FeatureSpec>& features() const override { return whole_->features(); }
  const TargetSpec& target() const override { return target_; }
  std::string sample_id(std::int64_t index) const override { return whole_->sample_id(index); }
  std::int64_t label(std::int64_t index) const override { return group_of_[static_cast<std::size_t>(whole_->label(index))]; }
  std::string_view official_part(std::int64_t index) const override { return whole_->official_part(index); }
  Result<Tensor> picture(std::int64_t index) const override { return whole_->picture(index); }
  Result<Sha256Digest> content_hash(std::int64_t index) const override { return whole_->content_hash(index); }
  Result<Sample> load(std::int64_t index) const override {
    LEPTON_TRY(Sample sample, whole_->load(index));
    sample.target = Tensor::scalar(DType::kI64, static_cast<double>(label(index)));
    return sample;
  }

 private:
  DatasetHandle whole_;
  std::vector<std::int64_t> group_of_;  // by class
  TargetSpec target_;
};

}  // namespace

Result<DatasetHandle> group_classes(DatasetHandle dataset, std::span<const std::string> groups) {
  if (groups.empty()) return dataset;
  const std::vector<std::string>& classes = dataset->target().label_names;
  if (dataset->target().kind != TargetKind::kClass) return make_error(ErrorCode::kUnsupported, "classes: the data has no classes to group");
  if (groups.size() < 2) return make_error(ErrorCode::kInvalidArgument, "classes: at least two groups are needed");
  constexpr std::int64_t kNone = -1;
  std::vector<std::int64_t> group_of(classes.size(), kNone);
  std::int64_t rest = kNone;
  std::vector<std::string> names;
  for (const std::string& group : groups) {
    const std::size_t colon = group.find(':');
    if (colon == 0 || colon == std::string::npos)
      return make_error(ErrorCode::kInvalidArgument, "classes: a group is written name:class+class, or name:* (got '{}')", group);
    const auto number = static_cast<std::int64_t>(names.size());
    names.push_back(group.substr(0, colon));
    for (const std::string_view member : split(std::string_view(group).substr(colon + 1), '+')) {
      if (member == "*") {
        if (rest != kNone) return make_error(ErrorCode::kInvalidArgument, "classes: two groups take the rest");
        rest = number;
        continue;
      }
      const auto found = std::ranges::find(classes, member);
      if (found == classes.end())
        return make_error(ErrorCode::kNotFound, "classes: there is no class '{}'{}", member, did_you_mean(member, classes));
      std::int64_t& place = group_of[static_cast<std::size_t>(found - classes.begin())];
      if (place != kNone) return make_error(ErrorCode::kInvalidArgument, "classes: '{}' is named twice", member);
      place = number;
    }
  }
  for (std::size_t c = 0; c < classes.size(); ++c) {
    if (group_of[c] == kNone) group_of[c] = rest;
    if (group_of[c] == kNone) return make_error(ErrorCode::kInvalidArgument, "classes: '{}' is in no group", classes[c]);
  }
  for (std::size_t group = 0; group < names.size(); ++group) {
    if (std::ranges::find(group_of, static_cast<std::int64_t>(group)) == group_of.end())
      return make_error(ErrorCode::kInvalidArgument, "classes: no class is left for '{}'", names[group]);
  }
  return DatasetHandle(std::make_shared<Grouped>(std::move(dataset), std::move(group_of), std::move(names)));
}

}  // namespace lepton::data
