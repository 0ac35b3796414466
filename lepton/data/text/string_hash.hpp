// Hashes of strings that other programs compute alike, so that indices made there hold here.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace lepton::data {

/// FarmHash's 64-bit fingerprint, which never changes between versions. Not for secrets: anyone can find texts that collide.
/// Source:  Pike and Alakuijala 2014, "Introducing FarmHash".
std::uint64_t farm_fingerprint(std::string_view text);

/// SipHash-2-4: without the key nobody finds texts that collide.
/// Source:  Aumasson and Bernstein 2012, "SipHash: a fast short-input PRF".
std::uint64_t sip_hash(std::string_view text, const std::array<std::uint64_t, 2>& key);

}  // namespace lepton::data
