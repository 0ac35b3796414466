// Gzip on zlib's inflate.
#include "lepton/data/archive/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <vector>

namespace lepton::data {

struct GzipReader::State {
  z_stream stream{};
  std::span<const std::byte> packed;
  bool at_end = false;
  bool usable = false;
};

bool is_gzip(std::span<const std::byte> bytes) { return bytes.size() >= 3 && bytes[0] == std::byte{0x1F} && bytes[1] == std::byte{0x8B}; }

GzipReader::GzipReader(std::span<const std::byte> packed) : state_(std::make_unique<State>()) {
  state_->packed = packed;
  state_->usable = inflateInit2(&state_->stream, 15 + 16) == Z_OK;
}

GzipReader::~GzipReader() {
  if (state_ && state_->usable) inflateEnd(&state_->stream);
}
GzipReader::GzipReader(GzipReader&&) noexcept = default;
GzipReader& GzipReader::operator=(GzipReader&&) noexcept = default;

Result<std::size_t> GzipReader::read(std::span<std::byte> buffer) {
  constexpr std::size_t kMost = std::numeric_limits<uInt>::max();
  State& state = *state_;
  if (!state.usable) return Error(ErrorCode::kResourceExhausted, "gzip: out of memory");
  std::size_t done = 0;
  while (done < buffer.size() && !state.at_end) {
    if (state.stream.avail_in == 0 && !state.packed.empty()) {
      const std::size_t count = std::min(kMost, state.packed.size());
      // zlib does not write through next_in.
      state.stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(state.packed.data()));
      state.stream.avail_in = static_cast<uInt>(count);
      state.packed = state.packed.subspan(count);
    }
    const std::size_t room = std::min(kMost, buffer.size() - done);
    state.stream.next_out = reinterpret_cast<Bytef*>(buffer.data() + done);
    state.stream.avail_out = static_cast<uInt>(room);
    const int code = inflate(&state.stream, Z_NO_FLUSH);
    done += room - state.stream.avail_out;
    if (code == Z_STREAM_END) {
      // Another member may follow; anything else after the end (padding of tapes) is ignored, as gzip does.
      const bool more = state.stream.avail_in >= 2 && state.stream.next_in[0] == 0x1F && state.stream.next_in[1] == 0x8B;
      state.at_end = !more || inflateReset(&state.stream) != Z_OK;
    } else if (code == Z_BUF_ERROR && state.stream.avail_in == 0 && state.packed.empty()) {
      return Error(ErrorCode::kDataCorrupt, "gzip: the file is cut off");
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
      return make_error(ErrorCode::kDataCorrupt, "gzip: {}", state.stream.msg == nullptr ? "damaged" : state.stream.msg);
    }
  }
  return done;
}

Result<std::string> gunzip(std::span<const std::byte> packed, std::uint64_t max_bytes) {
  GzipReader reader(packed);
  std::string text;
  std::vector<std::byte> piece(std::size_t{256} << 10);
  while (true) {
    LEPTON_TRY(const std::size_t count, reader.read(piece));
    if (text.size() + count > max_bytes) return make_error(ErrorCode::kResourceExhausted, "gzip: unpacks to more than {} bytes", max_bytes);
    text.append(reinterpret_cast<const char*>(piece.data()), count);
    if (count < piece.size()) return text;
  }
}

Result<std::string> gunzip_if_needed(std::string bytes, std::uint64_t max_bytes) {
  const auto view = std::as_bytes(std::span(bytes));
  if (is_gzip(view)) return gunzip(view, max_bytes);
  return bytes;
}

}  // namespace lepton::data
