// Steps on channels (axis 1) that normalisations share.
#pragma once

#include "lepton/ops/internal/rules.hpp"

namespace lepton::ops {

/// A vector [C] as [C, 1, …], so that it broadcasts with `like` [N, C, …].
Value along_channels(const Value& vector, const Value& like);
/// Sums of x [N, C, …] over everything but the channels: [C].
Value channel_sums(const Value& x);
/// Number of elements of one channel, as a scalar of x's dtype.
Value channel_count(const Value& x);
/// Checks that x has a channel axis and that the inputs from `first` on are vectors [C].
Result<void> check_channel_vectors(const InferContext& context, std::size_t first, std::size_t last);

}  // namespace lepton::ops
