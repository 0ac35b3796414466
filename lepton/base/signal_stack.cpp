// One static stack: the main thread is the one that the system gives signals to.
#include "lepton/base/signal_stack.hpp"

#include <atomic>
#include <csignal>
#include <cstddef>

namespace lepton {

void give_signals_a_stack() {
  static std::atomic<bool> given = false;
  stack_t now{};
  if (sigaltstack(nullptr, &now) != 0 || (now.ss_flags & SS_DISABLE) == 0 || given.exchange(true)) return;
  // A frame with AVX-512 state takes 3 KiB; tile registers take 8 more.
  alignas(64) static std::byte memory[128 * 1024];
  const stack_t wanted{.ss_sp = memory, .ss_flags = 0, .ss_size = sizeof memory};
  (void)sigaltstack(&wanted, nullptr);
}

void handle_signal(int signal, void (*handler)(int)) {
  give_signals_a_stack();
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_ONSTACK | SA_RESTART;
  (void)sigaction(signal, &action, nullptr);
}

}  // namespace lepton
