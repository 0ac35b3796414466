// The callback that times the operators of some steps.
#include <cstdio>

#include "lepton/base/files.hpp"
#include "lepton/runtime/profile.hpp"
#include "lepton/train/callback.hpp"
#include "lepton/train/model.hpp"

namespace lepton::train {
namespace {

class ProfilerCallback final : public Callback {
 public:
  ProfilerCallback(std::string path, const ProfilerOptions& options) : path_(std::move(path)), options_(options) {}

  void on_train_begin(Training& training) override {
    if (options_.skip == 0) training.model().set_profile(&profile_);
  }
  void on_batch_end(Training& training, const Logs&) override {
    ++batches_;
    if (batches_ == options_.skip) training.model().set_profile(&profile_);
    if (batches_ == options_.skip + options_.steps) finish(training);
  }
  // A training that is shorter than what was asked for.
  void on_train_end(Training& training) override {
    if (batches_ < options_.skip + options_.steps) finish(training);
  }
  std::string name() const override { return "profiler"; }

 private:
  void finish(Training& training) {
    training.model().set_profile(nullptr);
    write_atomic(local_files(), path_, profile_.chrome_trace()).value();
    if (options_.print) std::printf("\n%s", profile_.table().c_str());
  }

  std::string path_;
  ProfilerOptions options_;
  runtime::Profile profile_;
  std::int64_t batches_ = 0;
};

}  // namespace

std::shared_ptr<Callback> Profiler(const std::string& path, const ProfilerOptions& options) {
  if (options.skip < 0 || options.steps < 1)
    fail(ErrorCode::kInvalidArgument, "Profiler: skip must not be negative and steps at least 1 (skip {}, steps {})", options.skip,
         options.steps);
  return std::make_shared<ProfilerCallback>(path, options);
}

}  // namespace lepton::train
