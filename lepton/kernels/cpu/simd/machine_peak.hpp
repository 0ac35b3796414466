// What the machine can do at best, measured: the yardstick of timings.
#pragma once

namespace lepton::kernels::simd {

/// Multiply-adds of f32 in registers, on all compute threads. Units: GFLOP/s (a multiply-add is two). Takes about 0.1 s.
double measure_flops();

/// y += a x on arrays far larger than the caches, on all compute threads. Units: GB/s, read and written. Takes about 0.2 s.
double measure_bandwidth();

}  // namespace lepton::kernels::simd
