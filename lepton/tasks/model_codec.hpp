// What a packaged model takes and what its numbers mean: from pictures or rows of tables to tensors and back to words. One way for
// `lepton predict`, the server and everything else.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lepton/base/json_fwd.hpp"
#include "lepton/tasks/task.hpp"

namespace lepton::tasks {

struct EncodedInputs {
  Tensor rows;                     // [N, …], as the model takes them
  std::vector<std::string> names;  // of each row, for PredictionRow::input
};

/// What encoding may take; a server that strangers reach sets less.
struct EncodeLimits {
  std::int64_t max_pixels = 100'000'000;
  std::uint64_t max_table_bytes = std::uint64_t{4} << 30;  // unpacked
};

class ModelCodec {
 public:
  virtual ~ModelCodec() = default;
  const std::vector<std::string>& labels() const { return labels_; }  // empty: the model gives a number
  /// "picture" or "table".
  virtual std::string_view takes() const = 0;

  /// Encodes the content of a file: a picture, or a table (plain or gzip) with a row for each prediction.
  /// Errors:  those of decoding, without the name of the file.
  virtual Result<EncodedInputs> encode(std::string bytes, const std::string& name, const EncodeLimits& limits = {}) const = 0;
  /// Encodes rows as JSON objects of column and value. kUnsupported for a model of pictures.
  virtual Result<EncodedInputs> encode_rows(const Json& rows) const;
  /// The columns that encode_rows() wants, and whether they are numbers; empty for pictures.
  virtual std::vector<std::pair<std::string, bool>> columns() const { return {}; }

  /// What the model's first output [N, …] says of each row.
  std::vector<PredictionRow> say(const Tensor& output, const std::vector<std::string>& names) const;

 protected:
  std::vector<std::string> labels_;
};

/// The codec of a package, from the task's part of its manifest.
/// Errors:  kNotFound for an unknown kind; kParseError for a recipe that is none.
Result<std::unique_ptr<ModelCodec>> make_model_codec(const Json& task);

/// Predicts files with a packaged model, through the recipe that it was trained with. `profile`, if it is not null, times the operators.
Result<std::vector<PredictionRow>> predict_files(const std::string& package, const std::vector<std::string>& paths,
                                                 runtime::Profile* profile);

}  // namespace lepton::tasks
