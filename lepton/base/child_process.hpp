// Running another program: with a deadline, with bounded output, without a shell.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "lepton/base/error.hpp"

namespace lepton {

struct ChildOptions {
  std::string stdin_path = "/dev/null";
  std::string folder = {};  // in which it runs; empty: ours
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
/// Errors:  kNotFound if there is no such program; kDeadlineExceeded; kResourceExhausted if it writes more than it may; kIoError.
Result<ChildResult> run_child(const std::vector<std::string>& command, const ChildOptions& options = {});

/// The folder of the running program, for programs that lie beside it.
std::string program_folder();

}  // namespace lepton
