// Reading files, running the model, and what its numbers say.
#include "lepton/tasks/model_codec.hpp"

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/tasks/internal/evaluation.hpp"
#include "lepton/train/package.hpp"

namespace lepton::tasks {
namespace {

constexpr std::int64_t kBatch = 256;

}  // namespace

Result<EncodedInputs> ModelCodec::encode_rows(const Json&) const {
  return make_error(ErrorCode::kUnsupported, "the model takes a {}, not rows", takes());
}

std::vector<PredictionRow> ModelCodec::say(const Tensor& output, const std::vector<std::string>& names) const {
  const std::vector<double> p = output.to_vector<double>();
  const std::size_t size = names.empty() ? 0 : p.size() / names.size();
  if (size == 0 || size < labels_.size())
    fail(ErrorCode::kDataCorrupt, "the model gives {} numbers for {} inputs and {} labels", p.size(), names.size(), labels_.size());
  std::vector<PredictionRow> rows;
  for (std::size_t row = 0; row < names.size(); ++row) {
    const std::span<const double> own = std::span(p).subspan(row * size, size);
    PredictionRow said{names[row], {}, ranked(labels_, own)};
    said.said = said.probabilities.empty() ? fmt::format("{:.6g}", own[0]) : said.probabilities[0].first;
    rows.push_back(std::move(said));
  }
  return rows;
}

Result<std::unique_ptr<ModelCodec>> make_model_codec(const Json& task) {
  return catch_error([&] { return get_task(json_get<std::string>(task, "kind").value()).codec(task); });
}

Result<std::vector<PredictionRow>> predict_files(const std::string& package, const std::vector<std::string>& paths,
                                                 runtime::Profile* profile) {
  return catch_error([&] {
    constexpr std::uint64_t kMaxFileBytes = std::uint64_t{4} << 30;
    train::LoadedPackage loaded = train::load_package(local_files(), package).value();
    loaded.model.set_profile(profile);
    const std::unique_ptr<ModelCodec> codec = make_model_codec(*json_member(*loaded.manifest, "task").value()).value();
    std::vector<PredictionRow> rows;
    for (const std::string& path : paths) {
      auto encoded = codec->encode(read_file(local_files(), path, kMaxFileBytes).value(), path);
      if (!encoded) throw encoded.error().with_context(path);
      for (PredictionRow& row : codec->say(loaded.model.predict(train::Arrays(encoded->rows), kBatch), encoded->names))
        rows.push_back(std::move(row));
    }
    return rows;
  });
}

}  // namespace lepton::tasks
