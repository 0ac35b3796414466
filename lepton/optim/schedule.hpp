// Learning-rate schedules by name: "exponential_decay(0.1, decay_steps=1000, decay_rate=0.9)". Computed on the host in double.
#pragma once

#include "lepton/op/spec.hpp"

namespace lepton::optim {

/// Learning rate at update `step` (0 for the first). `total_steps` is that of the whole training where it is known, else 0.
using ScheduleFunction = double (*)(std::int64_t step, const Attributes& arguments);

using ScheduleDef = SpecDef<ScheduleFunction>;
std::span<const ScheduleDef> all_schedules();

/// A constant or a schedule.
class LearningRate {
 public:
  LearningRate(double value) : initial_(value) {}
  /// Throws kNotFound for an unknown schedule, kInvalidArgument for its arguments.
  LearningRate(const char* schedule) : LearningRate(Spec(schedule)) {}
  LearningRate(const Spec& schedule);

  double at(std::int64_t step) const { return def_ == nullptr ? initial_ : def_->function(step, arguments_); }
  double initial() const { return initial_; }
  /// Schedule text, empty for a constant.
  const std::string& schedule() const { return schedule_; }

 private:
  double initial_;
  std::string schedule_;
  const ScheduleDef* def_ = nullptr;
  Attributes arguments_;
};

}  // namespace lepton::optim
