// Handlers run on the stack that was made for them.
#include "lepton/base/signal_stack.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace lepton {
namespace {

volatile bool on_own_stack = false;

void look(int) {
  stack_t now{};
  sigaltstack(nullptr, &now);
  on_own_stack = (now.ss_flags & SS_ONSTACK) != 0;
}

TEST(SignalStackTest, HandlersDoNotUseTheStackOfWhatTheyInterrupt) {
  handle_signal(SIGUSR1, look);
  std::raise(SIGUSR1);
  EXPECT_TRUE(on_own_stack);
  std::signal(SIGUSR1, SIG_DFL);
}

}  // namespace
}  // namespace lepton
