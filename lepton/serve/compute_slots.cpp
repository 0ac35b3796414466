// A count and a queue.
#include "lepton/serve/compute_slots.hpp"

namespace lepton::serve {

bool ComputeSlots::take(std::function<void()> later) {
  const std::lock_guard lock(mutex_);
  if (free_ > 0) {
    --free_;
    return true;
  }
  waiting_.push_back(std::move(later));
  return false;
}

void ComputeSlots::give_back() {
  std::function<void()> next;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) {
      ++free_;
      return;
    }
    next = std::move(waiting_.front());
    waiting_.pop_front();
  }
  loop_.post(std::move(next));
}

}  // namespace lepton::serve
