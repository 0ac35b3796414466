// What a process that reads foreign bytes gives up first.
#pragma once

#include <cstddef>

namespace lepton::hdf5 {

/// From here on the process can compute, take up to `max_memory_bytes`, run for `max_cpu_seconds`, and read and write what is open already.
/// It can open nothing, connect to nothing and start nothing. Throws kInternal if the system refuses that.
void confine(std::size_t max_memory_bytes, std::size_t max_cpu_seconds);

}  // namespace lepton::hdf5
