// Cases and labels; and that what was acknowledged survives the end of the program, whenever it comes.
#include "lepton/workspace/review_queue.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "lepton/base/random.hpp"
#include "lepton/base/testing/fake_clock.hpp"
#include "lepton/base/testing/temporary_folder.hpp"

namespace lepton::workspace {
namespace {

class ReviewQueueTest : public ::testing::Test {
 protected:
  std::string path(const std::string& name = "reviews.db") const { return folder_.file(name); }
  ReviewQueue open(ReviewLimits limits = {}) { return ReviewQueue::open(path(), clock_, limits).value(); }
  static NewCase one(const std::string& input = "bytes") {
    return {.model = "m",
            .version = "1",
            .content_type = "image/png",
            .input = input,
            .said = "dog",
            .probability = 0.6,
            .reason = "uncertain"};
  }
  TemporaryFolder folder_;
  FakeClock clock_;
};

TEST_F(ReviewQueueTest, CasesWaitAndAreLabelled) {
  ReviewQueue queue = open();
  const std::string bytes("a\0b\xff", 4);
  const std::int64_t first = queue.add(one(bytes)).value(), second = queue.add(one()).value();
  EXPECT_EQ(queue.list(false).value().size(), 2u);
  EXPECT_EQ(queue.input(first).value(), bytes);
  ASSERT_TRUE(queue.answer(first, "cat", "Ana", "whiskers"));
  clock_.advance(std::chrono::hours(1));
  ASSERT_TRUE(queue.answer(first, "owl", "Bo", "'; DROP TABLE cases; --"));
  EXPECT_EQ(queue.list(false).value().at(0).id, second);
  const ReviewCase labelled = queue.list(true).value().at(0);
  EXPECT_EQ(labelled.label, "owl");
  EXPECT_EQ(labelled.labelled_by, "Bo");
  EXPECT_EQ(labelled.labelled, "2026-01-01T01:00:00Z");
  EXPECT_EQ(labelled.said, "dog");
  const std::vector<ReviewCase> history = queue.history(first).value();
  ASSERT_EQ(history.size(), 2u);
  EXPECT_EQ(history[0].label, "cat");
  EXPECT_EQ(history[0].why, "whiskers");
  EXPECT_EQ(queue.answer(99, "cat", "Ana", "").error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(queue.answer(first, " ", "Ana", "").error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(queue.answer(first, "cat", "", "").error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(queue.answer(first, "cat", "Ana", std::string(5000, 'x')).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(queue.input(99).error().code(), ErrorCode::kNotFound);
}

TEST_F(ReviewQueueTest, LimitsAndForgetting) {
  ReviewQueue queue = open({.max_waiting = 2, .max_input_bytes = 10});
  const std::int64_t first = queue.add(one()).value();
  clock_.advance(std::chrono::hours(48));
  queue.add(one()).value();
  EXPECT_EQ(queue.add(one()).error().code(), ErrorCode::kResourceExhausted);
  EXPECT_EQ(queue.add(one("eleven bytes")).error().code(), ErrorCode::kResourceExhausted);
  ASSERT_TRUE(queue.answer(first, "cat", "Ana", ""));
  EXPECT_TRUE(queue.add(one()));
  EXPECT_EQ(queue.remove_older(std::chrono::hours(24)).value(), 1);
  EXPECT_EQ(queue.find(first).error().code(), ErrorCode::kNotFound);
  EXPECT_TRUE(queue.history(first).value().empty());
  EXPECT_EQ(queue.remove(first).error().code(), ErrorCode::kNotFound);
}

TEST_F(ReviewQueueTest, LabelsBecomeADataset) {
  ReviewQueue queue = open();
  const std::int64_t first = queue.add(one("picture")).value(), second = queue.add(one("other")).value();
  queue.add(one()).value();
  ASSERT_TRUE(queue.answer(first, "cat", "Ana", "=1+1"));
  ASSERT_TRUE(queue.answer(second, "../../etc", "Ana", ""));
  EXPECT_EQ(queue.write_dataset(local_files(), folder_.file("set")).value(), 2);
  EXPECT_EQ(read_file(local_files(), folder_.file(fmt::format("set/cat/{}.png", first)), 100).value(), "picture");
  EXPECT_TRUE(exists(local_files(), folder_.file(fmt::format("set/_.._.._etc/{}.png", second))).value());
  EXPECT_NE(read_file(local_files(), folder_.file("set/labels.csv"), 10'000).value().find("\"'=1+1\""), std::string::npos);
}

TEST_F(ReviewQueueTest, BackupAndRestore) {
  {
    ReviewQueue queue = open();
    queue.add(one("kept")).value();
    queue.backup(path("backup.db")).value();
    queue.add(one("lost")).value();
    EXPECT_EQ(queue.list(false).value().size(), 2u);
  }
  restore_reviews(path("backup.db"), path()).value();
  EXPECT_EQ(open().list(false).value().size(), 1u);
  EXPECT_EQ(ReviewQueue::open(path("reviews.db.before")).value().list(false).value().size(), 2u);
  write_atomic(local_files(), path("no.db"), std::string(5000, 'x')).value();
  EXPECT_EQ(restore_reviews(path("no.db"), path()).error().code(), ErrorCode::kDataCorrupt);
  EXPECT_EQ(open().list(false).value().size(), 1u);
  EXPECT_EQ(ReviewQueue::open(path("no.db")).error().code(), ErrorCode::kDataCorrupt);
}

TEST_F(ReviewQueueTest, FilesOfANewerProgramAreLeftAlone) {
  open();
  {
    const char* const steps[] = {"SELECT 1", "SELECT 1", "SELECT 1", "SELECT 1"};
    Database::open(path(), steps).value();
  }
  EXPECT_EQ(ReviewQueue::open(path()).error().code(), ErrorCode::kUnsupported);
}

// What a writer does until it is killed: a case, then its label; each id goes into the pipe after it was acknowledged.
[[noreturn]] void write_until_killed(const std::string& path, int pipe) {
  auto queue = ReviewQueue::open(path);
  if (!queue) _exit(1);
  for (;;) {
    const auto id = queue->add(
        {.model = "m", .version = "1", .content_type = "image/png", .input = std::string(20'000, 'x'), .said = "a", .reason = "flagged"});
    if (!id || !queue->answer(*id, "label", "writer", "")) _exit(2);
    if (::write(pipe, &*id, sizeof *id) != sizeof *id) _exit(3);
  }
}

TEST_F(ReviewQueueTest, WhatWasAcknowledgedSurvivesKilling) {
  constexpr int kKills = 250;
  Random random(5);
  std::vector<std::int64_t> acknowledged;
  open();
  for (int kill = 0; kill < kKills; ++kill) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) write_until_killed(path(), ends[1]);
    ::close(ends[1]);
    // Somewhere in its first few writes: at the start of the program, or a moment after one of them.
    for (std::uint64_t i = random.below(4); i > 0; --i) {
      std::int64_t id = 0;
      ASSERT_EQ(::read(ends[0], &id, sizeof id), static_cast<ssize_t>(sizeof id));
      acknowledged.push_back(id);
    }
    std::this_thread::sleep_for(std::chrono::microseconds(random.below(5'000)));
    ::kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself";
    for (std::int64_t id = 0; ::read(ends[0], &id, sizeof id) == sizeof id;) acknowledged.push_back(id);
    ::close(ends[0]);
  }
  EXPECT_GT(acknowledged.size(), 50u);
  ReviewQueue queue = open();
  for (const std::int64_t id : acknowledged) {
    const auto found = queue.find(id);
    ASSERT_TRUE(found) << id;
    EXPECT_EQ(found->label, "label");
    EXPECT_EQ(queue.input(id).value().size(), 20'000u);
  }
  const char* const steps[] = {"", "", ""};
  EXPECT_TRUE(Database::open(path(), steps).value().is_sound());
}

}  // namespace
}  // namespace lepton::workspace
