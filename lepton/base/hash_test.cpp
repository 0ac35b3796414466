// Hashes against published vectors (FIPS 180-4, RFC 3720) and against themselves in pieces.
#include "lepton/base/hash.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <vector>

#include "lepton/base/files.hpp"
#include "lepton/base/testing/faulty_file_system.hpp"
#include "lepton/base/testing/temporary_folder.hpp"

namespace lepton {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

constexpr std::string_view kSha256OfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(HashTest, Sha256Vectors) {
  EXPECT_EQ(to_hex(sha256(bytes_of("abc"))), kSha256OfAbc);
  EXPECT_EQ(to_hex(sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(HashTest, Sha256InPieces) {
  Sha256 hash;
  for (int round = 0; round < 2; ++round) {
    hash.update("a");
    hash.update("");
    hash.update("bc");
    EXPECT_EQ(to_hex(hash.finish()), kSha256OfAbc);
  }
}

TEST(HashTest, Sha256OfAFile) {
  const TemporaryFolder folder;
  const std::string path = folder.file("abc");
  write_atomic(local_files(), path, std::string_view("abc")).value();
  EXPECT_EQ(to_hex(*sha256_file(local_files(), path)), kSha256OfAbc);
  FaultyFileSystem faulty(local_files());
  faulty.fail_at(1, {.error_number = EIO});
  EXPECT_EQ(sha256_file(faulty, path).error().code(), ErrorCode::kIoError);
}

TEST(HashTest, Crc32cVectors) {
  const std::vector<std::byte> zeros(32, std::byte{0});
  const std::vector<std::byte> ones(32, std::byte{0xFF});
  EXPECT_EQ(crc32c(zeros), 0x8A9136AAu);
  EXPECT_EQ(crc32c(ones), 0x62A8AB43u);
  EXPECT_EQ(crc32c(bytes_of("123456789")), 0xE3069283u);
  EXPECT_EQ(crc32c({}), 0u);
}

TEST(HashTest, Crc32cInPieces) {
  const std::string text = "a text that is a little longer than eight bytes";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const std::uint32_t first = crc32c(bytes_of(text).first(cut));
    EXPECT_EQ(crc32c(bytes_of(text).subspan(cut), first), crc32c(bytes_of(text)));
  }
}

TEST(HashTest, MaskedCrc) {
  const std::uint32_t crc = crc32c(bytes_of("foo"));
  const std::uint32_t masked = mask_crc32c(crc);
  EXPECT_NE(masked, crc);
  const std::uint32_t rotated = masked - 0xA282EAD8u;
  EXPECT_EQ((rotated >> 17) | (rotated << 15), crc);
}

}  // namespace
}  // namespace lepton
