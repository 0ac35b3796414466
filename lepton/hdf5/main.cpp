// lepton-hdf5 read [GROUP…]: reads an HDF5 file from standard input and writes it to standard output as safetensors, without the groups
// named. The metadata entry "attributes" holds its attributes as JSON. lepton-hdf5 write: the other way round.
// Exits with 0, or with 64 + the number of an ErrorCode.
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "lepton/hdf5/confine.hpp"
#include "lepton/hdf5/walker.hpp"
#include "lepton/hdf5/writer.hpp"

namespace {

using namespace lepton;

constexpr std::size_t kMaxFileBytes = std::size_t{8} << 30;

std::string read_standard_input() {
  std::string bytes, part(std::size_t{1} << 20, '\0');
  for (;;) {
    const ssize_t got = ::read(0, part.data(), part.size());
    if (got == 0) return bytes;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(ErrorCode::kIoError, "hdf5: standard input cannot be read");
    bytes.append(part.data(), static_cast<std::size_t>(got));
    if (bytes.size() > kMaxFileBytes) fail(ErrorCode::kResourceExhausted, "hdf5: files over {} bytes are not read", kMaxFileBytes);
  }
}

void write_standard_output(const std::string& bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t put = ::write(1, bytes.data() + at, bytes.size() - at);
    if (put < 0 && errno != EINTR) fail(ErrorCode::kIoError, "hdf5: standard output cannot be written");
    at += put > 0 ? static_cast<std::size_t>(put) : 0;
  }
}

void read(const std::set<std::string>& skipped) {
  const std::string file = read_standard_input();
  // Weights hardly shrink when they are packed: what claims to unfold beyond this is no model.
  const std::size_t max_bytes = (std::size_t{64} << 20) + 4 * file.size();
  hdf5::confine((std::size_t{1} << 30) + 2 * file.size() + 3 * max_bytes, 30 + file.size() / 10'000'000);
  const hdf5::Content content = hdf5::read(std::as_bytes(std::span(file)), skipped, max_bytes);
  const std::string attributes = dump_json(content.attributes, JsonStyle::kCompact);
  write_standard_output(formats::write_safetensors(content.tensors, {{"attributes", attributes}}));
}

void write() {
  const auto file = std::make_shared<const std::string>(read_standard_input());
  hdf5::confine((std::size_t{1} << 30) + 6 * file->size(), 30 + file->size() / 10'000'000);
  formats::SafeTensors given = formats::read_safetensors(std::as_bytes(std::span(*file)), file).value();
  write_standard_output(hdf5::write({std::move(given.tensors), parse_json(given.metadata["attributes"]).value()}));
}

void run(const std::vector<std::string>& arguments) {
  const std::string command = arguments.empty() ? "" : arguments[0];
  if (command == "read") return read({arguments.begin() + 1, arguments.end()});
  if (command == "write" && arguments.size() == 1) return write();
  fail(ErrorCode::kInvalidArgument, "hdf5: usage: lepton-hdf5 read [GROUP…] | lepton-hdf5 write, with the file on standard input");
}

}  // namespace

int main(int argc, char** argv) {
  const auto done = catch_error([&] { run({argv + 1, argv + argc}); });
  if (!done) std::fprintf(stderr, "%s", done.error().message().c_str());
  std::fflush(stderr);
  _exit(done ? 0 : 64 + static_cast<int>(done.error().code()));  // without what a library may have registered for the end
}
