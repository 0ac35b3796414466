// The CSV file is the journal: what stands there was scored.
#include "lepton/tasks/folder_watch.hpp"

#include <map>

#include "lepton/base/cell_text.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/data/image/codec.hpp"
#include "lepton/data/readers/table.hpp"
#include "lepton/tasks/model_codec.hpp"
#include "lepton/train/package.hpp"

namespace lepton::tasks {
namespace {

constexpr std::string_view kHeader = "time,file,modified_ns,decision,probability,moved_to\n";
constexpr std::uint64_t kMaxFileBytes = std::uint64_t{256} << 20;
constexpr std::uint64_t kMaxJournalBytes = std::uint64_t{4} << 30;

class Watch {
 public:
  Watch(FileSystem& files, Clock& clock, const WatchRequest& request)
      : files_(files), clock_(clock), request_(request), loaded_(train::load_package(files, request.package).value()) {
    codec_ = make_model_codec(*json_member(*loaded_.manifest, "task").value()).value();
    if (codec_->takes() != "picture")
      fail(ErrorCode::kUnsupported, "{}: a folder of pictures is watched, the model takes a {}", request.package, codec_->takes());
    out_ = request.out.empty() ? request.folder : request.out;
    files_.make_folders(out_).value();
    csv_ = request.csv.empty() ? join_path(out_, "predictions.csv") : request.csv;
    lock_ = files_.lock(csv_ + ".lock").value();
    open_journal();
  }

  void run() {
    while (request_.cancel == nullptr || !*request_.cancel) {
      if (look() == 0 && request_.once) return;
      clock_.sleep(request_.poll);
    }
  }

 private:
  struct Noted {
    std::string decision, moved_to;
    double probability = 0;
  };

  void open_journal() {
    std::string text;
    if (exists(files_, csv_).value()) text = read_file(files_, csv_, kMaxJournalBytes).value();
    // The last line may have been cut off by the end of the program: it counts for nothing.
    const std::size_t end = text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1;
    if (end < text.size()) write_atomic(files_, csv_, std::string_view(text).substr(0, end)).value();
    if (end > kHeader.size()) read_journal(text.substr(0, end));
    journal_ = files_.open_write(csv_, WriteMode::kAppend).value();
    if (end == 0) journal_->write(kHeader).value();
  }

  // What was noted and not moved.
  void read_journal(const std::string& text) {
    const data::CsvCells cells = data::parse_csv(text, {.delimiter = ','}).value();
    if (cells.num_columns() != 6) fail(ErrorCode::kDataCorrupt, "{}: six columns are expected; give another --csv", csv_);
    for (std::int64_t row = 1; row < cells.num_rows(); ++row) {
      const std::string name(cells.cell(row, 1));
      if (!exists(files_, join_path(request_.folder, name)).value()) continue;
      noted_[key_of(name, cells.cell(row, 2))] = {std::string(cells.cell(row, 3)), std::string(cells.cell(row, 5)),
                                                  data::parse_number(cells.cell(row, 4)).value_or(0)};
    }
  }

  // A name as the journal has it, with the time of the file.
  static std::string key_of(std::string_view name, std::string_view modified) { return fmt::format("{} {}", modified, name); }

  // The number of files that were or will soon be complete.
  int look() {
    const std::vector<FolderEntry> entries = files_.list_folder(request_.folder).value();
    int waiting = 0;
    std::map<std::string, FileInfo> seen;
    for (const FolderEntry& entry : entries) {
      if (request_.cancel != nullptr && *request_.cancel) return 1;
      if (entry.kind != FileKind::kRegular || entry.is_link || entry.name.starts_with('.') ||
          !data::is_image_extension(file_extension(entry.name)))
        continue;
      const std::string path = join_path(request_.folder, entry.name);
      const auto info = files_.stat(path);
      if (!info && info.error().code() == ErrorCode::kNotFound) continue;  // somebody took it away
      info.value();
      ++waiting;
      const auto before = seen_.find(entry.name);
      const bool same =
          before != seen_.end() && before->second.size_bytes == info->size_bytes && before->second.modified_ns == info->modified_ns;
      const auto age = clock_.wall().time_since_epoch() - std::chrono::nanoseconds(info->modified_ns);
      if (same && age >= request_.rest) {
        handle(entry.name, path, *info);
      } else {
        seen[entry.name] = *info;
      }
    }
    seen_ = std::move(seen);
    return waiting;
  }

  void handle(const std::string& name, const std::string& path, const FileInfo& info) {
    const std::string modified = std::to_string(info.modified_ns);
    auto noted = noted_.find(key_of(to_cell_text(name), modified));
    if (noted == noted_.end()) {
      Noted made = score(name, path);
      made.moved_to = free_place(made.decision, name);
      journal_
          ->write(fmt::format("{},{},{},{},{},{}\n", csv_cell(format_utc(clock_.wall())), csv_cell(name), modified, csv_cell(made.decision),
                              made.probability, csv_cell(made.moved_to)))
          .value();
      journal_->sync().value();
      noted = noted_.emplace(key_of(to_cell_text(name), modified), std::move(made)).first;
    }
    files_.make_folders(parent_folder(noted->second.moved_to)).value();
    files_.rename(path, noted->second.moved_to).value();
    if (request_.told) request_.told({name, noted->second.decision, noted->second.probability, noted->second.moved_to});
    noted_.erase(noted);
  }

  Noted score(const std::string& name, const std::string& path) {
    auto bytes = read_file(files_, path, kMaxFileBytes);
    if (!bytes && bytes.error().code() != ErrorCode::kResourceExhausted) throw bytes.error();  // the disk's fault, not the picture's
    auto encoded = bytes ? codec_->encode(std::move(*bytes), name) : Result<EncodedInputs>(bytes.error());
    if (!encoded) return {"unreadable", {}, 0};
    const PredictionRow row = codec_->say(loaded_.model.predict(train::Arrays(encoded->rows), 1), encoded->names).front();
    const double probability = row.probabilities.empty() ? 1 : row.probabilities.front().second;
    return {probability < request_.min_probability ? "uncertain" : row.said, {}, probability};
  }

  // No file is ever written over.
  std::string free_place(const std::string& decision, const std::string& name) {
    const std::string folder = join_path(out_, folder_name(decision));
    std::string place = join_path(folder, name);
    for (int i = 2; exists(files_, place).value(); ++i)
      place = join_path(folder, fmt::format("{}-{}.{}", file_stem(name), i, file_extension(name)));
    return place;
  }

  FileSystem& files_;
  Clock& clock_;
  const WatchRequest& request_;
  train::LoadedPackage loaded_;
  std::unique_ptr<ModelCodec> codec_;
  std::string out_, csv_;
  std::unique_ptr<FileLock> lock_;
  std::unique_ptr<WritableFile> journal_;
  std::map<std::string, Noted> noted_;
  std::map<std::string, FileInfo> seen_;  // files that may not be complete
};

}  // namespace

Result<void> watch_folder(FileSystem& files, Clock& clock, const WatchRequest& request) {
  return catch_error([&] { Watch(files, clock, request).run(); });
}

}  // namespace lepton::tasks
