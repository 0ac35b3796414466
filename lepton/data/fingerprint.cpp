// One line per sample, sorted by id, hashed.
#include "lepton/data/fingerprint.hpp"

#include <algorithm>
#include <future>
#include <numeric>
#include <vector>

#include "lepton/base/thread_pool.hpp"

namespace lepton::data {
namespace {

constexpr std::size_t kChunk = 256;

using Lines = std::vector<std::string>;

Result<Lines> describe(const Dataset& dataset, std::span<const std::int64_t> indices) {
  Lines lines;
  for (const std::int64_t index : indices) {
    LEPTON_TRY(const Sha256Digest digest, dataset.content_hash(index));
    // The id's length keeps an id with a line break from imitating two samples.
    const std::string id = dataset.sample_id(index);
    lines.push_back(fmt::format("{} {} {} {}\n", id, id.size(), dataset.label(index), to_hex(digest)));
  }
  return lines;
}

}  // namespace

Result<std::string> fingerprint(const Dataset& dataset, std::span<const std::int64_t> indices, int num_threads) {
  const std::size_t chunks = (indices.size() + kChunk - 1) / kChunk;
  std::vector<std::future<Result<Lines>>> pending;
  ThreadPool pool(std::max(1, num_threads), std::max<std::size_t>(1, chunks));
  for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
    const auto own = indices.subspan(chunk * kChunk, std::min(kChunk, indices.size() - chunk * kChunk));
    pending.push_back(pool.submit([&dataset, own] { return catch_error([&] { return describe(dataset, own).value(); }); }));
  }
  Lines all;
  for (auto& future : pending) {
    LEPTON_TRY(Lines lines, future.get());
    std::ranges::move(lines, std::back_inserter(all));
  }
  std::ranges::sort(all);
  Sha256 hash;
  hash.update("lepton data fingerprint 1\n");
  for (const std::string& line : all) hash.update(line);
  return to_hex(hash.finish());
}

Result<std::string> fingerprint(const Dataset& dataset, int num_threads) {
  std::vector<std::int64_t> indices(static_cast<std::size_t>(dataset.num_samples()));
  std::iota(indices.begin(), indices.end(), 0);
  return fingerprint(dataset, indices, num_threads);
}

}  // namespace lepton::data
