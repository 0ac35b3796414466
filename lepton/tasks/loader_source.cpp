// The bridge between data and train, which do not know each other.
#include "lepton/tasks/loader_source.hpp"

namespace lepton::tasks {
namespace {

class LoaderSource final : public train::BatchSource {
 public:
  LoaderSource(data::DatasetHandle dataset, const data::LoaderOptions& options) : loader_(std::move(dataset), options) {}

  std::int64_t num_samples() const override { return loader_.dataset().num_samples(); }
  std::int64_t num_batches() const override { return loader_.num_batches(); }
  bool has_weights() const override { return false; }
  void start(std::int64_t epoch, std::int64_t first_batch) override { loader_.start(epoch, first_batch); }

  bool next(train::Batch& batch) override {
    auto loaded = loader_.next();
    std::optional<data::Batch> next = std::move(loaded).value();
    if (!next) return false;
    batch.inputs = std::move(next->inputs);
    batch.targets = {std::move(next->target)};
    batch.indices = std::move(next->indices);
    return true;
  }

 private:
  data::DataLoader loader_;
};

}  // namespace

std::unique_ptr<train::BatchSource> loader_source(data::DatasetHandle dataset, const data::LoaderOptions& options) {
  return std::make_unique<LoaderSource>(std::move(dataset), options);
}

}  // namespace lepton::tasks
