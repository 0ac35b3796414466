// Cases that wait for a person because the model was unsure or somebody asked, and what people said of them. An acknowledged label is on
// the disk. Labels become training data together with who gave them, when and why.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "lepton/base/clock.hpp"
#include "lepton/base/files.hpp"
#include "lepton/workspace/database.hpp"

namespace lepton::workspace {

/// A case as it comes.
struct NewCase {
  std::string model, version;
  std::string content_type;  // of the input
  std::string input;         // the bytes that the model was asked about
  std::string said;          // by the model
  double probability = 0;
  std::string reason;  // "uncertain", "flagged" …
};

struct ReviewCase {
  std::int64_t id = 0;
  std::string model, version, content_type, said, reason, created;  // created: UTC
  double probability = 0;
  std::string label, labelled_by, why, labelled;  // empty while it waits
};

struct ReviewLimits {
  std::int64_t max_waiting = 10'000;
  std::size_t max_input_bytes = std::size_t{64} << 20;
  std::size_t max_text_bytes = 4096;  // of label, name and why
};

/// Safe from several threads.
class ReviewQueue {
 public:
  static Result<ReviewQueue> open(const std::string& path, Clock& clock = real_clock(), ReviewLimits limits = {});
  ReviewQueue(ReviewQueue&&) noexcept;
  ~ReviewQueue();

  /// Returns the id of the case. Errors:  kResourceExhausted if as many wait as may.
  Result<std::int64_t> add(const NewCase& one);
  /// Cases that wait (or, with `labelled`, that do not), oldest first, with ids beyond `after`.
  Result<std::vector<ReviewCase>> list(bool labelled, std::int64_t after = 0, std::int64_t at_most = 100);
  Result<ReviewCase> find(std::int64_t id);
  Result<std::string> input(std::int64_t id);
  /// Notes a label; one that is there is replaced, and both stay in the history.
  /// Errors:  kNotFound; kInvalidArgument without a label or a name.
  Result<void> answer(std::int64_t id, const std::string& label, const std::string& by, const std::string& why);
  /// All labels that a case was given, oldest first: "label", who, when and why.
  Result<std::vector<ReviewCase>> history(std::int64_t id);
  /// Forgets a case and its bytes. kNotFound.
  Result<void> remove(std::int64_t id);
  /// Forgets what is older; returns how many cases that were.
  Result<std::int64_t> remove_older(std::chrono::hours age);
  /// Writes labelled cases as a folder of classes with the file labels.csv, which says who, when and why. Returns how many.
  Result<std::int64_t> write_dataset(FileSystem& files, const std::string& folder);
  Result<void> backup(const std::string& path);

 private:
  struct State;
  explicit ReviewQueue(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Puts a backup in the place of a queue that nobody uses. The file that was there stays beside it, with ".before" at the end.
Result<void> restore_reviews(const std::string& backup, const std::string& path);

}  // namespace lepton::workspace
