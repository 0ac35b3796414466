// Runs a fuzz target over its corpus without libFuzzer: every file, every file cut short, and every file with seeded damage.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>

#include "lepton/base/files.hpp"
#include "lepton/base/path.hpp"
#include "lepton/base/random.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::uint64_t kMaxInputBytes = 1 << 20;
constexpr int kNumCuts = 64;
constexpr int kNumDamaged = 200;

void run(const std::string& input) { (void)LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size()); }

void run_variants(const std::string& input, std::uint64_t seed) {
  run(input);
  if (input.empty()) return;
  for (std::size_t i = 0; i < kNumCuts; ++i) run(input.substr(0, input.size() * i / kNumCuts));
  lepton::Random random(seed);
  for (int i = 0; i < kNumDamaged; ++i) {
    std::string damaged = input;
    const std::uint64_t num_bytes = 1 + random.below(4);
    for (std::uint64_t k = 0; k < num_bytes; ++k) damaged[random.below(damaged.size())] = static_cast<char>(random.below(256));
    run(damaged);
  }
}

int run_corpus(const std::string& folder) {
  lepton::FileSystem& files = lepton::local_files();
  const auto entries = files.list_folder(folder).value();
  std::uint64_t seed = 0;
  for (const lepton::FolderEntry& entry : entries) {
    std::fprintf(stderr, "%s\n", entry.name.c_str());  // The last line names the input that broke the target.
    run_variants(lepton::read_file(files, lepton::join_path(folder, entry.name), kMaxInputBytes).value(), seed++);
  }
  return entries.empty() ? 1 : 0;  // A corpus that is gone must not look like success.
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return argc == 2 ? run_corpus(argv[1]) : 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
