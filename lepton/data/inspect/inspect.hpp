// What is in a data set and what is wrong with it: everything that went in is counted, or listed with the reason why not.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lepton/base/error.hpp"
#include "lepton/base/json_fwd.hpp"
#include "lepton/data/image/codec.hpp"
#include "lepton/data/leak/leak_guard.hpp"
#include "lepton/data/readers/class_folder.hpp"
#include "lepton/data/readers/table.hpp"

namespace lepton {
class FileSystem;
}

namespace lepton::data {

struct InspectOptions {
  ClassFolderOptions folder;
  TableOptions table;
  std::string target;  ///< Of a table: looks for hints that other columns give it away.
  LeakOptions leak;
  int num_threads = 2;  ///< I/O threads. The report does not depend on it.
};

/// Something to look at, from worst to mild.
struct Finding {
  enum class Severity : std::uint8_t { kError, kWarning, kNote };
  Severity severity = Severity::kNote;
  std::string what;  ///< A short name that programs can match: "corrupt", "label-conflict", "class-imbalance", …
  std::string text;
};

struct CorruptFile {
  std::string path;
  std::string reason;
};

/// Two samples that show the same.
struct DuplicatePair {
  std::string first, second;
  std::string kind;       ///< As name_of(CopyKind).
  bool conflict = false;  ///< They are in different classes.
  std::string parts;      ///< "train / test" if they lie in different official parts, else "".
};

struct PictureSummary {
  std::map<std::string, std::int64_t> formats;                          ///< Files per format.
  std::map<std::string, std::int64_t> channels;                         ///< "grey", "rgb", …, with " 16-bit".
  std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> sizes;  ///< Upright (width, height).
};

struct ColumnSummary {
  std::string name;
  ColumnType type = ColumnType::kCategory;
  std::int64_t num_missing = 0;
  std::int64_t num_distinct = 0;                                    ///< Counted up to 10,000.
  double minimum = 0, mean = 0, maximum = 0;                        ///< Of numbers.
  std::vector<std::pair<std::string, std::int64_t>> most_frequent;  ///< Of categories, at most five.
};

/// Files in = samples + corrupt + skipped, always.
struct Inspection {
  std::string path;
  std::string kind;  ///< "class-folder", "table", "array".
  std::int64_t num_files = 0;
  std::int64_t num_samples = 0;                               ///< That can be used.
  std::vector<std::pair<std::string, std::int64_t>> classes;  ///< Samples per class.
  std::map<std::string, std::int64_t> parts;                  ///< Samples per official part.
  PictureSummary pictures;
  std::vector<ColumnSummary> columns;
  std::vector<CorruptFile> corrupt;
  std::vector<SkippedFile> skipped;
  std::vector<DuplicatePair> duplicates;
  std::vector<Finding> findings;

  std::int64_t num_conflicts() const;
  bool has_errors() const;
};

/// Looks at a folder of classes, a CSV file, an IDX or NPZ file.
///
/// Errors:  kNotFound if there is nothing; kUnsupported, naming what can be read, for anything else. What is wrong inside is a finding.
Result<Inspection> inspect(FileSystem& files, const std::string& path, const InspectOptions& options = {});

/// A report for people; long lists are cut after `max_items`, with their full count.
std::string to_text(const Inspection& inspection, std::int64_t max_items = 20);
/// Everything.
Json to_json(const Inspection& inspection);

}  // namespace lepton::data
