// Running another program: with a deadline, with bounded output, without a shell.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

#include "lepton/base/error.hpp"

namespace lepton {

struct ChildOptions {
  std::string stdin_path = "/dev/null";
  std::string folder = {};                    // in which it runs; empty: ours
  std::vector<std::string> environment = {};  // NAME=value, beside ours or instead of ours
  bool ends_with_us = false;                  // a program that calls end_with_parent() is ended when we are, however that happens
  const std::atomic<bool>* cancel = nullptr;  // it is killed soon after this becomes true
  std::chrono::milliseconds deadline = std::chrono::minutes(1);
  std::size_t max_output_bytes = std::size_t{1} << 20;
};

struct ChildResult {
  int exit_status = 0;  // 128 + the signal's number if one ended it, as in a shell
  std::string output;
  std::string errors;  // the first 64 KiB of its standard error
};

/// Runs `command` (the program, looked for on PATH unless it has a slash, and its arguments) and waits. A child that must be ended is
/// killed with all that it started.
/// Errors:  kNotFound if there is no such program; kDeadlineExceeded; kCancelled; kResourceExhausted if it writes more than it may;
/// kIoError.
Result<ChildResult> run_child(const std::vector<std::string>& command, const ChildOptions& options = {});

/// Has the system kill this process when the one that started it by run_child() with `ends_with_us` ends; without one it does nothing.
/// Call it first in main.
void end_with_parent();

/// The file of the running program, to start it again.
std::string program_path();
/// The folder of the running program, for programs that lie beside it.
std::string program_folder();

}  // namespace lepton
