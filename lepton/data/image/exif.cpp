// The one thing we want from EXIF: which way is up.
#include "lepton/data/image/internal/formats.hpp"

namespace lepton::data {
namespace {

constexpr std::uint16_t kOrientationTag = 0x0112;
constexpr std::uint16_t kShortType = 3;

}  // namespace

int exif_orientation(ByteSpan exif) {
  constexpr std::string_view kLead("Exif\0\0", 6);
  if (starts_with(exif, kLead)) exif = exif.subspan(kLead.size());
  if (!starts_with(exif, "II") && !starts_with(exif, "MM")) return 1;
  const ByteReader reader(exif, starts_with(exif, "MM"));
  if (reader.read<std::uint16_t>(2) != 42) return 1;
  const auto folder = reader.read<std::uint32_t>(4);
  const auto count = folder ? reader.read<std::uint16_t>(*folder) : std::nullopt;
  for (std::size_t i = 0; count && i < *count; ++i) {
    const std::size_t entry = std::size_t{*folder} + 2 + 12 * i;
    const auto tag = reader.read<std::uint16_t>(entry);
    if (!tag) return 1;
    if (*tag != kOrientationTag || reader.read<std::uint16_t>(entry + 2) != kShortType) continue;
    const int value = reader.read<std::uint16_t>(entry + 8).value_or(1);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

}  // namespace lepton::data
