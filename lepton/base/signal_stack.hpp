// A stack of its own for signal handlers of the main thread.
#pragma once

namespace lepton {

/// Lets handlers that were installed with SA_ONSTACK (Python's are) run on a stack of their own, for the calling thread. Does nothing if
/// the thread has one, or at a second call. A program that computes and handles signals needs it: oneDNN's matrix products for AVX2 point
/// the stack register at their buffer for a while, and a handler that then runs there overwrites the heap.
void give_signals_a_stack();

/// Installs a handler that runs on that stack; system calls are begun again after it.
void handle_signal(int signal, void (*handler)(int));

}  // namespace lepton
