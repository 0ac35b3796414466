// Batches that Python makes, and Ctrl-C between batches.
#include <chrono>
#include <numeric>

#include "lepton/python/training.hpp"

namespace lepton::python {
namespace {

using train::Batch;

std::vector<Tensor> tensors_of(const nb::handle list) {
  std::vector<Tensor> tensors;
  for (const nb::handle one : list) tensors.push_back(nb::cast<Tensor>(one));
  return tensors;
}

class PythonSource final : public train::BatchSource {
 public:
  explicit PythonSource(nb::object source)
      : num_batches_(nb::cast<std::int64_t>(source.attr("num_batches"))),
        has_weights_(nb::cast<bool>(source.attr("has_weights"))),
        source_(std::move(source)) {}

  std::int64_t num_samples() const override { return -1; }
  std::int64_t num_batches() const override { return num_batches_; }
  bool has_weights() const override { return has_weights_; }
  void start(std::int64_t epoch, std::int64_t) override {
    const nb::gil_scoped_acquire lock;
    seen_ = 0;
    source_->attr("start")(epoch);
  }
  bool next(Batch& batch) override {
    const nb::gil_scoped_acquire lock;
    const nb::object given = source_->attr("next")();
    if (given.is_none()) return false;
    batch.inputs = tensors_of(given[0]);
    batch.targets = tensors_of(given[1]);
    const nb::object weight = given[2];
    batch.sample_weight = weight.is_none() ? Tensor() : nb::cast<Tensor>(weight);
    check(batch);
    batch.indices.resize(static_cast<std::size_t>(batch.inputs[0].shape()[0]));
    std::iota(batch.indices.begin(), batch.indices.end(), seen_);
    seen_ += std::ssize(batch.indices);
    return true;
  }

 private:
  void check(const Batch& batch) const {
    if (batch.inputs.empty()) fail(ErrorCode::kInvalidArgument, "fit: a batch has no inputs");
    if (batch.sample_weight.defined() != has_weights_)
      fail(ErrorCode::kInvalidArgument, "fit: either all batches have sample weights, or none");
    std::vector<const Tensor*> all;
    for (const Tensor& tensor : batch.inputs) all.push_back(&tensor);
    for (const Tensor& tensor : batch.targets) all.push_back(&tensor);
    if (has_weights_) all.push_back(&batch.sample_weight);
    for (const Tensor* tensor : all) {
      if (tensor->shape().rank() == 0 || tensor->shape()[0] != all[0]->shape()[0])
        fail(ErrorCode::kShapeMismatch, "fit: the arrays of a batch must have the same number of samples (shapes {} and {})",
             all[0]->shape(), tensor->shape());
    }
  }

  std::int64_t num_batches_;
  bool has_weights_;
  Held source_;
  std::int64_t seen_ = 0;
};

class Interruptible final : public train::BatchSource {
 public:
  explicit Interruptible(std::unique_ptr<BatchSource> source) : source_(std::move(source)) {}
  std::int64_t num_samples() const override { return source_->num_samples(); }
  std::int64_t num_batches() const override { return source_->num_batches(); }
  bool has_weights() const override { return source_->has_weights(); }
  void start(std::int64_t epoch, std::int64_t first_batch) override { source_->start(epoch, first_batch); }
  bool next(Batch& batch) override {
    check_();
    return source_->next(batch);
  }

 private:
  std::unique_ptr<BatchSource> source_;
  InterruptCheck check_;
};

}  // namespace

void InterruptCheck::operator()() {
  const double now = std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  if (now < next_) return;
  next_ = now + 0.05;
  const nb::gil_scoped_acquire lock;
  if (PyErr_CheckSignals() != 0) throw nb::python_error();
}

std::unique_ptr<train::BatchSource> python_source(nb::object source) { return std::make_unique<PythonSource>(std::move(source)); }

std::unique_ptr<train::BatchSource> interruptible(std::unique_ptr<train::BatchSource> source) {
  return std::make_unique<Interruptible>(std::move(source));
}

}  // namespace lepton::python
