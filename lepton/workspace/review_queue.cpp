// Two tables: cases, and the labels that they were given.
#include "lepton/workspace/review_queue.hpp"

#include "lepton/base/cell_text.hpp"
#include "lepton/base/path.hpp"
#include "lepton/base/text.hpp"

namespace lepton::workspace {
namespace {

// Steps from an empty file on. Never changed, only added to.
constexpr const char* kSchema[] = {
    "CREATE TABLE cases (id INTEGER PRIMARY KEY AUTOINCREMENT, created_s INTEGER NOT NULL, model TEXT NOT NULL, version TEXT NOT NULL, "
    "content_type TEXT NOT NULL, input BLOB NOT NULL, said TEXT NOT NULL, probability REAL NOT NULL, reason TEXT NOT NULL) STRICT",
    "CREATE TABLE labels (id INTEGER PRIMARY KEY AUTOINCREMENT, case_id INTEGER NOT NULL REFERENCES cases(id) ON DELETE CASCADE, "
    "labelled_s INTEGER NOT NULL, label TEXT NOT NULL, by TEXT NOT NULL, why TEXT NOT NULL) STRICT",
    "CREATE INDEX labels_of_case ON labels(case_id)",
};

// The newest label of each case stands beside it.
constexpr std::string_view kSelect =
    "SELECT c.id, c.model, c.version, c.content_type, c.said, c.reason, c.created_s, c.probability, l.label, l.by, l.why, l.labelled_s "
    "FROM cases c LEFT JOIN labels l ON l.id = (SELECT max(id) FROM labels WHERE case_id = c.id) ";

std::string time_text(std::int64_t seconds) {
  return seconds == 0 ? std::string() : format_utc(std::chrono::system_clock::time_point(std::chrono::seconds(seconds)));
}

ReviewCase case_of(const Row& row) {
  return {.id = row.integer(0),
          .model = row.text(1),
          .version = row.text(2),
          .content_type = row.text(3),
          .said = row.text(4),
          .reason = row.text(5),
          .created = time_text(row.integer(6)),
          .probability = row.number(7),
          .label = row.text(8),
          .labelled_by = row.text(9),
          .why = row.text(10),
          .labelled = time_text(row.integer(11))};
}

std::string extension_of(std::string_view content_type) {
  for (const auto& [type, extension] : {std::pair<std::string_view, std::string_view>{"image/png", "png"},
                                        {"image/jpeg", "jpg"},
                                        {"image/webp", "webp"},
                                        {"text/csv", "csv"}}) {
    if (content_type.starts_with(type)) return std::string(extension);
  }
  return "bin";
}

}  // namespace

struct ReviewQueue::State {
  Database database;
  Clock& clock;
  ReviewLimits limits;
  std::mutex mutex;

  std::int64_t now() const { return std::chrono::duration_cast<std::chrono::seconds>(clock.wall().time_since_epoch()).count(); }
  void check_text(std::string_view what, const std::string& text, bool needed) const {
    if (needed && trim(text).empty()) fail(ErrorCode::kInvalidArgument, "{} is needed", what);
    if (text.size() > limits.max_text_bytes || !is_valid_utf8(text) || text.find('\0') != std::string::npos)
      fail(ErrorCode::kInvalidArgument, "{} must be a text of at most {} bytes", what, limits.max_text_bytes);
  }
  void need(std::int64_t id, std::int64_t found) const {
    if (found == 0) fail(ErrorCode::kNotFound, "there is no case {}", id);
  }
};

ReviewQueue::ReviewQueue(std::unique_ptr<State> state) : state_(std::move(state)) {}
ReviewQueue::ReviewQueue(ReviewQueue&&) noexcept = default;
ReviewQueue::~ReviewQueue() = default;

Result<ReviewQueue> ReviewQueue::open(const std::string& path, Clock& clock, ReviewLimits limits) {
  LEPTON_TRY(Database database, Database::open(path, kSchema));
  return ReviewQueue(std::unique_ptr<State>(new State{std::move(database), clock, limits, {}}));
}

Result<std::int64_t> ReviewQueue::add(const NewCase& one) {
  return catch_error([&] {
    const std::lock_guard lock(state_->mutex);
    if (one.input.size() > state_->limits.max_input_bytes)
      fail(ErrorCode::kResourceExhausted, "a case has at most {} bytes", state_->limits.max_input_bytes);
    for (const std::string* text : {&one.model, &one.version, &one.content_type, &one.said, &one.reason})
      state_->check_text("a case's text", *text, false);
    std::int64_t id = 0;
    state_->database.transaction([&] {
      std::int64_t waiting = 0;
      state_->database.run("SELECT count(*) FROM cases c WHERE NOT EXISTS (SELECT 1 FROM labels WHERE case_id = c.id)", {},
                           [&](const Row& row) { waiting = row.integer(0); });
      if (waiting >= state_->limits.max_waiting)
        fail(ErrorCode::kResourceExhausted, "{} cases wait for a person; label some first", waiting);
      state_->database.run(
          "INSERT INTO cases (created_s, model, version, content_type, input, said, probability, reason) VALUES (?,?,?,?,?,?,?,?)",
          {state_->now(), one.model, one.version, one.content_type, Blob{one.input}, one.said, one.probability, one.reason});
      id = state_->database.last_id();
    });
    return id;
  });
}

Result<std::vector<ReviewCase>> ReviewQueue::list(bool labelled, std::int64_t after, std::int64_t at_most) {
  return catch_error([&] {
    const std::lock_guard lock(state_->mutex);
    std::vector<ReviewCase> cases;
    state_->database.run(std::string(kSelect) + "WHERE c.id > ? AND (l.id IS NOT NULL) = ? ORDER BY c.id LIMIT ?",
                         {after, std::int64_t{labelled}, std::clamp<std::int64_t>(at_most, 0, 1000)},
                         [&](const Row& row) { cases.push_back(case_of(row)); });
    return cases;
  });
}

Result<ReviewCase> ReviewQueue::find(std::int64_t id) {
  return catch_error([&] {
    const std::lock_guard lock(state_->mutex);
    std::optional<ReviewCase> found;
    state_->database.run(std::string(kSelect) + "WHERE c.id = ?", {id}, [&](const Row& row) { found = case_of(row); });
    state_->need(id, found ? 1 : 0);
    return *found;
  });
}

Result<std::string> ReviewQueue::input(std::int64_t id) {
  return catch_error([&] {
    const std::lock_guard lock(state_->mutex);
    std::optional<std::string> bytes;
    state_->database.run("SELECT input FROM cases WHERE id = ?", {id}, [&](const Row& row) { bytes = row.text(0); });
    state_->need(id, bytes ? 1 : 0);
    return *bytes;
  });
}

Result<void> ReviewQueue::answer(std::int64_t id, const std::string& label, const std::string& by, const std::string& why) {
  return catch_error([&] {
    const std::lock_guard lock(state_->mutex);
    state_->check_text("a label", label, true);
    state_->check_text("the name of who gives it", by, true);
    state_->check_text("why", why, false);
    state_->need(
        id, state_->database.run("INSERT INTO labels (case_id, labelled_s, label, by, why) SELECT id, ?, ?, ?, ? FROM cases WHERE id = ?",
                                 {state_->now(), label, by, why, id}));
  });
}

Result<std::vector<ReviewCase>> ReviewQueue::history(std::int64_t id) {
  return catch_error([&] {
    const std::lock_guard lock(state_->mutex);
    std::vector<ReviewCase> labels;
    state_->database.run("SELECT label, by, why, labelled_s FROM labels WHERE case_id = ? ORDER BY id", {id}, [&](const Row& row) {
      labels.push_back(
          {.id = id, .label = row.text(0), .labelled_by = row.text(1), .why = row.text(2), .labelled = time_text(row.integer(3))});
    });
    return labels;
  });
}

Result<void> ReviewQueue::remove(std::int64_t id) {
  return catch_error([&] {
    const std::lock_guard lock(state_->mutex);
    state_->need(id, state_->database.run("DELETE FROM cases WHERE id = ?", {id}));
  });
}

Result<std::int64_t> ReviewQueue::remove_older(std::chrono::hours age) {
  return catch_error([&] {
    const std::lock_guard lock(state_->mutex);
    const std::int64_t before = state_->now() - std::chrono::duration_cast<std::chrono::seconds>(age).count();
    return state_->database.run("DELETE FROM cases WHERE created_s < ?", {before});
  });
}

Result<std::int64_t> ReviewQueue::write_dataset(FileSystem& files, const std::string& folder) {
  return catch_error([&] {
    std::string table = "file,label,by,why,labelled,model,version,said,probability\n";
    std::int64_t written = 0;
    for (std::int64_t after = 0;;) {
      const std::vector<ReviewCase> cases = list(true, after).value();
      if (cases.empty()) break;
      for (const ReviewCase& one : cases) {
        const std::string name = fmt::format("{}/{}.{}", folder_name(one.label), one.id, extension_of(one.content_type));
        const std::string path = join_path(folder, name);
        files.make_folders(parent_folder(path)).value();
        write_atomic(files, path, input(one.id).value()).value();
        for (const std::string* text : {&name, &one.label, &one.labelled_by, &one.why, &one.labelled, &one.model, &one.version, &one.said})
          table += csv_cell(*text) + ",";
        table += fmt::format("{}\n", one.probability);
        ++written;
      }
      after = cases.back().id;
    }
    files.make_folders(folder).value();
    write_atomic(files, join_path(folder, "labels.csv"), table).value();
    return written;
  });
}

Result<void> ReviewQueue::backup(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  return state_->database.backup(path);
}

Result<void> restore_reviews(const std::string& backup, const std::string& path) {
  return catch_error([&] {
    FileSystem& files = local_files();
    files.stat(backup).value();
    Database source = Database::open(backup, kSchema).value();
    if (!source.is_sound()) fail(ErrorCode::kDataCorrupt, "{}: the backup is not sound", backup);
    if (exists(files, path).value()) {
      // What stands in the log belongs to the file: opening it alone and closing it puts both together.
      { Database::open(path, kSchema).value(); }
      files.rename(path, path + ".before").value();
    }
    for (const char* end : {"-wal", "-shm"}) remove_all(files, path + end).value();
    source.backup(path).value();
  });
}

}  // namespace lepton::workspace
