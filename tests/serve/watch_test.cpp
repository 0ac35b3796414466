// A watched folder: complete files only, each once, whenever the program ends.
#include "lepton/tasks/folder_watch.hpp"

#include <cerrno>
#include <map>
#include <thread>

#include "lepton/base/testing/faulty_file_system.hpp"
#include "lepton/data/image/codec.hpp"
#include "lepton/data/readers/csv.hpp"
#include "models.hpp"

namespace lepton::tests {
namespace {

using namespace std::chrono_literals;

class WatchTest : public ::testing::Test {
 protected:
  WatchTest() {
    write_picture_model(path("m.lepton"), 1);
    local_files().make_folders(path("in")).value();
  }
  std::string path(const std::string& name) const { return join_path(folder_.path(), name); }
  void put(const std::string& name, int seed) const {
    Tensor image = Tensor::empty(DType::kU8, {9, 9, 1});
    for (int i = 0; i < 81; ++i) image.data<std::uint8_t>()[i] = static_cast<std::uint8_t>(i * seed);
    write_atomic(local_files(), path("in/" + name), data::encode_png(image).value()).value();
  }
  tasks::WatchRequest request() const {
    return {.folder = path("in"), .package = path("m.lepton"), .out = path("out"), .poll = 5ms, .rest = 20ms, .once = true};
  }
  // Rows of the journal by file.
  std::map<std::string, int> rows() const {
    const data::CsvCells cells =
        data::parse_csv(read_file(local_files(), path("out/predictions.csv"), 1 << 20).value(), {.delimiter = ','}).value();
    std::map<std::string, int> rows;
    for (std::int64_t row = 1; row < cells.num_rows(); ++row) ++rows[std::string(cells.cell(row, 1))];
    return rows;
  }
  // Files below `out`, by folder.
  std::map<std::string, int> moved() const {
    std::map<std::string, int> moved;
    const auto folders = local_files().list_folder(path("out")).value();
    for (const FolderEntry& folder : folders) {
      if (folder.kind == FileKind::kFolder)
        moved[folder.name] = static_cast<int>(local_files().list_folder(path("out/" + folder.name)).value().size());
    }
    return moved;
  }
  int all_moved() const {
    int sum = 0;
    for (const auto& [folder, count] : moved()) sum += count;
    return sum;
  }
  TemporaryFolder folder_;
};

TEST_F(WatchTest, MovesByDecisionAndNotes) {
  for (int i = 1; i <= 6; ++i) put(fmt::format("{}.png", i), i);
  put("=cmd|calc.png", 3);
  write_atomic(local_files(), path("in/broken.png"), "no picture").value();
  write_atomic(local_files(), path("in/notes.txt"), "not a picture").value();
  std::vector<tasks::WatchedFile> told;
  tasks::WatchRequest watch = request();
  watch.told = [&](const tasks::WatchedFile& file) { told.push_back(file); };
  tasks::watch_folder(local_files(), real_clock(), watch).value();
  EXPECT_EQ(told.size(), 8u);
  EXPECT_EQ(all_moved(), 8);
  EXPECT_EQ(moved().at("unreadable"), 1);
  EXPECT_EQ(rows().size(), 8u);
  EXPECT_TRUE(rows().contains("'=cmd|calc.png")) << "no formula for a spreadsheet";
  EXPECT_EQ(local_files().list_folder(path("in")).value().size(), 1u);
  // A name that comes again is another picture.
  put("1.png", 9);
  tasks::watch_folder(local_files(), real_clock(), watch).value();
  EXPECT_EQ(all_moved(), 9);
  EXPECT_EQ(rows().at("1.png"), 2);
}

TEST_F(WatchTest, UnsureOnesWaitForAPerson) {
  put("a.png", 2);
  tasks::WatchRequest watch = request();
  watch.min_probability = 1;
  tasks::watch_folder(local_files(), real_clock(), watch).value();
  EXPECT_EQ(moved().at("uncertain"), 1);
}

TEST_F(WatchTest, FilesThatStillGrowAreLeftAlone) {
  put("a.png", 2);
  const std::string whole = read_file(local_files(), path("in/a.png"), 1 << 20).value();
  local_files().remove(path("in/a.png")).value();
  std::atomic<bool> cancel = false;
  tasks::WatchRequest watch = request();
  watch.once = false;
  watch.rest = 300ms;
  watch.cancel = &cancel;
  std::vector<std::string> decisions;
  watch.told = [&](const tasks::WatchedFile& file) {
    decisions.push_back(file.decision);
    cancel = true;
  };
  std::jthread camera([&] {
    const auto file = local_files().open_write(path("in/b.png"), WriteMode::kCreateNew).value();
    for (const char c : whole) {
      file->write(std::string_view(&c, 1)).value();
      std::this_thread::sleep_for(std::chrono::milliseconds(400 / whole.size() + 1));
    }
  });
  tasks::watch_folder(local_files(), real_clock(), watch).value();
  ASSERT_EQ(decisions.size(), 1u);
  EXPECT_NE(decisions[0], "unreadable");
}

// The file system fails at every call in turn, as if the program had ended there; then it goes on.
TEST_F(WatchTest, EachFileOnceWhereverItStops) {
  int stops = 0;
  for (std::int64_t call = 0;; ++call) {
    for (const char* folder : {"in", "out"}) remove_all(local_files(), path(folder)).value();
    local_files().make_folders(path("in")).value();
    put("a.png", 2);
    put("b.png", 3);
    FaultyFileSystem faulty(local_files());
    faulty.fail_at(call, {.error_number = EIO, .short_write_bytes = 5, .stays_broken = true});
    if (tasks::watch_folder(faulty, real_clock(), request())) break;
    ++stops;
    tasks::watch_folder(local_files(), real_clock(), request()).value();
    EXPECT_EQ(all_moved(), 2) << "call " << call;
    EXPECT_EQ(rows(), (std::map<std::string, int>{{"a.png", 1}, {"b.png", 1}})) << "call " << call;
    ASSERT_LT(call, 1000);
  }
  EXPECT_GT(stops, 10);
}

}  // namespace
}  // namespace lepton::tests
