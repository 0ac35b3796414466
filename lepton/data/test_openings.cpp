// Lock, read, append, write atomically.
#include "lepton/data/test_openings.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"

namespace lepton::data {
namespace {

constexpr int kLockTries = 100;
constexpr auto kLockPause = std::chrono::milliseconds(20);
constexpr std::uint64_t kMaxBytes = std::uint64_t{16} << 20;

Result<std::unique_ptr<FileLock>> lock_patiently(FileSystem& files, const std::string& path) {
  for (int attempt = 1;; ++attempt) {
    auto lock = files.lock(path);
    if (lock || lock.error().code() != ErrorCode::kUnavailable || attempt == kLockTries) return lock;
    std::this_thread::sleep_for(kLockPause);
  }
}

Result<void> check_fingerprint(const std::string& fingerprint) {
  const bool good = !fingerprint.empty() && fingerprint.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (good) return {};
  return make_error(ErrorCode::kInvalidArgument, "test openings: '{}' is no fingerprint", fingerprint);
}

}  // namespace

std::string state_folder() {
  const auto environment = [](const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
  };
  if (const std::string set = environment("LEPTON_STATE_DIR"); !set.empty()) return set;
  if (const std::string set = environment("XDG_STATE_HOME"); !set.empty()) return join_path(set, "lepton");
  if (const std::string home = environment("HOME"); !home.empty()) return join_path(home, ".local/state/lepton");
  return ".lepton-state";
}

std::string TestOpenings::path_of(const std::string& fingerprint) const {
  return join_path(folder_, "test-openings/" + fingerprint + ".json");
}

Result<std::vector<TestOpening>> TestOpenings::list(const std::string& fingerprint) const {
  LEPTON_CHECK_OK(check_fingerprint(fingerprint));
  const std::string path = path_of(fingerprint);
  LEPTON_TRY(const bool there, exists(files_, path));
  std::vector<TestOpening> openings;
  if (!there) return openings;
  LEPTON_TRY(const std::string text, read_file(files_, path, kMaxBytes));
  const auto damaged = [&](const Error& error) {
    return make_error(ErrorCode::kDataCorrupt, "{}: {}; the count of test openings is lost, remove the file to start anew", path,
                      error.message());
  };
  const auto json = parse_json(text);
  if (!json) return damaged(json.error());
  const auto list = json_member(*json, "openings");
  if (!list) return damaged(list.error());
  for (const Json& item : **list) {
    const auto time = json_get<std::string>(item, "time"), purpose = json_get<std::string>(item, "purpose");
    if (!time || !purpose) return damaged(time ? purpose.error() : time.error());
    openings.push_back({*time, *purpose});
  }
  return openings;
}

Result<std::int64_t> TestOpenings::open(const std::string& fingerprint, const TestOpening& opening) const {
  LEPTON_CHECK_OK(check_fingerprint(fingerprint));
  const std::string path = path_of(fingerprint);
  LEPTON_CHECK_OK(files_.make_folders(parent_folder(path)));
  LEPTON_TRY(const auto lock, lock_patiently(files_, path + ".lock"));
  LEPTON_TRY(std::vector<TestOpening> openings, list(fingerprint));
  openings.push_back(opening);
  Json items = Json::array();
  for (const TestOpening& own : openings) items.push_back({{"time", own.time}, {"purpose", own.purpose}});
  const Json json{{"version", 1}, {"fingerprint", fingerprint}, {"openings", items}};
  LEPTON_CHECK_OK(write_atomic(files_, path, dump_json(json, JsonStyle::kIndented) + "\n"));
  return static_cast<std::int64_t>(openings.size());
}

}  // namespace lepton::data
