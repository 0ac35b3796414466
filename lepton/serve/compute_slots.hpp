// How many models may compute at once: one thread fewer than the event loop has, so that sockets are always served.
#pragma once

#include <deque>
#include <functional>
#include <mutex>

#include "lepton/net/server.hpp"

namespace lepton::serve {

class ComputeSlots {
 public:
  ComputeSlots(net::EventLoop& loop, int count) : loop_(loop), free_(count) {}

  /// Takes a slot, or has `later` posted to the event loop with one as soon as there is one.
  bool take(std::function<void()> later);
  void give_back();

 private:
  net::EventLoop& loop_;
  std::mutex mutex_;
  int free_;
  std::deque<std::function<void()>> waiting_;
};

}  // namespace lepton::serve
