#include "lepton/base/child_process.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "lepton/base/files.hpp"
#include "lepton/base/path.hpp"
#include "lepton/base/testing/temporary_folder.hpp"

namespace lepton {
namespace {

std::vector<std::string> shell(const std::string& script) { return {"/bin/sh", "-c", script}; }

TEST(ChildProcess, GivesBothOutputsAndTheStatus) {
  const ChildResult result = run_child(shell("echo one; echo two >&2; exit 3")).value();
  EXPECT_EQ(result.output, "one\n");
  EXPECT_EQ(result.errors, "two\n");
  EXPECT_EQ(result.exit_status, 3);
}

TEST(ChildProcess, ReadsItsInputFromAFile) {
  const TemporaryFolder folder;
  const std::string path = join_path(folder.path(), "input");
  write_atomic(local_files(), path, std::string("abc")).value();
  EXPECT_EQ(run_child({"cat"}, {.stdin_path = path}).value().output, "abc");
  EXPECT_EQ(run_child({"cat"}, {.stdin_path = join_path(folder.path(), "none")}).error().code(), ErrorCode::kNotFound);
}

TEST(ChildProcess, RunsInAFolder) {
  const TemporaryFolder folder;
  EXPECT_TRUE(run_child(shell("touch here"), {.folder = folder.path()}));
  EXPECT_TRUE(local_files().stat(join_path(folder.path(), "here")));
}

TEST(ChildProcess, AProgramThatIsNotThereIsNamed) { EXPECT_EQ(run_child({"no-such-program-here"}).error().code(), ErrorCode::kNotFound); }

TEST(ChildProcess, ASignalEndsItAsInAShell) { EXPECT_EQ(run_child(shell("kill -9 $$")).value().exit_status, 137); }

TEST(ChildProcess, TheDeadlineEndsItWithItsChildren) {
  const auto start = std::chrono::steady_clock::now();
  const auto result = run_child(shell("sleep 60 & sleep 60"), {.deadline = std::chrono::milliseconds(200)});
  EXPECT_EQ(result.error().code(), ErrorCode::kDeadlineExceeded);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
}

TEST(ChildProcess, EnvironmentIsOursWithItsOwnWords) {
  setenv("LEPTON_TEST_WORD", "ours", 1);
  EXPECT_EQ(run_child(shell("echo $LEPTON_TEST_WORD")).value().output, "ours\n");
  EXPECT_EQ(run_child(shell("echo $LEPTON_TEST_WORD"), {.environment = {"LEPTON_TEST_WORD=its own"}}).value().output, "its own\n");
  EXPECT_EQ(run_child(shell("echo $LEPTON_PARENT"), {.ends_with_us = true}).value().output, fmt::format("{}\n", getpid()));
}

TEST(ChildProcess, CancellingEndsIt) {
  std::atomic<bool> cancel = false;
  std::jthread soon([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    cancel = true;
  });
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(run_child({"sleep", "60"}, {.cancel = &cancel}).error().code(), ErrorCode::kCancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
}

TEST(ChildProcess, EndlessOutputIsCut) {
  EXPECT_EQ(run_child({"yes"}, {.max_output_bytes = 100'000}).error().code(), ErrorCode::kResourceExhausted);
  const ChildResult noisy = run_child(shell("yes | head -c 1000000 >&2"), {}).value();
  EXPECT_EQ(noisy.errors.size(), std::size_t{64} << 10);
}

}  // namespace
}  // namespace lepton
