// SHA-256 through OpenSSL; CRC-32C by table, eight bytes a step.
#include "lepton/base/hash.hpp"

#include <openssl/evp.h>

#include <vector>

#include "lepton/base/files.hpp"

namespace lepton {
namespace {

constexpr std::uint32_t kCastagnoli = 0x82F63B78;  // reflected

using CrcTables = std::array<std::array<std::uint32_t, 256>, 8>;

// tables[k][b] is the CRC of byte b followed by k zero bytes ("slicing by 8").
constexpr CrcTables make_crc_tables() {
  CrcTables tables{};
  for (std::uint32_t b = 0; b < 256; ++b) {
    std::uint32_t crc = b;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kCastagnoli : 0);
    tables[0][b] = crc;
  }
  for (std::size_t k = 1; k < 8; ++k) {
    for (std::size_t b = 0; b < 256; ++b) tables[k][b] = (tables[k - 1][b] >> 8) ^ tables[0][tables[k - 1][b] & 0xFF];
  }
  return tables;
}

constexpr CrcTables kCrcTables = make_crc_tables();

void check_openssl(int result) { LEPTON_ASSERT(result == 1, "OpenSSL SHA-256"); }

}  // namespace

struct Sha256::Context {
  Context() : evp(EVP_MD_CTX_new()) {
    if (evp == nullptr) fail(ErrorCode::kResourceExhausted, "SHA-256: out of memory");
  }
  ~Context() { EVP_MD_CTX_free(evp); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  EVP_MD_CTX* evp;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) { check_openssl(EVP_DigestInit_ex(context_->evp, EVP_sha256(), nullptr)); }
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<const std::byte> bytes) { check_openssl(EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size())); }

Sha256Digest Sha256::finish() {
  Sha256Digest digest{};
  check_openssl(EVP_DigestFinal_ex(context_->evp, reinterpret_cast<unsigned char*>(digest.data()), nullptr));
  check_openssl(EVP_DigestInit_ex(context_->evp, EVP_sha256(), nullptr));
  return digest;
}

Sha256Digest sha256(std::span<const std::byte> bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

Result<Sha256Digest> sha256_file(FileSystem& files, const std::string& path) {
  LEPTON_TRY(const auto file, files.open_read(path));
  Sha256 hash;
  std::vector<std::byte> buffer(std::size_t{1} << 18);
  while (true) {
    LEPTON_TRY(const std::size_t count, file->read(buffer));
    if (count == 0) return hash.finish();
    hash.update(std::span(buffer).first(count));
  }
}

std::string to_hex(std::span<const std::byte> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::byte byte : bytes) {
    text += kDigits[std::to_integer<std::size_t>(byte >> 4)];
    text += kDigits[std::to_integer<std::size_t>(byte & std::byte{15})];
  }
  return text;
}

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before) {
  std::uint32_t crc = ~before;
  const auto byte = [&](std::size_t i) { return std::to_integer<std::uint32_t>(bytes[i]); };
  for (; bytes.size() >= 8; bytes = bytes.subspan(8)) {
    crc ^= byte(0) | (byte(1) << 8) | (byte(2) << 16) | (byte(3) << 24);
    crc = kCrcTables[7][crc & 0xFF] ^ kCrcTables[6][(crc >> 8) & 0xFF] ^ kCrcTables[5][(crc >> 16) & 0xFF] ^ kCrcTables[4][crc >> 24] ^
          kCrcTables[3][byte(4)] ^ kCrcTables[2][byte(5)] ^ kCrcTables[1][byte(6)] ^ kCrcTables[0][byte(7)];
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) crc = (crc >> 8) ^ kCrcTables[0][(crc ^ byte(i)) & 0xFF];
  return ~crc;
}

std::uint32_t mask_crc32c(std::uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xA282EAD8u; }

}  // namespace lepton
