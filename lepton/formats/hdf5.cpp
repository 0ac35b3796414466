// Starts the child with the file as its standard input and trusts nothing of what it says.
#include "lepton/formats/hdf5.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "lepton/base/child_process.hpp"
#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"

namespace lepton::formats {
namespace {

// The bytes as a file that has no name.
class NamelessFile {
 public:
  explicit NamelessFile(std::span<const std::byte> bytes) : number_(memfd_create("hdf5", MFD_CLOEXEC)) {
    for (std::size_t at = 0; number_ >= 0 && at < bytes.size();) {
      const ssize_t put = ::write(number_, bytes.data() + at, bytes.size() - at);
      if (put < 0 && errno != EINTR)
        fail(ErrorCode::kResourceExhausted, "hdf5: no room for {} bytes: {}", bytes.size(), std::strerror(errno));
      at += put > 0 ? static_cast<std::size_t>(put) : 0;
    }
    if (number_ < 0) fail(ErrorCode::kIoError, "hdf5: no file in memory: {}", std::strerror(errno));
  }
  NamelessFile(const NamelessFile&) = delete;
  NamelessFile& operator=(const NamelessFile&) = delete;
  ~NamelessFile() { ::close(number_); }
  std::string path() const { return fmt::format("/proc/self/fd/{}", number_); }

 private:
  int number_;
};

std::string reader_program(const Hdf5Options& options) {
  if (!options.program.empty()) return options.program;
  if (const char* named = std::getenv("LEPTON_HDF5"); named != nullptr && *named != '\0') return named;
  for (const std::string& folder : {program_folder(), join_path(program_folder(), "../libexec/lepton")}) {
    const std::string path = join_path(folder, "lepton-hdf5");
    if (local_files().stat(path)) return path;
  }
  return "lepton-hdf5";
}

Error error_of(const ChildResult& child) {
  constexpr int kFirst = 64;
  const int code = child.exit_status - kFirst;
  if (code >= 0 && code <= static_cast<int>(ErrorCode::kInternal)) return {static_cast<ErrorCode>(code), child.errors};
  if (child.exit_status == 128 + SIGXCPU) return {ErrorCode::kResourceExhausted, "hdf5: the file takes too long to read"};
  return {ErrorCode::kDataCorrupt, fmt::format("hdf5: the reader broke off with status {}; the file is damaged", child.exit_status)};
}

}  // namespace

const Json* Hdf5File::attribute(const std::string& path, const std::string& name) const {
  const auto at = attributes->find(path);
  if (at == attributes->end() || !at->is_object()) return nullptr;
  const auto value = at->find(name);
  return value == at->end() ? nullptr : &*value;
}

bool is_hdf5(std::span<const std::byte> bytes) { return bytes.size() >= 8 && std::memcmp(bytes.data(), "\x89HDF\r\n\x1a\n", 8) == 0; }

Result<Hdf5File> read_hdf5(std::span<const std::byte> bytes, const Hdf5Options& options) {
  return catch_error([&] {
    const NamelessFile file(bytes);
    std::vector<std::string> command = {reader_program(options)};
    command.insert(command.end(), options.skipped.begin(), options.skipped.end());
    const auto seconds = std::chrono::seconds(60 + bytes.size() / 5'000'000);
    ChildResult child =
        run_child(command,
                  {.stdin_path = file.path(), .deadline = seconds, .max_output_bytes = (std::size_t{128} << 20) + 5 * bytes.size()})
            .value();
    if (child.exit_status != 0) throw error_of(child);
    const auto output = std::make_shared<const std::string>(std::move(child.output));
    Hdf5File made;
    made.data = read_safetensors(std::as_bytes(std::span(*output)), output).value();
    const auto attributes = made.data.metadata.find("attributes");
    if (attributes == made.data.metadata.end()) fail(ErrorCode::kInternal, "hdf5: the reader gave no attributes");
    made.attributes = std::make_shared<const Json>(parse_json(attributes->second).value());
    if (!made.attributes->is_object()) fail(ErrorCode::kInternal, "hdf5: the reader's attributes are no object");
    return made;
  });
}

}  // namespace lepton::formats
