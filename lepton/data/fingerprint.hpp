// Fingerprints of data: one hash that changes when any sample, its label or its name changes, and not when the order does.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "lepton/base/error.hpp"
#include "lepton/data/dataset.hpp"

namespace lepton::data {

/// Returns the SHA-256, in hexadecimal, over the sorted (id, label, content hash) of the samples at `indices`.
/// Samples are hashed on `num_threads` I/O threads; the result does not depend on how many.
Result<std::string> fingerprint(const Dataset& dataset, std::span<const std::int64_t> indices, int num_threads = 2);
/// Of all samples.
Result<std::string> fingerprint(const Dataset& dataset, int num_threads = 2);

}  // namespace lepton::data
