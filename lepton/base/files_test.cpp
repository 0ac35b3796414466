// Files: round trips, listing, locks, and atomic replacement under every single fault.
#include "lepton/base/files.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "lepton/base/testing/faulty_file_system.hpp"
#include "lepton/base/testing/temporary_folder.hpp"

namespace lepton {
namespace {

constexpr std::uint64_t kCap = 1 << 20;

class FilesTest : public testing::Test {
 protected:
  std::string read(const std::string& name) { return read_file(files_, folder_.file(name), kCap).value(); }
  void write(const std::string& name, std::string_view text) { write_atomic(files_, folder_.file(name), text).value(); }
  std::size_t num_entries() { return files_.list_folder(folder_.path()).value().size(); }

  TemporaryFolder folder_;
  FileSystem& files_ = local_files();
};

TEST_F(FilesTest, WriteAtomicThenRead) {
  write("a.txt", "first");
  write("a.txt", "second");
  EXPECT_EQ(read("a.txt"), "second");
  EXPECT_EQ(num_entries(), 1u);
}

TEST_F(FilesTest, ReadFileRefusesMoreThanTheCap) {
  write("a.txt", "12345");
  EXPECT_EQ(*read_file(files_, folder_.file("a.txt"), 5), "12345");
  EXPECT_EQ(read_file(files_, folder_.file("a.txt"), 4).error().code(), ErrorCode::kResourceExhausted);
  // A device without an end claims size 0.
  EXPECT_EQ(read_file(files_, "/dev/zero", kCap).error().code(), ErrorCode::kResourceExhausted);
}

TEST_F(FilesTest, ErrorsNameThePath) {
  const std::string path = folder_.file("no such file");
  const Error error = read_file(files_, path, kCap).error();
  EXPECT_EQ(error.code(), ErrorCode::kNotFound);
  EXPECT_NE(error.message().find(path), std::string::npos);
  EXPECT_EQ(files_.open_read(folder_.path()).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(files_.list_folder(path).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(files_.stat(path).error().code(), ErrorCode::kNotFound);
  EXPECT_FALSE(*exists(files_, path));
}

TEST_F(FilesTest, WriteModes) {
  const std::string path = folder_.file("a.txt");
  for (const WriteMode mode : {WriteMode::kCreateNew, WriteMode::kAppend, WriteMode::kAppend}) {
    const auto file = files_.open_write(path, mode).value();
    file->write(std::string_view("x")).value();
    file->close().value();
  }
  EXPECT_EQ(read("a.txt"), "xxx");
  EXPECT_EQ(files_.open_write(path, WriteMode::kCreateNew).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_TRUE(files_.open_write(path, WriteMode::kTruncate));
  EXPECT_EQ(read("a.txt"), "");
}

TEST_F(FilesTest, ReadAtLeavesThePositionAlone) {
  write("a.txt", "0123456789");
  const auto file = files_.open_read(folder_.file("a.txt")).value();
  std::string buffer(4, ' ');
  const auto bytes = std::as_writable_bytes(std::span(buffer));
  EXPECT_EQ(*file->read_at(8, bytes), 2u);
  EXPECT_EQ(buffer.substr(0, 2), "89");
  EXPECT_EQ(*file->read_at(~0ull, bytes), 0u);
  EXPECT_EQ(*file->read(bytes), 4u);
  EXPECT_EQ(buffer, "0123");
  EXPECT_EQ(*file->size_bytes(), 10u);
}

TEST_F(FilesTest, MapSurvivesRemoval) {
  write("a.bin", "mapped");
  write("empty", "");
  const auto mapped = files_.map(folder_.file("a.bin")).value();
  files_.remove(folder_.file("a.bin")).value();
  ASSERT_EQ(mapped->bytes().size(), 6u);
  EXPECT_EQ(static_cast<char>(mapped->bytes()[0]), 'm');
  EXPECT_TRUE(files_.map(folder_.file("empty")).value()->bytes().empty());
  EXPECT_EQ(files_.map(folder_.path()).error().code(), ErrorCode::kInvalidArgument);
}

TEST_F(FilesTest, ListIsSortedAndMarksOddNames) {
  write("图.png", "");
  write("a b", "");
  write("\xFF", "");
  files_.make_folders(folder_.file("deep/er")).value();
  ASSERT_EQ(::symlink("deep", folder_.file("link").c_str()), 0);
  ASSERT_EQ(::symlink("nowhere", folder_.file("dangling").c_str()), 0);
  const auto entries = files_.list_folder(folder_.path()).value();
  ASSERT_EQ(entries.size(), 6u);
  EXPECT_EQ(entries[0].name, "a b");
  EXPECT_EQ(entries[0].kind, FileKind::kRegular);
  EXPECT_EQ(entries[1].name, "dangling");
  EXPECT_EQ(entries[1].kind, FileKind::kOther);
  EXPECT_EQ(entries[2].kind, FileKind::kFolder);
  EXPECT_EQ(entries[3].name, "link");
  EXPECT_TRUE(entries[3].is_link);
  EXPECT_EQ(entries[3].kind, FileKind::kFolder);
  EXPECT_TRUE(entries[4].valid_utf8);
  EXPECT_FALSE(entries[5].valid_utf8);
}

TEST_F(FilesTest, MakeFolders) {
  const std::string path = folder_.file("a/b/c");
  files_.make_folders(path).value();
  files_.make_folders(path).value();
  EXPECT_EQ(files_.stat(path)->kind, FileKind::kFolder);
  write("file", "");
  EXPECT_EQ(files_.make_folders(folder_.file("file")).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(files_.make_folders(folder_.file("file/inside")).error().code(), ErrorCode::kNotFound);
}

TEST_F(FilesTest, RemoveAllDoesNotFollowLinks) {
  files_.make_folders(folder_.file("keep")).value();
  files_.make_folders(folder_.file("gone/deep")).value();
  write("keep/file", "x");
  write("gone/deep/file", "x");
  ASSERT_EQ(::symlink("../keep", folder_.file("gone/link").c_str()), 0);
  remove_all(files_, folder_.file("gone")).value();
  remove_all(files_, folder_.file("gone")).value();
  EXPECT_EQ(num_entries(), 1u);
  EXPECT_EQ(read("keep/file"), "x");
}

TEST_F(FilesTest, OneHolderOfALock) {
  const std::string path = folder_.file("lock");
  {
    const auto held = files_.lock(path).value();
    EXPECT_EQ(files_.lock(path).error().code(), ErrorCode::kUnavailable);
  }
  EXPECT_TRUE(files_.lock(path));
}

// Under any single failure the old content or the new is there whole, and no temporary file is left.
TEST_F(FilesTest, WriteAtomicUnderEachFault) {
  FaultyFileSystem faulty(files_);
  const std::string path = folder_.file("a.txt");
  write("a.txt", "old");
  write_atomic(faulty, path, "new").value();
  const std::int64_t num_calls = faulty.num_calls();
  EXPECT_EQ(num_calls, 6);  // open, write, sync, close, rename, sync of the folder
  for (std::int64_t n = 0; n < num_calls; ++n) {
    write("a.txt", "old");
    faulty.fail_at(n, {.error_number = ENOSPC, .short_write_bytes = 2});
    const auto result = write_atomic(faulty, path, "new");
    EXPECT_TRUE(faulty.fault_reached());
    ASSERT_FALSE(result) << n;
    EXPECT_EQ(result.error().code(), ErrorCode::kIoError);
    EXPECT_EQ(read("a.txt"), n == num_calls - 1 ? "new" : "old") << n;
    EXPECT_EQ(num_entries(), 1u) << n;
  }
}

TEST_F(FilesTest, ReadFileUnderEachFault) {
  FaultyFileSystem faulty(files_);
  write("a.txt", "content");
  const std::string path = folder_.file("a.txt");
  EXPECT_EQ(*read_file(faulty, path, kCap), "content");
  const std::int64_t num_calls = faulty.num_calls();
  for (std::int64_t n = 0; n < num_calls; ++n) {
    faulty.fail_at(n, {.error_number = EIO});
    EXPECT_EQ(read_file(faulty, path, kCap).error().code(), ErrorCode::kIoError) << n;
  }
  faulty.clear();
  EXPECT_TRUE(read_file(faulty, path, kCap));
}

TEST_F(FilesTest, ABrokenDiskStaysBroken) {
  FaultyFileSystem faulty(files_);
  faulty.fail_at(1, {.error_number = EIO, .short_write_bytes = 0, .stays_broken = true});
  EXPECT_TRUE(faulty.list_folder(folder_.path()));
  EXPECT_FALSE(faulty.list_folder(folder_.path()));
  EXPECT_FALSE(faulty.stat(folder_.path()));
}

TEST_F(FilesTest, ErrorCodesFollowTheReason) {
  EXPECT_EQ(file_error("write", "x", ENOSPC).code(), ErrorCode::kIoError);
  EXPECT_EQ(file_error("write", "x", EMFILE).code(), ErrorCode::kResourceExhausted);
  EXPECT_EQ(file_error("write", "x", 9999).code(), ErrorCode::kIoError);
}

}  // namespace
}  // namespace lepton
