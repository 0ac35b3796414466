// Starts the child with the file as its standard input and trusts nothing of what it says.
#include "lepton/formats/hdf5.hpp"

#include <dlfcn.h>
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

// Where this code lies as a shared library (in the Python package); empty in a program.
std::string library_folder() {
  static const char kHere = 0;
  Dl_info found;
  const bool known = dladdr(&kHere, &found) != 0 && found.dli_fname != nullptr && found.dli_fname[0] == '/';
  return known ? parent_folder(found.dli_fname) : "";
}

std::string child_program(const Hdf5Options& options) {
  if (!options.program.empty()) return options.program;
  if (const char* named = std::getenv("LEPTON_HDF5"); named != nullptr && *named != '\0') return named;
  for (const std::string& folder : {program_folder(), join_path(program_folder(), "../libexec/lepton"), library_folder()}) {
    const std::string path = join_path(folder, "lepton-hdf5");
    if (!folder.empty() && local_files().stat(path)) return path;
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

// What the child makes of `bytes`.
std::string run_on(std::span<const std::byte> bytes, const std::vector<std::string>& arguments, const Hdf5Options& options) {
  const NamelessFile file(bytes);
  std::vector<std::string> command = {child_program(options)};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const auto seconds = std::chrono::seconds(60 + bytes.size() / 5'000'000);
  auto child =
      run_child(command, {.stdin_path = file.path(), .deadline = seconds, .max_output_bytes = (std::size_t{128} << 20) + 5 * bytes.size()});
  if (!child && child.error().code() == ErrorCode::kNotFound)
    fail(ErrorCode::kNotFound, "hdf5: the program lepton-hdf5 is not there; install it, or name it in LEPTON_HDF5 ({})",
         child.error().message());
  if (child->exit_status != 0) throw error_of(*child);
  return std::move(child->output);
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
    std::vector<std::string> arguments = {"read"};
    arguments.insert(arguments.end(), options.skipped.begin(), options.skipped.end());
    const auto output = std::make_shared<const std::string>(run_on(bytes, arguments, options));
    Hdf5File made;
    made.data = read_safetensors(std::as_bytes(std::span(*output)), output).value();
    const auto attributes = made.data.metadata.find("attributes");
    if (attributes == made.data.metadata.end()) fail(ErrorCode::kInternal, "hdf5: the reader gave no attributes");
    made.attributes = std::make_shared<const Json>(parse_json(attributes->second).value());
    if (!made.attributes->is_object()) fail(ErrorCode::kInternal, "hdf5: the reader's attributes are no object");
    return made;
  });
}

Result<std::string> write_hdf5(const NamedTensors& data, const Json& attributes, const Hdf5Options& options) {
  return catch_error([&] {
    const std::string given = write_safetensors(data, {{"attributes", dump_json(attributes, JsonStyle::kCompact)}});
    std::string file = run_on(std::as_bytes(std::span(given)), {"write"}, options);
    if (!is_hdf5(std::as_bytes(std::span(file)))) fail(ErrorCode::kInternal, "hdf5: what the writer gave is no HDF5 file");
    return file;
  });
}

}  // namespace lepton::formats
