// The file system in memory behaves like the disk: the same calls on both give the same results.
#include "lepton/base/testing/memory_file_system.hpp"

#include <gtest/gtest.h>

#include "lepton/base/path.hpp"
#include "lepton/base/testing/temporary_folder.hpp"

namespace lepton {
namespace {

std::string outcome(const Result<void>& result) { return std::string(result ? "ok" : error_code_info(result.error().code()).name); }
template <class T>
std::string outcome(const Result<T>& result) {
  return std::string(result ? "ok" : error_code_info(result.error().code()).name);
}

// Does the same on any file system, below `root`, and returns what came of it.
std::vector<std::string> script(FileSystem& files, const std::string& root) {
  std::vector<std::string> log;
  const auto at = [&](std::string_view name) { return join_path(root, name); };
  const auto note = [&](const auto& result) { log.push_back(outcome(result)); };
  note(write_atomic(files, at("a.txt"), std::string_view("text")));
  note(files.make_folders(at("deep/er")));
  note(files.make_folders(at("a.txt")));
  note(write_atomic(files, at("deep/b.txt"), std::string_view("more")));
  note(files.open_write(at("missing/c.txt"), WriteMode::kTruncate));
  note(files.open_write(at("a.txt"), WriteMode::kCreateNew));
  note(files.open_write(at("deep"), WriteMode::kTruncate));
  note(files.open_read(at("deep")));
  note(files.open_read(at("none")));
  note(files.list_folder(at("a.txt")));
  note(files.remove(at("deep")));
  note(files.stat(at("none")));
  note(read_file(files, at("a.txt"), 3));
  log.push_back(*read_file(files, at("a.txt"), 4));
  const auto first = files.lock(at("lock"));
  note(first);
  note(files.lock(at("lock")));
  note(files.rename(at("deep/b.txt"), at("a.txt")));
  log.push_back(*read_file(files, at("a.txt"), 4));
  note(files.rename(at("none"), at("other")));
  const auto entries = files.list_folder(at("deep")).value();
  for (const FolderEntry& entry : entries) log.push_back(entry.name);
  note(remove_all(files, at("deep")));
  note(files.stat(at("deep/er")));
  note(files.map(at("a.txt")));
  return log;
}

TEST(MemoryFileSystemTest, DoesWhatTheDiskDoes) {
  const TemporaryFolder folder;
  MemoryFileSystem memory;
  EXPECT_EQ(script(memory, "."), script(local_files(), folder.path()));
}

TEST(MemoryFileSystemTest, ContentOutlivesItsName) {
  MemoryFileSystem memory;
  memory.put("folder/a", "bytes");
  const auto mapped = memory.map("folder/a").value();
  const auto file = memory.open_read("folder/a").value();
  memory.remove("folder/a").value();
  EXPECT_EQ(mapped->bytes().size(), 5u);
  EXPECT_EQ(*file->size_bytes(), 5u);
  EXPECT_EQ(memory.stat("folder").error().code(), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace lepton
